#pragma once

#include <optional>
#include <string>

#include "alerts/warning.hpp"

namespace vandvagt::alerts::detail {

/// One evaluation on its way: the decision under construction and what it is made from.
struct Evaluation {
  const Rule& rule;
  const Evidence& evidence;
  const Issuer& issuer;
  Time now;
  Time latest;          // the later of `now` and the last evaluation
  bool clock_behind;    // `now` lies before the last evaluation, or the clock is doubted
  WarningState before;  // as it came
  Decision decision;    // decision.state is the next state

  WarningState& state() { return decision.state; }
  const WarningState& state() const { return decision.state; }
  void explain(std::string line) { decision.explanation.push_back(std::move(line)); }
  void tell_operators(std::string line);
};

// ---- what the evidence says (evidence.cpp)
void take_forecast(Evaluation& evaluation);
void take_readings(Evaluation& evaluation);

/// The newest usable run, if it has not expired at `now`.
const RunRecord* valid_run(const WarningState& state, const Rule& rule, Time now);
/// Since when the forecast cannot be built on: its expiry or a failed run, whichever came first.
/// Nothing where there never was a run.
std::optional<Time> forecast_stale_since(const WarningState& state, const Rule& rule);
/// A valid run, and none has failed since.
bool forecast_current(const WarningState& state, const Rule& rule, Time now);
bool readings_current(const WarningState& state, const Rule& rule, Time now);

/// The highest level that readings or the forecast raise now.
Standing raised_by_readings(const WarningState& state, const Rule& rule, Time now);
Standing raised_by_forecast(const WarningState& state, const Rule& rule, Time now);

// ---- where the rule stands (evaluate.cpp)
void decide_standing(Evaluation& evaluation);

// ---- what is said of it (message.cpp)
void compose_message(Evaluation& evaluation, const std::string& cancel_reason = {});
/// Composes what waits for a person, now released.
void compose_released(Evaluation& evaluation, const TextEdits& edits);

// ---- what a person decides first (proposal.cpp)
/// Does what is to be told now wait for a person?
bool needs_approval(const Rule& rule, const WarningState& state);
/// Has nobody decided in time, and is it then released?
bool released_by_timeout(const Evaluation& evaluation);
/// Makes `draft` the proposal, or leaves the one that says the same as it is.
void propose(Evaluation& evaluation, MessageContent draft);
/// What waited waits no more.
void settle_proposal(Evaluation& evaluation, const std::string& outcome);
/// The level raised by the evidence, with what a person refused left out.
int without_rejected(Evaluation& evaluation, int raised, Standing by_readings);

/// The index of the level that stands or is held, -1 for none: an all-clear that waits for a
/// person has left the level already.
inline int standing_index(const WarningState& state) {
  return state.incident.empty() || state.level.is_none() ? -1 : state.held;
}

/// An incident that ends leaves nothing behind that a later one could take up.
void close_incident(WarningState& state);

/// True where `value` is as bad as `limit` or worse.
inline bool reaches(const Rule& rule, double value, double limit) {
  return direction(rule.quantity) * value >= direction(rule.quantity) * limit;
}

}  // namespace vandvagt::alerts::detail
