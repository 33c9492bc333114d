#include "sensors/store.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <span>

#include "sensors/detail/reading_rows.hpp"
#include "sensors/detail/schema.hpp"
#include "sensors/detail/sequences.hpp"
#include "sensors/detail/soundness.hpp"

namespace vandvagt::sensors {
namespace {

using detail::from_stamp;
using detail::SeriesKey;
using detail::stamp;

}  // namespace

struct Store::Database {
  std::unique_ptr<detail::Connection> connection;
  StoreOptions options;
  std::recursive_mutex mutex{};  // `together` holds it around what it is given to do
  detail::SeriesNumbers series{};
  bool grouped = false;               // inside `together`
  detail::SequenceNumbers numbers{};  // of the group, recorded at its end

  // On its own or as a part of the group.
  template <class Work>
  Result<void> transaction(Work&& work) {
    if (grouped) return work();
    return connection->transaction(std::forward<Work>(work));
  }

  /// `ask` of the rows of a series; what it returns for none where the series has no reading yet.
  template <class Ask>
  auto of_series(const SeriesKey& key, Ask&& ask)
      -> decltype(ask(std::declval<detail::ReadingRows&>())) {
    const std::lock_guard lock(mutex);
    const auto id = series.find(*connection, key);
    if (!id) return fail(id.error());
    if (!*id) return {};
    detail::ReadingRows rows(*connection, **id, key);
    return ask(rows);
  }

  Result<void> record_numbers() {
    auto done = detail::record_sequences(*connection, numbers);
    numbers.clear();
    return done;
  }

  // Those of one series at a time, in their order.
  Result<void> add(std::span<const Reading> readings, std::vector<Stored>& outcome) {
    while (!readings.empty()) {
      const SeriesKey key{readings.front().station, readings.front().parameter};
      const auto end = std::find_if(readings.begin(), readings.end(), [&](const Reading& reading) {
        return reading.station != key.station || reading.parameter != key.parameter;
      });
      const auto count = static_cast<std::size_t>(end - readings.begin());
      const auto id = series.make(*connection, key);
      if (!id) return fail(id.error());
      detail::ReadingRows rows(*connection, *id, key);
      if (auto added = rows.add(readings.first(count), outcome); !added) return added;
      readings = readings.subspan(count);
    }
    return {};
  }

  Result<void> add(const Review& review) {
    const auto id = series.find(*connection, {review.station, review.parameter});
    if (!id) return fail(id.error());
    if (!*id) return {};  // a review of nothing
    auto insert = connection->prepare(
        "INSERT INTO review SELECT r.series, r.time, r.revision, 1 + (SELECT count(*) FROM review v"
        " WHERE v.series = r.series AND v.time = r.time AND v.revision = r.revision),"
        " ?3, ?4, ?5, ?6 FROM reading r WHERE r.series = ?1 AND r.time = ?2"
        " ORDER BY r.revision DESC LIMIT 1");
    if (!insert) return fail(insert.error());
    insert->bind(1, **id).bind(2, stamp(review.time));
    insert->bind(3, static_cast<std::int64_t>(review.quality.overall));
    insert->bind(4, tests_text(review.quality)).bind(5, stamp(review.made)).bind(6, review.by);
    return insert->run();
  }
};

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const StoreLocation& location, StoreOptions options) {
  auto connection = detail::open_database(location, options);
  if (!connection) return fail(connection.error());
  return Store(std::unique_ptr<Database>(
      new Database{.connection = std::move(*connection), .options = options}));
}

Result<std::vector<Stored>> Store::add(const std::vector<Reading>& readings,
                                       const std::vector<Review>& reviews) {
  const std::lock_guard lock(database_->mutex);
  std::vector<Stored> outcome;
  outcome.reserve(readings.size());
  const auto done = database_->transaction([&]() -> Result<void> {
    if (auto added = database_->add(readings, outcome); !added) return added;
    for (const auto& review : reviews)
      if (auto added = database_->add(review); !added) return added;
    database_->numbers.add(readings);
    if (database_->grouped) return {};
    return database_->record_numbers();
  });
  if (!done) {
    database_->numbers.clear();
    database_->series.forget();  // some may have been made in what was rolled back
    return fail(done.error());
  }
  return outcome;
}

Result<void> Store::together(const std::function<Result<void>()>& work) {
  const std::lock_guard lock(database_->mutex);
  auto& database = *database_;
  database.grouped = true;
  auto done = database.connection->transaction([&]() -> Result<void> {
    try {
      if (auto worked = work(); !worked) return worked;
      return database.record_numbers();
    } catch (const std::exception& e) {
      return fail(ErrorCode::io, std::string("a group of readings was not stored: ") + e.what());
    }
  });
  database.grouped = false;
  database.numbers.clear();
  if (!done) database.series.forget();  // some may have been made in what was rolled back
  return done;
}

Result<void> Store::quarantine(const Quarantined& message) {
  const std::lock_guard lock(database_->mutex);
  auto& connection = *database_->connection;
  return database_->transaction([&]() -> Result<void> {
    auto insert = connection.prepare(
        "INSERT INTO quarantine (received, topic, reason, payload) VALUES (?1, ?2, ?3, ?4)");
    if (!insert) return fail(insert.error());
    insert->bind(1, stamp(message.received)).bind(2, message.topic).bind(3, message.reason);
    insert->bind_blob(4, std::string_view(message.payload).substr(0, most_payload_kept));
    if (auto done = insert->run(); !done) return done;
    auto cut = connection.prepare(
        "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?1");
    if (!cut) return fail(cut.error());
    return cut->bind(1, std::int64_t{database_->options.most_quarantined}).run();
  });
}

