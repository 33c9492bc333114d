#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "forecast/detail/march.hpp"
#include "forecast/detail/sampling.hpp"
#include "forecast/run.hpp"

namespace vandvagt::forecast::detail {

/// What every stretch of a run shares: the plan, what is asked for, and where results go.
struct RunContext {
  const Scenario& scenario;
  const BuiltCase& built;
  const RunPlan& plan;
  const Observations& observations;
  MapSink maps;
  ProgressCallback progress;
  std::stop_token stop;
};

/// One run: its pieces are called in order by `run_simulation` and `run_forecast`, and fill one
/// outcome.
class Runner {
 public:
  Runner(RunContext context, RunOutcome& outcome);

  /// Series, rain, sampling: everything before the first step. `from` is where the run begins.
  Result<void> prepare(Time from, const std::vector<AreaQuery>& areas);

  /// Steps from the outcome's start to the reference time on observed forcing, with analyses of the
  /// water table at calendar multiples after the start; the state at `save` is kept on the way.
  Result<void> hindcast(model::Simulation& simulation, Time save);
  /// Its volumes and steps, once it and the analysis at its end are done.
  void count_hindcast(const model::Simulation& simulation) { count(simulation, true); }
  const std::optional<model::State>& state_to_save() const { return state_to_save_; }

  /// The map from the wells at `time`, put into the simulation where there is groundwater.
  Result<void> analyse(model::Simulation& simulation, Time time);

  /// Steps one member from the reference time to the end; maps go to the sink.
  Result<void> member(model::Simulation& simulation, int member, const Perturbation& perturbation);

  const ResolvedForcing& forcing() const { return forcing_; }
  ForcingPeriod period() const { return period_; }
  /// The last instant <= the reference time before which no later reading changes the forcing.
  Time settled_until() const;
  bool has_groundwater() const;

  /// Shares of members, volumes of the whole.
  void finish();

 private:
  Result<void> sample_at(model::Simulation& simulation, Time time, int member);
  March make_march(const std::string& phase, Time from, Time end, int member);
  void add_gauges();
  void count(const model::Simulation& simulation, bool into_balance);
  void count_probabilities(const model::Maxima& maxima);

  RunContext context_;
  RunOutcome& outcome_;
  ForcingPeriod period_;
  ResolvedForcing forcing_;
  std::optional<RainForcing> rain_;
  std::vector<AreaCells> cells_;
  std::optional<model::State> state_to_save_;
  bool counted_ = false;
  double done_seconds_ = 0.0, all_seconds_ = 1.0;
};

/// Adds the seconds of a scope to a phase of RunOutcome::timings.
class PhaseTimer {
 public:
  PhaseTimer(RunOutcome& outcome, std::string phase);
  ~PhaseTimer();
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;
  PhaseTimer(PhaseTimer&&) = delete;
  PhaseTimer& operator=(PhaseTimer&&) = delete;

 private:
  RunOutcome& outcome_;
  std::string phase_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace vandvagt::forecast::detail
