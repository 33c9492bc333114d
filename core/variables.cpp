#include "core/variables.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace vandvagt {
namespace {

constexpr std::array<Variable, 21> table{{
    {"h", "depth", "m", "flood_water_thickness", "water depth above the bed"},
    {"qx", "unit_discharge_x", "m2 s-1", "", "unit discharge to the east of the grid"},
    {"qy", "unit_discharge_y", "m2 s-1", "", "unit discharge to the north of the grid"},
    {"u", "speed", "m s-1", "flood_water_speed", "magnitude of the depth-averaged velocity"},
    {"z", "bed_elevation", "m", "ground_level_altitude", "bed elevation above the vertical datum"},
    {"eta", "stage", "m", "water_surface_height_above_reference_datum",
     "water surface above the vertical datum"},
    {"Q", "discharge", "m3 s-1", "water_volume_transport_in_river_channel", "discharge"},
    {"n", "manning", "s m-1/3", "", "Manning roughness coefficient"},
    {"rain", "rain_rate", "m s-1", "rainfall_rate", "rain rate"},
    {"", "evaporation_rate", "m s-1", "", "potential evaporation"},
    {"", "water_table_depth", "m", "water_table_depth", "depth of the water table below ground"},
    {"", "groundwater_head", "m", "", "groundwater head above the vertical datum"},
    {"", "infiltration", "m", "", "water infiltrated since the start"},
    {"", "max_depth", "m", "flood_water_thickness", "greatest water depth"},
    {"", "max_speed", "m s-1", "flood_water_speed", "greatest speed of the water"},
    {"", "max_hazard", "m2 s-1", "", "greatest hazard h (|u| + 0.5 m/s)"},
    {"", "arrival_time", "s", "time_when_flood_water_rises_above_threshold",
     "first time the depth exceeds the threshold, after the start"},
    {"", "duration", "s", "flood_water_duration_above_threshold",
     "time for which the depth exceeds the threshold"},
    {"", "probability", "1", "", "share of members in which the depth exceeds the threshold"},
    {"t0", "forecast_reference_time", "seconds since 1970-01-01 00:00:00",
     "forecast_reference_time", "issue time of the forecast"},
    {"m", "realization", "1", "realization", "member of the ensemble"},
}};

}  // namespace

std::span<const Variable> variables() {
  return table;
}

const Variable& variable(std::string_view name) {
  const auto found = std::ranges::find(table, name, &Variable::name);
  assert(found != table.end() && "variable not in core/variables.cpp");
  return *found;
}

}  // namespace vandvagt
