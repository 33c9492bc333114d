#pragma once

#include <filesystem>
#include <string>

#include "sensors/store.hpp"

namespace vandvagt::app {

struct QuarantineArguments {
  std::filesystem::path configuration, data;  // as for `check`
  std::filesystem::path store;                // readings.db; empty: in the configured folder
  sensors::QuarantineFilter filter;
  int most = 100;
  bool reasons = false;  // how many for each reason and topic, instead of each message
  bool json = false;     // an object a line, for programs
  bool raw = false;      // the bytes of the payload as they came, and nothing else
};

/// `vandvagt quarantine list`: messages that could not become readings, newest first.
/// @return an ExitCode
int run_quarantine_list(const QuarantineArguments& arguments);
/// `vandvagt quarantine show`: one of them whole; a payload that is no text in hexadecimal.
/// @return an ExitCode
int run_quarantine_show(const QuarantineArguments& arguments);

}  // namespace vandvagt::app
