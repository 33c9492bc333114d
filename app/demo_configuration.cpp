#include "app/demo_configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/demo_weather.hpp"
#include "core/time.hpp"

namespace vandvagt::app {
namespace {

using grids::Point;

// `@NAME@` is replaced by what follows from the terrain.
constexpr const char* model_part =
    R"toml(# The example catchment "Ellevad": a stream valley with a town, a road embankment with a culvert, and
# a fjord at its mouth. It is fictional: `vandvagt demo` made terrain, readings and outlooks from
# formulas, and only the coordinate systems are real. The demonstration is this file, run as any
# other:
#     vandvagt forecast --config demo.toml --output forecast
# Change what you like and run it again. docs/configuration.md lists every key.

[project]
name = "ellevad"
title = "Ellevad, an example catchment (fictional)"
institution = "Vandvagt example"
source = "made by vandvagt demo"
licence = "CC0"

[terrain]
raster = "catchment/terrain.tif"
vertical_datum = "EPSG:5799"  # DVR90

[[terrain.change]]  # houses stand above any flood
polygon = "catchment/buildings.geojson"
raise_by = 6.0

[[terrain.change]]  # the road across the valley
polygon = @EMBANKMENT@
raise_to = @CREST@

[[terrain.change]]  # its culvert: the ground lowered through the embankment, one cell wide
line = @CULVERT@
lower_to = @CULVERT_INLET@
end_value = @CULVERT_OUTLET@

[manning]
raster = "catchment/roughness.tif"

[initial]  # the fjord when a run starts cold; the stream fills in the spin-up
stage = 0.2

[[edge]]
name = "stream"
kind = "discharge"
side = "south"
along = [@STREAM_WEST@, @STREAM_EAST@]
[edge.discharge]
station = "ellevad-opstroms"
forecast_file = "catchment/discharge_forecast.csv"
unit = "m3/s"

[[edge]]
name = "fjord"
kind = "stage"
rectangle = @FJORD@
below = 0.0
[edge.stage]
station = "havnen"
forecast_file = "catchment/sea_forecast.csv"
unit = "m"

[rain]
stations = ["regn-vest", "regn-oest"]
[rain.forecast]
rate = { file = "catchment/rain_forecast.csv", unit = "mm/h" }

[infiltration]  # sandy loam: Rawls et al. (1983), doi:10.1061/(ASCE)0733-9429(1983)109:1(62)
conductivity = "11 mm/h"
suction_head = 0.11
moisture_deficit = 0.2

[groundwater]
water_table_depth = { raster = "catchment/water_table.tif" }
prior_error = 0.3
reading_error = 0.03
correlation_length = 600
wells = ["boring-eng", "boring-by", "boring-bakke"]

[time]
reference_time = "@REFERENCE@"
spin_up = "4h"
horizon = "@HORIZON@h"
state_folder = "states"

[ensemble]
members = 3
seed = 20261122
rain_factor_sigma = 0.3
stage_offset_sigma = 0.15
discharge_factor_sigma = 0.25

[solver]
precision = "single"

[output]
interval = "10min"
map_interval = "1h"
probability_depths = [0.1, 0.5]

[store]
folder = "store"

# No [broker]: a private Mosquitto on this machine is started and stopped with the run, and
# simulated sensors publish these readings over it.
[replay]
file = "catchment/readings.csv"
)toml";

constexpr const char* sensor_part = R"toml(
[[station]]
id = "ellevad-opstroms"
name = "Ellevad Å, opstrøms"
operator = "ellevad"
parameter = "discharge"
unit = "m3/s"
position = @AT_STREAM@
[station.quality]
sensor_min = 0.0
sensor_max = 150.0
operator_max = 80.0
spike_suspect = 5.0
spike_fail = 15.0
expected_interval = "10min"

[[station]]
id = "bybroen"
name = "Bybroen"
operator = "ellevad"
parameter = "stage"
unit = "m"
datum = "EPSG:5799"
position = @AT_BRIDGE@
[station.quality]
sensor_min = 0.5
sensor_max = 6.0
operator_min = 1.3
operator_max = 4.5
spike_suspect = 0.1
spike_fail = 0.2
rate_per_hour = 1.5
flat_tolerance = 0.0005
expected_interval = "10min"

[[station]]
id = "havnen"
name = "Ellevad Havn"
operator = "ellevad"
parameter = "stage"
unit = "m"
datum = "EPSG:5799"
position = @AT_HARBOUR@
[station.quality]
sensor_min = -3.0
sensor_max = 5.0
operator_min = -1.5
operator_max = 2.8
spike_suspect = 0.1
spike_fail = 0.2
rate_per_hour = 1.0
expected_interval = "10min"

[[station]]
id = "regn-vest"
name = "Regnmåler vest"
operator = "ellevad"
parameter = "rain"
unit = "mm/h"
position = @AT_RAIN_WEST@
[station.quality]
sensor_min = "0 mm/h"
sensor_max = "200 mm/h"
expected_interval = "10min"

[[station]]
id = "regn-oest"
name = "Regnmåler øst"
operator = "ellevad"
parameter = "rain"
unit = "mm/h"
position = @AT_RAIN_EAST@
[station.quality]
sensor_min = "0 mm/h"
sensor_max = "200 mm/h"
expected_interval = "10min"

[[station]]
id = "boring-eng"
name = "Boring, engen"
operator = "ellevad"
parameter = "groundwater-depth"
unit = "m"
position = @AT_WELL_MEADOW@

[[station]]
id = "boring-by"
name = "Boring, byen"
operator = "ellevad"
parameter = "groundwater-depth"
unit = "m"
position = @AT_WELL_TOWN@

[[station]]
id = "boring-bakke"
name = "Boring, bakken"
operator = "ellevad"
parameter = "groundwater-depth"
unit = "m"
position = @AT_WELL_HILL@

[[gauge]]
id = "bybroen"
name = "Bybroen"
position = @AT_BRIDGE@
station = "bybroen"

[[gauge]]
id = "havnen"
name = "Ellevad Havn"
position = @AT_HARBOUR@
station = "havnen"

[[gauge]]
id = "daemningen"
name = "Dæmningen"
position = @AT_EMBANKMENT@
)toml";

