#include "alerts/rule.hpp"

#include <array>
#include <string_view>

namespace vandvagt::alerts {
namespace {

// Names in the order of each enumeration.
constexpr std::array<std::string_view, 8> quantity_names = {
    "stage",      "discharge",  "depth",        "groundwater_depth",
    "area_depth", "area_share", "rate_of_rise", "shallow_groundwater_share"};
constexpr std::array<std::string_view, 4> hazard_names = {"river", "sea", "rain", "groundwater"};
constexpr std::array<std::string_view, 4> severity_names = {"minor", "moderate", "severe",
                                                            "extreme"};

template <class Enum, std::size_t n>
std::optional<Enum> find_name(const std::array<std::string_view, n>& names,
                              const std::string& text) {
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string to_string(Quantity quantity) {
  return std::string(quantity_names.at(static_cast<std::size_t>(quantity)));
}
std::optional<Quantity> parse_quantity(const std::string& text) {
  return find_name<Quantity>(quantity_names, text);
}

std::string unit(Quantity quantity) {
  switch (quantity) {
    case Quantity::discharge:
      return "m3/s";
    case Quantity::rate_of_rise:
      return "m/h";
    case Quantity::area_share:
    case Quantity::shallow_groundwater_share:
      return "";
    default:
      return "m";
  }
}

double in_unit(Quantity quantity, double si) {
  return quantity == Quantity::rate_of_rise ? 3600.0 * si : si;
}

bool is_area_quantity(Quantity quantity) {
  return quantity == Quantity::area_depth || is_share(quantity);
}

bool is_share(Quantity quantity) {
  return quantity == Quantity::area_share || quantity == Quantity::shallow_groundwater_share;
}

double direction(Quantity quantity) {
  return quantity == Quantity::groundwater_depth ? -1.0 : 1.0;
}

std::string to_string(Hazard hazard) {
  return std::string(hazard_names.at(static_cast<std::size_t>(hazard)));
}
std::optional<Hazard> parse_hazard(const std::string& text) {
  return find_name<Hazard>(hazard_names, text);
}

std::string to_string(Severity severity) {
  return std::string(severity_names.at(static_cast<std::size_t>(severity)));
}
std::optional<Severity> parse_severity(const std::string& text) {
  return find_name<Severity>(severity_names, text);
}
Severity severity_of(const Level& level) {
  if (level.severity) return *level.severity;
  return parse_severity(level.name).value_or(Severity::minor);
}

std::string to_string(AfterTimeout after) {
  return after == AfterTimeout::release ? "release" : "tell";
}

bool watches_readings(const Rule& rule) {
  return rule.observed && !is_area_quantity(rule.quantity);
}

bool in_force(const Rule& rule, std::size_t level, Time t) {
  return in_season(rule.season, t) && in_season(rule.levels[level].season, t);
}

}  // namespace vandvagt::alerts
