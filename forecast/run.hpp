#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "forecast/built_case.hpp"
#include "forecast/outcome.hpp"
#include "forecast/scenario.hpp"
#include "sensors/station.hpp"
#include "sensors/store.hpp"

namespace vandvagt::forecast {

/// Where a run is; for a progress line.
struct Progress {
  std::string phase;  // "simulation", "hindcast", "forecast"
  int member = 0;
  int members = 1;
  Time time;              // reached
  double fraction = 0.0;  // of the whole run, all members together
};
using ProgressCallback = std::function<void(const Progress&)>;

/// Fields of one member at one map time, nx × ny, NaN outside: a copy, which the run lets go of.
struct MapFrame {
  int member = 0;
  std::size_t time_index = 0;  // in RunPlan::map_times
  Time time;
  Field<float> depth;              // [m]
  Field<float> speed;              // [m/s]; of member 0, else empty
  Field<float> water_table_depth;  // [m below ground]; of member 0 with groundwater, else empty
};
/// Takes maps as they come; an Error ends the run with it.
using MapSink = std::function<Result<void>(MapFrame)>;

/// A shape whose flooding is followed through the run.
struct AreaQuery {
  std::string id;                                // e.g. the rule's
  std::vector<std::vector<grids::Point>> rings;  // x = longitude, y = latitude, WGS 84
  double depth = 0.1;                            // [m] for the share of cells deeper than this
  double share = 0.05;                           // [1] for the depth exceeded on this share
  double shallower_than = 0.3;  // [m below ground] for the share of cells whose water table is
};

/// What is known of a run before it begins.
struct RunPlan {
  std::string run;  // `<name>-<reference time>`
  bool forecast = false;
  Time start;           // simulation: its start; forecast: the cold start, used if no state fits
  Time reference_time;  // simulation: its start
  Time end;
  int members = 1;
  std::vector<Time> map_times;  // from the reference time to the end, at map_interval
};
/// Error{invalid_input} where durations are not positive, intervals are no multiples of the sync
/// interval, or the start is not. A reference time is taken down to a multiple of the sync
/// interval.
Result<RunPlan> plan_simulation(const Scenario& scenario);
Result<RunPlan> plan_forecast(const Scenario& scenario, Time reference_time);

struct SimulationRequest {
  std::vector<AreaQuery> areas;
  MapSink maps;  // may be empty
  ProgressCallback progress;
  std::stop_token stop;
};

struct RunRequest {
  Time reference_time;
  std::filesystem::path state_folder;      // empty: states are neither used nor saved
  std::vector<sensors::Station> stations;  // all that the configuration declares
  std::vector<AreaQuery> areas;
  MapSink maps;  // may be empty
  ProgressCallback progress;
  std::stop_token stop;
};

/// One run from the initial condition over scenario.time, without sensors. A failure of the solver
/// is an outcome with status failed; Error is for input that is wrong, disks, and a stop.
Result<RunOutcome> run_simulation(const Scenario& scenario, const BuiltCase& built,
                                  const SimulationRequest& request = {});

/// The nightly path: the newest usable state or a cold start spin_up before the reference time;
/// hindcast to the reference time on observed forcing, the water table corrected by wells at the
/// cold start and at calendar multiples of analysis_interval; the analysed state saved; members to
/// the horizon. The state is saved at the newest instant <= the reference time up to which no later
/// reading can change the forcing, so that the next run continues to the bit as if it had been one.
///
/// Missing forcing, a solver that fails and a state that cannot be saved do not end it with an
/// Error but mark the outcome (failed, or a notice); Error is for a scenario that is wrong, a map
/// sink that fails, and a stop.
/// @param store  readings; null: no reading is known
Result<RunOutcome> run_forecast(const Scenario& scenario, const BuiltCase& built,
                                const sensors::Store* store, const RunRequest& request);

}  // namespace vandvagt::forecast