constexpr const char* warning_part = R"toml(
[alerts]
status = "exercise"  # nobody lives here; "actual" sends to the topics of real warnings
sender = "vandvagt@example.org"
sender_name = "Vandvagt example"
identifier_prefix = "vandvagt-demo"

[areas]
file = "catchment/areas.geojson"

[[rule]]
id = "aabyen-bybroen"
area = "aabyen"
station = "bybroen"
quantity = "stage"
datum = "EPSG:5799"
hazard = "river"
raise_probability = 0.5
lead_window = "24h"
[[rule.level]]
name = "minor"
raise = 2.35
clear = 2.2
[[rule.level]]
name = "moderate"
raise = 2.5
clear = 2.4
[[rule.level]]
name = "severe"
raise = 3.0
clear = 2.85

[[rule]]
id = "havneengen-havnen"
area = "havneengen"
station = "havnen"
quantity = "stage"
datum = "EPSG:5799"
hazard = "sea"
raise_probability = 0.5
lead_window = "24h"
[[rule.level]]
name = "minor"
raise = 1.2
clear = 1.0
[[rule.level]]
name = "moderate"
raise = 1.6
clear = 1.4
[[rule.level]]
name = "severe"
raise = 2.0
clear = 1.8

[[rule]]
id = "aadalen-enge"
area = "aadalen"
quantity = "area_share"  # of the area's cells that are flooded deeper than area_depth
area_depth = 0.1
hazard = "river"
raise_probability = 0.5
lead_window = "24h"
[[rule.level]]
name = "minor"
raise = 0.3
clear = 0.25
[[rule.level]]
name = "moderate"
raise = 0.7
clear = 0.6

[[rule]]
id = "oestbakken-regn"
area = "oestbakken"
quantity = "area_depth"  # exceeded on area_share of the area's cells
area_share = 0.05
hazard = "rain"
raise_probability = 0.5
lead_window = "24h"
[[rule.level]]
name = "minor"
raise = 0.2
clear = 0.15
)toml";

std::string point_text(Point p) {
  return fmt::format("[{:.1f}, {:.1f}]", p.x, p.y);
}

std::string ring_text(const DemoTerrain& terrain, const DemoRing& ring) {
  std::string text = "[";
  for (const auto& p : ring)
    text += (text.size() > 1 ? ", " : "") + point_text(demo_position(terrain, p));
  return text + "]";
}

/// The stream's deepest line at that distance from the south edge.
const StreamPoint& stream_at(const DemoTerrain& terrain, double north) {
  return *std::find_if(terrain.stream.begin(), terrain.stream.end() - 1,
                       [&](const auto& p) { return p.position.y >= north; });
}

std::map<std::string, std::string> values_from(const DemoTerrain& terrain) {
  const auto at = [&](Point local) { return point_text(demo_position(terrain, local)); };
  const auto& g = terrain.geometry;
  const double side = g.nx * g.dx;
  const Point inflow = stream_at(terrain, 5.0).position;
  return {
      {"EMBANKMENT", ring_text(terrain, terrain.embankment)},
      {"CREST", fmt::format("{:.2f}", terrain.embankment_crest)},
      {"CULVERT", ring_text(terrain, terrain.culvert)},
      {"CULVERT_INLET", fmt::format("{:.2f}", terrain.culvert_inlet)},
      {"CULVERT_OUTLET", fmt::format("{:.2f}", terrain.culvert_outlet)},
      {"STREAM_WEST", fmt::format("{:.1f}", g.x0 + inflow.x - 25.0)},
      {"STREAM_EAST", fmt::format("{:.1f}", g.x0 + inflow.x + 25.0)},
      {"FJORD", fmt::format("[{:.1f}, {:.1f}, {:.1f}, {:.1f}]", g.x0 - 1.0, g.y0 + 2400.0,
                            g.x0 + side + 1.0, g.y0 + side + 1.0)},
      {"REFERENCE", format_time(demo_reference_time())},
      {"HORIZON", fmt::format("{}", demo_horizon_hours)},
      {"AT_STREAM", at(stream_at(terrain, 40.0).position)},
      {"AT_BRIDGE", at(stream_at(terrain, 1700.0).position)},
      {"AT_HARBOUR", at({1385.0, 2605.0})},
      {"AT_EMBANKMENT", at(stream_at(terrain, 2095.0).position)},
      {"AT_RAIN_WEST", at({480.0, 1500.0})},
      {"AT_RAIN_EAST", at({2380.0, 1150.0})},
      {"AT_WELL_MEADOW", at({1330.0, 950.0})},
      {"AT_WELL_TOWN", at({1405.0, 1735.0})},
      {"AT_WELL_HILL", at({2300.0, 1500.0})},
  };
}

}  // namespace

std::string demo_configuration(const DemoTerrain& terrain) {
  std::string text = std::string(model_part) + sensor_part + warning_part;
  for (const auto& [name, value] : values_from(terrain)) {
    const std::string mark = "@" + name + "@";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
      text.replace(at, mark.size(), value);
  }
  return text;
}

}  // namespace vandvagt::app
