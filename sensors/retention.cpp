#include "sensors/retention.hpp"

#include "sensors/detail/database.hpp"
#include "sensors/detail/schema.hpp"

namespace vandvagt::sensors {
namespace {

using detail::Connection;

constexpr Duration step = std::chrono::days{31};  // of one transaction

constexpr const char* make_going = R"(
CREATE TEMP TABLE IF NOT EXISTS going (time BIGINT PRIMARY KEY);
)";
// Times to remove among the newest revisions of ?1 from ?2 to before ?3, by intervals of ?4.
constexpr const char* fill_thinned = R"(
INSERT INTO going
WITH newest AS (
  SELECT r.time, r.value,
         r.time - ((r.time % ?4) + ?4) % ?4 AS interval,
         COALESCE((SELECT v.flag FROM review v WHERE v.series = r.series AND v.time = r.time
                   AND v.revision = r.revision ORDER BY v.number DESC LIMIT 1), r.flag) <= 2
           AS usable
  FROM reading r WHERE r.series = ?1 AND r.time >= ?2 AND r.time < ?3
  AND r.revision = (SELECT max(revision) FROM reading n WHERE n.series = r.series
                    AND n.time = r.time)),
ranked AS (
  SELECT time, usable,
         row_number() OVER (PARTITION BY interval, usable ORDER BY value, time) AS low,
         row_number() OVER (PARTITION BY interval, usable ORDER BY value DESC, time) AS high,
         row_number() OVER (PARTITION BY interval ORDER BY time DESC) AS last
  FROM newest)
SELECT time FROM ranked WHERE NOT (usable AND (low = 1 OR high = 1)) AND last > 1)";
constexpr const char* fill_expired =
    "INSERT INTO going SELECT DISTINCT time FROM reading WHERE series = ?1 AND time >= ?2"
    " AND time < ?3";

std::int64_t count(Time t) {
  return t.time_since_epoch().count();
}

struct Series {
  std::int64_t id = 0;
  std::int64_t first = 0, last = 0;  // times
};

Result<std::vector<Series>> all_series(Connection& connection) {
  auto query = connection.prepare(
      "SELECT s.id, min(r.time), max(r.time) FROM series s JOIN reading r ON r.series = s.id"
      " GROUP BY s.id");
  if (!query) return fail(query.error());
  std::vector<Series> all;
  while (true) {
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) return all;
    all.push_back({query->integer(0), query->integer(1), query->integer(2)});
  }
}

/// Removes the readings whose times are in `going`, with revisions and reviews.
Result<long long> remove_chosen(Connection& connection, std::int64_t series) {
  for (const char* sql :
       {"DELETE FROM review WHERE series = ?1 AND time IN (SELECT time FROM going)",
        "DELETE FROM reading WHERE series = ?1 AND time IN (SELECT time FROM going)"}) {
    auto remove = connection.prepare(sql);
    if (!remove) return fail(remove.error());
    remove->bind(1, series);
    if (auto done = remove->run(); !done) return fail(done.error());
  }
  const auto removed = connection.integer("SELECT count(*) FROM going");
  if (!removed) return fail(removed.error());
  if (auto emptied = connection.execute("DELETE FROM going"); !emptied)
    return fail(emptied.error());
  return static_cast<long long>(*removed);
}

/// One transaction; `interval` 0: everything goes.
Result<long long> remove_between(Connection& connection, std::int64_t series,
                                 std::pair<std::int64_t, std::int64_t> span,
                                 std::int64_t interval) {
  long long removed = 0;
  const auto done = connection.transaction([&]() -> Result<void> {
    auto choose =
        interval > 0 ? connection.prepare(fill_thinned) : connection.prepare(fill_expired);
    if (!choose) return fail(choose.error());
    choose->bind(1, series).bind(2, span.first).bind(3, span.second);
    if (interval > 0) choose->bind(4, interval);
    if (auto filled = choose->run(); !filled) return filled;
    const auto gone = remove_chosen(connection, series);
    if (!gone) return fail(gone.error());
    removed = *gone;
    return {};
  });
  if (!done) return fail(done.error());
  return removed;
}

Result<long long> remove_in_steps(Connection& connection, const Series& series, std::int64_t end,
                                  std::int64_t interval) {
  // Steps begin at a multiple of the interval: no interval is cut in two.
  const std::int64_t unit = interval > 0 ? interval : 1;
  const std::int64_t length = std::max<std::int64_t>(1, step.count() / unit) * unit;
  long long removed = 0;
  std::int64_t from = series.first - ((series.first % unit) + unit) % unit;
  for (; from < end && from <= series.last; from += length) {
    const auto gone =
        remove_between(connection, series.id, {from, std::min(end, from + length)}, interval);
    if (!gone) return fail(gone.error());
    removed += *gone;
  }
  return removed;
}

Result<void> declare(Connection& connection, std::int64_t series, std::int64_t before,
                     std::int64_t interval) {
  auto insert = connection.prepare(
      "INSERT INTO thinned VALUES (?1, ?2, ?3) ON CONFLICT (series, interval) DO UPDATE SET"
      " before = CASE WHEN thinned.before > excluded.before THEN thinned.before"
      " ELSE excluded.before END");
  if (!insert) return fail(insert.error());
  insert->bind(1, series).bind(2, interval).bind(3, before);
  return insert->run();
}

}  // namespace

Result<Tidied> tidy(const StoreLocation& location, const Retention& retention, Time now) {
  if (retention.keep_all <= Duration{0} || retention.thin_to <= Duration{0} ||
      (retention.keep_thinned && *retention.keep_thinned < retention.keep_all))
    return fail(ErrorCode::invalid_input,
                "keep_all and thin_to must be above zero, keep_thinned not shorter than keep_all");
  auto connection = detail::open_database(location, {});
  if (!connection) return fail(connection.error());
  if (auto made = (*connection)->execute(make_going); !made) return fail(made.error());
  const auto all = all_series(**connection);
  if (!all) return fail(all.error());
  const std::int64_t interval = retention.thin_to.count();
  const std::int64_t limit = count(now - retention.keep_all);
  const std::int64_t before = limit - ((limit % interval) + interval) % interval;
  Tidied tidied;
  for (const auto& series : *all) {
    if (retention.keep_thinned) {
      const auto expired =
          remove_in_steps(**connection, series, count(now - *retention.keep_thinned), 0);
      if (!expired) return fail(expired.error());
      tidied.expired += *expired;
    }
    const auto thinned = remove_in_steps(**connection, series, before, interval);
    if (!thinned) return fail(thinned.error());
    tidied.thinned += *thinned;
    if (*thinned == 0) continue;
    if (auto declared = declare(**connection, series.id, before, interval); !declared)
      return fail(declared.error());
  }
  return tidied;
}

Result<std::vector<ThinnedSeries>> read_thinned(const StoreLocation& location) {
  auto connection = detail::open_database(location, {});
  if (!connection) return fail(connection.error());
  auto query =
      (*connection)
          ->prepare(
              "SELECT s.station, s.parameter, t.before, t.interval FROM thinned t JOIN series s"
              " ON s.id = t.series ORDER BY t.before DESC, s.station");
  if (!query) return fail(query.error());
  std::vector<ThinnedSeries> found;
  while (true) {
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) return found;
    found.push_back({query->text(0), parse_parameter(query->text(1)).value_or(Parameter::stage),
                     Time{Duration{query->integer(2)}}, Duration{query->integer(3)}});
  }
}

}  // namespace vandvagt::sensors
