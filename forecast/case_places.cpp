#include <algorithm>
#include <cmath>

#include "forecast/detail/case_parts.hpp"
#include "grids/transform.hpp"

namespace vandvagt::forecast {
namespace {

void build_source(CaseDraft& draft, const SourceInput& source) {
  const auto& geometry = draft.built.geometry;
  const auto before = draft.faults.size();
  std::vector<grids::Cell> cells;
  if (source.point) {
    cells = cells_within(geometry, *source.point, source.radius);
  } else {
    for (const auto& polygon : polygons_of(draft, source.polygon))
      for (const auto cell : grids::cells_in(geometry, polygon)) cells.push_back(cell);
    // Polygons may overlap: each cell once, row by row.
    const auto order = [](const grids::Cell& cell) { return std::pair(cell.j, cell.i); };
    std::ranges::sort(cells, {}, order);
    cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
  }
  model::Source made{
      .name = source.name, .cells = {}, .weights = {}, .series = model::Series::constant(0.0)};
  for (const auto cell : cells)
    if (draft.active(cell.i, cell.j)) made.cells.push_back({cell.i, cell.j});
  if (made.cells.empty() && draft.faults.size() == before)
    draft.fault(source.place, "source \"" + source.name + "\" touches no computed cell",
                "place it on the terrain");
  made.weights.assign(made.cells.size(), 1.0 / static_cast<double>(made.cells.size()));
  draft.built.model.sources.push_back(std::move(made));
}

/// The computed cell at a position given in `crs`, or a fault.
std::optional<GaugeCell> place_on_grid(CaseDraft& draft, const GaugeInput& gauge) {
  const auto& geometry = draft.built.geometry;
  grids::Point position = gauge.position;
  if (!gauge.crs.empty()) {
    const auto moved = grids::transform({position}, gauge.crs, geometry.crs);
    if (!moved) {
      draft.fault(gauge.place, moved.error().message, "");
      return std::nullopt;
    }
    position = moved->front();
  }
  const auto cell = grids::cell_at(geometry, position);
  if (!cell) {
    draft.fault(gauge.place,
                "\"" + gauge.id + "\" at " + text_of(position) + " lies outside the grid",
                "the grid reaches from " + text_of({geometry.x0, geometry.y0}) + " to " +
                    text_of({geometry.x0 + geometry.nx * geometry.dx,
                             geometry.y0 + geometry.ny * geometry.dx}));
    return std::nullopt;
  }
  if (!draft.active(cell->i, cell->j)) {
    draft.fault(gauge.place, "\"" + gauge.id + "\" at " + text_of(position) + " lies on nodata",
                "move it onto a cell with ground");
    return std::nullopt;
  }
  return GaugeCell{.id = gauge.id,
                   .name = gauge.name,
                   .station = gauge.station,
                   .position = position,
                   .cell = {cell->i, cell->j}};
}

}  // namespace

std::vector<grids::Cell> cells_within(const grids::Geometry& geometry, grids::Point centre,
                                      double radius) {
  std::vector<grids::Cell> cells;
  if (radius <= 0.0) {
    if (const auto cell = grids::cell_at(geometry, centre)) cells.push_back(*cell);
    return cells;
  }
  for (int j = 0; j < geometry.ny; ++j)
    for (int i = 0; i < geometry.nx; ++i) {
      const auto middle = geometry.centre(i, j);
      if (std::hypot(middle.x - centre.x, middle.y - centre.y) <= radius) cells.push_back({i, j});
    }
  return cells;
}

std::string text_of(grids::Point point) {
  return "(" + std::to_string(point.x) + ", " + std::to_string(point.y) + ")";
}

void build_sources(CaseDraft& draft) {
  for (const auto& source : draft.scenario.sources) build_source(draft, source);
}

void build_gauges(CaseDraft& draft) {
  for (const auto& well : draft.scenario.groundwater.well_places) place_on_grid(draft, well);
  for (const auto& gauge : draft.scenario.gauges)
    if (auto cell = place_on_grid(draft, gauge)) draft.built.gauges.push_back(std::move(*cell));
}

}  // namespace vandvagt::forecast
