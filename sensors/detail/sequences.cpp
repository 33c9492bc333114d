#include "sensors/detail/sequences.hpp"

#include <algorithm>

namespace vandvagt::sensors::detail {
namespace {

constexpr std::size_t most_gaps = 64;

using Range = std::pair<std::int64_t, std::int64_t>;  // first and last, both stored

std::vector<Range> runs(std::vector<std::int64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  std::vector<Range> found;
  for (const auto number : numbers)
    if (!found.empty() && number <= found.back().second + 1)
      found.back().second = number;
    else
      found.emplace_back(number, number);
  return found;
}

// Stored ranges neither touch nor overlap, so those that `range` joins are the last before its end.
Result<Range> take_joining(Connection& connection, const std::string& station, std::int64_t session,
                           Range range) {
  std::vector<std::int64_t> joined;
  {
    auto query = connection.prepare(
        "SELECT first, last FROM sequence_range WHERE station = ?1 AND session = ?2 AND "
        "first <= ?3 ORDER BY first DESC LIMIT ?4");
    if (!query) return fail(query.error());
    query->bind(1, station).bind(2, session).bind(3, range.second + 1);
    query->bind(4, range.second - range.first + 3);  // each joined one has a number of its own
    const auto from = range.first;
    while (true) {
      const auto row = query->step();
      if (!row) return fail(row.error());
      if (!*row || query->integer(1) < from - 1) break;
      joined.push_back(query->integer(0));
      range = {std::min(range.first, query->integer(0)), std::max(range.second, query->integer(1))};
    }
  }
  for (const auto first : joined) {
    auto remove = connection.prepare(
        "DELETE FROM sequence_range WHERE station = ?1 AND session = ?2 AND first = ?3");
    if (!remove) return fail(remove.error());
    if (const auto done = remove->bind(1, station).bind(2, session).bind(3, first).step(); !done)
      return fail(done.error());
  }
  return range;
}

Result<void> merge(Connection& connection, const std::string& station, std::int64_t session,
                   Range range) {
  const auto whole = take_joining(connection, station, session, range);
  if (!whole) return fail(whole.error());
  auto insert = connection.prepare("INSERT INTO sequence_range VALUES (?1, ?2, ?3, ?4)");
  if (!insert) return fail(insert.error());
  const auto done =
      insert->bind(1, station).bind(2, session).bind(3, whole->first).bind(4, whole->second).step();
  if (!done) return fail(done.error());
  return {};
}

Result<void> remember_session(Connection& connection, const std::string& station,
                              std::int64_t session) {
  auto insert = connection.prepare(
      "INSERT INTO session_heard VALUES (?1, ?2) ON CONFLICT (station) DO UPDATE SET "
      "session = excluded.session WHERE session_heard.session <> excluded.session");
  if (!insert) return fail(insert.error());
  if (const auto done = insert->bind(1, station).bind(2, session).step(); !done)
    return fail(done.error());
  return {};
}

}  // namespace

void SequenceNumbers::add(const std::vector<Reading>& readings) {
  for (const auto& reading : readings) {
    if (!reading.session || !reading.sequence) continue;
    numbers_[{reading.station, *reading.session}].push_back(*reading.sequence);
    heard_[reading.station] = *reading.session;
  }
}

void SequenceNumbers::clear() {
  numbers_.clear();
  heard_.clear();
}

Result<void> record_sequences(Connection& connection, const SequenceNumbers& numbers) {
  for (const auto& [key, stored] : numbers.numbers_)
    for (const auto& range : runs(stored))
      if (auto done = merge(connection, key.first, key.second, range); !done) return done;
  for (const auto& [station, session] : numbers.heard_)
    if (auto done = remember_session(connection, station, session); !done) return done;
  return {};
}

Result<std::optional<Progress>> read_progress(Connection& connection, const std::string& station) {
  Progress progress;
  {
    auto query = connection.prepare("SELECT session FROM session_heard WHERE station = ?1");
    if (!query) return fail(query.error());
    const auto row = query->bind(1, station).step();
    if (!row) return fail(row.error());
    if (!*row) return std::nullopt;
    progress.session = query->integer(0);
  }
  auto query = connection.prepare(
      "SELECT first, last FROM sequence_range WHERE station = ?1 AND session = ?2 ORDER BY first "
      "LIMIT ?3");
  if (!query) return fail(query.error());
  query->bind(1, station).bind(2, progress.session);
  query->bind(3, static_cast<std::int64_t>(most_gaps + 1));
  std::int64_t next = 1;  // the lowest number not yet seen
  while (true) {
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) break;
    const std::int64_t first = query->integer(0), last = query->integer(1);
    if (first > next && progress.gaps.size() < most_gaps)
      progress.gaps.emplace_back(next, first - 1);
    next = std::max(next, last + 1);
    if (progress.gaps.empty()) progress.stored_to = last;
  }
  return progress;
}

}  // namespace vandvagt::sensors::detail
