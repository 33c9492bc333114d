#pragma once

#include "core/result.hpp"
#include "sensors/location.hpp"

namespace vandvagt::sensors {

/// Copies a whole store to another place, on the same or on the other back end: readings with all
/// revisions, flag sets, sequence numbers, quarantine, what was thinned. Nobody may write to `from`
/// meanwhile. One transaction: `to` holds all or nothing of it.
/// @return readings copied, all revisions. Error{refused}: `to` holds something already
Result<long long> copy_store(const StoreLocation& from, const StoreLocation& to);

}  // namespace vandvagt::sensors
