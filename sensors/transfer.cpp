#include "sensors/transfer.hpp"

#include <array>

#include "sensors/detail/reading_rows.hpp"
#include "sensors/detail/schema.hpp"

namespace vandvagt::sensors {
namespace {

using detail::Connection;
using detail::Statement;

constexpr Duration window = std::chrono::days{31};  // of readings held in memory at a time

// Integers (i) and texts or bytes (t, b) by column. A table of a series has its number as the first
// parameter of both statements, and it is another one on each side.
struct Table {
  const char* columns;
  const char* read;
  const char* write;
};
constexpr std::array of_series{
    Table{"iiiitit",
          "SELECT time, revision, number, flag, tests, made, made_by FROM review WHERE series = ?1"
          " ORDER BY time, revision, number",
          "INSERT INTO review (series, time, revision, number, flag, tests, made, made_by)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
    Table{"ii", "SELECT interval, before FROM thinned WHERE series = ?1",
          "INSERT INTO thinned (series, interval, before) VALUES (?1, ?2, ?3)"}};
constexpr std::array of_all{
    Table{"tiii", "SELECT station, session, first, last FROM sequence_range",
          "INSERT INTO sequence_range (station, session, first, last) VALUES (?1, ?2, ?3, ?4)"},
    Table{"ti", "SELECT station, session FROM session_heard",
          "INSERT INTO session_heard (station, session) VALUES (?1, ?2)"},
    Table{"ittb", "SELECT received, topic, reason, payload FROM quarantine ORDER BY id",
          "INSERT INTO quarantine (received, topic, reason, payload) VALUES (?1, ?2, ?3, ?4)"}};

struct CopiedSeries {
  std::int64_t id = 0;
  detail::SeriesKey key{};
};

Result<std::vector<CopiedSeries>> series_to_copy(Connection& from) {
  auto query = from.prepare("SELECT id, station, parameter FROM series ORDER BY id");
  if (!query) return fail(query.error());
  std::vector<CopiedSeries> all;
  while (true) {
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) return all;
    const auto parameter = parse_parameter(query->text(2));
    if (!parameter)
      return fail(ErrorCode::io, "series " + std::to_string(query->integer(0)) +
                                     ": unknown parameter " + query->text(2));
    all.push_back({query->integer(0), {query->text(1), *parameter}});
  }
}

Result<void> copy_table(Connection& from, Connection& to, const Table& table,
                        std::optional<std::pair<std::int64_t, std::int64_t>> series = {}) {
  auto query = from.prepare(table.read);
  if (!query) return fail(query.error());
  if (series) query->bind(1, series->first);
  while (true) {
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) return {};
    auto insert = to.prepare(table.write);
    if (!insert) return fail(insert.error());
    int place = 1;
    if (series) insert->bind(place++, series->second);
    for (int column = 0; table.columns[column] != '\0'; ++column, ++place)
      switch (table.columns[column]) {
        case 'i':
          insert->bind(place, query->integer(column));
          break;
        case 't':
          insert->bind(place, std::string_view(query->text(column)));
          break;
        default:
          insert->bind_blob(place, query->text(column));
      }
    if (auto written = insert->run(); !written) return written;
  }
}

Result<long long> copy_readings(detail::ReadingRows from, detail::ReadingRows to) {
  const auto span = from.span();
  if (!span) return fail(span.error());
  long long copied = 0;
  if (!*span) return copied;
  for (Time begin = (*span)->first; begin <= (*span)->second; begin += window) {
    const auto rows = from.revisions_between(begin, begin + window - Duration{1});
    if (!rows) return fail(rows.error());
    if (auto written = to.insert(*rows); !written) return fail(written.error());
    copied += static_cast<long long>(rows->size());
  }
  return copied;
}

Result<long long> copy_all(Connection& from, Connection& to) {
  const auto all = series_to_copy(from);
  if (!all) return fail(all.error());
  detail::SeriesNumbers numbers;
  long long copied = 0;
  for (const auto& series : *all) {
    const auto id = numbers.make(to, series.key);
    if (!id) return fail(id.error());
    const auto readings = copy_readings({from, series.id, series.key}, {to, *id, series.key});
    if (!readings) return fail(readings.error());
    copied += *readings;
    for (const auto& table : of_series)
      if (auto done = copy_table(from, to, table, {{series.id, *id}}); !done)
        return fail(done.error());
  }
  for (const auto& table : of_all)
    if (auto done = copy_table(from, to, table); !done) return fail(done.error());
  return copied;
}

}  // namespace

Result<long long> copy_store(const StoreLocation& from, const StoreLocation& to) {
  const auto source = detail::open_database(from, {});
  if (!source) return fail(source.error());
  const auto target = detail::open_database(to, {});
  if (!target) return fail(target.error());
  long long copied = 0;
  const auto done = (*target)->transaction([&]() -> Result<void> {
    const auto held = (*target)->integer(
        "SELECT (SELECT count(*) FROM series) + (SELECT count(*) FROM quarantine)");
    if (!held) return fail(held.error());
    if (*held > 0)
      return fail(ErrorCode::refused,
                  to.description() + ": holds something already; name an empty store");
    const auto all = copy_all(**source, **target);
    if (!all) return fail(all.error());
    copied = *all;
    return {};
  });
  if (!done) return fail(done.error());
  return copied;
}

}  // namespace vandvagt::sensors
