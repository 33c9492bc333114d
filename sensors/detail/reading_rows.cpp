#include "sensors/detail/reading_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace vandvagt::sensors::detail {
namespace {

// So many rows are looked up, or written, by one statement: a server is asked less often.
constexpr std::size_t together = 16;
constexpr std::array<std::size_t, 3> insert_sizes{together, 4, 1};
// Where the last readings of a series that is alive are found. Where they are not, all is searched:
// that a server must look at each of its months then is borne by silent series alone.
constexpr Duration recent = std::chrono::days{40};

// Of ?1 series from ?2 to ?3.
std::string newest(std::string_view flag, std::string_view rest) {
  return fmt::format(
      "SELECT time, value, session, sequence, flag, tests, revision, received, late,"
      " (SELECT v.flag || v.tests FROM review v WHERE v.series = r.series AND v.time = r.time"
      "  AND v.revision = r.revision ORDER BY v.number DESC LIMIT 1)"
      " FROM reading r WHERE series = ?1 AND time BETWEEN ?2 AND ?3"
      " AND revision = (SELECT max(revision) FROM reading n WHERE n.series = r.series"
      "  AND n.time = r.time){} ORDER BY time{}",
      flag, rest);
}
const char* newest_between() {
  static const std::string sql = newest("", "");
  return sql.c_str();
}
const char* newest_backwards() {
  static const std::string sql = newest("", " DESC LIMIT ?4");
  return sql.c_str();
}
const char* newest_forwards() {
  static const std::string sql = newest("", " LIMIT ?4");
  return sql.c_str();
}
const char* newest_usable() {
  static const std::string sql = newest(
      " AND COALESCE((SELECT v.flag FROM review v WHERE v.series = r.series AND v.time = r.time"
      " AND v.revision = r.revision ORDER BY v.number DESC LIMIT 1), r.flag) <= 2",
      " DESC LIMIT 1");
  return sql.c_str();
}

std::string revisions(std::string_view times) {
  return fmt::format(
      "SELECT time, value, session, sequence, flag, tests, revision, received, late, NULL"
      " FROM reading WHERE series = ?1 AND time {} ORDER BY time, revision",
      times);
}
const char* revisions_at() {
  static const std::string sql = revisions("= ?2");
  return sql.c_str();
}
const char* revisions_at_some() {
  static const std::string sql = [] {
    std::string times = "IN (?2";
    for (std::size_t i = 1; i < together; ++i) times += fmt::format(", ?{}", i + 2);
    return revisions(times + ")");
  }();
  return sql.c_str();
}

const char* all_revisions() {
  static const std::string sql = revisions("BETWEEN ?2 AND ?3");
  return sql.c_str();
}

std::string insert_of(std::size_t rows) {
  constexpr std::size_t columns = 10;
  std::string sql =
      "INSERT INTO reading (series, time, revision, value, session, sequence, flag, tests, late,"
      " received) VALUES ";
  for (std::size_t row = 0; row < rows; ++row) {
    sql += row == 0 ? "(" : ", (";
    for (std::size_t i = 1; i <= columns; ++i)
      sql += fmt::format("{}?{}", i == 1 ? "" : ", ", row * columns + i);
    sql += ")";
  }
  return sql;
}
const char* insert_rows(std::size_t which) {
  static const std::array<std::string, insert_sizes.size()> sql{
      insert_of(insert_sizes[0]), insert_of(insert_sizes[1]), insert_of(insert_sizes[2])};
  return sql[which].c_str();
}

void bind_row(Statement& insert, int before, std::int64_t series, const Reading& reading) {
  insert.bind(before + 1, series).bind(before + 2, stamp(reading.time));
  insert.bind(before + 3, std::int64_t{reading.revision}).bind(before + 4, reading.value);
  insert.bind(before + 5, reading.session).bind(before + 6, reading.sequence);
  insert.bind(before + 7, static_cast<std::int64_t>(reading.quality.overall));
  insert.bind(before + 8, tests_text(reading.quality));
  insert.bind(before + 9, std::int64_t{reading.late}).bind(before + 10, stamp(reading.received));
}

bool is_duplicate(const Reading& reading, const std::vector<Reading>& stored) {
  return std::any_of(stored.begin(), stored.end(), [&](const Reading& old) {
    if (old.value != reading.value) return false;
    const bool same_number = old.session == reading.session && old.sequence == reading.sequence;
    return same_number || !reading.sequence || &old == &stored.back();
  });
}

}  // namespace

