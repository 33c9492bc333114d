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
  bool clock_behind;    // `now` lies before the last evaluation
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

/// True where `value` is as bad as `limit` or worse.
inline bool reaches(const Rule& rule, double value, double limit) {
  return direction(rule.quantity) * value >= direction(rule.quantity) * limit;
}

}  // namespace vandvagt::alerts::detail
