#include "config/detail/parts.hpp"
#include "config/detail/values.hpp"

namespace vandvagt::config {
namespace {

using forecast::TerrainChange;
using forecast::TerrainInput;

void read_extent(Section& section, TerrainInput& terrain) {
  std::vector<double> sides;
  section.numbers("extent", sides);
  if (sides.empty()) return;
  if (sides.size() != 4 || sides[0] >= sides[2] || sides[1] >= sides[3])
    return section.fault("extent", "is no extent", "write [x_min, y_min, x_max, y_max]");
  terrain.extent = {sides[0], sides[1], sides[2], sides[3]};
}

/// The slope of a polygon's new ground: from the first point to the second.
void read_ramp(Section& section, TerrainChange& change, ShapeKind shape) {
  std::vector<grids::Point> ramp;
  section.quantity("end_value", Dimension::length, change.end_value);
  section.points("ramp", ramp);
  if (section.has("ramp") && shape == ShapeKind::line)
    section.fault("ramp", "belongs to polygons", "a line slopes along itself: remove it");
  if (section.has("ramp") != section.has("end_value") && shape != ShapeKind::line)
    section.fault(section.has("ramp") ? "end_value" : "ramp", "is missing",
                  "a sloping polygon needs `end_value` and `ramp = [[x, y], [x, y]]`");
  if (ramp.empty()) return;
  if (ramp.size() != 2 || (ramp[0].x == ramp[1].x && ramp[0].y == ramp[1].y))
    return section.fault("ramp", "is no pair of different points", "write [[x, y], [x, y]]");
  change.ramp = {ramp[0], ramp[1]};
}

void read_change(Section& section, TerrainChange& change) {
  using Kind = TerrainChange::Kind;
  const auto kind = section.one_of({"raise_by", "raise_to", "lower_to", "set_to"});
  if (section.present() && !kind)
    section.fault("", "does not say what to do", "give raise_by, raise_to, lower_to or set_to");
  section.quantity("raise_by", Dimension::length, change.value);
  for (const char* key : {"raise_to", "lower_to", "set_to"})
    section.quantity(key, Dimension::length, change.value);
  if (kind == "raise_to") change.kind = Kind::raise_to;
  if (kind == "lower_to") change.kind = Kind::lower_to;
  if (kind == "set_to") change.kind = Kind::set_to;
  change.place = section.place();
  const auto shape = read_shape(section, change.shape, true);
  change.along_lines = shape == ShapeKind::line;
  if (shape == ShapeKind::none)
    section.fault("polygon", "is missing", "say where: polygon, rectangle or line");
  read_ramp(section, change, shape);
}

}  // namespace

void read_terrain(Section& top, forecast::Scenario& scenario) {
  if (!top.has("terrain") && !top.context().probing)
    top.fault("terrain", "is missing", "add [terrain] with a raster");
  top.table("terrain", [&](Section& section) {
    TerrainInput& terrain = scenario.terrain;
    terrain.place = section.place();
    const auto from = section.one_of({"raster", "flat"});
    if (section.present() && !from)
      section.fault("raster", "is missing", "name the elevation raster, or give flat ground");
    section.inputs("raster", terrain.rasters);
    section.quantity("flat", Dimension::length, terrain.flat);
    section.text("crs", terrain.crs);
    section.text("vertical_datum", terrain.vertical_datum);
    section.quantity("cell_size", Dimension::length, terrain.cell_size, positive);
    read_extent(section, terrain);
    if (from == "flat") {
      for (const char* key : {"cell_size", "extent", "crs"})
        section.require(key, "flat ground has no raster to take it from");
    }
    section.each("change",
                 [&](Section& inner) { read_change(inner, scenario.changes.emplace_back()); });
  });
  const Kind roughness{.dimension = Dimension::dimensionless, .range = positive};
  if (!top.has("manning") && !top.context().probing)
    top.fault("manning", "is missing", "add [manning] with value = 0.03 or a raster: no guess");
  top.table("manning",
            [&](Section& section) { read_field_table(section, scenario.manning, roughness); });
}

void read_initial(Section& top, forecast::Scenario& scenario) {
  top.table("initial", [&](Section& section) {
    section.one_of({"depth", "stage"});
    read_field(section, "depth", scenario.initial.depth,
               {.dimension = Dimension::length, .range = not_negative});
    read_field(section, "stage", scenario.initial.stage, {.dimension = Dimension::length});
  });
}

}  // namespace vandvagt::config