std::int64_t stamp(Time t) {
  return t.time_since_epoch().count();
}
Time from_stamp(std::int64_t micros) {
  return Time{Duration{micros}};
}

Result<std::optional<std::int64_t>> SeriesNumbers::find(Connection& connection,
                                                        const SeriesKey& key) {
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  auto query = connection.prepare("SELECT id FROM series WHERE station = ?1 AND parameter = ?2");
  if (!query) return fail(query.error());
  const auto row = query->bind(1, key.station).bind(2, to_string(key.parameter)).step();
  if (!row) return fail(row.error());
  if (!*row) return std::nullopt;
  const std::int64_t id = query->integer(0);
  known_[key] = id;
  return id;
}

Result<std::int64_t> SeriesNumbers::make(Connection& connection, const SeriesKey& key) {
  const auto found = find(connection, key);
  if (!found) return fail(found.error());
  if (*found) return **found;
  auto insert =
      connection.prepare("INSERT INTO series (station, parameter) VALUES (?1, ?2) RETURNING id");
  if (!insert) return fail(insert.error());
  const auto row = insert->bind(1, key.station).bind(2, to_string(key.parameter)).step();
  if (!row) return fail(row.error());
  return insert->integer(0);
}

Reading ReadingRows::reading_of(const Statement& row) const {
  Reading reading{.station = key_.station, .parameter = key_.parameter};
  reading.time = from_stamp(row.integer(0));
  reading.value = row.real(1);
  reading.session = row.optional_integer(2);
  reading.sequence = row.optional_integer(3);
  const std::string reviewed = row.text(9);
  // What was written was valid; a damaged digit reads as not evaluated.
  const auto quality =
      reviewed.empty()
          ? parse_quality(static_cast<int>(row.integer(4)), row.text(5))
          : parse_quality(reviewed.front() - '0', std::string_view(reviewed).substr(1));
  reading.quality = quality.value_or(Quality{});
  reading.revision = static_cast<int>(row.integer(6));
  reading.received = from_stamp(row.integer(7));
  reading.late = row.integer(8) != 0;
  return reading;
}

Result<std::vector<Reading>> ReadingRows::collect(Statement& query) const {
  std::vector<Reading> readings;
  while (true) {
    const auto row = query.step();
    if (!row) return fail(row.error());
    if (!*row) return readings;
    readings.push_back(reading_of(query));
  }
}

Result<std::vector<Reading>> ReadingRows::between(Time from, Time to) {
  auto query = connection_.prepare(newest_between());
  if (!query) return fail(query.error());
  query->bind(1, series_).bind(2, stamp(from)).bind(3, stamp(to));
  return collect(*query);
}

Result<std::vector<Reading>> ReadingRows::first_between(Time from, Time to, int count) {
  auto query = connection_.prepare(newest_forwards());
  if (!query) return fail(query.error());
  query->bind(1, series_).bind(2, stamp(from)).bind(3, stamp(to)).bind(4, std::int64_t{count});
  return collect(*query);
}

Result<std::vector<Reading>> ReadingRows::backwards(std::int64_t from, Time at, int count) {
  auto query = connection_.prepare(newest_backwards());
  if (!query) return fail(query.error());
  query->bind(1, series_).bind(2, from).bind(3, stamp(at)).bind(4, std::int64_t{count});
  return collect(*query);
}

Result<std::vector<Reading>> ReadingRows::last(Time at, int count) {
  if (count <= 0) return std::vector<Reading>{};
  auto readings = backwards(stamp(at - recent), at, count);
  if (readings && readings->size() < static_cast<std::size_t>(count))
    readings = backwards(std::numeric_limits<std::int64_t>::min(), at, count);
  if (readings) std::reverse(readings->begin(), readings->end());
  return readings;
}

