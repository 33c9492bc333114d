#include "app/demo_weather.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace vandvagt::app {
namespace {

double bump(double hour, double centre, double width) {
  const double x = (hour - centre) / width;
  return std::exp(-x * x);
}

/// Gamma-shaped flood wave of height 1: begins at `from`, peaks at `peak` [h].
double flood_wave(double hour, double from, double peak, double shape) {
  const double x = (hour - from) / (peak - from);
  return x <= 0.0 ? 0.0 : std::pow(x * std::exp(1.0 - x), shape);
}

// Hours count from the reference time.
double discharge(double hour) {
  return 1.9 + 32.0 * flood_wave(hour, -6.5, 4.0, 7.0) + 1.2 * flood_wave(hour, -20.0, -9.0, 4.0);
}
double sea(double hour) {
  const double tide = 0.16 * std::sin(2.0 * std::numbers::pi * (hour + 1.0) / 12.42);
  const double surge = 1.55 * (hour < 5.5 ? bump(hour, 5.5, 6.0) : bump(hour, 5.5, 4.5));
  return 0.12 + tide + surge;
}
/// The front passes in some six hours and has gone an hour after the reference time.
double rain(double hour) {
  if (hour < -6.0 || hour > 0.9) return 0.0;
  return 6.8 * bump(hour, -2.8, 1.9);
}
/// Stage at the town's bridge from the discharge half an hour before: normal depth in the
/// straightened channel, h = (Q n / (b sqrt(S)))^(3/5).
double bridge(double hour) {
  constexpr double bed = 1.36, width = 16.0, slope = 0.0019, manning = 0.035;
  return bed + std::pow(discharge(hour - 0.5) * manning / (width * std::sqrt(slope)), 0.6);
}
/// Groundwater below the meadows follows the rain of the day; under the hill it hardly moves.
double meadow_well(double hour) {
  return 0.46 - 0.10 / (1.0 + std::exp(-(hour + 6.0) / 3.0));
}

/// What a float in its well adds: some millimetres of slow swinging.
double unrest(double hour, double size) {
  return size * (std::sin(7.3 * hour) + 0.6 * std::sin(17.9 * hour + 1.0));
}
double rounded(double value, double step) {
  return std::round(value / step) * step;
}

Time at_hour(double hour) {
  return demo_reference_time() + from_seconds(hour * 3600.0);
}

std::vector<DemoValue> outlook(int count, const std::function<double(double)>& of, double step) {
  std::vector<DemoValue> values;
  for (int hour = 0; hour <= count; ++hour)
    values.push_back({at_hour(hour), rounded(of(hour), step)});
  return values;
}

}  // namespace

Time demo_reference_time() {
  using namespace std::chrono;
  return sys_days{2026y / November / 22} + hours{18};
}

std::vector<DemoReading> demo_readings() {
  std::vector<DemoReading> readings;
  for (int step = -24 * 6; step <= 0; ++step) {
    const double hour = step / 6.0;
    const Time time = at_hour(hour);
    const auto add = [&](const char* station, double value, double digit) {
      readings.push_back({time, station, rounded(value, digit)});
    };
    add("ellevad-opstroms", discharge(hour), 0.01);
    add("bybroen", bridge(hour) + unrest(hour, 0.003), 0.001);
    add("havnen", sea(hour) + unrest(hour, 0.006), 0.001);
    add("regn-vest", std::max(0.0, rain(hour) - 0.02), 0.1);
    add("regn-oest", std::max(0.0, 0.9 * rain(hour - 0.4) - 0.02), 0.1);
    if (step % 6 != 0) continue;
    add("boring-eng", meadow_well(hour), 0.01);
    add("boring-by", meadow_well(hour) + 0.35, 0.01);
    add("boring-bakke", 4.21 - 0.0006 * (hour + 24.0), 0.01);
  }
  return readings;
}

std::vector<DemoValue> demo_discharge_forecast(int hours_ahead) {
  return outlook(hours_ahead, discharge, 0.1);
}
std::vector<DemoValue> demo_sea_forecast(int hours_ahead) {
  return outlook(hours_ahead, sea, 0.01);
}
std::vector<DemoValue> demo_rain_forecast(int hours_ahead) {
  return outlook(hours_ahead, rain, 0.1);
}

}  // namespace vandvagt::app
