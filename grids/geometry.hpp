#pragma once

#include <optional>
#include <string>

namespace vandvagt::grids {

/// A point in the grid's coordinate system [m].
struct Point {
  double x{};
  double y{};
};

/// Square cells, north up, row 0 = south. (x0, y0) is the lower-left corner of cell (0, 0).
struct Geometry {
  int nx = 0;
  int ny = 0;
  double x0 = 0.0;
  double y0 = 0.0;
  double dx = 0.0;             // [m]
  std::string crs;             // WKT2, or empty for local metres
  std::string vertical_datum;  // as configured, e.g. "EPSG:5799"; empty where none is declared

  bool operator==(const Geometry&) const = default;
  bool local() const { return crs.empty(); }
  Point centre(int i, int j) const { return {x0 + (i + 0.5) * dx, y0 + (j + 0.5) * dx}; }
};

struct Cell {
  int i{};
  int j{};
  bool operator==(const Cell&) const = default;
};

/// The cell that holds a point; nothing outside the grid.
std::optional<Cell> cell_at(const Geometry& geometry, Point point);

}  // namespace vandvagt::grids
