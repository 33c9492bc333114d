#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "alerts/rules_test.hpp"
#include "core/fault.hpp"

namespace vandvagt::config {

/// Reads a `*.rules-test.toml` strictly (docs/warnings.md, "Rules have tests"): cases of the given
/// rules. Every fault is added with `file:line: key`; what is returned is whole only where none
/// was.
std::vector<alerts::RulesTestCase> load_rules_test(const std::filesystem::path& file,
                                                   std::span<const alerts::Rule> rules,
                                                   Faults& faults);

/// The tests beside a configuration: `town.toml` has `town.rules-test.toml` and any
/// `town.*.rules-test.toml`, in order of name.
std::vector<std::filesystem::path> rules_tests_of(const std::filesystem::path& configuration);

}  // namespace vandvagt::config
