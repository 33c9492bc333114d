#include "sensors/detail/schema.hpp"

#include "sensors/detail/postgresql.hpp"
#include "sensors/detail/sqlite.hpp"

namespace vandvagt::sensors::detail {

Result<std::unique_ptr<Connection>> open_database(const StoreLocation& location,
                                                  const StoreOptions& options) {
  if (location.is_server()) {
    auto server = PostgresqlConnection::open(location.postgresql, options.busy_timeout);
    if (!server) return fail(server.error());
    if (auto ready = prepare_schema(**server); !ready) return fail(ready.error());
    return std::move(*server);
  }
  auto file = SqliteConnection::open(location.file, static_cast<int>(options.busy_timeout.count()));
  if (!file) return fail(file.error());
  if (auto ready = prepare_schema(**file, location.file.string(), options); !ready)
    return fail(ready.error());
  return std::move(*file);
}

}  // namespace vandvagt::sensors::detail
