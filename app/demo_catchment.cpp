#include "app/demo_catchment.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "app/demo_configuration.hpp"
#include "app/demo_rules_tests.hpp"
#include "app/demo_terrain.hpp"
#include "app/demo_weather.hpp"
#include "grids/cog.hpp"
#include "grids/files.hpp"
#include "grids/transform.hpp"

namespace vandvagt::app {
namespace {

namespace fs = std::filesystem;
using grids::Point;

/// A feature of a GeoJSON, in local coordinates; properties as JSON members.
struct Feature {
  DemoRing ring;
  std::string properties;
};

Result<std::string> geojson(const DemoTerrain& terrain, const std::vector<Feature>& features) {
  std::string text = "{\"type\": \"FeatureCollection\", \"features\": [\n";
  for (std::size_t k = 0; k < features.size(); ++k) {
    std::vector<Point> ring;
    for (const auto& p : features[k].ring) ring.push_back(demo_position(terrain, p));
    ring.push_back(ring.front());
    const auto moved = grids::transform(ring, terrain.geometry.crs, grids::lon_lat_crs);
    if (!moved) return fail(moved.error());
    std::string vertices;
    for (const auto& p : *moved)
      vertices += fmt::format("{}[{:.7f}, {:.7f}]", vertices.empty() ? "" : ", ", p.x, p.y);
    text += fmt::format(
        "{{\"type\": \"Feature\", \"properties\": {{{}}}, \"geometry\": {{\"type\": \"Polygon\", "
        "\"coordinates\": [[{}]]}}}}{}\n",
        features[k].properties, vertices, k + 1 < features.size() ? "," : "");
  }
  return text + "]}\n";
}

std::vector<Feature> building_features(const DemoTerrain& terrain) {
  std::vector<Feature> features;
  for (std::size_t k = 0; k < terrain.buildings.size(); ++k)
    features.push_back({terrain.buildings[k], fmt::format("\"id\": \"house-{}\"", k + 1)});
  return features;
}

std::vector<Feature> area_features() {
  const auto names = [](const char* id, const char* danish, const char* english) {
    return fmt::format("\"id\": \"{}\", \"name_da\": \"{}\", \"name_en\": \"{}\"", id, danish,
                       english);
  };
  return {
      {{{1300, 1500}, {1820, 1500}, {1870, 2125}, {1290, 2125}},
       names("aabyen", "Ellevad, byen ved åen", "Ellevad, town by the stream")},
      {{{1230, 2180}, {1850, 2180}, {1820, 2560}, {1250, 2560}},
       names("havneengen", "Havneengen", "Harbour meadow")},
      {{{1180, 60}, {1620, 60}, {1720, 1350}, {1330, 1350}},
       names("aadalen", "Ellevad Ådal", "Ellevad valley meadows")},
      {{{2150, 1250}, {2650, 1250}, {2650, 1700}, {2150, 1700}},
       names("oestbakken", "Østbakken", "East hill")},
  };
}

/// Manning's n by what covers the ground: Chow (1959), table 5-6.
Field<float> roughness(const DemoTerrain& terrain) {
  const auto& g = terrain.geometry;
  Field<float> manning(g.nx, g.ny);
  for (int j = 0; j < g.ny; ++j)
    for (int i = 0; i < g.nx; ++i) {
      const double z = terrain.ground(i, j);
      manning(i, j) = z < 0.2 ? 0.028F : z < 8.0 ? 0.045F : 0.07F;  // fjord, meadows, fields, woods
    }
  for (const auto& point : terrain.stream)
    for (const double dx : {-8.0, 0.0, 8.0})
      for (const double dy : {-8.0, 0.0, 8.0})
        if (const auto cell = grids::cell_at(
                g, demo_position(terrain, {point.position.x + dx, point.position.y + dy})))
          manning(cell->i, cell->j) = std::min(manning(cell->i, cell->j), 0.035F);
  return manning;
}

std::string readings_csv() {
  std::string text = "time,station,value\n";
  for (const auto& reading : demo_readings())
    text += fmt::format("{},{},{}\n", format_time(reading.time), reading.station,
                        fmt::format("{:.3f}", reading.value));
  return text;
}

std::string outlook_csv(const char* header, const std::vector<DemoValue>& values) {
  std::string text = std::string(header) + "\n";
  for (const auto& [time, value] : values)
    text += fmt::format("{},{:.2f}\n", format_time(time), value);
  return text;
}

Result<void> write_rasters(const DemoTerrain& terrain, const fs::path& folder) {
  auto geometry = terrain.geometry;
  auto wkt = grids::crs_wkt(geometry.crs);
  if (!wkt) return fail(wkt.error());
  geometry.crs = std::move(*wkt);
  const Field<float> manning = roughness(terrain);
  const auto write = [&](const char* name, const Field<float>& values, const char* what,
                         const char* units) {
    return grids::write_cog(folder / name, geometry, values.view(),
                            {.description = what, .units = units, .metadata = {}});
  };
  if (auto done = write("terrain.tif", terrain.ground, "bare ground", "m"); !done) return done;
  if (auto done = write("roughness.tif", manning, "Manning's n", "s m-1/3"); !done) return done;
  return write("water_table.tif", terrain.water_table_depth, "water table below ground", "m");
}

Result<void> write_texts(const DemoTerrain& terrain, const fs::path& folder) {
  const auto buildings = geojson(terrain, building_features(terrain));
  if (!buildings) return fail(buildings.error());
  const auto areas = geojson(terrain, area_features());
  if (!areas) return fail(areas.error());
  constexpr int hours =
      demo_horizon_hours + 9;  // so that a second run, hours later, has an outlook
  const std::pair<const char*, std::string> files[] = {
      {"buildings.geojson", *buildings},
      {"areas.geojson", *areas},
      {"readings.csv", readings_csv()},
      {"discharge_forecast.csv", outlook_csv("time,discharge", demo_discharge_forecast(hours))},
      {"sea_forecast.csv", outlook_csv("time,stage", demo_sea_forecast(hours))},
      {"rain_forecast.csv", outlook_csv("time,rain", demo_rain_forecast(hours))},
  };
  for (const auto& [name, text] : files)
    if (auto done = grids::write_text_atomically(folder / name, text); !done) return done;
  return {};
}

/// Only what a demonstration itself makes, and only beside a demo.toml.
Result<void> remove_earlier(const fs::path& folder) {
  if (!fs::exists(folder / "demo.toml")) return {};
  for (const char* name : {"store", "states", "forecast"}) {
    std::error_code error;
    fs::remove_all(folder / name, error);
    if (error) return fail(ErrorCode::io, (folder / name).string() + ": " + error.message());
  }
  return {};
}

}  // namespace

Result<fs::path> write_demo_catchment(const fs::path& folder) {
  if (auto done = grids::make_output_folder(folder / "catchment"); !done) return fail(done.error());
  if (auto done = remove_earlier(folder); !done) return fail(done.error());
  const DemoTerrain terrain = demo_terrain();
  if (auto done = write_rasters(terrain, folder / "catchment"); !done) return fail(done.error());
  if (auto done = write_texts(terrain, folder / "catchment"); !done) return fail(done.error());
  const fs::path configuration = folder / "demo.toml";
  if (auto done = grids::write_text_atomically(configuration, demo_configuration(terrain)); !done)
    return fail(done.error());
  if (auto done = grids::write_text_atomically(folder / "demo.rules-test.toml", demo_rules_tests);
      !done)
    return fail(done.error());
  return configuration;
}

}  // namespace vandvagt::app
