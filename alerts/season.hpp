#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace vandvagt::alerts {

/// A day of any year.
struct MonthDay {
  int month = 1, day = 1;
  auto operator<=>(const MonthDay&) const = default;
};
/// `10-01`: month and day. Nothing where there is no such day; 02-29 is one.
std::optional<MonthDay> parse_month_day(std::string_view text);
std::string to_string(MonthDay day);

/// The days from `from` to `to`, both of them included, in UTC; over New Year where `to` comes
/// first.
struct Season {
  MonthDay from, to;
  bool operator==(const Season&) const = default;
};
/// Is `t` within it? Always where there is no season.
bool in_season(const std::optional<Season>& season, Time t);
/// `10-01 to 04-30`
std::string to_string(const Season& season);

}  // namespace vandvagt::alerts
