#include "core/time.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace vandvagt {
namespace {

using namespace std::chrono;

// Reads exactly `digits` decimal digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<sys_days> take_date(std::string_view& text) {
  const auto y = take_digits(text, 4);
  if (!y || !take(text, '-')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, '-')) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d || *y < 1900 || *y > 2199) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date};
}

std::optional<Duration> take_fraction(std::string_view& text) {
  if (!take(text, '.') && !take(text, ',')) return Duration{0};
  std::int64_t micros = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) micros = micros * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (std::size_t i = digits; i < 6; ++i) micros *= 10;
  return Duration{micros};
}

std::optional<Duration> take_clock(std::string_view& text) {
  const auto h = take_digits(text, 2);
  if (!h || !take(text, ':')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, ':')) return std::nullopt;
  const auto s = take_digits(text, 2);
  if (!s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  // A leap second has no place of its own in Unix time; it reads as the instant that follows it.
  const Duration sub = *s == 60 ? Duration{0} : *fraction;
  return hours{*h} + minutes{*m} + seconds{*s} + sub;
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return minutes{0};
  const bool west = !text.empty() && text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto h = take_digits(text, 2);
  if (!h || !take(text, ':')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || *h > 23 || *m > 59) return std::nullopt;
  const minutes offset = hours{*h} + minutes{*m};
  return west ? -offset : offset;
}

struct Calendar {
  year_month_day date;
  hh_mm_ss<Duration> clock;
};

Calendar to_calendar(Time t) {
  const auto midnight = floor<days>(t);
  return {year_month_day{midnight}, hh_mm_ss<Duration>{t - midnight}};
}

}  // namespace

Result<Time> parse_time(std::string_view text) {
  const auto refuse = [whole = std::string(text)] {
    return fail(ErrorCode::invalid_input,
                "\"" + whole +
                    "\" is not a time; give it as 2026-11-23T04:10:00Z or with an "
                    "explicit offset such as +01:00");
  };
  const auto date = take_date(text);
  if (!date || (!take(text, 'T') && !take(text, 't') && !take(text, ' '))) return refuse();
  const auto clock = take_clock(text);
  if (!clock) return refuse();
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return refuse();
  return Time{*date} + *clock - *offset;
}

std::string format_time(Time t) {
  const auto [date, clock] = to_calendar(t);
  std::string fraction;
  if (const auto micros = clock.subseconds().count(); micros != 0) {
    fraction = fmt::format(".{:06}", micros);
    fraction.erase(fraction.find_last_not_of('0') + 1);
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     fraction);
}

std::string format_time_compact(Time t) {
  const auto [date, clock] = to_calendar(t);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Result<Duration> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  static constexpr std::array<Unit, 6> units{
      {{"ms", 1e-3}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}, {"d", 86400.0}, {"w", 604800.0}}};
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{}) {
    std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
    for (const auto& known : units)
      if (unit == known.name && std::abs(value) * known.seconds < 1e12)
        return from_seconds(value * known.seconds);
  }
  return fail(ErrorCode::invalid_input, "\"" + std::string(text) +
                                            "\" is not a duration; give a number and its unit: "
                                            "500ms, 90s, 15min, 6h, 3d");
}

std::string format_duration(Duration d) {
  if (d < Duration{0}) return "-" + format_duration(-d);
  if (d < minutes{1}) return fmt::format("{} s", std::round(to_seconds(d) * 100.0) / 100.0);
  const auto total = round<seconds>(d);
  const auto h = duration_cast<hours>(total);
  const auto m = duration_cast<minutes>(total - h);
  const auto s = total - h - m;
  std::string text;
  const auto add = [&text](auto count, const char* unit) {
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : " ", count, unit);
  };
  add(h.count(), "h");
  add(m.count(), "min");
  if (h == hours{0}) add(s.count(), "s");
  return text;
}

Duration from_seconds(double seconds) {
  return Duration{std::llround(seconds * 1e6)};
}

}  // namespace vandvagt
