#pragma once

#include <vector>

#include "alerts/detail/sqlite.hpp"
#include "alerts/rule_version.hpp"
#include "core/result.hpp"

/// Rules that were in force as rows of the outbox: never altered and never removed.
namespace vandvagt::alerts::detail {

extern const char* const rule_schema;

Result<void> store_rule_version(sqlite3* database, const RuleVersion& version);
/// All of them, in order of time.
Result<std::vector<RuleVersion>> read_rule_versions(sqlite3* database);

}  // namespace vandvagt::alerts::detail
