#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include "forecast/water_table.hpp"
#include "forecast/well_intakes.hpp"

namespace vandvagt::forecast {
namespace {

/// The newest reading that tells of the water table, or why there is none.
using Heard = std::variant<Observation, std::string>;

struct Analysis {
  const GroundwaterInput& ground;
  const BuiltCase& built;
  const Observations& observations;
  Time time;
};

/// Whether a pump ran at the reading's time or within the recovery before it.
bool disturbed(const std::vector<Time>& pumped, Time reading, Duration recovery) {
  const auto after = std::ranges::upper_bound(pumped, reading);
  return after != pumped.begin() && *std::prev(after) >= reading - recovery;
}

Result<Heard> newest(const Analysis& run, const std::string& well) {
  const Duration window = run.ground.window;
  const Time from = run.time - window + Duration{1};
  auto heard = run.observations.read(well, from, run.time);
  if (!heard) return fail(heard.error());
  auto pumped = run.observations.pumped(well, from - run.ground.pump_recovery, run.time);
  if (!pumped) return fail(pumped.error());
  bool recovering = false;
  for (auto reading = heard->rbegin(); reading != heard->rend() && reading->time >= from;
       ++reading) {
    if (!disturbed(*pumped, reading->time, run.ground.pump_recovery)) return Heard(*reading);
    recovering = true;
  }
  if (recovering) {
    return Heard("within " + format_duration(window) + " it was pumped or recovered from that (" +
                 format_duration(run.ground.pump_recovery) + ")");
  }
  if (!pumped->empty() && pumped->back() >= from) {
    return Heard("its pump ran at every reading within " + format_duration(window));
  }
  return Heard("no usable reading within " + format_duration(window));
}

/// A head or depth as a depth below the cell's ground; not a number outside the grid.
Result<double> depth_below_ground(const Analysis& run, const sensors::Station& station,
                                  grids::Point position, double value) {
  if (station.parameter == sensors::Parameter::groundwater_depth) return value;
  if (station.parameter != sensors::Parameter::groundwater_head) {
    return fail(ErrorCode::invalid_input, "groundwater: station \"" + station.id + "\" measures " +
                                              to_string(station.parameter) + "; name wells");
  }
  const auto cell = grids::cell_at(run.built.geometry, position);
  return cell ? run.built.model.bed_elevation(cell->i, cell->j) - value
              : std::numeric_limits<double>::quiet_NaN();
}

/// A well's reading, or why it has none.
Result<std::variant<WellReading, std::string>> reading_of(const Analysis& run,
                                                          const sensors::Station& station) {
  using Made = std::variant<WellReading, std::string>;
  auto position = run.observations.position(station.id, run.built.geometry);
  if (!position) return fail(position.error());
  if (station.well && station.well->pumped) return Made("it is declared as pumped");
  auto heard = newest(run, station.id);
  if (!heard) return fail(heard.error().code, "groundwater: " + heard.error().message);
  if (const auto* why = std::get_if<std::string>(&*heard)) return Made(*why);
  const auto& observed = std::get<Observation>(*heard);
  auto depth = depth_below_ground(run, station, *position, observed.value);
  if (!depth) return fail(depth.error());
  return Made(
      WellReading{.station = station.id,
                  .position = *position,
                  .time = observed.time,
                  .water_table_depth = *depth,
                  .standard_error = error_at_age(run.ground.reading_error, run.ground.error_growth,
                                                 run.time - observed.time)});
}

Result<std::vector<const sensors::Station*>> stations_of(const Analysis& run) {
  std::vector<const sensors::Station*> stations;
  for (const std::string& well : run.ground.wells) {
    const sensors::Station* station = run.observations.find(well);
    if (station == nullptr) {
      return fail(ErrorCode::invalid_input,
                  "groundwater: station \"" + well + "\" is not declared; add it to [[stations]]");
    }
    stations.push_back(station);
  }
  return stations;
}

}  // namespace

double error_at_age(double reading_error, double growth, Duration age) {
  const double days = to_seconds(age) / 86400.0;
  return std::sqrt(reading_error * reading_error + growth * growth * days);
}

Result<WaterTable> analyse_water_table(const Scenario& scenario, const BuiltCase& built,
                                       const Observations& observations, Time time) {
  const Analysis run{scenario.groundwater, built, observations, time};
  auto stations = stations_of(run);
  if (!stations) return fail(stations.error());
  const IntakeChoice intakes = choose_intakes(*stations);
  std::vector<WellReading> readings;
  std::vector<WellResult> silent;
  for (const sensors::Station* station : *stations) {
    const auto deeper = intakes.left_out.find(station->id);
    std::optional<std::string> why;
    if (deeper != intakes.left_out.end()) {
      why = deeper->second;
    } else {
      auto made = reading_of(run, *station);
      if (!made) return fail(made.error());
      if (auto* reading = std::get_if<WellReading>(&*made)) readings.push_back(std::move(*reading));
      if (const auto* said = std::get_if<std::string>(&*made)) why = *said;
    }
    if (!why) continue;
    WellResult result;
    result.station = station->id;
    result.why_not = *why;
    silent.push_back(std::move(result));
  }
  auto table = correct_water_table(built.geometry,
                                   {.depth = built.model.infiltration.water_table_depth.view(),
                                    .error = built.water_table_error.view(),
                                    .ground = built.model.bed_elevation.view()},
                                   readings,
                                   {.variogram = scenario.groundwater.variogram,
                                    .fit_variogram = scenario.groundwater.fit_variogram,
                                    .drift = scenario.groundwater.drift,
                                    .neighbours = scenario.groundwater.neighbours});
  if (!table) return table;
  table->time = time;
  table->wells.insert(table->wells.end(), silent.begin(), silent.end());
  return table;
}

}  // namespace vandvagt::forecast
