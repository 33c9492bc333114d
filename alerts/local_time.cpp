#include "alerts/local_time.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <chrono>
#include <exception>

namespace vandvagt::alerts {
namespace {

struct Local {
  std::string stamp;  // 2026-11-23T05:10:00
  std::chrono::seconds offset{0};
  std::string abbreviation = "UTC";
};

Local local(const void* zone, Time t) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(t);
  Local result;
  if (zone != nullptr) {
    const auto info = static_cast<const date::time_zone*>(zone)->get_info(
        date::sys_seconds{std::chrono::seconds{whole.time_since_epoch()}});
    result.offset = info.offset;
    result.abbreviation = info.abbrev;
  }
  result.stamp = format_time(whole + result.offset);
  result.stamp.pop_back();  // Z
  return result;
}

}  // namespace

Result<LocalTime> LocalTime::named(const std::string& zone) {
  if (zone == "UTC") return utc();
  try {
    return LocalTime(date::locate_zone(zone));
  } catch (const std::exception& error) {
    return fail(ErrorCode::invalid_input,
                "\"" + zone + "\" is no time zone of this system: " + error.what());
  }
}

std::string LocalTime::cap(Time t) const {
  const Local here = local(zone_, t);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(here.offset).count();
  if (minutes == 0) return here.stamp + "-00:00";
  const auto size = minutes < 0 ? -minutes : minutes;
  return fmt::format("{}{}{:02d}:{:02d}", here.stamp, minutes < 0 ? '-' : '+', size / 60,
                     size % 60);
}

std::string LocalTime::for_people(Time t) const {
  const Local here = local(zone_, t);
  std::string text = here.stamp.substr(0, 16);
  text.replace(10, 1, " ");
  return text + " " + here.abbreviation;
}

}  // namespace vandvagt::alerts
