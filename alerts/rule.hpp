#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace vandvagt::alerts {

/// What a rule watches. `area_*` quantities belong to an area and come from the forecast;
/// gauge quantities belong to a station and come from readings and from the forecast there.
enum class Quantity {
  stage,                // [m above datum] at a station
  discharge,            // [m³/s] at a station
  depth,                // [m] at a station
  groundwater_depth,    // [m below ground] at a station; a warning when it is *smaller*
  area_depth,           // [m] exceeded on at least `area_share` of the area's cells
  area_share,           // [1] share of the area flooded deeper than `area_depth`
};
std::string to_string(Quantity quantity);

enum class Hazard { river, sea, rain, groundwater };

/// One level of a rule. Raise at or above `raise`; lower only below `clear` (below and above change
/// places for groundwater_depth).
struct Level {
  std::string name;    // "minor", "moderate", "severe", "extreme"
  double raise = 0.0;  // SI
  double clear = 0.0;  // SI
};

/// A closed ring of (longitude, latitude) in WGS 84.
struct Position {
  double longitude{}, latitude{};
};
struct Area {
  std::string id;      // lower case, digits, dashes: part of topics
  std::string name_da, name_en;
  std::vector<std::vector<Position>> rings;  // outer rings
  std::vector<std::pair<std::string, std::string>> geocodes;  // name, value
};

struct Rule {
  std::string id;
  std::string area;                     // Area::id: who is warned
  std::string station;                  // empty for area quantities
  Quantity quantity = Quantity::stage;
  Hazard hazard = Hazard::river;
  std::string datum;                    // of stages; must be the station's
  double area_depth = 0.1;              // for area_share [m]
  double area_share = 0.05;             // for area_depth [1]
  std::vector<Level> levels;            // in rising order
  double raise_probability = 0.5;
  int runs_needed = 1, runs_looked_at = 1;           // N of the last M runs
  Duration lead_window = std::chrono::hours{48};
  Duration clear_after = std::chrono::hours{1};
  Duration hold_max = std::chrono::hours{12};        // no data for longer: unknown
  Duration action_time = std::chrono::hours{1};      // what people need before the onset
  Duration fresh = std::chrono::hours{1};            // a reading older than this is not fresh
  Duration cycle = std::chrono::hours{24};           // between runs: for `expires`
  Duration grace = std::chrono::hours{3};
};

}  // namespace vandvagt::alerts
