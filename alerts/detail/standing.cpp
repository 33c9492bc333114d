#include <fmt/format.h>

#include <algorithm>

#include "alerts/detail/evaluation.hpp"

namespace vandvagt::alerts::detail {
namespace {

// What decides the standing, worked out once for each evaluation.
struct Signals {
  Standing by_readings = Standing::none();
  Standing by_forecast = Standing::none();
  int raised = -1;         // the higher of the two
  bool readings = false;   // fresh good readings are there
  bool forecast = false;   // a valid run, none failed since
  bool good_data = false;  // what the rule lives on is there
  bool too_long = false;   // hold_max has passed since the last good data
};

void consider(std::optional<Time>& latest, Time candidate) {
  if (!latest || candidate > *latest) latest = candidate;
}

// Until when good data bore the standing level: readings at their own time, a forecast until it
// expires or fails.
void update_last_good(Evaluation& evaluation, const Signals& signals) {
  auto& state = evaluation.state();
  const Rule& rule = evaluation.rule;
  if (watches_readings(rule) && state.newest) consider(state.last_good, state.newest->time);
  const auto stale_since = forecast_stale_since(state, rule);
  if (!stale_since || state.runs.empty()) return;
  if (!watches_readings(rule) || signals.by_forecast.active()) {
    consider(state.last_good, std::min(evaluation.now, *stale_since));
  }
}

Signals read_signals(Evaluation& evaluation) {
  const Rule& rule = evaluation.rule;
  auto& state = evaluation.state();
  Signals signals;
  signals.by_readings = raised_by_readings(state, rule, evaluation.now);
  signals.by_forecast = raised_by_forecast(state, rule, evaluation.now);
  signals.raised = std::max(signals.by_readings.active() ? signals.by_readings.index() : -1,
                            signals.by_forecast.active() ? signals.by_forecast.index() : -1);
  signals.readings = readings_current(state, rule, evaluation.now);
  signals.forecast = forecast_current(state, rule, evaluation.now);
  signals.good_data = watches_readings(rule) ? signals.readings : signals.forecast;
  signals.raised = without_rejected(evaluation, signals.raised, signals.by_readings);
  update_last_good(evaluation, signals);
  signals.too_long = !state.last_good || evaluation.now - *state.last_good > rule.hold_max;
  const auto forecast_stale = forecast_stale_since(state, rule);
  state.stale = !signals.good_data || (forecast_stale && !signals.forecast);
  return signals;
}

// A forecast that is gone for longer than hold_max is not waited for: readings decide alone.
void note_lost_forecast(Evaluation& evaluation) {
  auto& state = evaluation.state();
  const auto stale_since = forecast_stale_since(state, evaluation.rule);
  if (!watches_readings(evaluation.rule) || state.forecast_given_up || !stale_since ||
      evaluation.now - *stale_since <= evaluation.rule.hold_max) {
    return;
  }
  state.forecast_given_up = true;
  evaluation.tell_operators(
      fmt::format("rule {}: no usable forecast since {}{}; from now on readings alone decide",
                  evaluation.rule.id, format_time(*stale_since),
                  state.failed_why.empty() ? "" : " (" + state.failed_why + ")"));
}

bool expected_below(const Evaluation& evaluation, std::size_t level) {
  const auto& state = evaluation.state();
  if (!forecast_stale_since(state, evaluation.rule)) return true;  // the rule has no forecast
  if (!forecast_current(state, evaluation.rule, evaluation.now)) return state.forecast_given_up;
  const auto& until = state.runs.back().levels[level].possible_until;
  return !until || *until < evaluation.now;
}

// May the water be said to have fallen out of `level`?
bool may_leave(const Evaluation& evaluation, const Signals& signals, int level) {
  const auto& state = evaluation.state();
  const Rule& rule = evaluation.rule;
  const auto index = static_cast<std::size_t>(level);
  if (evaluation.clock_behind || !signals.good_data || signals.raised >= level) return false;
  const auto& since = state.below_since[index];
  if (!since) return false;
  const Time seen_until = watches_readings(rule) ? state.newest->time : evaluation.now;
  if (seen_until - *since < rule.clear_after) return false;
  if (state.raised_at && evaluation.now - *state.raised_at < rule.clear_after) return false;
  return expected_below(evaluation, index);
}

// A fall does not come to rest on a level that is not in force on that day.
Standing lowered(const Evaluation& evaluation, const Signals& signals, int from) {
  const auto resting = [&](int level) {
    return level == from ||
           in_force(evaluation.rule, static_cast<std::size_t>(level), evaluation.latest);
  };
  int level = from;
  while (level >= 0 && (!resting(level) || may_leave(evaluation, signals, level))) --level;
  return level < 0 ? Standing::none() : Standing::level(level);
}

bool nothing_reaches_lowest(const Evaluation& evaluation) {
  const auto& state = evaluation.state();
  const Rule& rule = evaluation.rule;
  if (!watches_readings(rule)) return true;
  for (std::size_t k = 0; k < rule.levels.size(); ++k) {
    if (!in_force(rule, k, evaluation.latest)) continue;
    return !reaches(rule, state.newest->value, rule.levels[k].raise);
  }
  return true;
}

Standing next_standing(Evaluation& evaluation, const Signals& signals) {
  const auto& state = evaluation.state();
  const bool live = !state.incident.empty();
  const int held = standing_index(state);
  if (signals.raised > held) return Standing::level(signals.raised);
  if (state.level.is_unknown()) {
    const bool back = signals.good_data || signals.raised >= 0;
    if (live) return back ? Standing::level(held) : Standing::unknown();
    // One reading at the lowest level neither warns nor gives an all-clear: wait for the next.
    return back && nothing_reaches_lowest(evaluation) ? Standing::none() : Standing::unknown();
  }
  if (state.level.active()) {
    const Standing next = lowered(evaluation, signals, held);
    if (next != state.level) return next;
  }
  const bool lost = signals.too_long && signals.raised < 0;
  return lost ? Standing::unknown() : state.level;
}

Basis next_basis(const WarningState& state, const Signals& signals, Standing next) {
  if (!next.active()) return next.is_none() ? Basis::none : state.basis;
  if (signals.by_readings.active() && signals.by_readings.index() >= next.index()) {
    return Basis::observed;
  }
  const bool risen = next.index() > standing_index(state);
  return risen ? Basis::forecast : state.basis;
}

// Out of season with no incident live nobody waits for the data; when the season comes and there
// are none, operators hear of it.
void note_season(Evaluation& evaluation) {
  auto& state = evaluation.state();
  const bool out = !in_season(evaluation.rule.season, evaluation.latest);
  if (out != state.out_of_force) {
    evaluation.explain(out ? "the rule's season is over: nothing is raised"
                           : "the rule's season has begun");
    if (!out && state.level.is_unknown()) {
      evaluation.tell_operators(
          fmt::format("rule {} (area {}): its season begins and nothing is known",
                      evaluation.rule.id, evaluation.rule.area));
    }
  }
  state.out_of_force = out;
}

}  // namespace

void decide_standing(Evaluation& evaluation) {
  auto& state = evaluation.state();
  note_season(evaluation);
  const Signals signals = read_signals(evaluation);
  note_lost_forecast(evaluation);
  const Standing next = next_standing(evaluation, signals);
  state.basis = next_basis(state, signals, next);
  if (next == state.level) {
    if (state.stale && !next.is_unknown()) {
      evaluation.explain("a source is silent, failed or expired: the level is held");
    }
    return;
  }
  evaluation.explain(fmt::format("{} -> {}", to_string(state.level, evaluation.rule),
                                 to_string(next, evaluation.rule)));
  if (next.is_unknown() && !(state.out_of_force && state.incident.empty())) {
    evaluation.tell_operators(fmt::format(
        "rule {} (area {}): nothing is known any more; no good data since {}", evaluation.rule.id,
        evaluation.rule.area, state.last_good ? format_time(*state.last_good) : "ever"));
  }
  const bool rises = next.active() && next.index() > standing_index(state);
  if (rises) state.raised_at = evaluation.latest;
  state.level = next;
  state.since = evaluation.latest;
}

}  // namespace vandvagt::alerts::detail
