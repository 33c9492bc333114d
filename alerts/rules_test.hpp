#pragma once

#include <optional>
#include <string>
#include <vector>

#include "alerts/rule.hpp"
#include "alerts/warning.hpp"
#include "core/fault.hpp"

namespace vandvagt::alerts {

/// One evaluation of a rule's test: what is known by then, or what a person does.
struct RulesTestStep {
  enum class Act { evaluate, approve, reject, cancel };
  Time now;
  Evidence evidence;
  Act act = Act::evaluate;
};

/// A message that must come, or a proposal that must wait for a person. What is not given is not
/// looked at.
struct ExpectedMessage {
  Time at;
  MessageKind kind = MessageKind::alert;
  std::string level;
  std::optional<Basis> basis;
  std::optional<Certainty> certainty;
  std::optional<Urgency> urgency;
  bool waits = false;
  std::string place;  // file and line
};

/// Where the rule must stand after the last evaluation at or before `at`.
struct ExpectedStanding {
  Time at;
  std::string level;
  std::optional<bool> stale;
  std::string place;
};

/// A rule's test as data: what comes in, and what must follow.
struct RulesTestCase {
  std::string name, rule;
  std::string place;                        // file and line
  std::vector<RulesTestStep> steps;         // in order of time
  std::vector<ExpectedMessage> messages;    // in order; no other message may come
  std::vector<ExpectedStanding> standings;  // in order of time
};

/// "alert", "update", "all-clear", "cancel".
std::string to_string(MessageKind kind);

/// Plays the case; each fault says at which place something else was expected, and what came. Needs
/// no broker and no clock: the rule and the times decide.
Faults run_rules_test(const RulesTestCase& test, const Rule& rule);

}  // namespace vandvagt::alerts
