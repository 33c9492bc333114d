#include "grids/geometry.hpp"

#include <cmath>

namespace vandvagt::grids {

std::optional<Cell> cell_at(const Geometry& geometry, Point point) {
  const double column = std::floor((point.x - geometry.x0) / geometry.dx);
  const double row = std::floor((point.y - geometry.y0) / geometry.dx);
  // Compared as doubles: a far point or NaN must not overflow an int.
  if (!(column >= 0.0 && column < geometry.nx && row >= 0.0 && row < geometry.ny)) return {};
  return Cell{static_cast<int>(column), static_cast<int>(row)};
}

}  // namespace vandvagt::grids
