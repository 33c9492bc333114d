#include <algorithm>
#include <cmath>

#include "forecast/detail/case_parts.hpp"
#include "grids/raster.hpp"
#include "grids/transform.hpp"

namespace vandvagt::forecast {
namespace {

using grids::Cell;
using grids::Geometry;
using grids::Point;

std::optional<std::string> declared(const std::string& crs) {
  return crs.empty() ? std::nullopt : std::optional(crs);
}

/// Flat ground: the cells that fill the extent exactly.
Result<Geometry> flat_geometry(const TerrainInput& terrain) {
  const auto [x_min, y_min, x_max, y_max] = *terrain.extent;
  const double dx = *terrain.cell_size;
  const double nx = std::round((x_max - x_min) / dx);
  const double ny = std::round((y_max - y_min) / dx);
  const double misfit =
      std::max(std::abs(x_min + nx * dx - x_max), std::abs(y_min + ny * dx - y_max));
  if (nx < 1.0 || ny < 1.0 || misfit > 1e-6 * dx)
    return fail(ErrorCode::invalid_input, "the extent is no whole number of cells of cell_size");
  if (nx * ny > 2147483647.0)
    return fail(ErrorCode::invalid_input, "more than 2^31 cells; choose larger ones");
  const auto crs = grids::crs_wkt(terrain.crs);
  if (!crs) return fail(crs.error());
  return Geometry{.nx = static_cast<int>(nx),
                  .ny = static_cast<int>(ny),
                  .x0 = x_min,
                  .y0 = y_min,
                  .dx = dx,
                  .crs = *crs,
                  .vertical_datum = terrain.vertical_datum};
}

Result<Geometry> geometry_of(const TerrainInput& terrain) {
  if (terrain.flat) {
    if (!terrain.extent || !terrain.cell_size)
      return fail(ErrorCode::invalid_input, "flat ground needs an extent and a cell_size");
    return flat_geometry(terrain);
  }
  grids::GridOptions options{.crs = declared(terrain.crs),
                             .source_crs = declared(terrain.crs),
                             .cell_size = terrain.cell_size,
                             .extent = std::nullopt,
                             .vertical_datum = terrain.vertical_datum};
  if (terrain.extent) {
    const auto [x_min, y_min, x_max, y_max] = *terrain.extent;
    options.extent = grids::Extent{x_min, y_min, x_max, y_max};
  }
  return grids::terrain_geometry(terrain.rasters, options);
}

/// Share of the way from a to b at the point's foot on that line, within [0, 1].
double share_between(Point a, Point b, Point at) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double squared = dx * dx + dy * dy;
  if (squared == 0.0) return 0.0;
  return std::clamp(((at.x - a.x) * dx + (at.y - a.y) * dy) / squared, 0.0, 1.0);
}

/// Share of the line's length at the foot of the point nearest to it.
double share_along(const grids::Line& line, Point at) {
  double length = 0.0;
  double best_length = 0.0;
  double least = -1.0;
  for (std::size_t k = 1; k < line.points.size(); ++k) {
    const Point a = line.points[k - 1];
    const Point b = line.points[k];
    const double piece = std::hypot(b.x - a.x, b.y - a.y);
    const double share = share_between(a, b, at);
    const double distance =
        std::hypot(a.x + share * (b.x - a.x) - at.x, a.y + share * (b.y - a.y) - at.y);
    if (least < 0.0 || distance < least) {
      least = distance;
      best_length = length + share * piece;
    }
    length += piece;
  }
  return length > 0.0 ? best_length / length : 0.0;
}

void apply(Field<double>& bed, TerrainChange::Kind kind, Cell cell, double value) {
  double& z = bed(cell.i, cell.j);
  if (std::isnan(z)) return;  // outside stays outside
  switch (kind) {
    case TerrainChange::Kind::raise_by:
      z += value;
      break;
    case TerrainChange::Kind::raise_to:
      z = std::max(z, value);
      break;
    case TerrainChange::Kind::lower_to:
      z = std::min(z, value);
      break;
    case TerrainChange::Kind::set_to:
      z = value;
      break;
  }
}

/// Each cell once, whichever of the polygons or lines it belongs to first: two houses that share a
/// wall do not raise its cells twice.
class Burner {
 public:
  Burner(CaseDraft& draft, const TerrainChange& change)
      : draft_(draft),
        change_(change),
        done_(draft.built.geometry.nx, draft.built.geometry.ny, 0) {}

  template <class ShareAt>
  void burn(const std::vector<Cell>& cells, const ShareAt& share_at) {
    for (const Cell cell : cells) {
      if (done_(cell.i, cell.j) != 0) continue;
      done_(cell.i, cell.j) = 1;
      touched_ = true;
      const Point centre = draft_.built.geometry.centre(cell.i, cell.j);
      const double value =
          change_.end_value
              ? change_.value + share_at(centre) * (*change_.end_value - change_.value)
              : change_.value;
      apply(draft_.built.model.bed_elevation, change_.kind, cell, value);
    }
  }
  bool touched() const { return touched_; }

 private:
  CaseDraft& draft_;
  const TerrainChange& change_;
  Field<unsigned char> done_;
  bool touched_ = false;
};

void apply_change(CaseDraft& draft, const TerrainChange& change) {
  const auto& geometry = draft.built.geometry;
  const auto before = draft.faults.size();
  Burner burner(draft, change);
  if (change.along_lines) {
    for (const auto& line : lines_of(draft, change.shape))
      burner.burn(grids::cells_along(geometry, line),
                  [&line](Point at) { return share_along(line, at); });
  } else {
    for (const auto& polygon : polygons_of(draft, change.shape))
      burner.burn(grids::cells_in(geometry, polygon), [&change](Point at) {
        return change.ramp ? share_between(change.ramp->first, change.ramp->second, at) : 0.0;
      });
  }
  if (!burner.touched() && draft.faults.size() == before)
    draft.fault(change.shape.place, "touches no cell of the grid",
                "check its coordinates against the terrain's extent");
}

}  // namespace

bool build_terrain(CaseDraft& draft) {
  const TerrainInput& terrain = draft.scenario.terrain;
  const auto geometry = geometry_of(terrain);
  if (!geometry) {
    draft.fault(terrain.place, geometry.error().message, "");
    return false;
  }
  draft.built.geometry = *geometry;
  auto& made = draft.built.model;
  made.nx = geometry->nx;
  made.ny = geometry->ny;
  made.dx = geometry->dx;
  if (terrain.flat) {
    made.bed_elevation = Field<double>(made.nx, made.ny, *terrain.flat);
  } else {
    for (const auto& raster : terrain.rasters) draft.note_input(raster);
    grids::ReadOptions options;
    options.crs = declared(terrain.crs);
    auto bed = grids::read_terrain(terrain.rasters, *geometry, options);
    if (!bed) {
      draft.fault(terrain.place, bed.error().message, "");
      return false;
    }
    made.bed_elevation = std::move(*bed);
  }
  for (const auto& change : draft.scenario.changes) apply_change(draft, change);
  return true;
}

}  // namespace vandvagt::forecast
