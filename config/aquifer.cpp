#include "config/detail/parts.hpp"
#include "config/detail/values.hpp"

namespace vandvagt::config {
namespace {

using forecast::AquiferInput;
using forecast::HeadBoundaryInput;
using forecast::PumpingInput;

const Kind speed_kind{.dimension = Dimension::speed, .range = not_negative};
const Kind elevation_kind{.dimension = Dimension::length};
const Kind length_kind{.dimension = Dimension::length, .range = not_negative};
const Kind thickness_kind{.dimension = Dimension::length, .range = positive};
const Kind yield_kind{.dimension = Dimension::dimensionless, .range = {.above = 0.0, .below = 1.0}};
const Kind drain_kind{.dimension = Dimension::dimensionless, .range = not_negative};

void read_aquifer(Section& section, AquiferInput& aquifer) {
  aquifer.enabled = section.present();
  aquifer.place = section.place();
  section.require("conductivity", "give it with its unit, e.g. \"10 m/d\"");
  read_field(section, "conductivity", aquifer.conductivity, speed_kind);
  const auto bottom = section.one_of({"base", "thickness"});
  if (section.present() && !bottom)
    section.fault("base", "is missing", "give `base` [m above datum] or `thickness` [m]");
  read_field(section, "base", aquifer.base, elevation_kind);
  read_field(section, "thickness", aquifer.thickness, thickness_kind);
  read_field(section, "specific_yield", aquifer.specific_yield, yield_kind);
  read_field(section, "drain_depth", aquifer.drain_depth, length_kind);
  read_field(section, "drain_conductance", aquifer.drain_conductance, drain_kind);
  for (const auto& [key, other] : {std::pair{"drain_depth", "drain_conductance"},
                                   std::pair{"drain_conductance", "drain_depth"}})
    if (section.has(key) && !section.has(other))
      section.fault(other, "is missing", "drains need both a depth and a conductance");
  section.duration("step", aquifer.step);
  section.duration("spin_up", aquifer.spin_up, true);
  section.quantity("spin_up_recharge", Dimension::speed, aquifer.spin_up_recharge, not_negative);
  if (section.has("spin_up_recharge") && aquifer.spin_up == Duration::zero())
    section.fault("spin_up_recharge", "has no spin-up to fall in", "give spin_up, or remove it");
}

void read_boundary(Section& section, HeadBoundaryInput& boundary) {
  boundary.place = section.place();
  section.require("name", "give the boundary a name");
  section.text("name", boundary.name);
  const auto shape = read_shape(section, boundary.shape, true);
  boundary.along_lines = shape == ShapeKind::line;
  if (section.present() && shape == ShapeKind::none)
    section.fault("polygon", "is missing", "say where: polygon, rectangle or line");
  section.require("stage", "give its water level [m above datum]");
  read_series(section, "stage", boundary.stage, stage_kind);
  section.require("conductance", "give that of each cell's bed [m2/s]");
  section.number("conductance", boundary.conductance, positive);
  section.quantity("bottom", Dimension::length, boundary.bottom);
}

void read_pumping(Section& section, PumpingInput& pumping) {
  pumping.place = section.place();
  section.require("name", "give the well a name");
  section.text("name", pumping.name);
  section.require("point", "say where: [x, y]");
  section.point("point", pumping.point);
  section.require("rate", "give the water in m3/s; negative takes it out of the ground");
  read_series(section, "rate", pumping.rate, discharge_kind);
}

}  // namespace

void read_groundwater_flow(Section& section, forecast::Scenario& scenario) {
  AquiferInput& aquifer = scenario.groundwater.aquifer;
  section.table("aquifer", [&](Section& inner) { read_aquifer(inner, aquifer); });
  std::set<std::string> names;
  section.each("boundary", [&](Section& inner) {
    read_boundary(inner, aquifer.boundaries.emplace_back());
    inner.check_unique("name", aquifer.boundaries.back().name, names);
  });
  section.each("pumping", [&](Section& inner) {
    read_pumping(inner, aquifer.pumping.emplace_back());
    inner.check_unique("name", aquifer.pumping.back().name, names);
  });
  for (const char* key : {"boundary", "pumping"})
    if (section.has(key) && !aquifer.enabled)
      section.fault(key, "has no aquifer to act on", "add [groundwater.aquifer] or remove it");
}

void read_evapotranspiration(Section& top, forecast::Scenario& scenario) {
  top.table("evapotranspiration", [&](Section& section) {
    auto& given = scenario.evapotranspiration;
    given.enabled = section.present();
    given.place = section.place();
    section.require("rate", "give the potential rate with its unit, e.g. \"3 mm/d\"");
    read_series(section, "rate", given.rate, speed_kind);
    if (given.rate.from == forecast::SeriesInput::From::station)
      section.fault("rate", "comes from a station", "give it constant, as points or as a file");
    section.quantity("extinction_depth", Dimension::length, given.extinction_depth, positive);
    section.duration("step", given.step);
    if (section.has("step") && scenario.groundwater.aquifer.enabled)
      section.fault("step", "is that of the aquifer where there is one",
                    "give groundwater.aquifer.step alone");
  });
}

}  // namespace vandvagt::config
