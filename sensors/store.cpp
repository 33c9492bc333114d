#include "sensors/store.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "sensors/detail/schema.hpp"
#include "sensors/detail/sequences.hpp"
#include "sensors/detail/sqlite.hpp"

namespace vandvagt::sensors {
namespace {

constexpr std::size_t most_payload_kept = 8192;  // bytes

std::int64_t stamp(Time t) {
  return t.time_since_epoch().count();
}
Time from_stamp(std::int64_t micros) {
  return Time{Duration{micros}};
}

// Newest revision of each time, with its newest flag set. ?1 series, ?2 from, ?3 to.
constexpr const char* newest_between =
    "SELECT time, value, session, sequence, flag, tests, revision, received, late,"
    " (SELECT v.flag || v.tests FROM review v WHERE v.series = r.series AND v.time = r.time"
    "  AND v.revision = r.revision ORDER BY v.number DESC LIMIT 1)"
    " FROM reading r WHERE series = ?1 AND time BETWEEN ?2 AND ?3"
    " AND revision = (SELECT max(revision) FROM reading n WHERE n.series = r.series"
    "  AND n.time = r.time) ORDER BY time";
constexpr const char* newest_backwards =
    "SELECT time, value, session, sequence, flag, tests, revision, received, late,"
    " (SELECT v.flag || v.tests FROM review v WHERE v.series = r.series AND v.time = r.time"
    "  AND v.revision = r.revision ORDER BY v.number DESC LIMIT 1)"
    " FROM reading r WHERE series = ?1 AND time <= ?2"
    " AND revision = (SELECT max(revision) FROM reading n WHERE n.series = r.series"
    "  AND n.time = r.time) ORDER BY time DESC";
constexpr const char* revisions_at =
    "SELECT time, value, session, sequence, flag, tests, revision, received, late, NULL"
    " FROM reading WHERE series = ?1 AND time = ?2 ORDER BY revision";

struct Key {
  const std::string& station;
  Parameter parameter;
};

Reading reading_of(const detail::Statement& row, const Key& key) {
  Reading reading{.station = key.station, .parameter = key.parameter};
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

Result<std::vector<Reading>> collect(detail::Statement& query, const Key& key,
                                     std::size_t most = static_cast<std::size_t>(-1)) {
  std::vector<Reading> readings;
  while (readings.size() < most) {
    const auto row = query.step();
    if (!row) return fail(row.error());
    if (!*row) break;
    readings.push_back(reading_of(query, key));
  }
  return readings;
}

bool is_duplicate(const Reading& reading, const std::vector<Reading>& stored) {
  return std::any_of(stored.begin(), stored.end(), [&](const Reading& old) {
    if (old.value != reading.value) return false;
    const bool same_number = old.session == reading.session && old.sequence == reading.sequence;
    return same_number || !reading.sequence || &old == &stored.back();
  });
}

}  // namespace

struct Store::Database {
  detail::Connection connection;
  StoreOptions options;
  std::recursive_mutex mutex;  // `together` holds it around what it is given to do
  std::map<std::pair<std::string, Parameter>, std::int64_t> series;  // numbers found so far
  bool grouped = false;                                              // inside `together`
  detail::SequenceNumbers numbers;  // of the group, recorded at its end

  // On its own or as a part of the group.
  template <class Work>
  Result<void> transaction(Work&& work) {
    if (grouped) return work();
    return connection.transaction(std::forward<Work>(work));
  }

  // Nothing where the series has no reading yet.
  Result<std::optional<std::int64_t>> find_series(const Key& key) {
    const auto known = series.find({key.station, key.parameter});
    if (known != series.end()) return known->second;
    auto query = connection.prepare("SELECT id FROM series WHERE station = ?1 AND parameter = ?2");
    if (!query) return fail(query.error());
    const auto row = query->bind(1, key.station).bind(2, to_string(key.parameter)).step();
    if (!row) return fail(row.error());
    if (!*row) return std::nullopt;
    const std::int64_t id = query->integer(0);
    series[{key.station, key.parameter}] = id;
    return id;
  }

  Result<std::int64_t> make_series(const Key& key) {
    const auto found = find_series(key);
    if (!found) return fail(found.error());
    if (*found) return **found;
    auto insert =
        connection.prepare("INSERT INTO series (station, parameter) VALUES (?1, ?2) RETURNING id");
    if (!insert) return fail(insert.error());
    const auto row = insert->bind(1, key.station).bind(2, to_string(key.parameter)).step();
    if (!row) return fail(row.error());
    return insert->integer(0);  // not remembered: the transaction may yet be rolled back
  }

  Result<void> record_numbers() {
    auto done = detail::record_sequences(connection, numbers);
    numbers.clear();
    return done;
  }

