// How readings lie in PostgreSQL: the tables of schema_sqlite.cpp, in a schema of ours, with the
// readings partitioned by month.
#include <fmt/format.h>

#include <array>

#include "sensors/detail/postgresql.hpp"
#include "sensors/detail/schema.hpp"

namespace vandvagt::sensors::detail {
namespace {

using namespace std::chrono;

// No foreign keys: each would be a look-up for each reading, and `check_integrity` looks at all.
constexpr const char* version_1 = R"(
CREATE SCHEMA vandvagt;
COMMENT ON SCHEMA vandvagt IS 'Vandvagt: readings of sensors; times are microseconds since 1970 UTC';
CREATE TABLE vandvagt.store_version (version BIGINT NOT NULL);
CREATE TABLE vandvagt.series (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  station TEXT NOT NULL,
  parameter TEXT NOT NULL,
  UNIQUE (station, parameter)
);
CREATE TABLE vandvagt.reading (
  series BIGINT NOT NULL,
  time BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,    -- SI, in the grid's datum
  session BIGINT, sequence BIGINT,
  flag BIGINT NOT NULL,               -- QARTOD, real time
  tests TEXT NOT NULL,                -- one digit per test
  late BIGINT NOT NULL,
  received BIGINT NOT NULL,
  PRIMARY KEY (series, time, revision)
) PARTITION BY RANGE (time);
CREATE TABLE vandvagt.review (
  series BIGINT NOT NULL,
  time BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  number BIGINT NOT NULL,             -- 1, 2, … of one reading
  flag BIGINT NOT NULL,
  tests TEXT NOT NULL,
  made BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  PRIMARY KEY (series, time, revision, number)
);
CREATE TABLE vandvagt.sequence_range (
  station TEXT NOT NULL,
  session BIGINT NOT NULL,
  first BIGINT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (station, session, first)
);
CREATE TABLE vandvagt.session_heard (
  station TEXT PRIMARY KEY,
  session BIGINT NOT NULL
);
CREATE TABLE vandvagt.quarantine (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  received BIGINT NOT NULL,
  topic TEXT NOT NULL,
  reason TEXT NOT NULL,
  payload BYTEA NOT NULL
);
INSERT INTO vandvagt.store_version VALUES (0);
)";

// What a retention has thinned: readings before a time, to a few in each interval.
constexpr const char* version_2 = R"(
CREATE TABLE vandvagt.thinned (
  series BIGINT NOT NULL,
  interval BIGINT NOT NULL,           -- microseconds
  before BIGINT NOT NULL,
  PRIMARY KEY (series, interval)
);
)";

// As in schema_sqlite.cpp: a step that is in use is never changed.
constexpr std::array migrations{version_1, version_2};
constexpr auto version = static_cast<std::int64_t>(migrations.size());

// What lies outside of these years shares a partition on each side: a clock that is wrong must not
// make thousands.
constexpr sys_days first_month = January / 1 / 1970, end_of_months = January / 1 / 2070;

std::int64_t micros(sys_days day) {
  return duration_cast<microseconds>(day.time_since_epoch()).count();
}

year_month month_of(std::int64_t time) {
  const year_month_day date{floor<days>(sys_time<microseconds>{microseconds{time}})};
  return date.year() / date.month();
}

struct Partition {
  std::string name{}, from{}, to{};
};

Partition partition_of(std::int64_t time) {
  const auto first = std::to_string(micros(first_month)),
             end = std::to_string(micros(end_of_months));
  if (time < micros(first_month)) return {"reading_before_1970", "MINVALUE", first};
  if (time >= micros(end_of_months)) return {"reading_from_2070", end, "MAXVALUE"};
  const auto month = month_of(time);
  return {fmt::format("reading_{:04}_{:02}", static_cast<int>(month.year()),
                      static_cast<unsigned>(month.month())),
          std::to_string(micros(sys_days{month / 1})),
          std::to_string(micros(sys_days{(month + months{1}) / 1}))};
}

