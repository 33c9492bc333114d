#include "app/replay.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <string_view>

#include "core/units.hpp"
#include "forecast/ensemble.hpp"
#include "grids/raster.hpp"
#include "grids/transform.hpp"

namespace vandvagt::app {
namespace {

using config::ReplayInput;
using sensors::Reading;
using sensors::Station;

constexpr std::int64_t file_session = 1;

using Scripts = std::map<std::string, SensorScript>;

const Station* find_station(const config::Configuration& configuration, std::string_view id) {
  for (const auto& station : configuration.stations)
    if (station.id == id) return &station;
  return nullptr;
}

/// From the station's unit and datum to SI and the grid's.
Result<double> to_grid(const Station& station, double value) {
  auto si = to_si(value, station.unit, sensors::dimension(station.parameter));
  if (si && sensors::needs_datum(station.parameter)) *si += station.datum_offset;
  return si;
}

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  while (true) {
    const auto comma = line.find(',');
    auto column = line.substr(0, comma);
    while (!column.empty() && (column.front() == ' ' || column.front() == '\t'))
      column.remove_prefix(1);
    while (!column.empty() && (column.back() == ' ' || column.back() == '\r'))
      column.remove_suffix(1);
    columns.push_back(column);
    if (comma == std::string_view::npos) return columns;
    line.remove_prefix(comma + 1);
  }
}

struct Row {
  Time time;
  std::string_view station;
  double value = 0.0;
};

Result<Row> parse_row(std::string_view line) {
  const auto columns = columns_of(line);
  if (columns.size() != 3)
    return fail(ErrorCode::invalid_input, "not three columns: write time,station,value");
  const auto time = parse_time(columns[0]);
  if (!time) return fail(time.error());
  double value = 0.0;
  const char* end = columns[2].data() + columns[2].size();
  const auto [stop, problem] = std::from_chars(columns[2].data(), end, value);
  if (problem != std::errc{} || stop != end || !std::isfinite(value))
    return fail(ErrorCode::invalid_input, "\"" + std::string(columns[2]) + "\" is no number");
  return Row{*time, columns[1], value};
}

void add_row(const config::Configuration& configuration, const Row& row, const std::string& place,
             Scripts& scripts, Faults& faults) {
  const Station* station = find_station(configuration, row.station);
  if (station == nullptr) {
    faults.push_back({place, "station \"" + std::string(row.station) + "\" is not declared",
                      "add it under [[station]]"});
    return;
  }
  const auto value = to_grid(*station, row.value);
  if (!value) {
    faults.push_back({place, value.error().message, ""});
    return;
  }
  auto& script = scripts[station->id];
  script.station = *station;
  Reading reading{
      .station = station->id, .parameter = station->parameter, .time = row.time, .value = *value};
  reading.session = file_session;
  reading.sequence = static_cast<std::int64_t>(script.readings.size()) + 1;
  script.readings.push_back(std::move(reading));
}

void read_file(const config::Configuration& configuration, const std::filesystem::path& file,
               Scripts& scripts, Faults& faults) {
  std::ifstream stream(file);
  if (!stream) {
    faults.push_back({file.string(), "cannot be read", "name a CSV file of readings"});
    return;
  }
  std::string line;
  bool first = true;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos || line.front() == '#') continue;
    const std::string place = file.string() + ":" + std::to_string(number);
    const auto row = parse_row(line);
    const bool header = first && !row && line.find("station") != std::string::npos;
    first = false;
    if (header) continue;
    if (!row) {
      faults.push_back({place, row.error().message, "write time (RFC 3339),station,value"});
      if (faults.size() > 20) return;
      continue;
    }
    add_row(configuration, *row, place, scripts, faults);
  }
}

/// The raster's value in the cell that holds the station, or a fault.
std::optional<double> value_at(const grids::Raster& raster, const Station& station,
                               const std::string& grid_crs, const ReplayInput::FromRaster& made,
                               Faults& faults) {
  const auto moved = grids::transform(
      {{station.x, station.y}}, station.crs.empty() ? grid_crs : station.crs, raster.geometry.crs);
  if (!moved) {
    faults.push_back({made.place, moved.error().message, "name raster_crs or the station's crs"});
    return std::nullopt;
  }
  const auto cell = grids::cell_at(raster.geometry, moved->front());
  if (cell && std::isfinite(raster.values(cell->i, cell->j)))
    return raster.values(cell->i, cell->j);
  faults.push_back({made.place,
                    made.raster.string() + " has no value at station \"" + station.id + "\"",
                    "move the station onto the raster"});
  return std::nullopt;
}

void read_raster_stations(const config::Configuration& configuration,
                          const grids::Geometry& geometry, const ReplayInput::FromRaster& made,
                          Time reference, std::pair<Scripts&, Faults&> out) {
  auto& [scripts, faults] = out;
  const auto raster = grids::read_raster(
      made.raster,
      {.band = 1,
       .variable = {},
       .crs = made.raster_crs.empty() ? std::nullopt : std::optional(made.raster_crs)});
  if (!raster) {
    faults.push_back({made.place, raster.error().message, ""});
    return;
  }
  for (std::size_t k = 0; k < made.stations.size(); ++k) {
    const Station* station = find_station(configuration, made.stations[k]);
    if (station == nullptr) continue;  // the configuration has a fault of its own for it
    const auto value = value_at(*raster, *station, geometry.crs, made, faults);
    if (!value) continue;
    const double noise =
        made.noise_sigma * forecast::normal_quantile(forecast::uniform_from(made.seed, k, 0));
    const auto si = to_grid(*station, made.scale * *value + made.offset + noise);
    if (!si) continue;
    auto& script = scripts[station->id];
    script.station = *station;
    Reading reading{.station = station->id,
                    .parameter = station->parameter,
                    .time = reference - made.before,
                    .value = *si};
    reading.session =
        std::chrono::floor<std::chrono::seconds>(reference).time_since_epoch().count();
    reading.sequence = 1;
    script.readings.push_back(std::move(reading));
  }
}

/// In order of time; stations without readings are left out.
std::vector<SensorScript> in_order(Scripts& scripts) {
  std::vector<SensorScript> sent;
  for (auto& [id, script] : scripts) {
    std::stable_sort(script.readings.begin(), script.readings.end(),
                     [](const Reading& a, const Reading& b) { return a.time < b.time; });
    if (!script.readings.empty()) sent.push_back(std::move(script));
  }
  return sent;
}

}  // namespace

std::vector<SensorScript> replay_files(const config::Configuration& configuration,
                                       const std::vector<std::filesystem::path>& files,
                                       Faults& faults) {
  Scripts scripts;
  for (const auto& file : files) read_file(configuration, file, scripts, faults);
  return in_order(scripts);
}

std::vector<SensorScript> replay_scripts(const config::Configuration& configuration,
                                         const grids::Geometry& geometry, Time reference,
                                         Faults& faults) {
  Scripts scripts;
  for (const auto& file : configuration.replay.files)
    read_file(configuration, file, scripts, faults);
  for (const auto& made : configuration.replay.from_raster)
    read_raster_stations(configuration, geometry, made, reference, {scripts, faults});
  for (auto& [id, script] : scripts)
    std::erase_if(script.readings,
                  [&](const Reading& reading) { return reading.time > reference; });
  return in_order(scripts);
}

}  // namespace vandvagt::app
