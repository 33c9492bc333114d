#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "alerts/rule.hpp"
#include "core/fault.hpp"
#include "core/result.hpp"

namespace vandvagt::alerts {

/// A rule as it was in force from a time on.
struct RuleVersion {
  Rule rule;
  Time since;
};

/// Hexadecimal SHA-256 of what a rule says, its version left out: rules of one digest act alike.
std::string content_digest(const Rule& rule);

/// For people: `bridge, version 3 (content 0123456789ab)`.
std::string name_with_version(const Rule& rule);

/// Those of `rules` that are not what was in force last under their id. `known` is in order of
/// time.
std::vector<Rule> changed_rules(std::span<const Rule> rules, std::span<const RuleVersion> known);

/// One for each of `rules` that says something else than when its version was in force last: which
/// keys differ. A rule that goes back to an earlier version as it was is well.
Faults changed_without_version(std::span<const Rule> rules, std::span<const RuleVersion> known);

/// What an outbox knows of rules that were in force, in order of time; nothing is written. Empty
/// where there is no such file, or one of an earlier release.
Result<std::vector<RuleVersion>> read_rule_versions(const std::filesystem::path& outbox);

}  // namespace vandvagt::alerts
