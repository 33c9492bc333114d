#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "alerts/detail/evaluation.hpp"
#include "alerts/detail/rise.hpp"
#include "alerts/detail/run_record.hpp"

namespace vandvagt::alerts::detail {
namespace {

// A reading may be this far ahead of the clock; beyond it the sensor's or our clock is wrong.
constexpr Duration future_allowed = std::chrono::minutes{5};

Time expiry(const RunRecord& run, const Rule& rule) {
  return run.reference_time + rule.cycle + rule.grace;
}

void note_failed_run(Evaluation& evaluation, const std::string& why) {
  auto& state = evaluation.state();
  const auto& forecast = *evaluation.evidence.forecast;
  evaluation.explain(fmt::format("run {} of {} is not usable: {}", forecast.run,
                                 format_time(forecast.reference_time), why));
  const bool newest =
      state.runs.empty() || forecast.reference_time > state.runs.back().reference_time;
  if (!newest || state.failed_run) return;
  state.failed_run = forecast.reference_time;
  state.failed_why = why;
}

// A rule that lives on forecasts counts the time below `clear` from runs that show it has ended.
void note_below_clear(Evaluation& evaluation, const RunRecord& run, bool continuous) {
  auto& below = evaluation.state().below_since;
  for (std::size_t k = 0; k < run.levels.size(); ++k) {
    const Time since = *run.levels[k].below_clear_since;
    if (since > evaluation.now) {
      below[k].reset();
    } else if (!below[k] || !continuous) {
      below[k] = since;
    }
  }
}

// Pushes a good reading behind the newest one.
void note_newest(Evaluation& evaluation, const ObservedReading& reading) {
  auto& state = evaluation.state();
  const Rule& rule = evaluation.rule;
  const bool gap = state.newest && reading.time - state.newest->time > rule.fresh;
  for (std::size_t k = 0; k < rule.levels.size(); ++k) {
    auto& since = state.below_since[k];
    if (reaches(rule, reading.value, rule.levels[k].clear)) {
      since.reset();
    } else if (!since || gap) {
      since = reading.time;
    }
  }
  state.before = state.newest;
  state.newest = reading;
}

// A reading that comes after a newer one tells of the past: it cannot raise, but it can show that
// the water was not below `clear` as early as it seemed.
void note_late(Evaluation& evaluation, const ObservedReading& reading) {
  auto& state = evaluation.state();
  for (std::size_t k = 0; k < evaluation.rule.levels.size(); ++k) {
    auto& since = state.below_since[k];
    if (since && *since <= reading.time &&
        reaches(evaluation.rule, reading.value, evaluation.rule.levels[k].clear)) {
      since = reading.time;
    }
  }
}

void note_peak(WarningState& state, const Rule& rule, const ObservedReading& reading) {
  if (state.incident.empty()) return;
  const double sign = direction(rule.quantity);
  if (!state.peak || sign * reading.value > sign * state.peak->value) {
    state.peak = Peak{reading.value, reading.time};
  }
}

}  // namespace

void Evaluation::tell_operators(std::string line) {
  explain("operators are told: " + line);
  decision.operator_notes.push_back(std::move(line));
}

void take_forecast(Evaluation& evaluation) {
  if (!evaluation.evidence.forecast) return;
  const auto& forecast = *evaluation.evidence.forecast;
  auto& state = evaluation.state();
  const Rule& rule = evaluation.rule;
  if (!forecast.usable) {
    return note_failed_run(evaluation,
                           forecast.why_not.empty() ? "no reason given" : forecast.why_not);
  }
  if (!state.runs.empty() && forecast.reference_time < state.runs.back().reference_time) {
    return evaluation.explain(
        fmt::format("run {} is older than the newest one: not used", forecast.run));
  }
  auto run = record_run(rule, forecast, evaluation.now);
  if (!run) {
    return note_failed_run(evaluation, "no member has a value within the lead window");
  }
  const bool continuous =
      !state.runs.empty() && forecast.reference_time <= expiry(state.runs.back(), rule);
  if (!state.runs.empty() && (state.runs.back().run == run->run ||
                              state.runs.back().reference_time == run->reference_time)) {
    state.runs.pop_back();  // the same run again, or a better one of the same time
  }
  if (!watches_readings(rule)) note_below_clear(evaluation, *run, continuous);
  for (std::size_t k = 0; k < run->levels.size(); ++k) {
    evaluation.explain(
        fmt::format("run {}: {:.0f} % of the members reach {} ({} {}) within the lead "
                    "window",
                    run->run, 100.0 * run->levels[k].share, rule.levels[k].name,
                    in_unit(rule.quantity, rule.levels[k].raise), unit(rule.quantity)));
  }
  state.runs.push_back(std::move(*run));
  const auto kept = static_cast<std::size_t>(std::max(1, rule.runs_looked_at));
  while (state.runs.size() > kept) state.runs.erase(state.runs.begin());
  if (state.failed_run && *state.failed_run <= state.runs.back().reference_time) {
    state.failed_run.reset();
    state.failed_why.clear();
  }
  state.forecast_given_up = false;
}

namespace {

struct Counts {
  int used = 0, late = 0, bad = 0, future = 0;
};

void take_good(Evaluation& evaluation, const ObservedReading& reading, Counts& counts) {
  auto& state = evaluation.state();
  note_peak(state, evaluation.rule, reading);
  const bool is_late = state.newest && reading.time <= state.newest->time;
  is_late ? note_late(evaluation, reading) : note_newest(evaluation, reading);
  ++(is_late ? counts.late : counts.used);
}

// A reading becomes a rate; one that comes late would make a rate of the past and is not used.
void take_rise(Evaluation& evaluation, const ObservedReading& reading, Counts& counts) {
  auto& recent = evaluation.state().recent;
  if (!recent.empty() && reading.time <= recent.back().time) {
    ++counts.late;
    return;
  }
  const auto rise = rise_at(evaluation.rule, recent, reading);
  remember_for_rise(evaluation.rule, recent, reading);
  if (rise) {
    take_good(evaluation, {reading.time, *rise, true, reading.digest}, counts);
  } else {
    ++counts.used;
  }
}

}  // namespace

void take_readings(Evaluation& evaluation) {
  const Rule& rule = evaluation.rule;
  if (!watches_readings(rule)) return;
  const auto& state = evaluation.state();
  Counts counts;
  for (const auto& reading : evaluation.evidence.readings) {
    if (!reading.good || !std::isfinite(reading.value)) {
      ++counts.bad;
    } else if (reading.time > evaluation.latest + future_allowed) {
      ++counts.future;
    } else if (rule.quantity == Quantity::rate_of_rise) {
      take_rise(evaluation, reading, counts);
    } else {
      take_good(evaluation, reading, counts);
    }
  }
  if (evaluation.evidence.readings.empty()) return;
  evaluation.explain(
      fmt::format("{} readings used in order, {} late, {} not good, {} in the future", counts.used,
                  counts.late, counts.bad, counts.future));
  if (state.newest) {
    evaluation.explain(fmt::format("newest good reading {} {} at {}",
                                   in_unit(rule.quantity, state.newest->value), unit(rule.quantity),
                                   format_time(state.newest->time)));
  }
}

const RunRecord* valid_run(const WarningState& state, const Rule& rule, Time now) {
  if (state.runs.empty() || now > expiry(state.runs.back(), rule)) return nullptr;
  return &state.runs.back();
}

std::optional<Time> forecast_stale_since(const WarningState& state, const Rule& rule) {
  if (state.runs.empty()) return state.failed_run;
  const Time expired = expiry(state.runs.back(), rule);
  return state.failed_run ? std::min(expired, *state.failed_run) : expired;
}

bool forecast_current(const WarningState& state, const Rule& rule, Time now) {
  return valid_run(state, rule, now) != nullptr && !state.failed_run;
}

bool readings_current(const WarningState& state, const Rule& rule, Time now) {
  return state.newest && now - state.newest->time <= rule.fresh;
}

Standing raised_by_readings(const WarningState& state, const Rule& rule, Time now) {
  if (!watches_readings(rule) || !state.before || !readings_current(state, rule, now)) {
    return Standing::none();
  }
  if (state.newest->time - state.before->time > rule.fresh) return Standing::none();
  for (int k = static_cast<int>(rule.levels.size()) - 1; k >= 0; --k) {
    const auto level = static_cast<std::size_t>(k);
    if (!in_force(rule, level, now)) continue;
    const double raise = rule.levels[level].raise;
    if (reaches(rule, state.newest->value, raise) && reaches(rule, state.before->value, raise)) {
      return Standing::level(k);
    }
  }
  return Standing::none();
}

Standing raised_by_forecast(const WarningState& state, const Rule& rule, Time now) {
  const RunRecord* newest = valid_run(state, rule, now);
  if (newest == nullptr) return Standing::none();
  // Runs older than M cycles say nothing of the present weather.
  const Time oldest = newest->reference_time - rule.runs_looked_at * rule.cycle - rule.grace;
  for (int k = static_cast<int>(rule.levels.size()) - 1; k >= 0; --k) {
    const auto level = static_cast<std::size_t>(k);
    const auto& outlook = newest->levels[level];
    if (!in_force(rule, level, now) || !outlook.hit || *outlook.until < now) continue;
    int hits = 0, looked_at = 0;
    for (auto run = state.runs.rbegin(); run != state.runs.rend(); ++run) {
      if (++looked_at > rule.runs_looked_at || run->reference_time < oldest) break;
      hits += run->levels[level].hit ? 1 : 0;
    }
    if (hits >= rule.runs_needed) return Standing::level(k);
  }
  return Standing::none();
}

}  // namespace vandvagt::alerts::detail
