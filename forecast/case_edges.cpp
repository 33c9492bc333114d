#include <cmath>
#include <map>

#include "forecast/detail/case_parts.hpp"

namespace vandvagt::forecast {
namespace {

using grids::Point;
using model::EdgeFace;
using model::Side;

struct Neighbour {
  Side side;
  int di;
  int dj;
};
constexpr Neighbour neighbours[] = {
    {Side::west, -1, 0}, {Side::east, 1, 0}, {Side::south, 0, -1}, {Side::north, 0, 1}};

/// All faces between a computed cell and what is outside, row by row from the south.
std::vector<EdgeFace> border_faces(const CaseDraft& draft) {
  std::vector<EdgeFace> faces;
  for (int j = 0; j < draft.built.geometry.ny; ++j)
    for (int i = 0; i < draft.built.geometry.nx; ++i) {
      if (!draft.active(i, j)) continue;
      for (const auto& next : neighbours)
        if (!draft.active(i + next.di, j + next.dj)) faces.push_back({{i, j}, next.side});
    }
  return faces;
}

Point middle_of(const grids::Geometry& geometry, const EdgeFace& face) {
  Point middle = geometry.centre(face.cell.i, face.cell.j);
  const double half = 0.5 * geometry.dx;
  switch (face.side) {
    case Side::west:
      middle.x -= half;
      break;
    case Side::east:
      middle.x += half;
      break;
    case Side::south:
      middle.y -= half;
      break;
    case Side::north:
      middle.y += half;
      break;
  }
  return middle;
}

/// Does the face lie on that side of the raster's rectangle?
bool on_side(const grids::Geometry& geometry, const EdgeFace& face, Side side) {
  if (face.side != side) return false;
  switch (side) {
    case Side::west:
      return face.cell.i == 0;
    case Side::east:
      return face.cell.i == geometry.nx - 1;
    case Side::south:
      return face.cell.j == 0;
    case Side::north:
      return face.cell.j == geometry.ny - 1;
  }
  return false;
}

/// A polygon selects a face whose middle it holds; one drawn along the raster's very edge still
/// does, since the middle is moved a thousandth of a cell inwards.
bool in_polygons(const std::vector<grids::Polygon>& polygons, const grids::Geometry& geometry,
                 const EdgeFace& face) {
  const Point centre = geometry.centre(face.cell.i, face.cell.j);
  Point middle = middle_of(geometry, face);
  middle.x += 2e-3 * (centre.x - middle.x);
  middle.y += 2e-3 * (centre.y - middle.y);
  for (const auto& polygon : polygons)
    if (grids::contains(polygon, middle)) return true;
  return false;
}

bool selected(const CaseDraft& draft, const EdgeInput& edge,
              const std::vector<grids::Polygon>& polygons, const EdgeFace& face) {
  const auto& geometry = draft.built.geometry;
  if (edge.side && !on_side(geometry, face, *edge.side)) return false;
  if (edge.along) {
    const Point middle = middle_of(geometry, face);
    const bool upright = face.side == Side::west || face.side == Side::east;
    const double position = upright ? middle.y : middle.x;
    if (position < edge.along->first || position > edge.along->second) return false;
  }
  if (edge.below && !(draft.built.model.bed_elevation(face.cell.i, face.cell.j) < *edge.below))
    return false;
  const bool drawn = !edge.polygon.file.empty() || !edge.polygon.inline_.empty();
  return !drawn || in_polygons(polygons, geometry, face);
}

}  // namespace

void build_edges(CaseDraft& draft) {
  const auto faces = border_faces(draft);
  std::map<std::size_t, std::size_t> owner;  // face -> edge
  const auto& edges = draft.scenario.edges;
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const EdgeInput& edge = edges[e];
    const auto before = draft.faults.size();
    const auto polygons = polygons_of(draft, edge.polygon);
    model::EdgeSegment segment{.name = edge.name,
                               .kind = edge.kind,
                               .faces = {},
                               .slope = edge.slope,
                               .series = model::Series::constant(0.0)};
    std::map<std::size_t, long long> shared;  // with which other edge, how many faces
    for (std::size_t f = 0; f < faces.size(); ++f) {
      if (!selected(draft, edge, polygons, faces[f])) continue;
      segment.faces.push_back(faces[f]);
      const auto [claim, fresh] = owner.emplace(f, e);
      if (!fresh) ++shared[claim->second];
    }
    for (const auto& [other, count] : shared)
      draft.fault(edge.place,
                  "edge \"" + edge.name + "\" and edge \"" + edges[other].name + "\" both claim " +
                      std::to_string(count) + " cell faces",
                  "part them by side, along, polygon or below");
    if (segment.faces.empty() && draft.faults.size() == before)
      draft.fault(edge.place, "edge \"" + edge.name + "\" touches no cell",
                  "it must lie where computed cells meet the raster's edge or nodata" +
                      std::string(edge.below ? ", and have ground lower than `below`" : ""));
    draft.built.model.edges.push_back(std::move(segment));
  }
}

}  // namespace vandvagt::forecast
