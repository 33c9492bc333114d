#include "sensors/bridge.hpp"

namespace vandvagt::sensors {
namespace {

void fill_linear(const BridgedValue& from, const Reading& to, Duration interval,
                 std::vector<BridgedValue>& series) {
  const double slope = (to.value - from.value) / to_seconds(to.time - from.time);
  for (Time t = from.time + interval; t < to.time; t += interval)
    series.push_back({t, from.value + slope * to_seconds(t - from.time), Origin::linear});
}

void fill_from(std::span<const Reading> fallback, Time from, Time to, double offset,
               std::vector<BridgedValue>& series) {
  for (const auto& reading : fallback)
    if (reading.time > from && reading.time < to && reading.quality.usable())
      series.push_back({reading.time, reading.value + offset, Origin::fallback});
}

}  // namespace

std::vector<BridgedValue> bridge(std::span<const Reading> readings,
                                 std::span<const Reading> fallback, const BridgeOptions& options) {
  std::vector<BridgedValue> series;
  for (const auto& reading : readings) {
    if (!reading.quality.usable()) continue;
    if (!series.empty() && options.interval > Duration{0}) {
      const BridgedValue before = series.back();
      const Duration hole = reading.time - before.time;
      if (hole > 2 * options.interval && hole <= options.longest_linear)
        fill_linear(before, reading, options.interval, series);
      else if (hole > 2 * options.interval)
        fill_from(fallback, before.time, reading.time, options.fallback_offset, series);
    }
    series.push_back({reading.time, reading.value, Origin::measured});
  }
  return series;
}

}  // namespace vandvagt::sensors
