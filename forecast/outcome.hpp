#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/time.hpp"
#include "forecast/built_case.hpp"
#include "forecast/forcing.hpp"
#include "forecast/observations.hpp"
#include "forecast/states.hpp"
#include "forecast/water_table.hpp"
#include "forecast/well_run.hpp"
#include "model/simulation.hpp"

namespace vandvagt::forecast {

/// One place in one member, at RunOutcome::times; NaN where the run did not come.
struct PlaceSeries {
  std::vector<double> depth;              // h [m]
  std::vector<double> stage;              // eta [m above datum]; NaN where dry
  std::vector<double> speed;              // [m/s]
  std::vector<double> water_table_depth;  // [m below ground]; empty without groundwater
};

/// A gauge's hydrographs and what was observed there. Wells are among them, with their station id.
struct GaugeOutcome {
  GaugeCell gauge;
  double bed_elevation = 0.0;  // [m above datum]
  bool well = false;
  std::vector<PlaceSeries> members;
  std::string observed_quantity;      // "stage", "groundwater-depth", ...; empty: no station
  std::vector<Observation> observed;  // start to reference time, in the grid's datum
};

/// What passes through a structure (from `from` to `to`) or over and through a levee (from the left
/// of its line to its right), [m³/s], mean over the sync interval before each time.
struct PassageOutcome {
  std::string name;
  bool levee = false;
  grids::Point position;                       // half way between the ends; middle of the levee
  std::vector<std::vector<double>> discharge;  // [member][time], NaN where the run did not come
};

/// An area's flooding, [member][time].
struct AreaOutcome {
  std::string id;
  double depth_threshold = 0.0;  // [m] of the query
  double share_threshold = 0.0;  // [1] of the query
  double shallower_than = 0.0;   // [m below ground] of the query
  std::size_t cells = 0;         // computed cells inside; 0: the area lies outside the grid
  std::vector<std::vector<double>> share;  // of its cells deeper than depth_threshold [1]
  std::vector<std::vector<double>> depth;  // exceeded on share_threshold of its cells [m]
  /// Of its cells whose water table lies less than shallower_than below ground [1]; empty without
  /// groundwater.
  std::vector<std::vector<double>> shallow_share;
};

/// Share of members whose greatest depth exceeds `depth`.
struct ProbabilityMap {
  double depth = 0.0;  // [m]
  Field<float> share;  // [1], NaN outside
};

/// Every cubic metre of the unperturbed run: hindcast and member 0 together.
struct VolumeBalance {
  double initial = 0.0, stored = 0.0;  // [m³]
  double rain = 0.0, edge_in = 0.0, source_in = 0.0;
  double edge_out = 0.0, source_out = 0.0, infiltration = 0.0;
  double ground_in = 0.0, evaporation = 0.0;  // out of the ground; from the surface
  model::GroundLedger ground;
  double relative_error = 0.0;              // |what is missing| over initial + in
  double worst_relative_error = 0.0;        // of all members
  double worst_whole_relative_error = 0.0;  // of surface and ground as one, of all members
  double in() const { return rain + edge_in + source_in + ground_in; }
  double out() const { return edge_out + source_out + infiltration + evaporation; }
  bool has_ground() const { return ground.stored() != 0.0 || ground.out() != 0.0; }
};

enum class RunStatus { ok, failed };

/// What a run found out, and how.
struct RunOutcome {
  std::string run;
  bool forecast = false;
  RunStatus status = RunStatus::ok;
  std::string why_failed;
  bool usable() const { return status == RunStatus::ok; }

  Time start, reference_time, end;  // start: of the state, or of the cold start
  int members = 1;
  StateUse state;  // simulation: cold
  std::vector<ForcingReport> forcing;
  std::vector<std::string> notices;  // all that an operator should read, forcing's among them
  std::vector<InputFile> inputs;

  std::vector<Time> times;  // of hydrographs: start to end; the hindcast is the same in all members
  std::vector<GaugeOutcome> gauges;
  std::vector<PassageOutcome> passages;  // structures, then levees, in the order of the case
  std::vector<AreaOutcome> areas;
  std::optional<model::Maxima> maxima;  // of member 0 since the reference time (simulation: start)
  std::vector<ProbabilityMap> probabilities;
  std::optional<WaterTable> water_table;   // the last analysis, where there is groundwater
  std::vector<WellForecastOutcome> wells;  // forecast from their own history (forecast)
  std::optional<model::State> analysed;    // at the reference time (forecast)
  std::optional<model::State> last;        // of member 0: at the end, or the last good one

  VolumeBalance volume;
  model::Counters counters;  // all members and the hindcast together
  double simulated_seconds = 0.0;
  double wall_seconds = 0.0;
  std::map<std::string, double> timings;  // [s] by phase
  int threads = 1;
  std::string precision;  // "double", "single"
};

/// Inputs' digests folded into one, in order of path: evidence for a warning.
std::string digest_of_inputs(const std::vector<InputFile>& inputs);
/// Version of this program, as in run.json.
std::string program_version();

}  // namespace vandvagt::forecast
