#pragma once

#include <cstddef>
#include <vector>

#include "core/result.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::grids {

struct OutlineOptions {
  std::size_t most_vertices = 99;  // of a ring, the closing one not counted
  std::size_t most_rings = 10;
};

/// Closed rings in WGS 84 (x = longitude) around cells, such that every cell lies inside one: the
/// outer outline of each group of cells, holes filled, widened by as much as it is simplified
/// (Douglas & Peucker by GEOS), until no ring has more vertices than allowed and there are no more
/// rings than allowed; in the last resort the convex hull of all. Rings do not cross themselves.
/// The margin is at least 3 m, so that rounding to 1e-5 degrees uncovers nothing. Empty for no
/// cells. Error{invalid_input} for a local grid.
Result<std::vector<std::vector<Point>>> outline_of(const std::vector<Cell>& cells,
                                                   const Geometry& geometry,
                                                   const OutlineOptions& options = {});

}  // namespace vandvagt::grids
