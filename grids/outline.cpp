#include "grids/outline.hpp"

#include <ogr_geometry.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "grids/transform.hpp"

namespace vandvagt::grids {
namespace {

using Shape = std::unique_ptr<OGRGeometry>;
using Ring = std::vector<Point>;

constexpr double least_margin = 3.0;  // [m]
constexpr double earth_radius = 6.371e6;
constexpr int arc_segments = 2;  // of a quarter circle: corners stay few

std::unique_ptr<OGRPolygon> rectangle(double west, double south, double east, double north) {
  auto ring = std::make_unique<OGRLinearRing>();
  ring->addPoint(west, south);
  ring->addPoint(east, south);
  ring->addPoint(east, north);
  ring->addPoint(west, north);
  ring->addPoint(west, south);
  auto polygon = std::make_unique<OGRPolygon>();
  polygon->addRingDirectly(ring.release());
  return polygon;
}

// One rectangle for each run of neighbours in a row, then their union.
Shape union_of(std::vector<Cell> cells, const Geometry& geometry) {
  std::ranges::sort(
      cells, [](const Cell& a, const Cell& b) { return a.j != b.j ? a.j < b.j : a.i < b.i; });
  OGRMultiPolygon all;
  for (std::size_t k = 0; k < cells.size();) {
    std::size_t end = k + 1;
    while (end < cells.size() && cells[end].j == cells[k].j && cells[end].i <= cells[end - 1].i + 1)
      ++end;
    const double south = geometry.y0 + cells[k].j * geometry.dx;
    all.addGeometryDirectly(rectangle(geometry.x0 + cells[k].i * geometry.dx, south,
                                      geometry.x0 + (cells[end - 1].i + 1) * geometry.dx,
                                      south + geometry.dx)
                                .release());
    k = end;
  }
  return Shape(all.UnionCascaded());
}

std::vector<Ring> outer_rings(const OGRGeometry& shape) {
  std::vector<Ring> rings;
  const auto add = [&](const OGRPolygon& polygon) {
    const auto* outer = polygon.getExteriorRing();
    if (outer == nullptr) return;
    auto& ring = rings.emplace_back();
    for (int k = 0; k < outer->getNumPoints(); ++k)
      ring.push_back({outer->getX(k), outer->getY(k)});
  };
  const auto type = wkbFlatten(shape.getGeometryType());
  if (type == wkbPolygon) add(*shape.toPolygon());
  if (type == wkbMultiPolygon)
    for (const auto* polygon : *shape.toMultiPolygon()) add(*polygon);
  return rings;
}

// Outer rings as a shape of their own: holes are filled, and what lay in them is inside.
Shape filled(const OGRGeometry& shape) {
  OGRMultiPolygon all;
  for (const auto& ring : outer_rings(shape)) {
    auto line = std::make_unique<OGRLinearRing>();
    for (const auto& point : ring) line->addPoint(point.x, point.y);
    auto polygon = std::make_unique<OGRPolygon>();
    polygon->addRingDirectly(line.release());
    all.addGeometryDirectly(polygon.release());
  }
  return Shape(all.UnionCascaded());
}

bool fits(const OGRGeometry& shape, const OutlineOptions& options) {
  const auto rings = outer_rings(shape);
  return !rings.empty() && rings.size() <= options.most_rings &&
         std::ranges::all_of(rings, [&](const Ring& ring) {
           return ring.size() >= 4 && ring.size() - 1 <= options.most_vertices;
         });
}

// Widened by `tolerance` and the margin, simplified by no more than the tolerance, so that the
// margin is left everywhere; nothing where that does not fit or GEOS gives no valid shape.
Shape widened(const OGRGeometry& shape, double margin, double tolerance,
              const OutlineOptions& options) {
  const Shape wide(shape.Buffer(margin + tolerance, arc_segments));
  if (!wide) return nullptr;
  const Shape whole = filled(*wide);
  if (!whole) return nullptr;
  const Shape simple(whole->SimplifyPreserveTopology(tolerance));
  if (!simple) return nullptr;
  Shape result = filled(*simple);
  const Shape must(shape.Buffer(margin / 2.0, arc_segments));
  if (!result || !must || !result->IsValid() || !fits(*result, options) ||
      !result->Contains(must.get()))
    return nullptr;
  return result;
}

}  // namespace

Result<std::vector<Ring>> outline_of(const std::vector<Cell>& cells, const Geometry& geometry,
                                     const OutlineOptions& options) {
  if (cells.empty()) return std::vector<Ring>{};
  if (geometry.local())
    return fail(ErrorCode::invalid_input,
                "a local grid has no place on earth: its flood extent cannot be told");
  const Shape exact = union_of(cells, geometry);
  if (!exact) return fail(ErrorCode::invalid_input, "GEOS could not join the flooded cells");
  OGREnvelope box;
  exact->getEnvelope(&box);
  const double size = std::hypot(box.MaxX - box.MinX, box.MaxY - box.MinY);
  // A straight side of the map is bent on the globe: by at most about this much.
  const double margin = least_margin + size * size / (4.0 * earth_radius);
  Shape outline;
  for (double tolerance = geometry.dx / 4.0; !outline && tolerance < size; tolerance *= 1.5)
    outline = widened(*exact, margin, tolerance, options);
  if (!outline) {
    const Shape hull(exact->ConvexHull());
    for (double tolerance = geometry.dx / 4.0; hull && !outline && tolerance < 4.0 * size;
         tolerance *= 1.5)
      outline = widened(*hull, margin, tolerance, options);
  }
  if (!outline) return fail(ErrorCode::invalid_input, "GEOS found no outline of the flooded cells");
  std::vector<Ring> rings;
  for (auto& ring : outer_rings(*outline)) {
    auto moved = transform(std::move(ring), geometry.crs, lon_lat_crs);
    if (!moved) return fail(moved.error());
    rings.push_back(std::move(*moved));
  }
  return rings;
}

}  // namespace vandvagt::grids
