#include "sensors/detail/schema.hpp"

#include <algorithm>
#include <array>

#include "sensors/detail/sqlite.hpp"

namespace vandvagt::sensors::detail {
namespace {

constexpr std::int64_t application_id = 0x56764f62;  // "VvOb", so that `file` and we know our own

// Times are microseconds since 1970 UTC. A row once written is never changed: corrections are new
// revisions, later verdicts new rows of review. Only sequence_range is merged, and quarantine cut.
constexpr const char* sqlite_version_1 = R"(
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  station TEXT NOT NULL,
  parameter TEXT NOT NULL,
  UNIQUE (station, parameter)
) STRICT;
CREATE TABLE reading (
  series INTEGER NOT NULL REFERENCES series,
  time INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  value REAL NOT NULL,                -- SI, in the grid's datum
  session INTEGER, sequence INTEGER,
  flag INTEGER NOT NULL,              -- QARTOD, real time
  tests TEXT NOT NULL,                -- one digit per test
  late INTEGER NOT NULL,
  received INTEGER NOT NULL,
  PRIMARY KEY (series, time, revision)
) STRICT, WITHOUT ROWID;
CREATE TABLE review (
  series INTEGER NOT NULL REFERENCES series,
  time INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  number INTEGER NOT NULL,            -- 1, 2, … of one reading
  flag INTEGER NOT NULL,
  tests TEXT NOT NULL,
  made INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  PRIMARY KEY (series, time, revision, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE sequence_range (
  station TEXT NOT NULL,
  session INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (station, session, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE session_heard (
  station TEXT PRIMARY KEY NOT NULL,
  session INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received INTEGER NOT NULL,
  topic TEXT NOT NULL,
  reason TEXT NOT NULL,
  payload BLOB NOT NULL
) STRICT;
)";

// What a retention has thinned: readings before a time, to a few in each interval.
constexpr const char* sqlite_version_2 = R"(
CREATE TABLE thinned (
  series INTEGER NOT NULL REFERENCES series,
  interval INTEGER NOT NULL,          -- microseconds
  before INTEGER NOT NULL,
  PRIMARY KEY (series, interval)
) STRICT, WITHOUT ROWID;
)";

// Step n leads from version n to n + 1; a new file goes through all of them, so that it is
// the same as one that has grown old. A step that is in use is never changed.
constexpr std::array sqlite_migrations{sqlite_version_1, sqlite_version_2};
constexpr auto sqlite_version = static_cast<std::int64_t>(sqlite_migrations.size());

Result<void> migrate(SqliteConnection& connection) {
  return connection.transaction([&]() -> Result<void> {
    // Another process may have been faster since we looked.
    const auto present = connection.integer("PRAGMA user_version");
    if (!present) return fail(present.error());
    for (auto step = *present; step < sqlite_version; ++step)
      if (auto made = connection.execute(sqlite_migrations[static_cast<std::size_t>(step)]); !made)
        return made;
    if (*present >= sqlite_version) return {};
    return connection.execute("PRAGMA application_id = " + std::to_string(application_id) +
                              "; PRAGMA user_version = " + std::to_string(sqlite_version));
  });
}

Result<void> make_durable(SqliteConnection& connection, const std::string& file,
                          const StoreOptions& options) {
  const auto mode = connection.text("PRAGMA journal_mode = WAL");
  if (!mode) return fail(mode.error());
  if (*mode != "wal")
    return fail(ErrorCode::io, file + ": no write-ahead log is possible here (" + *mode +
                                   "); use a local file system");
  if (auto set = connection.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"); !set)
    return set;
  if (options.largest_file <= 0) return {};
  const auto page = connection.integer("PRAGMA page_size");
  if (!page) return fail(page.error());
  return connection.execute("PRAGMA max_page_count = " +
                            std::to_string(std::max<long long>(1, options.largest_file / *page)));
}

}  // namespace

Result<void> prepare_schema(SqliteConnection& connection, const std::string& file,
                            const StoreOptions& options) {
  const auto found = connection.integer("PRAGMA user_version");
  if (!found) return fail(found.error());
  const auto id = connection.integer("PRAGMA application_id");
  if (!id) return fail(id.error());
  const auto objects = connection.integer("SELECT count(*) FROM sqlite_master");
  if (!objects) return fail(objects.error());
  const bool empty = *objects == 0 && *found == 0;
  if (!empty && *id != application_id)
    return fail(ErrorCode::refused,
                file + ": this database is no store of readings; name another file");
  if (!empty && *found > sqlite_version)
    return fail(ErrorCode::refused, file + ": written by a newer vandvagt (schema " +
                                        std::to_string(*found) + "); update this one");
  if (auto durable = make_durable(connection, file, options); !durable) return durable;
  return *found < sqlite_version ? migrate(connection) : Result<void>{};
}

}  // namespace vandvagt::sensors::detail
