#include <fmt/format.h>

#include <algorithm>

#include "alerts/detail/evaluation.hpp"

namespace vandvagt::alerts {
namespace {

using detail::Evaluation;

// What a rule's levels are, to the last bit. Releases that knew no versions of rules left out what
// an area is counted by; their records give the same again.
std::string key_of_levels(const Rule& rule, bool with_area = true) {
  std::string key = to_string(rule.quantity) + ";" + rule.datum;
  for (const auto& level : rule.levels) {
    key += fmt::format(";{}:{:a}:{:a}", level.name, level.raise, level.clear);
  }
  if (rule.quantity == Quantity::rate_of_rise) {
    key += fmt::format(";{}", rule.rise_window.count());
  }
  if (rule.quantity == Quantity::shallow_groundwater_share) {
    key += fmt::format(";{:a}", rule.shallower_than);
  }
  if (!with_area || rule.version == 0) return key;
  if (rule.quantity == Quantity::area_share) key += fmt::format(";deeper {:a}", rule.area_depth);
  if (rule.quantity == Quantity::area_depth) key += fmt::format(";share {:a}", rule.area_share);
  return key;
}

// A state that was saved under other levels keeps its incident; what was derived from the old
// levels is dropped and comes anew with the next evidence. One saved by an earlier release, without
// what an area is counted by, is taken to have meant the same.
void fit_to_rule(WarningState& state, const Rule& rule) {
  const std::string key = key_of_levels(rule);
  const bool same_levels =
      state.levels_key == key || state.levels_key == key_of_levels(rule, false);
  const bool same = same_levels && state.below_since.size() == rule.levels.size();
  state.levels_key = key;
  state.rule = rule.id;
  state.rule_version = rule.version;
  state.area = rule.area;
  if (same) return;
  state.below_since.assign(rule.levels.size(), std::nullopt);
  state.runs.clear();
  state.recent.clear();
  state.rejection.reset();
  const int highest = static_cast<int>(rule.levels.size()) - 1;
  state.held = std::min(state.held, highest);
  state.told_held = std::min(state.told_held, highest);
  for (Standing* level : {&state.level, &state.told_level}) {
    if (level->active()) *level = Standing::level(std::min(level->index(), highest));
  }
}

Evaluation start(const Rule& rule, const WarningState& previous, const Evidence& evidence, Time now,
                 const Issuer& issuer) {
  const Time latest = std::max(now, previous.evaluated);
  Evaluation evaluation{
      .rule = rule,
      .evidence = evidence,
      .issuer = issuer,
      .now = now,
      .latest = latest,
      .clock_behind = now < previous.evaluated || evidence.clock_doubted,
      .before = previous,
      .decision = {
          .state = previous, .message = {}, .draft = {}, .operator_notes = {}, .explanation = {}}};
  fit_to_rule(evaluation.state(), rule);
  evaluation.before = evaluation.state();
  if (previous.evaluated == Time{}) evaluation.state().since = now;  // the first evaluation
  evaluation.state().evaluated = latest;
  return evaluation;
}

void note_clock(Evaluation& evaluation) {
  auto& state = evaluation.state();
  const bool behind = evaluation.now < evaluation.latest;
  if (evaluation.evidence.clock_doubted && !state.clock_doubted) {
    evaluation.tell_operators(
        "the clock has jumped to " + format_time(evaluation.now) +
        "; nothing is lowered until it is set right or has been believed for as long");
  }
  state.clock_doubted = evaluation.evidence.clock_doubted;
  if (behind && !state.clock_behind) {
    evaluation.tell_operators(fmt::format(
        "the clock says {}, an evaluation was made at {} already; nothing is lowered until then",
        format_time(evaluation.now), format_time(evaluation.latest)));
  }
  state.clock_behind = behind;
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

Standing told_standing(const WarningState& state) {
  if (state.incident.empty()) return state.level;
  return state.revision == 0 ? Standing::unknown() : state.told_level;
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
  if (state.revision == 0) {
    evaluation.explain("nothing of the incident was told: it ends without a word");
    detail::settle_proposal(evaluation, "cancelled");
    detail::close_incident(state);
  } else {
    // What is withdrawn is what was told, not what waits for approval.
    detail::settle_proposal(evaluation, "cancelled");
    state.level = state.told_level;
    state.held = state.told_held;
    detail::compose_message(evaluation, reason.empty() ? "error" : reason);
  }
  // What raised it was judged wrong: only new evidence may raise again.
  state.level = Standing::unknown();
  state.since = evaluation.latest;
  state.basis = Basis::none;
  state.stale = true;
  state.newest.reset();
  state.before.reset();
  state.last_good.reset();
  state.recent.clear();
  state.runs.clear();
  std::fill(state.below_since.begin(), state.below_since.end(), std::nullopt);
  return std::move(evaluation.decision);
}

Decision release(const Rule& rule, const WarningState& previous, const TextEdits& edits, Time now,
                 const Issuer& issuer) {
  const Evidence nothing;
  Evaluation evaluation = start(rule, previous, nothing, now, issuer);
  if (evaluation.state().proposal) {
    detail::compose_released(evaluation, edits);
  } else {
    evaluation.explain("nothing waits for approval");
  }
  return std::move(evaluation.decision);
}

Decision reject(const Rule& rule, const WarningState& previous, Time now, const Issuer& issuer) {
  const Evidence nothing;
  Evaluation evaluation = start(rule, previous, nothing, now, issuer);
  auto& state = evaluation.state();
  if (!state.proposal) {
    evaluation.explain("nothing waits for approval");
    return std::move(evaluation.decision);
  }
  const Proposal refused = *state.proposal;
  detail::settle_proposal(evaluation, "rejected");
  if (refused.rise) {
    state.rejection =
        Rejection{refused.level.index(), state.basis, evaluation.latest + rule.approval.rejection};
  } else {
    std::fill(state.below_since.begin(), state.below_since.end(), std::nullopt);
    state.raised_at = evaluation.latest;
  }
  state.level = state.told_level;
  state.held = state.told_held;
  state.basis = state.told_basis;
  if (state.revision == 0) {
    // Nothing was told, so nothing is to be withdrawn; only good data make it "none".
    detail::close_incident(state);
    state.level = state.stale ? Standing::unknown() : Standing::none();
    state.basis = Basis::none;
  }
  state.since = evaluation.latest;
  return std::move(evaluation.decision);
}

}  // namespace vandvagt::alerts
