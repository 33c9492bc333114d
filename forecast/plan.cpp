#include <fmt/format.h>

#include <algorithm>

#include "forecast/detail/names.hpp"
#include "forecast/detail/rain_parts.hpp"
#include "forecast/run.hpp"

namespace vandvagt::forecast {
namespace {

Result<void> need_multiple(Duration value, Duration sync, const std::string& key) {
  if (value <= Duration{0}) {
    return fail(ErrorCode::invalid_input, key + " must be longer than nothing");
  }
  if (value % sync != Duration{0}) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{}: {} is no multiple of solver.sync_interval ({})", key,
                            format_duration(value), format_duration(sync)));
  }
  return {};
}

/// What both kinds of run need, and the map times.
Result<RunPlan> complete(RunPlan plan, const Scenario& scenario) {
  const Duration sync = scenario.solver.sync_interval;
  if (sync <= Duration{0}) {
    return fail(ErrorCode::invalid_input, "solver.sync_interval must be longer than nothing");
  }
  for (const auto& [value, key] :
       {std::pair{scenario.output.interval, "output.interval"},
        std::pair{scenario.output.map_interval, "output.map_interval"}}) {
    if (auto ok = need_multiple(value, sync, key); !ok) return fail(ok.error());
  }
  for (Time t = plan.reference_time; t < plan.end; t += scenario.output.map_interval) {
    plan.map_times.push_back(t);
  }
  plan.map_times.push_back(plan.end);
  return plan;
}

}  // namespace

Result<RunPlan> plan_simulation(const Scenario& scenario) {
  RunPlan plan;
  const Duration sync = scenario.solver.sync_interval;
  if (auto ok = need_multiple(scenario.time.duration, sync, "time.duration"); !ok) {
    return fail(ok.error());
  }
  plan.start = plan.reference_time = scenario.time.start;
  plan.end = plan.start + scenario.time.duration;
  if (detail::floor_to(plan.start, sync) != plan.start) {
    return fail(ErrorCode::invalid_input,
                "time.start must be a multiple of solver.sync_interval since 1970");
  }
  plan.run = detail::file_name_of(scenario.name);
  return complete(std::move(plan), scenario);
}

Result<RunPlan> plan_forecast(const Scenario& scenario, Time reference_time) {
  RunPlan plan;
  plan.forecast = true;
  const Duration sync = scenario.solver.sync_interval;
  if (auto ok = need_multiple(scenario.time.horizon, sync, "time.horizon"); !ok) {
    return fail(ok.error());
  }
  if (scenario.time.spin_up < Duration{0}) {
    return fail(ErrorCode::invalid_input, "time.spin_up must not be negative");
  }
  plan.members = std::max(1, scenario.ensemble.members);
  plan.reference_time = detail::floor_to(reference_time, sync);
  plan.start = detail::floor_to(plan.reference_time - scenario.time.spin_up, sync);
  plan.end = plan.reference_time + scenario.time.horizon;
  plan.run = detail::file_name_of(scenario.name) + "-" + format_time_compact(plan.reference_time);
  return complete(std::move(plan), scenario);
}

}  // namespace vandvagt::forecast
