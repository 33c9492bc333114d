#pragma once

#include <memory>

#include "sensors/detail/database.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors::detail {

class SqliteConnection;
class PostgresqlConnection;

/// A durable store of readings of the present version, or why it is none.
Result<std::unique_ptr<Connection>> open_database(const StoreLocation& location,
                                                  const StoreOptions& options);

/// Makes the tables, or leads those of an older version to the present one.
Result<void> prepare_schema(SqliteConnection& connection, const std::string& file,
                            const StoreOptions& options);
Result<void> prepare_schema(PostgresqlConnection& connection);

}  // namespace vandvagt::sensors::detail
