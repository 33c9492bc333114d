#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "sensors/reading.hpp"

namespace vandvagt::sensors {

/// Limits of the quality tests, in SI and in the grid's datum; a test whose limits are not declared
/// does not run.
struct QualityLimits {
  std::optional<double> sensor_min{}, sensor_max{};      // gross range: outside is fail [SI]
  std::optional<double> operator_min{}, operator_max{};  // outside is suspect [SI]
  std::optional<double> spike_suspect{}, spike_fail{};   // on the point before the newest [SI]
  std::optional<double> rate_per_second{};  // greatest believable rate of change [SI/s]
  std::optional<double> flat_tolerance{};   // equal within this [SI]
  int flat_suspect_count = 3, flat_fail_count = 5;
  std::optional<Duration> expected_interval{};  // gap: longer than twice this is a gap
};

/// A place that measures one parameter. Identity, datum and limits are declared, never guessed.
struct Station {
  std::string id{};    // lower case, digits, dashes; unique
  std::string op{};    // operator, as in the topic
  std::string name{};  // for people
  Parameter parameter = Parameter::stage;
  std::string unit{};   // what the payload's unit must be
  std::string datum{};  // vertical datum of the value ("EPSG:5799", "local:<name>"); stage, head
  double datum_offset = 0.0;  // gauge zero: added to a reading for [m above the grid's datum]
  bool datum_offset_declared = false;  // must be, for a stage or a head: undeclared is not zero
  double x = 0.0, y = 0.0;             // in `crs`
  std::string crs{};                   // of x and y; empty: the grid's own
  QualityLimits limits{};
  std::vector<std::string> fallback{};  // station ids of the same parameter, in order
};

}  // namespace vandvagt::sensors
