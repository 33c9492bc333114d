#include "watch/observed.hpp"

#include <algorithm>
#include <limits>

namespace vandvagt::watch {
namespace {

constexpr Duration longest_look_back = std::chrono::hours{48};

const sensors::Station* station_of(const std::vector<sensors::Station>& stations,
                                   const alerts::Rule& rule) {
  const auto found = std::find_if(stations.begin(), stations.end(),
                                  [&](const auto& station) { return station.id == rule.station; });
  return found == stations.end() ? nullptr : &*found;
}

}  // namespace

double datum_offset(const std::vector<sensors::Station>& stations, const alerts::Rule& rule) {
  const auto* station = station_of(stations, rule);
  return station != nullptr && rule.quantity == alerts::Quantity::stage ? station->datum_offset
                                                                        : 0.0;
}

double in_rule_terms(const sensors::Station& station, const alerts::Rule& rule, double value) {
  if (rule.quantity == alerts::Quantity::stage) return value - station.datum_offset;
  const bool head = station.parameter == sensors::Parameter::groundwater_head;
  if (rule.quantity != alerts::Quantity::groundwater_depth || !head) return value;
  return station.ground ? *station.ground - value : std::numeric_limits<double>::quiet_NaN();
}

Result<std::vector<alerts::ObservedReading>> observed_readings(const ObservedSources& sources,
                                                               const alerts::Rule& rule) {
  std::vector<alerts::ObservedReading> readings;
  const auto* station = station_of(sources.stations, rule);
  if (station == nullptr || !alerts::watches_readings(rule)) return readings;
  const auto state = sources.outbox.state(rule.id);
  if (!state) return fail(state.error());
  Time from = sources.now - longest_look_back;
  if (*state && (*state)->newest) from = std::max(from, (*state)->newest->time + Duration{1});
  // A rate needs readings that have made none yet.
  if (*state && !(*state)->recent.empty())
    from = std::max(from, (*state)->recent.back().time + Duration{1});
  const auto stored = sources.store.read(station->id, station->parameter, from, sources.now);
  if (!stored) return fail(stored.error());
  for (const auto& reading : *stored)
    readings.push_back({.time = reading.time,
                        .value = in_rule_terms(*station, rule, reading.value),
                        .good = reading.quality.usable(),
                        .digest = sensors::digest({&reading, 1})});
  return readings;
}

}  // namespace vandvagt::watch
