#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace vandvagt {

/// UTC, always. Microseconds hold both a laboratory run's output times and a reading's stamp.
using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

/// RFC 3339 with an explicit offset, e.g. `2026-11-23T04:10:00Z` or `2026-11-23T05:10:00+01:00`.
/// Fractions up to microseconds are kept, finer digits dropped. A leap second (`:60`) becomes the
/// first instant of the next minute. Error{invalid_input} for local time without an offset, an
/// impossible date, a year outside 1900..2199, or anything after the stamp.
Result<Time> parse_time(std::string_view text);

/// `2026-11-23T04:10:00Z`; a fraction is written only where there is one.
std::string format_time(Time t);

/// `20261123T041000Z`: fit for a file name or an identifier; fractions are dropped.
std::string format_time_compact(Time t);

/// A duration as an operator writes it: `90s`, `15min`, `6h`, `3d`, `1.5h`, `0.05s`, `500ms`.
/// Error{invalid_input} without a unit.
Result<Duration> parse_duration(std::string_view text);

/// `6 h`, `15 min`, `1 h 30 min`, `45 s`: for people.
std::string format_duration(Duration d);

constexpr double to_seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}
/// Nearest microsecond.
Duration from_seconds(double seconds);

}  // namespace vandvagt