  Result<Stored> add(const Reading& reading) {
    const Key key{reading.station, reading.parameter};
    const auto id = make_series(key);
    if (!id) return fail(id.error());
    auto query = connection.prepare(revisions_at);
    if (!query) return fail(query.error());
    query->bind(1, *id).bind(2, stamp(reading.time));
    const auto stored = collect(*query, key);
    if (!stored) return fail(stored.error());
    if (is_duplicate(reading, *stored)) return Stored::duplicate;
    auto insert = connection.prepare(
        "INSERT INTO reading (series, time, revision, value, session, sequence, flag, tests, late,"
        " received) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    if (!insert) return fail(insert.error());
    insert->bind(1, *id).bind(2, stamp(reading.time));
    insert->bind(3, static_cast<std::int64_t>(stored->size() + 1)).bind(4, reading.value);
    insert->bind(5, reading.session).bind(6, reading.sequence);
    insert->bind(7, static_cast<std::int64_t>(reading.quality.overall));
    insert->bind(8, tests_text(reading.quality));
    insert->bind(9, std::int64_t{reading.late}).bind(10, stamp(reading.received));
    if (const auto done = insert->step(); !done) return fail(done.error());
    return stored->empty() ? Stored::added : Stored::revision;
  }

  Result<void> add(const Review& review) {
    const auto id = find_series({review.station, review.parameter});
    if (!id) return fail(id.error());
    if (!*id) return {};  // a review of nothing
    auto insert = connection.prepare(
        "INSERT INTO review SELECT r.series, r.time, r.revision, 1 + (SELECT count(*) FROM review v"
        " WHERE v.series = r.series AND v.time = r.time AND v.revision = r.revision),"
        " ?3, ?4, ?5, ?6 FROM reading r WHERE r.series = ?1 AND r.time = ?2"
        " ORDER BY r.revision DESC LIMIT 1");
    if (!insert) return fail(insert.error());
    insert->bind(1, **id).bind(2, stamp(review.time));
    insert->bind(3, static_cast<std::int64_t>(review.quality.overall));
    insert->bind(4, tests_text(review.quality)).bind(5, stamp(review.made)).bind(6, review.by);
    if (const auto done = insert->step(); !done) return fail(done.error());
    return {};
  }
};

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const std::filesystem::path& file, StoreOptions options) {
  auto connection = detail::Connection::open(file, static_cast<int>(options.busy_timeout.count()));
  if (!connection) return fail(connection.error());
  if (const auto ready = detail::prepare_schema(*connection, file.string(), options); !ready)
    return fail(ready.error());
  auto database = std::unique_ptr<Database>(new Database{.connection = std::move(*connection),
                                                         .options = options,
                                                         .mutex = {},
                                                         .series = {},
                                                         .numbers = {}});
  return Store(std::move(database));
}

Result<std::vector<Stored>> Store::add(const std::vector<Reading>& readings,
                                       const std::vector<Review>& reviews) {
  const std::lock_guard lock(database_->mutex);
  std::vector<Stored> outcome;
  outcome.reserve(readings.size());
  const auto done = database_->transaction([&]() -> Result<void> {
    for (const auto& reading : readings) {
      const auto stored = database_->add(reading);
      if (!stored) return fail(stored.error());
      outcome.push_back(*stored);
    }
    for (const auto& review : reviews)
      if (auto added = database_->add(review); !added) return added;
    database_->numbers.add(readings);
    if (database_->grouped) return {};
    return database_->record_numbers();
  });
  if (!done) {
    database_->numbers.clear();
    database_->series.clear();  // some may have been made in what was rolled back
    return fail(done.error());
  }
  return outcome;
}

Result<void> Store::together(const std::function<Result<void>()>& work) {
  const std::lock_guard lock(database_->mutex);
  auto& database = *database_;
  database.grouped = true;
  auto done = database.connection.transaction([&]() -> Result<void> {
    try {
      if (auto worked = work(); !worked) return worked;
      return database.record_numbers();
    } catch (const std::exception& e) {
      return fail(ErrorCode::io, std::string("a group of readings was not stored: ") + e.what());
    }
  });
  database.grouped = false;
  database.numbers.clear();
  if (!done) database.series.clear();  // some may have been made in what was rolled back
  return done;
}

Result<void> Store::quarantine(const Quarantined& message) {
  const std::lock_guard lock(database_->mutex);
  auto& connection = database_->connection;
  return database_->transaction([&]() -> Result<void> {
    auto insert = connection.prepare(
        "INSERT INTO quarantine (received, topic, reason, payload) VALUES (?1, ?2, ?3, ?4)");
    if (!insert) return fail(insert.error());
    insert->bind(1, stamp(message.received)).bind(2, message.topic).bind(3, message.reason);
    insert->bind_blob(4, std::string_view(message.payload).substr(0, most_payload_kept));
    if (const auto done = insert->step(); !done) return fail(done.error());
    auto cut = connection.prepare(
        "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?1");
    if (!cut) return fail(cut.error());
    const auto done = cut->bind(1, std::int64_t{database_->options.most_quarantined}).step();
    if (!done) return fail(done.error());
    return {};
  });
}

Result<std::vector<Reading>> Store::read(const std::string& station, Parameter parameter, Time from,
                                         Time to) const {
  const std::lock_guard lock(database_->mutex);
  const Key key{station, parameter};
  const auto id = database_->find_series(key);
  if (!id) return fail(id.error());
  if (!*id) return std::vector<Reading>{};
  auto query = database_->connection.prepare(newest_between);
  if (!query) return fail(query.error());
  query->bind(1, **id).bind(2, stamp(from)).bind(3, stamp(to));
  return collect(*query, key);
}

Result<std::vector<Reading>> Store::read_good(const std::string& station, Parameter parameter,
                                              Time from, Time to) const {
  auto readings = read(station, parameter, from, to);
  if (readings) std::erase_if(*readings, [](const Reading& r) { return !r.quality.usable(); });
  return readings;
}

Result<std::vector<Reading>> Store::last(const std::string& station, Parameter parameter, Time at,
                                         int count) const {
  const std::lock_guard lock(database_->mutex);
  const Key key{station, parameter};
  const auto id = database_->find_series(key);
  if (!id) return fail(id.error());
  if (!*id) return std::vector<Reading>{};
  auto query = database_->connection.prepare(newest_backwards);
  if (!query) return fail(query.error());
  query->bind(1, **id).bind(2, stamp(at));
  auto readings = collect(*query, key, static_cast<std::size_t>(std::max(0, count)));
  if (readings) std::reverse(readings->begin(), readings->end());
  return readings;
}

Result<std::optional<Reading>> Store::latest_good(const std::string& station, Parameter parameter,
                                                  Time at) const {
  const std::lock_guard lock(database_->mutex);
  const Key key{station, parameter};
  const auto id = database_->find_series(key);
  if (!id) return fail(id.error());
  if (!*id) return std::nullopt;
  auto query = database_->connection.prepare(newest_backwards);
  if (!query) return fail(query.error());
  query->bind(1, **id).bind(2, stamp(at));
  while (true) {
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) return std::nullopt;
    if (auto reading = reading_of(*query, key); reading.quality.usable()) return reading;
  }
}

Result<std::vector<Reading>> Store::revisions(const std::string& station, Parameter parameter,
                                              Time time) const {
  const std::lock_guard lock(database_->mutex);
  const Key key{station, parameter};
  const auto id = database_->find_series(key);
  if (!id) return fail(id.error());
  if (!*id) return std::vector<Reading>{};
  auto query = database_->connection.prepare(revisions_at);
  if (!query) return fail(query.error());
  query->bind(1, **id).bind(2, stamp(time));
  return collect(*query, key);
}

Result<std::vector<Review>> Store::reviews(const std::string& station, Parameter parameter,
                                           Time time) const {
  const std::lock_guard lock(database_->mutex);
  const auto id = database_->find_series({station, parameter});
  if (!id) return fail(id.error());
  std::vector<Review> found;
  if (!*id) return found;
  auto query = database_->connection.prepare(
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
  return detail::read_progress(database_->connection, station);
}

Result<std::vector<Quarantined>> Store::quarantined(int most) const {
  const std::lock_guard lock(database_->mutex);
  auto query = database_->connection.prepare(
      "SELECT received, topic, reason, payload FROM quarantine ORDER BY id DESC LIMIT ?1");
  if (!query) return fail(query.error());
  query->bind(1, std::int64_t{std::max(0, most)});
  std::vector<Quarantined> found;
  while (true) {
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) return found;
    found.push_back(
        {from_stamp(query->integer(0)), query->text(1), query->text(2), query->text(3)});
  }
}

Result<long long> Store::count_readings() const {
  const std::lock_guard lock(database_->mutex);
  const auto count = database_->connection.integer("SELECT count(*) FROM reading");
  if (!count) return fail(count.error());
  return static_cast<long long>(*count);
}

Result<void> Store::check_integrity() const {
  const std::lock_guard lock(database_->mutex);
  const auto answer = database_->connection.text("PRAGMA integrity_check(1)");
  if (!answer) return fail(answer.error());
  if (*answer == "ok") return {};
  return fail(ErrorCode::io, "the store of readings is damaged: " + *answer);
}

}  // namespace vandvagt::sensors
