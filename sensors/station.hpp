#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "sensors/file_source.hpp"
#include "sensors/mapping.hpp"
#include "sensors/reading.hpp"

namespace vandvagt::sensors {

/// Limits of the quality tests, in SI and in the grid's datum; a test whose limits are not declared
/// does not run.
struct QualityLimits {
  std::optional<double> location_radius{};                     // outside is suspect [m]
  std::optional<double> sensor_min{}, sensor_max{};            // gross range: outside is fail [SI]
  std::optional<double> operator_min{}, operator_max{};        // outside is suspect [SI]
  std::optional<double> climatology_min{}, climatology_max{};  // of the season: suspect [SI]
  std::optional<double> spike_suspect{}, spike_fail{};  // on the point before the newest [SI]
  std::optional<double> rate_per_second{};              // greatest believable rate of change [SI/s]
  std::optional<double> rate_deviations{};  // or: standard deviations of the last `rate_window`
  Duration rate_window = std::chrono::hours{25};
  std::optional<double> flat_tolerance{};                         // equal within this [SI]
  std::optional<int> flat_suspect_count{}, flat_fail_count{};     // 3 and 5 where not declared
  std::optional<double> attenuated_suspect{}, attenuated_fail{};  // least range in the window [SI]
  Duration attenuated_window = std::chrono::hours{12};
  // Multi-variate: where this station changes faster than `companion_from_rate`, its companion (of
  // any parameter) must change by at least `companion_rate` [its SI/s], else suspect.
  std::string companion{};
  std::optional<double> companion_from_rate{}, companion_rate{};
  // Neighbour: differs from station `neighbour` by `neighbour_difference` on the average, and by no
  // more than the tolerance from that [SI]; else suspect.
  std::string neighbour{};
  double neighbour_difference = 0.0;
  std::optional<double> neighbour_tolerance{};
  std::optional<Duration> expected_interval{};  // gap: longer than twice this is a gap
};

/// Months in which other limits hold than in the rest of the year. What is declared here replaces
/// the station's own, limit by limit.
struct Season {
  int first_month = 1, last_month = 12;  // 11 to 3 runs over the turn of the year
  QualityLimits limits{};
};

/// Which intake of which borehole a groundwater station is.
struct Well {
  std::string borehole{};  // as its owner numbers it
  int intake = 1;
  std::optional<double> screen_depth{};  // of the screen's top [m below ground]
  bool phreatic = false;  // of several intakes of the borehole the one that meets the water table
  bool pumped = false;    // its level tells of its pump, always: no map is made from it
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
  std::optional<double> ground{};      // at a well [m above the grid's datum]: heads as depths
  double x = 0.0, y = 0.0;             // in `crs`
  std::string crs{};                   // of x and y; empty: the grid's own
  QualityLimits limits{};
  std::vector<Season> seasons{};
  std::vector<std::string> fallback{};  // station ids of the same parameter, in order
  PayloadMapping mapping{};             // how its messages are read
  std::optional<FileSource> file{};     // how files of its readings are read
  std::optional<Well> well{};           // groundwater
  /// Its position in `mapping.position_crs`, where the location test is declared.
  std::optional<std::pair<double, double>> position_sent{};
};

/// The limits that hold at a time: those of the first season that it falls into, over the station's
/// own. Months are of UTC.
QualityLimits limits_at(const Station& station, Time time);

}  // namespace vandvagt::sensors
