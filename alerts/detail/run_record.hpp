#pragma once

#include <optional>

#include "alerts/evidence.hpp"
#include "alerts/rule.hpp"
#include "alerts/warning.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts::detail {

/// What a usable run says of each level at `now`: only what lies at or after `now` within the lead
/// window can raise. Nothing where no member has a value there.
std::optional<RunRecord> record_run(const Rule& rule, const ForecastEvidence& forecast, Time now);

/// How many of `members` make up the rule's raise probability; at least one.
std::size_t members_needed(const Rule& rule, std::size_t members);

}  // namespace vandvagt::alerts::detail
