#include "app/flood_extent.hpp"

#include "grids/outline.hpp"
#include "grids/transform.hpp"
#include "grids/vector.hpp"

namespace vandvagt::app {
namespace {

Result<grids::Polygon> in_grid(const alerts::Area& area, const grids::Geometry& geometry) {
  grids::Polygon polygon;
  for (const auto& ring : area.rings) {
    std::vector<grids::Point> points;
    points.reserve(ring.size());
    for (const auto& position : ring) points.push_back({position.longitude, position.latitude});
    if (points.size() > 1 && points.front().x == points.back().x &&
        points.front().y == points.back().y)
      points.pop_back();
    auto moved = grids::transform(std::move(points), grids::lon_lat_crs, geometry.crs);
    if (!moved) return fail(moved.error());
    polygon.rings.push_back(std::move(*moved));
  }
  return polygon;
}

/// The map for the greatest depth that is not above the rule's: it covers what the rule means.
const forecast::ProbabilityMap* map_for(const forecast::RunOutcome& outcome, double depth) {
  const forecast::ProbabilityMap* best = nullptr;
  for (const auto& map : outcome.probabilities)
    if (map.depth <= depth && (best == nullptr || map.depth > best->depth)) best = &map;
  return best;
}

}  // namespace

Result<std::vector<std::vector<alerts::Position>>> flood_extent(const forecast::RunOutcome& outcome,
                                                                const grids::Geometry& geometry,
                                                                const alerts::Area& area,
                                                                const alerts::Rule& rule) {
  std::vector<std::vector<alerts::Position>> extent;
  const auto* map = map_for(outcome, rule.area_depth);
  if (map == nullptr && !outcome.maxima) return extent;
  const auto polygon = in_grid(area, geometry);
  if (!polygon) return fail(polygon.error());
  std::vector<grids::Cell> flooded;
  for (const auto& cell : grids::cells_in(geometry, *polygon)) {
    const bool deep =
        map != nullptr
            ? static_cast<double>(map->share(cell.i, cell.j)) + 1e-6 >= rule.raise_probability
            : static_cast<double>(outcome.maxima->max_depth(cell.i, cell.j)) > rule.area_depth;
    if (deep) flooded.push_back(cell);
  }
  const auto rings = grids::outline_of(flooded, geometry);
  if (!rings) return fail(rings.error());
  for (const auto& ring : *rings) {
    auto& positions = extent.emplace_back();
    for (const auto& point : ring) positions.push_back({point.x, point.y});
  }
  return extent;
}

}  // namespace vandvagt::app
