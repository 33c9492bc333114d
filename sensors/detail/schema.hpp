#pragma once

#include "sensors/detail/sqlite.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors::detail {

/// Make an opened file a durable store of readings of the present version, or say why it is none.
Result<void> prepare_schema(Connection& connection, const std::string& file,
                            const StoreOptions& options);

}  // namespace vandvagt::sensors::detail
