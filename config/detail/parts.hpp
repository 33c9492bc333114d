#pragma once

#include "config/configuration.hpp"
#include "config/detail/section.hpp"
#include "core/result.hpp"

/// One function for each part of the file; each reads `top`'s sections that are its own.
namespace vandvagt::config {

void read_project(Section& top, forecast::Scenario& scenario);
void read_terrain(Section& top, forecast::Scenario& scenario);
void read_initial(Section& top, forecast::Scenario& scenario);
void read_edges(Section& top, forecast::Scenario& scenario);
void read_sources(Section& top, forecast::Scenario& scenario);
void read_structures(Section& top, forecast::Scenario& scenario);
void read_levees(Section& top, forecast::Scenario& scenario);
void read_rain(Section& top, forecast::Scenario& scenario);
void read_ground(Section& top, forecast::Scenario& scenario);
/// The laws of infiltration and classes of soil.
void read_infiltration(Section& top, forecast::Scenario& scenario);
void check_soil_over_groundwater(const Section& groundwater, const forecast::Scenario& scenario);
/// Of [groundwater].
void read_groundwater_flow(Section& section, forecast::Scenario& scenario);
/// Needs the aquifer.
void read_evapotranspiration(Section& top, forecast::Scenario& scenario);
/// The wells of [groundwater] that are forecast from their own history.
void read_well_forecasts(Section& groundwater, forecast::Scenario& scenario);
void read_gauges(Section& top, forecast::Scenario& scenario);
void read_run(Section& top, forecast::Scenario& scenario);
void read_stations(Section& top, Configuration& configuration);
/// Of one [[station]].
void read_quality(Section& station_section, sensors::Station& station);
void read_mapping(Section& station_section, sensors::Station& station);
void read_station_file(Section& station_section, sensors::Station& station);
void read_broker(Section& top, Configuration& configuration);
void read_watch(Section& top, Configuration& configuration);
/// The feed over HTTP, escalation, the hook and WIS2.
void read_reach(Section& top, Configuration& configuration);
void read_replay(Section& top, Configuration& configuration);
void read_alerts(Section& top, Configuration& configuration);
/// The terrain's own system, or that of its first raster.
Result<std::string> terrain_crs(const forecast::TerrainInput& terrain);
/// Needs the terrain (areas are given in its system unless they name one).
void read_areas(Section& top, Configuration& configuration);
/// Needs stations and areas.
void read_rules(Section& top, Configuration& configuration);

}  // namespace vandvagt::config