Result<std::optional<Reading>> ReadingRows::latest_usable(Time at) {
  for (const auto from : {stamp(at - recent), std::numeric_limits<std::int64_t>::min()}) {
    auto query = connection_.prepare(newest_usable());
    if (!query) return fail(query.error());
    const auto row = query->bind(1, series_).bind(2, from).bind(3, stamp(at)).step();
    if (!row) return fail(row.error());
    if (*row) return reading_of(*query);
  }
  return std::nullopt;
}

Result<std::vector<Reading>> ReadingRows::revisions(Time time) {
  auto query = connection_.prepare(revisions_at());
  if (!query) return fail(query.error());
  query->bind(1, series_).bind(2, stamp(time));
  return collect(*query);
}

Result<std::vector<Reading>> ReadingRows::revisions_between(Time from, Time to) {
  auto query = connection_.prepare(all_revisions());
  if (!query) return fail(query.error());
  query->bind(1, series_).bind(2, stamp(from)).bind(3, stamp(to));
  return collect(*query);
}

Result<std::optional<std::pair<Time, Time>>> ReadingRows::span() {
  auto query = connection_.prepare("SELECT min(time), max(time) FROM reading WHERE series = ?1");
  if (!query) return fail(query.error());
  const auto row = query->bind(1, series_).step();
  if (!row) return fail(row.error());
  const auto first = query->optional_integer(0), last = query->optional_integer(1);
  if (!first || !last) return std::nullopt;
  return std::pair{from_stamp(*first), from_stamp(*last)};
}

Result<void> ReadingRows::add(std::span<const Reading> readings, std::vector<Stored>& outcome) {
  for (; !readings.empty(); readings = readings.subspan(std::min(together, readings.size())))
    if (auto added = add_some(readings.first(std::min(together, readings.size())), outcome); !added)
      return added;
  return {};
}

Result<void> ReadingRows::add_some(std::span<const Reading> readings,
                                   std::vector<Stored>& outcome) {
  auto stored = stored_at(readings);
  if (!stored) return fail(stored.error());
  std::vector<Reading> fresh;
  for (const auto& reading : readings) {
    auto& revisions = (*stored)[reading.time];
    if (is_duplicate(reading, revisions)) {
      outcome.push_back(Stored::duplicate);
      continue;
    }
    outcome.push_back(revisions.empty() ? Stored::added : Stored::revision);
    revisions.push_back(reading);
    revisions.back().revision = static_cast<int>(revisions.size());
    fresh.push_back(revisions.back());
  }
  return insert(fresh);
}

Result<std::map<Time, std::vector<Reading>>> ReadingRows::stored_at(
    std::span<const Reading> readings) {
  const bool one = readings.size() == 1;
  auto query = connection_.prepare(one ? revisions_at() : revisions_at_some());
  if (!query) return fail(query.error());
  query->bind(1, series_);
  for (std::size_t i = 0; i < (one ? 1 : together); ++i)
    query->bind(static_cast<int>(i) + 2, stamp(readings[std::min(i, readings.size() - 1)].time));
  auto rows = collect(*query);
  if (!rows) return fail(rows.error());
  std::map<Time, std::vector<Reading>> stored;
  for (auto& row : *rows) stored[row.time].push_back(std::move(row));
  return stored;
}

Result<void> ReadingRows::insert(std::span<const Reading> readings) {
  for (const auto& reading : readings)
    if (auto room = connection_.make_room(stamp(reading.time)); !room) return room;
  while (!readings.empty()) {
    std::size_t which = 0;
    while (insert_sizes[which] > readings.size()) ++which;
    auto statement = connection_.prepare(insert_rows(which));
    if (!statement) return fail(statement.error());
    for (std::size_t row = 0; row < insert_sizes[which]; ++row)
      bind_row(*statement, static_cast<int>(10 * row), series_, readings[row]);
    if (auto done = statement->run(); !done) return done;
    readings = readings.subspan(insert_sizes[which]);
  }
  return {};
}

}  // namespace vandvagt::sensors::detail
