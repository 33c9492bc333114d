#include "sensors/detail/context_tests.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace vandvagt::sensors::detail {
namespace {

constexpr double earth_radius = 6371008.8;  // mean [m], IUGG

double to_radians(double degrees) {
  return degrees * std::numbers::pi / 180.0;
}

// Haversine; exact enough for a radius of metres to kilometres.
double distance_on_earth(std::pair<double, double> a, std::pair<double, double> b) {
  const double north = std::sin(to_radians(b.second - a.second) / 2.0);
  const double east = std::sin(to_radians(b.first - a.first) / 2.0);
  const double h =
      north * north + std::cos(to_radians(a.second)) * std::cos(to_radians(b.second)) * east * east;
  return 2.0 * earth_radius * std::asin(std::min(1.0, std::sqrt(h)));
}

// Values of the window that ends with `candidate`, failed ones left out; empty where the window is
// not at least half filled: then nothing can be said of it.
std::vector<double> values_in(Duration window, const QualityLimits& limits,
                              const Earlier& earlier) {
  std::vector<double> values;
  if (!limits.expected_interval || earlier.empty()) return values;
  const Time newest = earlier.back()->time;
  for (auto it = earlier.rbegin(); it != earlier.rend() && newest - (*it)->time <= window; ++it)
    if ((*it)->quality.overall != Flag::fail) values.push_back((*it)->value);
  const auto expected = static_cast<std::size_t>(window / *limits.expected_interval);
  if (values.size() * 2 < expected) values.clear();
  return values;
}

double standard_deviation(const std::vector<double>& values) {
  double mean = 0.0, squares = 0.0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  for (const double v : values) squares += (v - mean) * (v - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

// The value of another station at a time: between two readings not more than two intervals apart,
// else that of a reading within one interval. Only usable ones.
std::optional<double> value_near(std::span<const Reading> series, Time at, Duration interval) {
  const Reading *before = nullptr, *after = nullptr;
  for (const auto& reading : series) {
    if (!reading.quality.usable()) continue;
    if (reading.time <= at) before = &reading;
    if (reading.time >= at && after == nullptr) after = &reading;
  }
  if (before != nullptr && after != nullptr && after->time - before->time <= 2 * interval) {
    if (after->time == before->time) return after->value;
    const double part = to_seconds(at - before->time) / to_seconds(after->time - before->time);
    return before->value + part * (after->value - before->value);
  }
  if (before != nullptr && at - before->time <= interval) return before->value;
  if (after != nullptr && after->time - at <= interval) return after->value;
  return std::nullopt;
}

}  // namespace

Flag location(const Station& station, const QualityLimits& limits, const Reading& candidate) {
  if (!limits.location_radius || !station.position_sent || !candidate.position)
    return Flag::not_evaluated;
  const auto& [x, y] = *candidate.position;
  const bool degrees = station.mapping.position_crs == "EPSG:4326";
  if (!std::isfinite(x) || !std::isfinite(y)) return Flag::fail;
  if (degrees && (std::abs(x) > 180.0 || std::abs(y) > 90.0)) return Flag::fail;
  const auto& own = *station.position_sent;
  const double away = degrees ? distance_on_earth(own, *candidate.position)
                              : std::hypot(x - own.first, y - own.second);
  return away > *limits.location_radius ? Flag::suspect : Flag::pass;
}

Flag change_in_deviations(const QualityLimits& limits, const Earlier& earlier,
                          const Reading& reference, const Reading& candidate) {
  if (!limits.rate_deviations) return Flag::not_evaluated;
  const auto values = values_in(limits.rate_window, limits, earlier);
  if (values.size() < 3 || candidate.time - reference.time > 2 * *limits.expected_interval)
    return Flag::not_evaluated;
  const double allowed = *limits.rate_deviations * standard_deviation(values);
  return std::abs(candidate.value - reference.value) > allowed ? Flag::suspect : Flag::pass;
}

Flag attenuated_signal(const QualityLimits& limits, const Earlier& earlier,
                       const Reading& candidate) {
  if (!limits.attenuated_suspect && !limits.attenuated_fail) return Flag::not_evaluated;
  auto window = earlier;
  window.push_back(&candidate);
  const auto values = values_in(limits.attenuated_window, limits, window);
  if (values.size() < 3) return Flag::not_evaluated;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double range = *high - *low;
  if (limits.attenuated_fail && range < *limits.attenuated_fail) return Flag::fail;
  if (limits.attenuated_suspect && range < *limits.attenuated_suspect) return Flag::suspect;
  return Flag::pass;
}

Flag multi_variate(const QualityLimits& limits, const Reading& reference, const Reading& candidate,
                   std::span<const Reading> companion) {
  if (!limits.companion_from_rate || !limits.companion_rate || !limits.expected_interval)
    return Flag::not_evaluated;
  const Duration between = candidate.time - reference.time;
  const auto then = value_near(companion, reference.time, *limits.expected_interval);
  const auto now = value_near(companion, candidate.time, *limits.expected_interval);
  if (!then || !now || between > 2 * *limits.expected_interval) return Flag::not_evaluated;
  const double seconds = to_seconds(between);
  const bool fast =
      std::abs(candidate.value - reference.value) / seconds > *limits.companion_from_rate;
  const bool shared = std::abs(*now - *then) / seconds >= *limits.companion_rate;
  return fast && !shared ? Flag::suspect : Flag::pass;
}

Flag neighbour(const QualityLimits& limits, const Reading& candidate,
               std::span<const Reading> neighbour) {
  if (!limits.neighbour_tolerance || !limits.expected_interval) return Flag::not_evaluated;
  const auto value = value_near(neighbour, candidate.time, *limits.expected_interval);
  if (!value) return Flag::not_evaluated;
  const double difference = candidate.value - *value - limits.neighbour_difference;
  return std::abs(difference) > *limits.neighbour_tolerance ? Flag::suspect : Flag::pass;
}

}  // namespace vandvagt::sensors::detail
