#include "forecast/run.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "forecast/detail/rain_parts.hpp"
#include "forecast/detail/runner.hpp"

namespace vandvagt::forecast {
namespace {

using detail::PhaseTimer;
using detail::Runner;

RunOutcome begin_outcome(const Scenario& scenario, const BuiltCase& built, const RunPlan& plan) {
  RunOutcome outcome;
  outcome.run = plan.run;
  outcome.forecast = plan.forecast;
  outcome.start = plan.start;
  outcome.reference_time = plan.reference_time;
  outcome.end = plan.end;
  outcome.members = plan.members;
  outcome.inputs = built.inputs;
  outcome.threads = scenario.solver.threads > 0 ? scenario.solver.threads : omp_get_max_threads();
  outcome.precision = scenario.solver.precision == model::Precision::double_ ? "double" : "single";
  return outcome;
}

/// What ends a run as failed, and not as an Error: the solver gave up, or nothing could drive it.
bool is_failure(const Error& error) {
  return error.code == ErrorCode::numerical || error.code == ErrorCode::unavailable;
}

void mark_failed(RunOutcome& outcome, const Error& error) {
  outcome.status = RunStatus::failed;
  outcome.why_failed = error.message;
  outcome.notices.push_back("the run failed: " + error.message);
  // Half of an ensemble says nothing of a probability.
  outcome.probabilities.clear();
}

/// Ends a run: Error for what the caller must mend, else the outcome with its status.
Result<RunOutcome> end_run(RunOutcome outcome, const Result<void>& done,
                           const std::stop_token& stop,
                           std::chrono::steady_clock::time_point began) {
  if (!done && (stop.stop_requested() || !is_failure(done.error()))) return fail(done.error());
  if (!done) mark_failed(outcome, done.error());
  const Time reached = outcome.last ? outcome.last->time : outcome.start;
  outcome.simulated_seconds = to_seconds(reached - outcome.start);
  outcome.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return outcome;
}

/// Before the first step: forecasts of wells do not need the solver, and stand where it fails.
void add_wells(const Scenario& scenario, const BuiltCase& built, const Observations& observations,
               RunOutcome& outcome) {
  if (scenario.well_forecasts.empty()) return;
  const PhaseTimer timer(outcome, "wells");
  outcome.wells = forecast_wells(scenario, built, observations, outcome.reference_time);
  for (const WellForecastOutcome& well : outcome.wells) {
    for (const InputFile& input : well.inputs) outcome.inputs.push_back(input);
    for (const std::string& text : well.notices)
      outcome.notices.push_back("well " + well.station + ": " + text);
  }
}

Result<void> refuse_stations(const Scenario& scenario) {
  const auto from_station = [](const SeriesInput& series) {
    return series.from == SeriesInput::From::station;
  };
  const auto refuse = [](const std::string& what) {
    return fail(ErrorCode::invalid_input, what +
                                              " comes from a station; a simulation has no "
                                              "readings, give it constant, points or a file");
  };
  for (const EdgeInput& edge : scenario.edges) {
    if (from_station(edge.series)) return refuse("edge \"" + edge.name + "\"");
  }
  for (const SourceInput& source : scenario.sources) {
    if (from_station(source.series)) return refuse("source \"" + source.name + "\"");
  }
  for (const HeadBoundaryInput& boundary : scenario.groundwater.aquifer.boundaries) {
    if (from_station(boundary.stage))
      return refuse("groundwater boundary \"" + boundary.name + "\"");
  }
  for (const PumpingInput& pumping : scenario.groundwater.aquifer.pumping) {
    if (from_station(pumping.rate)) return refuse("pumping \"" + pumping.name + "\"");
  }
  const RainInput& rain = scenario.rain;
  if (rain.from == RainInput::From::stations ||
      (rain.from == RainInput::From::series && from_station(rain.series))) {
    return refuse("rain");
  }
  return {};
}

Result<void> simulate(Runner& runner, const Scenario& scenario, const BuiltCase& built,
                      const RunPlan& plan, const std::vector<AreaQuery>& areas,
                      RunOutcome& outcome) {
  if (auto ready = runner.prepare(plan.start, areas); !ready) return ready;
  auto simulation =
      model::Simulation::start_cold(case_of_member(built, runner.forcing(), {}, runner.period()),
                                    scenario.solver, plan.start, built.initial_depth.view());
  if (!simulation) return fail(simulation.error());
  {
    const PhaseTimer timer(outcome, "simulation");
    if (auto done = runner.member(*simulation, 0, {}); !done) return done;
  }
  runner.finish();
  return {};
}

/// The nightly path once it is known where to start from.
class Nightly {
 public:
  Nightly(const Scenario& scenario, const BuiltCase& built, const RunRequest& request,
          const RunPlan& plan, RunOutcome& outcome)
      : scenario_(scenario), built_(built), request_(request), plan_(plan), outcome_(outcome) {}

  Result<void> run(Runner& runner) {
    identity_ = identity_of(scenario_, built_);
    auto found = find();
    const Time from = found ? found->state.time : plan_.start;
    cold_start_ = found ? found->cold_start : plan_.start;
    describe_state(found);
    if (auto ready = runner.prepare(from, request_.areas); !ready) return ready;
    auto simulation = start(runner, found);
    if (!simulation) return fail(simulation.error());
    if (auto done = hindcast(runner, *simulation); !done) return done;
    return members(runner, *outcome_.analysed);
  }

