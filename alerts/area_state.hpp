#pragma once

#include <span>
#include <string>
#include <vector>

#include "alerts/options.hpp"
#include "alerts/rule.hpp"
#include "alerts/warning.hpp"

namespace vandvagt::alerts {

/// A rule with its state, as an area's state is made of them.
struct RuleStanding {
  const Rule& rule;
  const WarningState& state;
};

/// The retained payload of `vv/v1/warn/<area>/state`: {incident, level, since, expires, cap_id,
/// revision, basis, stale, severity, rules:[...]}. The worst active rule gives the head; with none
/// active the area is unknown as soon as one rule is, or where it has no rule at all: a missing
/// series is never "none". So it is with rules that are out of season, and where a first
/// warning waits for a person. What is said is what was told.
std::string area_state_json(const std::string& area, std::span<const RuleStanding> rules,
                            const Options& options);

}  // namespace vandvagt::alerts
