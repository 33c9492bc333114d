#pragma once

#include <optional>

#include "core/result.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors {

/// How long readings are kept; by declaration only, for nothing is deleted by itself.
struct Retention {
  Duration keep_all{};                       // younger readings stay as they are
  Duration thin_to = std::chrono::hours{1};  // of older ones a few in each such interval stay
  std::optional<Duration> keep_thinned{};    // and none that is older than this
};

struct Tidied {
  long long thinned = 0;  // readings removed between others that stay
  long long expired = 0;  // readings removed for their age
};

/// Thins the store at `location`. Of each interval of UTC older than `keep_all` the highest and the
/// lowest usable reading stay, so that no peak is lost, and the last one, so that the series stays
/// closed; each with all its revisions and flag sets. No mean is made: what stays was measured.
/// What is acknowledged (sequence numbers) is not touched. Done again it changes nothing. The store
/// may be in use: a transaction holds one series and month at a time.
/// Error{invalid_input} for a retention that contradicts itself, io from the store.
Result<Tidied> tidy(const StoreLocation& location, const Retention& retention, Time now);

/// What `tidy` has thinned of a series, newest first: before which time, to which interval.
struct ThinnedSeries {
  std::string station{};
  Parameter parameter = Parameter::stage;
  Time before{};
  Duration interval{};
};
Result<std::vector<ThinnedSeries>> read_thinned(const StoreLocation& location);

}  // namespace vandvagt::sensors
