#pragma once

#include <map>
#include <utility>
#include <vector>

#include "sensors/detail/sqlite.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors::detail {

/// Adds the sequence numbers of readings to the ranges kept per station and session; inside a
/// transaction.
Result<void> record_sequences(Connection& connection, const std::vector<Reading>& readings);

/// What `Store::progress` answers.
Result<std::optional<Progress>> read_progress(Connection& connection, const std::string& station);

}  // namespace vandvagt::sensors::detail
