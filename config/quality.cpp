#include "config/detail/parts.hpp"

namespace vandvagt::config {
namespace {

using sensors::QualityLimits;
using sensors::Station;

constexpr double seconds_per_hour = 3600.0;

/// A change per hour; given as a number it is in SI a hour.
void per_hour(Section& section, const char* key, Dimension dimension,
              std::optional<double>& per_second) {
  std::optional<double> given;
  section.quantity(key, dimension, given, positive);
  if (given) per_second = *given / seconds_per_hour;
}

/// What may be declared by season.
void read_limits(Section& section, sensors::Parameter parameter, QualityLimits& limits) {
  const auto dimension = sensors::dimension(parameter);
  const auto value = [&](const char* key, std::optional<double>& limit, const Range& range) {
    section.quantity(key, dimension, limit, range);
  };
  value("sensor_min", limits.sensor_min, {});
  value("sensor_max", limits.sensor_max, {});
  value("operator_min", limits.operator_min, {});
  value("operator_max", limits.operator_max, {});
  value("climatology_min", limits.climatology_min, {});
  value("climatology_max", limits.climatology_max, {});
  value("spike_suspect", limits.spike_suspect, positive);
  value("spike_fail", limits.spike_fail, positive);
  value("flat_tolerance", limits.flat_tolerance, not_negative);
  value("attenuated_suspect", limits.attenuated_suspect, positive);
  value("attenuated_fail", limits.attenuated_fail, positive);
  value("neighbour_tolerance", limits.neighbour_tolerance, positive);
  per_hour(section, "rate_per_hour", dimension, limits.rate_per_second);
  section.number("rate_deviations", limits.rate_deviations, positive);
  const auto whole = [&](const char* key, std::optional<int>& count) {
    int given = 0;
    section.whole(key, given, {.at_least = 2.0});
    if (given >= 2) count = given;
  };
  whole("flat_suspect_count", limits.flat_suspect_count);
  whole("flat_fail_count", limits.flat_fail_count);
  Duration interval{0};
  section.duration("expected_interval", interval);
  if (interval > Duration{0}) limits.expected_interval = interval;
}

void read_season(Section& section, Station& station) {
  auto& season = station.seasons.emplace_back();
  std::vector<double> months;
  section.require("months", "write months = [11, 3]");
  section.numbers("months", months, {.at_least = 1.0, .at_most = 12.0});
  if (months.size() == 2) {
    season.first_month = static_cast<int>(months[0]);
    season.last_month = static_cast<int>(months[1]);
  } else if (section.has("months")) {
    section.fault("months", "is not a first and a last month", "write months = [11, 3]");
  }
  read_limits(section, station.parameter, season.limits);
}

/// The declared companion's dimension; length where it is not declared (a fault of its own).
Dimension dimension_of(const Section& section, const std::string& id) {
  const auto& stations = section.context().stations;
  const auto found = stations.find(id);
  return found == stations.end() ? Dimension::length : sensors::dimension(found->second.parameter);
}

}  // namespace

void read_quality(Section& top, Station& station) {
  top.table("quality", [&](Section& section) {
    auto& limits = station.limits;
    read_limits(section, station.parameter, limits);
    section.quantity("location_radius", Dimension::length, limits.location_radius, positive);
    section.duration("rate_window", limits.rate_window);
    section.duration("attenuated_window", limits.attenuated_window);
    section.text("neighbour", limits.neighbour);
    section.quantity("neighbour_difference", sensors::dimension(station.parameter),
                     limits.neighbour_difference);
    section.text("companion", limits.companion);
    per_hour(section, "companion_from_rate_per_hour", sensors::dimension(station.parameter),
             limits.companion_from_rate);
    per_hour(section, "companion_rate_per_hour", dimension_of(section, limits.companion),
             limits.companion_rate);
    section.each("season", [&](Section& season) { read_season(season, station); });
  });
}

}  // namespace vandvagt::config
