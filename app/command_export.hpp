#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace vandvagt::app {

struct ExportArguments {
  std::filesystem::path configuration, data;  // as for `check`
  std::filesystem::path store;                // readings.db; empty: in the configured folder
  std::filesystem::path output;               // .csv, .nc or .xml: the format
  std::vector<std::string> stations;          // empty: all
  std::optional<Time> from, to;
  std::optional<Duration> closed;  // .csv: without holes; a straight line over holes up to this
};

/// `vandvagt export`: stored readings as CSV, NetCDF-CF (discrete sampling geometry) or WaterML
/// 2.0, by the output's ending. @return an ExitCode
int run_export_command(const ExportArguments& arguments);

struct ImportArguments {
  std::filesystem::path configuration, data, store;  // as above
  std::string station;
  std::vector<std::filesystem::path> files;
};

/// `vandvagt import`: files of a station's readings into the store, checked as if they had come
/// over the network. Rows that cannot be read are told and left out. @return an ExitCode
int run_import_command(const ImportArguments& arguments);

struct TidyArguments {
  std::filesystem::path configuration, data, store;  // as above
};

/// `vandvagt tidy`: checks the store's integrity, then thins it as [store] declares; for a timer.
/// The store may be in use. @return an ExitCode
int run_tidy_command(const TidyArguments& arguments);

struct ReviewArguments {
  std::filesystem::path configuration, data, store;  // as above
  std::string station;
  Time from{}, to{};
  int flag = 0;  // 1 pass, 2 not evaluated, 3 suspect, 4 fail
  std::string by;
};

/// `vandvagt review`: a person's verdict on stored readings, as a second flag set.
/// @return an ExitCode
int run_review_command(const ReviewArguments& arguments);

struct CopyStoreArguments {
  std::filesystem::path configuration, data;  // as above
  std::filesystem::path from, to;             // files; empty: the configured store
};

/// `vandvagt copy-store`: all of one store into another, empty one. @return an ExitCode
int run_copy_store_command(const CopyStoreArguments& arguments);

}  // namespace vandvagt::app
