#include <fmt/format.h>

#include <algorithm>

#include "alerts/detail/evaluation.hpp"

namespace vandvagt::alerts {
namespace {

using detail::Evaluation;

// What a rule's levels are, to the last bit.
std::string key_of_levels(const Rule& rule) {
  std::string key = to_string(rule.quantity) + ";" + rule.datum;
  for (const auto& level : rule.levels) {
    key += fmt::format(";{}:{:a}:{:a}", level.name, level.raise, level.clear);
  }
  return key;
}

// A state that was saved under other levels keeps its incident; what was derived from the old
// levels is dropped and comes anew with the next evidence.
void fit_to_rule(WarningState& state, const Rule& rule) {
  const std::string key = key_of_levels(rule);
  const bool same = state.levels_key == key && state.below_since.size() == rule.levels.size();
  state.rule = rule.id;
  state.area = rule.area;
  if (same) return;
  state.levels_key = key;
  state.below_since.assign(rule.levels.size(), std::nullopt);
  state.runs.clear();
  const int highest = static_cast<int>(rule.levels.size()) - 1;
  state.held = std::min(state.held, highest);
  if (state.level.active()) state.level = Standing::level(std::min(state.level.index(), highest));
}

Evaluation start(const Rule& rule, const WarningState& previous, const Evidence& evidence, Time now,
                 const Issuer& issuer) {
  const Time latest = std::max(now, previous.evaluated);
  Evaluation evaluation{.rule = rule,
                        .evidence = evidence,
                        .issuer = issuer,
                        .now = now,
                        .latest = latest,
                        .clock_behind = now < previous.evaluated,
                        .before = previous,
                        .decision = {previous, {}, {}, {}}};
  fit_to_rule(evaluation.state(), rule);
  evaluation.before = evaluation.state();
  if (previous.evaluated == Time{}) evaluation.state().since = now;  // the first evaluation
  evaluation.state().evaluated = latest;
  return evaluation;
}

void note_clock(Evaluation& evaluation) {
  auto& state = evaluation.state();
  if (evaluation.clock_behind && !state.clock_behind) {
    evaluation.tell_operators(fmt::format(
        "the clock says {}, an evaluation was made at {} already; nothing is lowered until then",
        format_time(evaluation.now), format_time(evaluation.latest)));
  }
  state.clock_behind = evaluation.clock_behind;
}

}  // namespace

std::string to_string(Standing standing, const Rule& rule) {
  if (standing.is_unknown()) return "unknown";
  if (standing.is_none()) return "none";
  return rule.levels.at(static_cast<std::size_t>(standing.index())).name;
}

std::string to_string(Basis basis) {
  return basis == Basis::observed ? "observed" : basis == Basis::forecast ? "forecast" : "none";
}

WarningState initial_state(const Rule& rule) {
  WarningState state;
  fit_to_rule(state, rule);
  return state;
}

Decision evaluate(const Rule& rule, const WarningState& previous, const Evidence& evidence,
                  Time now, const Issuer& issuer) {
  Evaluation evaluation = start(rule, previous, evidence, now, issuer);
  note_clock(evaluation);
  detail::take_forecast(evaluation);
  detail::take_readings(evaluation);
  detail::decide_standing(evaluation);
  detail::compose_message(evaluation);
  return std::move(evaluation.decision);
}

Decision cancel(const Rule& rule, const WarningState& previous, const std::string& reason, Time now,
                const Issuer& issuer) {
  const Evidence nothing;
  Evaluation evaluation = start(rule, previous, nothing, now, issuer);
  auto& state = evaluation.state();
  if (state.incident.empty()) {
    evaluation.explain("no incident is live: nothing to cancel");
    return std::move(evaluation.decision);
  }
  detail::compose_message(evaluation, reason.empty() ? "error" : reason);
  // What raised it was judged wrong: only new evidence may raise again.
  state.level = Standing::unknown();
  state.since = evaluation.latest;
  state.basis = Basis::none;
  state.stale = true;
  state.newest.reset();
  state.before.reset();
  state.last_good.reset();
  state.runs.clear();
  std::fill(state.below_since.begin(), state.below_since.end(), std::nullopt);
  return std::move(evaluation.decision);
}

}  // namespace vandvagt::alerts
