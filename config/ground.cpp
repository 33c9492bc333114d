#include "config/detail/parts.hpp"
#include "config/detail/values.hpp"

namespace vandvagt::config {

using sensors::Parameter;

void read_ground(Section& top, forecast::Scenario& scenario) {
  top.table("infiltration", [&](Section& section) {
    auto& soil = scenario.infiltration;
    soil.enabled = section.present();
    for (const char* key : {"conductivity", "suction_head", "moisture_deficit"})
      section.require(key, "Green and Ampt's formula needs all three");
    read_field(section, "conductivity", soil.conductivity,
               {.dimension = Dimension::speed, .range = not_negative});
    read_field(section, "suction_head", soil.suction_head,
               {.dimension = Dimension::length, .range = not_negative});
    read_field(section, "moisture_deficit", soil.moisture_deficit,
               {.dimension = Dimension::dimensionless, .range = {.at_least = 0.0, .below = 1.0}});
  });
  top.table("groundwater", [&](Section& section) {
    auto& water = scenario.groundwater;
    section.require("water_table_depth", "give the water table before the run [m below ground]");
    read_field(section, "water_table_depth", water.water_table_depth,
               {.dimension = Dimension::length});
    section.quantity("prior_error", Dimension::length, water.prior_error, positive);
    section.quantity("reading_error", Dimension::length, water.reading_error, positive);
    section.quantity("correlation_length", Dimension::length, water.correlation_length, positive);
    section.texts("wells", water.wells);
    for (const auto& well : water.wells)
      section.check_station("wells", well,
                            {Parameter::groundwater_head, Parameter::groundwater_depth});
    section.duration("window", water.window);
    section.duration("analysis_interval", water.analysis_interval);
    if (section.present() && !scenario.infiltration.enabled)
      section.fault("", "has no infiltration to act on", "add [infiltration] or remove it");
  });
}

void read_gauges(Section& top, forecast::Scenario& scenario) {
  top.each("gauge", [&](Section& section) {
    auto& gauge = scenario.gauges.emplace_back();
    gauge.place = section.place();
    section.require("id", "give the gauge an id");
    section.identifier("id", gauge.id);
    gauge.name = gauge.id;
    section.text("name", gauge.name);
    std::optional<grids::Point> position;
    section.require("position", "write [easting, northing]");
    section.point("position", position);
    if (position) gauge.position = *position;
    section.text("crs", gauge.crs);
    section.text("station", gauge.station);
    if (!gauge.station.empty()) section.check_station("station", gauge.station, {});
    for (const auto& other : scenario.gauges)
      if (&other != &gauge && other.id == gauge.id && section.has("id"))
        section.fault("id", "\"" + gauge.id + "\" is used twice", "give each gauge its own");
  });
}

}  // namespace vandvagt::config
