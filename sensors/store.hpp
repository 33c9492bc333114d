#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "sensors/location.hpp"
#include "sensors/reading.hpp"

namespace vandvagt::sensors {

enum class Stored { added, duplicate, revision };

/// A later flag set of a stored reading (its newest revision); earlier sets stay as they are.
struct Review {
  std::string station{};
  Parameter parameter = Parameter::stage;
  Time time{};
  Quality quality{};
  Time made{};
  std::string by = "spike test";  // what or who judged
};

/// A payload that could not become readings, kept with its reason.
struct Quarantined {
  Time received{};
  std::string topic{};
  std::string reason{};
  std::string payload{};    // at most 8 KiB of it
  std::int64_t number = 0;  // in the store; 0: not stored yet
};
inline constexpr std::size_t most_payload_kept = 8192;  // bytes of a quarantined payload

/// Which quarantined messages are asked for; what is empty is not looked at.
struct QuarantineFilter {
  std::optional<std::int64_t> number{};
  std::optional<Time> from{}, to{};  // received, both included
  std::string topic{}, reason{};     // that hold this text
};

/// Highest contiguous sequence number stored in a session, and the gaps above it. Numbers of a
/// session start at 1 (0 is accepted) and rise by one.
struct Progress {
  std::int64_t session = 0;
  std::int64_t stored_to = 0;                                 // 0: not even the first
  std::vector<std::pair<std::int64_t, std::int64_t>> gaps{};  // first and last missing; oldest 64
};

struct StoreOptions {
  std::chrono::milliseconds busy_timeout{5000};  // wait for another process's transaction
  int most_quarantined = 10'000;                 // messages; the oldest give way
  long long largest_file = 0;                    // bytes, of SQLite; 0: as large as the disk allows
};

/// Readings on disk: a file (SQLite, WAL, synchronous=FULL), or a PostgreSQL server
/// (synchronous_commit, one partition a month) for networks that outgrow one. Both keep the same
/// and answer the same. When a function that writes has returned success, what it wrote survives a
/// kill and a power cut; when it has returned an Error, nothing of it is in the store, which stays
/// sound (only where the answer to a commit was lost on the way from a server it may be in, and is
/// a duplicate when it comes again). Thread-safe; several processes may share a store. Errors are
/// io: disk full, read-only, locked longer than the time-out, not a database, damaged, server away.
class Store {
 public:
  using Progress = sensors::Progress;

  /// Opens or creates. Error{refused}: a database of something else, or of a newer version, or a
  /// server that does not wait for its disk.
  static Result<Store> open(const StoreLocation& location, StoreOptions options = {});
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  /// One transaction: all or none. Result per reading, in order.
  /// A duplicate has the value of a stored revision of its (station, parameter, time), and it is
  /// the newest one, or has the same session and sequence number, or no such number at all: what a
  /// broker delivers again must not undo a correction. Any other value is a new revision.
  Result<std::vector<Stored>> add(const std::vector<Reading>& readings,
                                  const std::vector<Review>& reviews = {});
  Result<void> quarantine(const Quarantined& message);
  /// Group commit: all that `work` writes (and sees written) is one transaction with one wait for
  /// the disk. When it has failed, by its own Error, an exception or the commit's, nothing of it is
  /// in the store. Other threads wait meanwhile.
  Result<void> together(const std::function<Result<void>()>& work);

  /// Newest revision of each reading with from <= time <= to, in order of time, newest flag set.
  Result<std::vector<Reading>> read(const std::string& station, Parameter parameter, Time from,
                                    Time to) const;
  /// As `read`, usable ones only.
  Result<std::vector<Reading>> read_good(const std::string& station, Parameter parameter, Time from,
                                         Time to) const;
  /// The last `count` readings at or before `at`, in order of time (for tests that look back).
  Result<std::vector<Reading>> last(const std::string& station, Parameter parameter, Time at,
                                    int count) const;
  /// As `read`, the first `count` of them.
  Result<std::vector<Reading>> first(const std::string& station, Parameter parameter, Time from,
                                     Time to, int count) const;
  /// The newest usable reading at or before `at`.
  Result<std::optional<Reading>> latest_good(const std::string& station, Parameter parameter,
                                             Time at) const;
  /// Every revision stored for one time, oldest first, each with its real-time flags.
  Result<std::vector<Reading>> revisions(const std::string& station, Parameter parameter,
                                         Time time) const;
  /// Later flag sets of the newest revision at one time, oldest first.
  Result<std::vector<Review>> reviews(const std::string& station, Parameter parameter,
                                      Time time) const;

  /// Of the session heard last.
  Result<std::optional<Progress>> progress(const std::string& station) const;
  /// The newest `most` of those asked for, newest first.
  Result<std::vector<Quarantined>> quarantined(int most, const QuarantineFilter& filter = {}) const;
  Result<long long> count_readings() const;  // all revisions
  /// Whether the database answers at all; costs nothing.
  Result<void> answers() const;
  /// The database's own check of its files, and that revisions, flag sets and sequence numbers are
  /// complete and agree with each other; slow on a large store.
  Result<void> check_integrity() const;

 private:
  struct Database;
  explicit Store(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace vandvagt::sensors
