#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sensors/detail/database.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors::detail {

std::int64_t stamp(Time t);
Time from_stamp(std::int64_t micros);

struct SeriesKey {
  std::string station{};
  Parameter parameter = Parameter::stage;
  auto operator<=>(const SeriesKey&) const = default;
};

/// The number that the database has given a series, once it has a reading; remembered.
class SeriesNumbers {
 public:
  Result<std::optional<std::int64_t>> find(Connection& connection, const SeriesKey& key);
  /// Not remembered: the transaction may yet be rolled back.
  Result<std::int64_t> make(Connection& connection, const SeriesKey& key);
  void forget() { known_.clear(); }

 private:
  std::map<SeriesKey, std::int64_t> known_;
};

/// The rows of one series in the table of readings.
class ReadingRows {
 public:
  ReadingRows(Connection& connection, std::int64_t series, const SeriesKey& key)
      : connection_(connection), series_(series), key_(key) {}

  /// Newest revisions, each with its newest flag set, in order of time.
  Result<std::vector<Reading>> between(Time from, Time to);
  Result<std::vector<Reading>> first_between(Time from, Time to, int count);
  Result<std::vector<Reading>> last(Time at, int count);
  Result<std::optional<Reading>> latest_usable(Time at);
  /// All revisions with their real-time flags.
  Result<std::vector<Reading>> revisions(Time time);
  Result<std::vector<Reading>> revisions_between(Time from, Time to);
  /// Times of the first and the last reading; nothing where there is none.
  Result<std::optional<std::pair<Time, Time>>> span();

  /// Of this series, inside a transaction. What became of each is appended to `outcome`.
  Result<void> add(std::span<const Reading> readings, std::vector<Stored>& outcome);
  /// As they are, revisions included, inside a transaction.
  Result<void> insert(std::span<const Reading> readings);

 private:
  Result<std::vector<Reading>> backwards(std::int64_t from, Time at, int count);
  Result<void> add_some(std::span<const Reading> readings, std::vector<Stored>& outcome);
  Result<std::map<Time, std::vector<Reading>>> stored_at(std::span<const Reading> readings);
  Reading reading_of(const Statement& row) const;
  Result<std::vector<Reading>> collect(Statement& query) const;

  Connection& connection_;
  std::int64_t series_;
  const SeriesKey& key_;
};

}  // namespace vandvagt::sensors::detail
