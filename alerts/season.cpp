#include "alerts/season.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace vandvagt::alerts {
namespace {

std::optional<int> two_digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<MonthDay> parse_month_day(std::string_view text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  const auto month = two_digits(text.substr(0, 2));
  const auto day = two_digits(text.substr(3));
  if (!month || !day) return std::nullopt;
  // A leap year has every day that there is.
  const std::chrono::year_month_day date{std::chrono::year{2024},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return MonthDay{*month, *day};
}

std::string to_string(MonthDay day) {
  return fmt::format("{:02d}-{:02d}", day.month, day.day);
}

bool in_season(const std::optional<Season>& season, Time t) {
  if (!season) return true;
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(t)};
  const MonthDay today{static_cast<int>(static_cast<unsigned>(date.month())),
                       static_cast<int>(static_cast<unsigned>(date.day()))};
  if (season->from <= season->to) return season->from <= today && today <= season->to;
  return today >= season->from || today <= season->to;
}

std::string to_string(const Season& season) {
  return to_string(season.from) + " to " + to_string(season.to);
}

}  // namespace vandvagt::alerts