Result<std::vector<Reading>> Store::read(const std::string& station, Parameter parameter, Time from,
                                         Time to) const {
  return database_->of_series({station, parameter},
                              [&](auto& rows) { return rows.between(from, to); });
}

Result<std::vector<Reading>> Store::read_good(const std::string& station, Parameter parameter,
                                              Time from, Time to) const {
  auto readings = read(station, parameter, from, to);
  if (readings) std::erase_if(*readings, [](const Reading& r) { return !r.quality.usable(); });
  return readings;
}

Result<std::vector<Reading>> Store::last(const std::string& station, Parameter parameter, Time at,
                                         int count) const {
  return database_->of_series({station, parameter},
                              [&](auto& rows) { return rows.last(at, count); });
}

Result<std::vector<Reading>> Store::first(const std::string& station, Parameter parameter,
                                          Time from, Time to, int count) const {
  return database_->of_series({station, parameter},
                              [&](auto& rows) { return rows.first_between(from, to, count); });
}

Result<std::optional<Reading>> Store::latest_good(const std::string& station, Parameter parameter,
                                                  Time at) const {
  return database_->of_series({station, parameter},
                              [&](auto& rows) { return rows.latest_usable(at); });
}

Result<std::vector<Reading>> Store::revisions(const std::string& station, Parameter parameter,
                                              Time time) const {
  return database_->of_series({station, parameter},
                              [&](auto& rows) { return rows.revisions(time); });
}

Result<std::vector<Review>> Store::reviews(const std::string& station, Parameter parameter,
                                           Time time) const {
  const std::lock_guard lock(database_->mutex);
  const auto id = database_->series.find(*database_->connection, {station, parameter});
  if (!id) return fail(id.error());
  std::vector<Review> found;
  if (!*id) return found;
  auto query = database_->connection->prepare(
      "SELECT flag, tests, made, made_by FROM review v WHERE series = ?1 AND time = ?2 AND"
      " revision = (SELECT max(revision) FROM reading r WHERE r.series = v.series"
      "  AND r.time = v.time) ORDER BY number");
  if (!query) return fail(query.error());
  query->bind(1, **id).bind(2, stamp(time));
  while (true) {
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) return found;
    const auto quality = parse_quality(static_cast<int>(query->integer(0)), query->text(1));
    found.push_back({station, parameter, time, quality.value_or(Quality{}),
                     from_stamp(query->integer(2)), query->text(3)});
  }
}

Result<std::optional<Progress>> Store::progress(const std::string& station) const {
  const std::lock_guard lock(database_->mutex);
  return detail::read_progress(*database_->connection, station);
}

Result<std::vector<Quarantined>> Store::quarantined(int most,
                                                    const QuarantineFilter& filter) const {
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto highest = std::numeric_limits<std::int64_t>::max();
  const std::lock_guard lock(database_->mutex);
  auto query = database_->connection->prepare(
      "SELECT id, received, topic, reason, payload FROM quarantine WHERE received >= ?1 AND"
      " received <= ?2 AND id >= ?3 AND id <= ?4 ORDER BY id DESC LIMIT ?5");
  if (!query) return fail(query.error());
  query->bind(1, filter.from ? stamp(*filter.from) : lowest);
  query->bind(2, filter.to ? stamp(*filter.to) : highest);
  query->bind(3, filter.number.value_or(lowest)).bind(4, filter.number.value_or(highest));
  // Texts are looked for here, and not in SQL: the two databases find text in different ways.
  const bool all_fit = filter.topic.empty() && filter.reason.empty();
  query->bind(5, all_fit ? std::int64_t{std::max(0, most)} : highest);
  std::vector<Quarantined> found;
  const auto wanted = static_cast<std::size_t>(std::max(0, most));
  while (found.size() < wanted) {
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) break;
    auto topic = query->text(2), reason = query->text(3);
    if (topic.find(filter.topic) == std::string::npos) continue;
    if (reason.find(filter.reason) == std::string::npos) continue;
    found.push_back({.received = from_stamp(query->integer(1)),
                     .topic = std::move(topic),
                     .reason = std::move(reason),
                     .payload = query->text(4),
                     .number = query->integer(0)});
  }
  return found;
}

Result<long long> Store::count_readings() const {
  const std::lock_guard lock(database_->mutex);
  const auto count = database_->connection->integer("SELECT count(*) FROM reading");
  if (!count) return fail(count.error());
  return static_cast<long long>(*count);
}

Result<void> Store::answers() const {
  const std::lock_guard lock(database_->mutex);
  const auto one = database_->connection->integer("SELECT 1");
  if (!one) return fail(one.error());
  return {};
}

Result<void> Store::check_integrity() const {
  const std::lock_guard lock(database_->mutex);
  if (auto sound = database_->connection->check_files(); !sound) return sound;
  return detail::check_agreement(*database_->connection);
}

}  // namespace vandvagt::sensors