 private:
  std::optional<SavedState> find() {
    if (request_.state_folder.empty()) return std::nullopt;
    const PhaseTimer timer(outcome_, "state");
    return find_state(request_.state_folder, scenario_, identity_, plan_.reference_time,
                      outcome_.state.refused);
  }

  void describe_state(const std::optional<SavedState>& found) {
    StateUse& use = outcome_.state;
    use.spun_up = plan_.reference_time - cold_start_;
    for (const RefusedState& refused : use.refused) {
      outcome_.notices.push_back("state " + refused.file.filename().string() +
                                 " was not used: " + refused.why);
    }
    if (!found) {
      outcome_.notices.push_back(use.coldness());
      return;
    }
    use.cold = false;
    use.used = format_time(found->state.time);
    use.time = found->state.time;
    use.file = found->file;
    use.age = plan_.reference_time - found->state.time;
  }

  Result<model::Simulation> start(Runner& runner, const std::optional<SavedState>& found) {
    model::Case given = case_of_member(built_, runner.forcing(), {}, runner.period());
    if (found) {
      return model::Simulation::start_from(std::move(given), scenario_.solver, found->state);
    }
    auto simulation = model::Simulation::start_cold(std::move(given), scenario_.solver, plan_.start,
                                                    built_.initial_depth.view());
    if (!simulation) return simulation;
    if (auto analysed = runner.analyse(*simulation, plan_.start); !analysed) {
      return fail(analysed.error());
    }
    return simulation;
  }

  Result<void> hindcast(Runner& runner, model::Simulation& simulation) {
    const Time save = runner.settled_until();
    auto done = [&] {
      const PhaseTimer timer(outcome_, "hindcast");
      return runner.hindcast(simulation, save);
    }();
    outcome_.last = simulation.state();
    if (runner.state_to_save()) keep(*runner.state_to_save());
    if (!done) {
      runner.count_hindcast(simulation);
      return done;
    }
    // Wells that spoke since the last calendar analysis count for this forecast; the saved state
    // does not hold it, since a run over both nights would not have it.
    const Duration interval = scenario_.groundwater.analysis_interval;
    const bool just_done = interval > Duration{0} &&
                           detail::floor_to(plan_.reference_time, interval) == plan_.reference_time;
    if (!just_done) {
      if (auto analysed = runner.analyse(simulation, plan_.reference_time); !analysed) {
        return analysed;
      }
    }
    runner.count_hindcast(simulation);  // what the analysis moved is part of it
    outcome_.analysed = simulation.state();
    return {};
  }

  void keep(const model::State& state) {
    if (request_.state_folder.empty()) return;
    const PhaseTimer timer(outcome_, "state");
    const SavedState saved{state, identity_, scenario_.name, plan_.run, cold_start_, {}};
    const auto file = save_state(request_.state_folder, saved, scenario_.time.state_max_age);
    if (!file) {
      outcome_.notices.push_back("the state could not be saved: " + file.error().message);
      return;
    }
    outcome_.state.saved = state.time;
    outcome_.state.saved_file = *file;
  }

  Result<void> members(Runner& runner, const model::State& analysed) {
    const PhaseTimer timer(outcome_, "forecast");
    const auto index = std::ranges::lower_bound(outcome_.times, plan_.reference_time);
    detail::share_hindcast(outcome_, static_cast<std::size_t>(index - outcome_.times.begin()));
    for (int m = 0; m < plan_.members; ++m) {
      const Perturbation perturbation = perturbation_of_member(scenario_.ensemble, m);
      auto simulation = model::Simulation::start_from(
          case_of_member(built_, runner.forcing(), perturbation, runner.period()), scenario_.solver,
          analysed);
      if (!simulation) return fail(simulation.error());
      if (auto done = runner.member(*simulation, m, perturbation); !done) {
        return fail(done.error().code, fmt::format("member {}: {}", m, done.error().message));
      }
    }
    runner.finish();
    return {};
  }

  const Scenario& scenario_;
  const BuiltCase& built_;
  const RunRequest& request_;
  const RunPlan& plan_;
  RunOutcome& outcome_;
  Identity identity_;
  Time cold_start_;
};

}  // namespace

Result<RunOutcome> run_simulation(const Scenario& scenario, const BuiltCase& built,
                                  const SimulationRequest& request) {
  const auto began = std::chrono::steady_clock::now();
  auto plan = plan_simulation(scenario);
  if (!plan) return fail(plan.error());
  if (auto ok = refuse_stations(scenario); !ok) return fail(ok.error());
  RunOutcome outcome = begin_outcome(scenario, built, *plan);
  outcome.state.used = "cold";
  const Observations none(nullptr, {});
  Runner runner({scenario, built, *plan, none, request.maps, request.progress, request.stop},
                outcome);
  const auto done = simulate(runner, scenario, built, *plan, request.areas, outcome);
  return end_run(std::move(outcome), done, request.stop, began);
}

Result<RunOutcome> run_forecast(const Scenario& scenario, const BuiltCase& built,
                                const sensors::Store* store, const RunRequest& request) {
  const auto began = std::chrono::steady_clock::now();
  auto plan = plan_forecast(scenario, request.reference_time);
  if (!plan) return fail(plan.error());
  RunOutcome outcome = begin_outcome(scenario, built, *plan);
  const Observations observations(store, request.stations);
  Runner runner(
      {scenario, built, *plan, observations, request.maps, request.progress, request.stop},
      outcome);
  add_wells(scenario, built, observations, outcome);
  const auto done = Nightly(scenario, built, request, *plan, outcome).run(runner);
  return end_run(std::move(outcome), done, request.stop, began);
}

}  // namespace vandvagt::forecast
