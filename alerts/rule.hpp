#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alerts/season.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts {

/// What a rule watches. `area_*` quantities belong to an area and come from the forecast;
/// gauge quantities belong to a station and come from readings and from the forecast there.
/// The order is that of stored evaluations: new ones come last.
enum class Quantity {
  stage,                      // [m above datum] at a station
  discharge,                  // [m³/s] at a station
  depth,                      // [m] at a station
  groundwater_depth,          // [m below ground] at a station; a warning when it is *smaller*
  area_depth,                 // [m] exceeded on at least `area_share` of the area's cells
  area_share,                 // [1] share of the area flooded deeper than `area_depth`
  rate_of_rise,               // [m/s] of stage or depth at a station, over Rule::rise_window
  shallow_groundwater_share,  // [1] share of the area with the water table above `shallower_than`
};
std::string to_string(Quantity quantity);  // "stage", "groundwater_depth", ...
std::optional<Quantity> parse_quantity(const std::string& text);
/// The unit that people are shown: "m", "m3/s", "m/h", or "" for a share.
std::string unit(Quantity quantity);
/// The number that goes with `unit`, from the SI value.
double in_unit(Quantity quantity, double si);
/// True for area_depth, area_share and shallow_groundwater_share.
bool is_area_quantity(Quantity quantity);
/// True for area_share and shallow_groundwater_share.
bool is_share(Quantity quantity);
/// +1 where a larger value is worse, -1 for groundwater_depth: compare `direction * value`.
double direction(Quantity quantity);

enum class Hazard { river, sea, rain, groundwater };
std::string to_string(Hazard hazard);  // "river", ...
std::optional<Hazard> parse_hazard(const std::string& text);

/// How bad: CAP's words. Never a bare number, since agencies count in opposite orders.
enum class Severity { minor, moderate, severe, extreme };
std::string to_string(Severity severity);  // "minor", ...
std::optional<Severity> parse_severity(const std::string& text);

/// One level of a rule. Raise at or above `raise`; lower only below `clear` (below and above change
/// places for groundwater_depth).
struct Level {
  std::string name;                       // "minor", "moderate", "severe", "extreme"
  double raise = 0.0;                     // SI
  double clear = 0.0;                     // SI
  std::optional<Severity> severity = {};  // needed where `name` is not one of the four
  std::optional<Season> season = {};      // raised only then; what stands is lowered as ever
};
/// The severity given, or the one that the name says, or minor.
Severity severity_of(const Level& level);

/// A closed ring of (longitude, latitude) in WGS 84.
struct Position {
  double longitude{}, latitude{};
  bool operator==(const Position&) const = default;
};
struct Area {
  std::string id;  // lower case, digits, dashes: part of topics
  std::string name_da, name_en;
  std::vector<std::vector<Position>> rings;                   // outer rings
  std::vector<std::pair<std::string, std::string>> geocodes;  // name, value
  /// Messages of forecasts are for the part that is expected to be flooded, where the run tells it.
  bool forecast_extent = false;
};

/// What happens to a proposal on which nobody has decided in time.
enum class AfterTimeout { tell, release };
std::string to_string(AfterTimeout after);

/// Whether a person decides before a warning is published.
struct Approval {
  bool needed = false;          // false: automatic
  std::string from;             // the lowest level that waits; empty: the lowest there is
  bool lowering = true;         // do falls and all-clears from such a level wait too?
  std::vector<std::string> by;  // who may decide; empty: anyone who can write to the store
  Duration timeout = std::chrono::minutes{30};
  AfterTimeout after_timeout = AfterTimeout::tell;
  /// For so long after a rejection the same is not proposed again, unless it ends in between, the
  /// gauge confirms it, or a higher level is reached.
  Duration rejection = std::chrono::hours{6};
};

struct Rule {
  std::string id;  // lower case, digits, dashes: part of identifiers
  /// Raised by who changes the rule, and kept with each warning. 0: of a record of an earlier
  /// release, which knew no versions.
  int version = 1;
  std::string area;     // Area::id: who is warned
  std::string station;  // empty for area quantities
  Quantity quantity = Quantity::stage;
  Hazard hazard = Hazard::river;
  std::string datum;            // of stages; must be the station's
  double area_depth = 0.1;      // for area_share [m]
  double area_share = 0.05;     // for area_depth [1]
  double shallower_than = 0.3;  // for shallow_groundwater_share [m below ground]
  std::vector<Level> levels;    // in rising order
  double raise_probability = 0.5;
  int runs_needed = 1, runs_looked_at = 1;  // N of the last M runs
  Duration lead_window = std::chrono::hours{48};
  Duration clear_after = std::chrono::hours{1};
  Duration hold_max = std::chrono::hours{12};    // no data for longer: unknown
  Duration action_time = std::chrono::hours{1};  // what people need before the onset
  Duration fresh = std::chrono::hours{1};        // a reading older than this is not fresh
  Duration cycle = std::chrono::hours{24};       // between runs: for `expires`
  Duration grace = std::chrono::hours{3};
  Duration rise_window = std::chrono::hours{1};  // for rate_of_rise: mean over so long
  std::optional<Season> season;                  // raises only then
  Approval approval;
  bool observed = true;  // false: no sensor stands there; the forecast alone raises and lowers
};

/// Does the rule wait for readings (a gauge quantity with a sensor), or live on forecasts alone?
bool watches_readings(const Rule& rule);
/// May `level` be raised on that day?
bool in_force(const Rule& rule, std::size_t level, Time t);

}  // namespace vandvagt::alerts
