#include "sensors/detail/file_rows.hpp"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sensors/detail/json.hpp"

namespace vandvagt::sensors::detail {
namespace {

using namespace std::chrono;

constexpr std::size_t most_faults = 100;

Time last_sunday_at_one(year y, month m) {
  return Time{sys_days{y / m / Sunday[last]} + hours{1}};
}

bool is_summer(Time t) {
  const year_month_day date{floor<days>(t)};
  return t >= last_sunday_at_one(date.year(), March) &&
         t < last_sunday_at_one(date.year(), October);
}

// "2020-10-13T16:00Z" -> with seconds, which parse_time asks for.
std::string with_seconds(std::string_view text) {
  std::string full(text);
  constexpr std::size_t date_and_minutes = 16;
  if (full.size() == 10) return full + "T00:00:00";
  if (full.size() > 10 && full[10] == ' ') full[10] = 'T';
  const bool minutes_only = full.size() >= date_and_minutes &&
                            (full.size() == date_and_minutes || full[date_and_minutes] == 'Z' ||
                             full[date_and_minutes] == '+' || full[date_and_minutes] == '-');
  if (minutes_only) full.insert(date_and_minutes, ":00");
  return full;
}

Result<Time> by_format(std::string_view text, const FileSource& source,
                       std::optional<Time> previous) {
  tm parts{};
  const std::string copy(text);
  const char* end = strptime(copy.c_str(), source.time_format.c_str(), &parts);
  if (end == nullptr || *end != '\0') return refuse("impossible time: " + shown(text));
  const year_month_day date{year{parts.tm_year + 1900},
                            month(static_cast<unsigned>(parts.tm_mon) + 1),
                            day(static_cast<unsigned>(parts.tm_mday))};
  if (!date.ok() || parts.tm_year < 0 || parts.tm_year > 299)
    return refuse("impossible time: " + shown(text));
  const auto local =
      local_days{date} + hours{parts.tm_hour} + minutes{parts.tm_min} + seconds{parts.tm_sec};
  if (source.time_format.find("%z") != std::string::npos)
    return Time{local.time_since_epoch() - seconds{parts.tm_gmtoff}};
  if (!source.local_time) return refuse("time without an offset: " + shown(text));
  return to_utc(local, *source.local_time, previous);
}

}  // namespace

Result<Time> to_utc(local_time<Duration> local, const LocalTime& zone,
                    std::optional<Time> previous) {
  const Time winter{local.time_since_epoch() - zone.utc_offset};
  if (!zone.summer_time) return winter;
  const Time summer = winter - hours{1};
  const bool may_be_summer = is_summer(summer), may_be_winter = !is_summer(winter);
  if (may_be_summer && may_be_winter) {  // the hour that comes twice
    if (!previous) return refuse("time that comes twice, where winter time begins");
    // The earlier one that goes on from the reading before; a step over both halves is not told.
    if (summer > *previous && summer - *previous <= hours{1}) return summer;
    if (winter > *previous && winter - *previous <= hours{1}) return winter;
    return refuse("time that comes twice, where winter time begins");
  }
  if (may_be_summer) return summer;
  if (may_be_winter) return winter;
  return refuse("time that summer time leaves out");
}

Result<Time> read_time(std::string_view text, const FileSource& source,
                       std::optional<Time> previous) {
  if (!source.time_format.empty()) return by_format(text, source, previous);
  const auto full = with_seconds(text);
  if (auto parsed = parse_time(full); parsed) return parsed;
  const auto as_if_utc = parse_time(full + "Z");
  if (!as_if_utc) return refuse("impossible time: " + shown(text));
  if (!source.local_time) return refuse("time without an offset: " + shown(text));
  return to_utc(std::chrono::local_time<Duration>{as_if_utc->time_since_epoch()},
                *source.local_time, previous);
}

bool RowReader::says_none(const Row& row) const {
  if (!row.value) return true;
  const double least = source_.missing_at_or_below.value_or(
      source_.format == FileFormat::vanda ? -777.0 : -std::numeric_limits<double>::infinity());
  return *row.value <= least || std::find(source_.missing.begin(), source_.missing.end(),
                                          *row.value) != source_.missing.end();
}

void RowReader::refuse(const std::string& place, const std::string& what) {
  ++result_.refused_count;
  if (result_.refused.size() < most_faults) result_.refused.push_back({place, what, ""});
}

void RowReader::take(const Row& row) {
  if (says_none(row)) {
    ++result_.none;
    return;
  }
  const auto time = read_time(row.time, source_, previous_);
  if (!time) return refuse(row.place, time.error().message);
  previous_ = *time;
  const auto si = to_grid(station_, source_.scale * *row.value + source_.offset);
  if (!si) return refuse(row.place, si.error().message);
  Reading reading = well_formed(station_, *time, *si, received_);
  auto& quality = reading.quality;
  if (row.marked_in_error) quality[QcTest::syntax] = Flag::suspect;
  if (row.substituted) quality[QcTest::location] = Flag::suspect;
  if (row.pumping) quality[QcTest::multi_variate] = *row.pumping ? Flag::suspect : Flag::pass;
  reading.position = row.position;
  result_.readings.push_back(std::move(reading));
  created_.push_back(row.created);
}

FileReadings RowReader::finish() {
  std::vector<std::size_t> order(result_.readings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return created_[a] < created_[b]; });
  std::vector<Reading> sorted;
  sorted.reserve(order.size());
  for (const auto i : order) sorted.push_back(std::move(result_.readings[i]));
  result_.readings = std::move(sorted);
  return std::move(result_);
}

}  // namespace vandvagt::sensors::detail
