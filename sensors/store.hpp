#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sensors/reading.hpp"

namespace vandvagt::sensors {

enum class Stored { added, duplicate, revision };

/// A payload that could not become readings, kept with its reason.
struct Quarantined {
  Time received;
  std::string topic;
  std::string reason;
  std::string payload;  // at most 8 KiB of it
};

/// Readings on disk (SQLite, WAL, synchronous=FULL). When a function that writes has returned
/// success, what it wrote survives a kill and a power cut. Thread-safe.
class Store {
 public:
  static Result<Store> open(const std::filesystem::path& file);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  /// One transaction: all or none. Result per reading, in order.
  Result<std::vector<Stored>> add(const std::vector<Reading>& readings);
  Result<void> quarantine(const Quarantined& message);

  /// Newest revision of each reading with from <= time <= to, in order of time.
  Result<std::vector<Reading>> read(const std::string& station, Parameter parameter, Time from,
                                    Time to) const;
  /// The last `count` readings at or before `at`, in order of time (for tests that look back).
  Result<std::vector<Reading>> last(const std::string& station, Parameter parameter, Time at,
                                    int count) const;
  /// Highest contiguous sequence number stored in a session, and the gaps above it.
  struct Progress {
    std::int64_t session = 0;
    std::int64_t stored_to = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> gaps;
  };
  Result<std::optional<Progress>> progress(const std::string& station) const;
  Result<std::vector<Quarantined>> quarantined(int most) const;
  Result<long long> count_readings() const;

 private:
  struct Database;
  explicit Store(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace vandvagt::sensors