// The number of the month, and one for each side.
std::int64_t month_number(std::int64_t time) {
  if (time < micros(first_month)) return -1;
  if (time >= micros(end_of_months)) time = micros(end_of_months);
  const auto month = month_of(time);
  return 12 * (static_cast<int>(month.year()) - 1970) + static_cast<unsigned>(month.month()) - 1;
}

Result<std::int64_t> present_version(PostgresqlConnection& connection) {
  const auto ours =
      connection.integer("SELECT count(*) FROM pg_namespace WHERE nspname = 'vandvagt'");
  if (!ours) return fail(ours.error());
  if (*ours == 0) return 0;
  const auto table = connection.integer(
      "SELECT count(*) FROM pg_tables WHERE schemaname = 'vandvagt' AND tablename = "
      "'store_version'");
  if (!table) return fail(table.error());
  if (*table == 0)
    return fail(ErrorCode::refused, connection.name() +
                                        ": its schema vandvagt is no store of readings; name"
                                        " another database");
  return connection.integer("SELECT version FROM vandvagt.store_version");
}

}  // namespace

Result<void> prepare_schema(PostgresqlConnection& connection) {
  const auto found = present_version(connection);
  if (!found) return fail(found.error());
  if (*found > version)
    return fail(ErrorCode::refused, connection.name() + ": written by a newer vandvagt (schema " +
                                        std::to_string(*found) + "); update this one");
  if (*found == version) return {};
  return connection.transaction([&]() -> Result<void> {
    // Another process may have been faster since we looked.
    const auto present = present_version(connection);
    if (!present) return fail(present.error());
    for (auto step = *present; step < version; ++step)
      if (auto made = connection.execute(migrations[static_cast<std::size_t>(step)]); !made)
        return made;
    return connection.execute("UPDATE vandvagt.store_version SET version = " +
                              std::to_string(std::max(*present, version)));
  });
}

// Made beside and attached, so that nobody who reads has to wait for the transaction. That it is
// made once is sure because there is one writer at a time.
Result<void> PostgresqlConnection::make_room(std::int64_t time) {
  const auto number = month_number(time);
  if (months_.contains(number) || new_months_.contains(number)) return {};
  const auto partition = partition_of(time);
  auto query =
      prepare("SELECT count(*) FROM pg_tables WHERE schemaname = 'vandvagt' AND tablename = ?1");
  if (!query) return fail(query.error());
  const auto row = query->bind(1, partition.name).step();
  if (!row) return fail(row.error());
  if (query->integer(0) == 0)
    if (auto made = execute(fmt::format(
            "CREATE TABLE vandvagt.{0} (LIKE vandvagt.reading INCLUDING ALL);"
            "ALTER TABLE vandvagt.reading ATTACH PARTITION vandvagt.{0} FOR VALUES FROM ({1})"
            " TO ({2})",
            partition.name, partition.from, partition.to));
        !made)
      return made;
  new_months_.insert(number);
  return {};
}

// Reading every row makes the server look at the checksums of its pages where it keeps some; its
// own check of the indexes (the extension amcheck) is used where it is installed and permitted.
Result<void> PostgresqlConnection::check_files() {
  for (const char* sql : {"SELECT count(value) + sum(length(tests)) FROM reading",
                          "SELECT count(*) + sum(length(tests)) FROM review",
                          "SELECT count(*) + sum(length(payload)) FROM quarantine"})
    if (const auto read = integer(sql); !read) return fail(read.error());
  const auto may = integer(
      "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE proname ="
      " 'bt_index_check' AND pronargs = 2 AND has_function_privilege(p.oid, 'EXECUTE')"
      " AND nspname = 'public'");
  if (!may) return fail(may.error());
  if (*may == 0) return {};
  return execute(
      "SELECT public.bt_index_check(c.oid, true) FROM pg_class c JOIN pg_namespace n"
      " ON n.oid = c.relnamespace JOIN pg_am a ON a.oid = c.relam"
      " WHERE n.nspname = 'vandvagt' AND c.relkind = 'i' AND a.amname = 'btree'");
}

}  // namespace vandvagt::sensors::detail
