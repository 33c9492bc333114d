#include "config/detail/parts.hpp"
#include "config/detail/values.hpp"

namespace vandvagt::config {

using sensors::Parameter;

void read_ground(Section& top, forecast::Scenario& scenario) {
  read_infiltration(top, scenario);
  top.table("groundwater", [&](Section& section) {
    auto& water = scenario.groundwater;
    read_well_forecasts(section, scenario);
    const bool map =
        !scenario.well_forecasts.empty()
            ? section.has("water_table_depth") || section.has("wells") || section.has("aquifer")
            : section.present();
    if (map)
      section.require("water_table_depth", "give the water table before the run [m below ground]");
    read_field(section, "water_table_depth", water.water_table_depth,
               {.dimension = Dimension::length});
    section.quantity("prior_error", Dimension::length, water.prior_error, positive);
    section.quantity("reading_error", Dimension::length, water.reading_error, positive);
    section.quantity("correlation_length", Dimension::length, water.correlation_length, positive);
    section.texts("wells", water.wells);
    for (const auto& well : water.wells) {
      section.check_station("wells", well,
                            {Parameter::groundwater_head, Parameter::groundwater_depth});
      const auto station = top.context().stations.find(well);
      if (station == top.context().stations.end()) continue;
      water.well_places.push_back({.id = well,
                                   .name = station->second.name,
                                   .position = {station->second.x, station->second.y},
                                   .crs = station->second.crs,
                                   .station = well,
                                   .place = section.place("wells")});
    }
    section.duration("window", water.window);
    section.duration("analysis_interval", water.analysis_interval);
    read_groundwater_flow(section, scenario);
    if (map && !scenario.infiltration.enabled)
      section.fault("", "has no infiltration to act on", "add [infiltration] or remove it");
    check_soil_over_groundwater(section, scenario);
  });
  read_evapotranspiration(top, scenario);
}

void read_gauges(Section& top, forecast::Scenario& scenario) {
  std::set<std::string> ids;
  top.each("gauge", [&](Section& section) {
    auto& gauge = scenario.gauges.emplace_back();
    gauge.place = section.place();
    section.require("id", "give the gauge an id");
    section.identifier("id", gauge.id);
    section.check_unique("id", gauge.id, ids);
    gauge.name = gauge.id;
    section.text("name", gauge.name);
    section.text("station", gauge.station);
    if (!gauge.station.empty()) section.check_station("station", gauge.station, {});
    std::optional<grids::Point> position;
    section.point("position", position);
    section.text("crs", gauge.crs);
    const auto station = top.context().stations.find(gauge.station);
    if (position) {
      gauge.position = *position;
    } else if (station != top.context().stations.end()) {
      gauge.position = {station->second.x, station->second.y};
      gauge.crs = station->second.crs;
    } else {
      section.require("position", "write [easting, northing], or name a station");
    }
  });
}

}  // namespace vandvagt::config
