#include "sensors/detail/limits.hpp"

namespace vandvagt::sensors {

namespace detail {

QualityLimits merged(const QualityLimits& base, const QualityLimits& over) {
  QualityLimits limits = base;
  for (const auto limit :
       {&QualityLimits::sensor_min, &QualityLimits::sensor_max, &QualityLimits::operator_min,
        &QualityLimits::operator_max, &QualityLimits::climatology_min,
        &QualityLimits::climatology_max, &QualityLimits::spike_suspect, &QualityLimits::spike_fail,
        &QualityLimits::rate_per_second, &QualityLimits::rate_deviations,
        &QualityLimits::flat_tolerance, &QualityLimits::attenuated_suspect,
        &QualityLimits::attenuated_fail, &QualityLimits::companion_from_rate,
        &QualityLimits::companion_rate, &QualityLimits::neighbour_tolerance,
        &QualityLimits::location_radius})
    if (over.*limit) limits.*limit = over.*limit;
  if (over.flat_suspect_count) limits.flat_suspect_count = over.flat_suspect_count;
  if (over.flat_fail_count) limits.flat_fail_count = over.flat_fail_count;
  if (over.expected_interval) limits.expected_interval = over.expected_interval;
  return limits;
}

}  // namespace detail

QualityLimits limits_at(const Station& station, Time time) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  const auto month = static_cast<int>(static_cast<unsigned>(date.month()));
  for (const auto& season : station.seasons) {
    const bool within = season.first_month <= season.last_month
                            ? month >= season.first_month && month <= season.last_month
                            : month >= season.first_month || month <= season.last_month;
    if (within) return detail::merged(station.limits, season.limits);
  }
  return station.limits;
}

}  // namespace vandvagt::sensors
