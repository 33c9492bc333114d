#include <numbers>

#include "config/detail/parts.hpp"
#include "config/detail/values.hpp"
#include "forecast/well_intakes.hpp"

namespace vandvagt::config {

using sensors::Parameter;

namespace {

/// How departures of the water table from the prior hang together.
void read_variogram(Section& section, forecast::GroundwaterInput& water) {
  section.quantity("correlation_length", Dimension::length, water.variogram.correlation_length,
                   positive);
  section.table("variogram", [&](Section& inner) {
    using forecast::CorrelationModel;
    inner.choice<CorrelationModel>("model", water.variogram.model,
                                   {{"exponential", CorrelationModel::exponential},
                                    {"spherical", CorrelationModel::spherical},
                                    {"gaussian", CorrelationModel::gaussian}});
    inner.flag("fit", water.fit_variogram);
    inner.quantity("nugget", Dimension::dimensionless, water.variogram.nugget,
                   {.at_least = 0.0, .below = 1.0});
    inner.number("anisotropy", water.variogram.anisotropy, {.at_least = 1.0});
    double degrees = 0.0;
    inner.number("direction", degrees, {.at_least = 0.0, .at_most = 360.0});
    water.variogram.direction = degrees * std::numbers::pi / 180.0;
    if (inner.has("direction") && !inner.has("anisotropy"))
      inner.fault("direction", "stands without anisotropy", "declare anisotropy, or remove it");
  });
}

/// Of several intakes of a borehole it must be clear which one meets the water table.
void check_intakes(const Section& section, const forecast::GroundwaterInput& water) {
  std::vector<const sensors::Station*> wells;
  for (const auto& well : water.wells) {
    const auto station = section.context().stations.find(well);
    if (station != section.context().stations.end()) wells.push_back(&station->second);
  }
  for (const auto& borehole : forecast::choose_intakes(wells).unclear)
    section.fault("wells",
                  "names several intakes of borehole \"" + borehole +
                      "\", and nothing says which one meets the water table",
                  "declare well.phreatic of one, or well.screen_depth of each");
}

}  // namespace

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
    read_field(section, "prior_error", water.prior_error,
               {.dimension = Dimension::length, .range = positive});
    section.quantity("reading_error", Dimension::length, water.reading_error, positive);
    section.quantity("error_growth", Dimension::length, water.error_growth, not_negative);
    read_variogram(section, water);
    using forecast::WaterTableDrift;
    section.choice<WaterTableDrift>("drift", water.drift,
                                    {{"none", WaterTableDrift::none},
                                     {"constant", WaterTableDrift::constant},
                                     {"terrain", WaterTableDrift::terrain}});
    section.whole("neighbours", water.neighbours, {.at_least = 8.0, .at_most = 1000.0});
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
    check_intakes(section, water);
    section.duration("window", water.window);
    section.duration("pump_recovery", water.pump_recovery, true);
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
