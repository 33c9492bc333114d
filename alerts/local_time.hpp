#pragma once

#include <string>

#include "core/result.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts {

/// A time zone of the IANA database as the system has it, summer time included. Times stay UTC
/// inside; only the words of messages are local. Cheap to copy.
class LocalTime {
 public:
  /// "UTC", "Europe/Copenhagen", ... Error{invalid_input} where there is no such zone.
  static Result<LocalTime> named(const std::string& zone);
  static LocalTime utc() { return LocalTime(nullptr); }

  /// `2026-11-23T05:10:00+01:00` as CAP wants it, no fraction; an offset of zero is -00:00.
  std::string cap(Time t) const;
  /// `2026-11-23 05:10 CET`
  std::string for_people(Time t) const;

 private:
  explicit LocalTime(const void* zone) : zone_(zone) {}
  const void* zone_;  // the library's; null: UTC. It lives as long as the program.
};

}  // namespace vandvagt::alerts
