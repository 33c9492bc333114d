#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "alerts/options.hpp"
#include "alerts/rule.hpp"
#include "core/fault.hpp"
#include "core/time.hpp"
#include "forecast/scenario.hpp"
#include "messaging/options.hpp"
#include "sensors/location.hpp"
#include "sensors/retention.hpp"
#include "sensors/station.hpp"
#include "watch/options.hpp"
#include "watch/reach.hpp"
#include "web/options.hpp"

/// One TOML file becomes each folder's own options. docs/configuration.md lists every key.
namespace vandvagt::config {

/// Readings that the program itself publishes over MQTT before a run: for examples and exercises,
/// where no sensor does.
struct ReplayInput {
  /// CSV with the columns time (RFC 3339), station, value (in the station's unit and datum); a
  /// header line is allowed.
  std::vector<std::filesystem::path> files;

  /// Readings made from a raster at the stations' positions: one reading a station,
  /// scale × raster + offset, with normal noise; `before` the reference time.
  struct FromRaster {
    std::vector<std::string> stations;
    std::filesystem::path raster;
    std::string raster_crs;  // where the raster names none
    double scale = 1.0, offset = 0.0;
    double noise_sigma = 0.0;  // in the station's unit
    std::uint64_t seed = 1;
    Duration before = std::chrono::hours{1};
    std::string place;
  };
  std::vector<FromRaster> from_raster;

  bool empty() const { return files.empty() && from_raster.empty(); }
};

/// Everything that one file says.
struct Configuration {
  forecast::Scenario scenario;
  std::vector<sensors::Station> stations;
  std::vector<alerts::Area> areas;  // in WGS 84
  std::vector<alerts::Rule> rules;
  alerts::Options alerts;                      // topic_prefix is the broker's
  alerts::Approval approval;                   // of rules that say nothing of it
  std::optional<messaging::Options> broker;    // none: a private broker on loopback
  Duration listen = std::chrono::seconds{10};  // how long to wait for readings before a run
  watch::Options watch;
  watch::Reach reach;
  std::optional<web::Options> web;  // none: nothing is served
  ReplayInput replay;
  std::filesystem::path store_folder;           // readings and warnings; empty: beside the output
  std::string store_postgresql;                 // readings on a server instead; empty: none
  std::optional<sensors::Retention> retention;  // none: readings stay for ever

  /// Where the readings are: the server, or a file in `folder`.
  sensors::StoreLocation readings(const std::filesystem::path& folder) const;
};

/// Reads and checks `file`. Relative paths of inputs start from `data_folder` (empty: the folder of
/// `file`), and from the folder of `file` where they are not there; folders that are written to
/// start from the folder of `file`. Every fault is added to
/// `faults` with `file:line: key` as place, and nothing is returned when there is one: unknown keys
/// (with the nearest known one), wrong types and units, values out of range, missing files, ids
/// that are used twice or not defined, levels in another datum than their station's.
std::optional<Configuration> load(const std::filesystem::path& file,
                                  const std::filesystem::path& data_folder, Faults& faults);

/// Every key that `load` knows, as `section.key`, sorted; for the documentation and its test.
std::vector<std::string> known_keys();

}  // namespace vandvagt::config
