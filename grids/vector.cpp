#include "grids/vector.hpp"

#include <algorithm>
#include <cmath>

#include "grids/detail/vertices.hpp"

namespace vandvagt::grids {
namespace {

/// Where the ring's edges cross the horizontal line through y, from the west. An edge counts for
/// y in [lower end, upper end), so that a vertex on the line counts once.
std::vector<double> crossings(const Polygon& polygon, double y) {
  std::vector<double> at;
  for (const auto& ring : polygon.rings)
    for (std::size_t k = 0; k < ring.size(); ++k) {
      const Point a = ring[k];
      const Point b = ring[(k + 1) % ring.size()];
      if ((a.y <= y) == (b.y <= y)) continue;
      at.push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
    }
  std::ranges::sort(at);
  return at;
}

/// Appends the cell if it is new, and before it the ones that join it to the last by their sides.
void append_joined(std::vector<Cell>& cells, const Geometry& g, Cell next) {
  if (!cells.empty() && cells.back() == next) return;
  if (!cells.empty()) {
    const Cell last = cells.back();
    if (last.i != next.i && last.j != next.j && std::abs(last.i - next.i) == 1 &&
        std::abs(last.j - next.j) == 1) {
      const Cell between{next.i, last.j};
      if (between.i >= 0 && between.i < g.nx) cells.push_back(between);
    }
  }
  cells.push_back(next);
}

/// Shares of the way from a to b at which a grid line x = origin + k dx is crossed.
void add_crossings(std::vector<double>& shares, double a, double b, double origin, double dx,
                   int n) {
  if (a == b) return;
  // Clamped as doubles: a far point must not overflow an int.
  const auto line_at = [&](double x) {
    return static_cast<int>(std::clamp(x, 0.0, static_cast<double>(n)));
  };
  const int first = line_at(std::ceil((std::min(a, b) - origin) / dx));
  const int last = line_at(std::floor((std::max(a, b) - origin) / dx));
  for (int k = first; k <= last; ++k) {
    const double share = (origin + k * dx - a) / (b - a);
    if (share > 0.0 && share < 1.0) shares.push_back(share);
  }
}

/// Applies `change` to the cells' values that are not outside.
template <class Change>
void burn(Field<double>& field, const std::vector<Cell>& cells, Change change) {
  for (const Cell cell : cells) {
    double& value = field(cell.i, cell.j);
    if (!std::isnan(value)) value = change(value);
  }
}

/// The same cell may come twice along a line; sums must count it once.
std::vector<Cell> without_repeats(std::vector<Cell> cells) {
  const auto before = [](Cell a, Cell b) { return a.j != b.j ? a.j < b.j : a.i < b.i; };
  std::ranges::sort(cells, before);
  cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
  return cells;
}

}  // namespace

Result<Polygon> make_polygon(std::vector<Point> ring, std::string name) {
  auto checked = detail::checked_ring(std::move(ring), name);
  if (!checked) return fail(checked.error());
  return Polygon{{std::move(*checked)}, std::move(name), {}, {}};
}

Result<Line> make_line(std::vector<Point> points, std::string name) {
  auto checked = detail::checked_line(std::move(points), name);
  if (!checked) return fail(checked.error());
  return Line{std::move(*checked), std::move(name), {}, {}};
}

bool contains(const Polygon& polygon, Point point) {
  const auto at = crossings(polygon, point.y);
  // Crossings at or west of the point: [west edge, east edge) is inside.
  return std::ranges::count_if(at, [&](double x) { return x <= point.x; }) % 2 == 1;
}

std::vector<Cell> cells_in(const Geometry& g, const Polygon& polygon) {
  std::vector<Cell> cells;
  for (int j = 0; j < g.ny; ++j) {
    const auto at = crossings(polygon, g.centre(0, j).y);
    for (std::size_t k = 0; k + 1 < at.size(); k += 2) {
      // First cell whose centre is at or east of the west crossing, and the first beyond the other.
      const auto column = [&](double x) {
        return static_cast<int>(
            std::clamp(std::ceil((x - g.x0) / g.dx - 0.5), 0.0, static_cast<double>(g.nx)));
      };
      for (int i = column(at[k]); i < column(at[k + 1]); ++i) cells.push_back({i, j});
    }
  }
  return cells;
}

std::vector<Cell> cells_along(const Geometry& g, const Line& line) {
  std::vector<Cell> cells;
  for (std::size_t k = 0; k + 1 < line.points.size(); ++k) {
    const Point a = line.points[k];
    const Point b = line.points[k + 1];
    std::vector<double> shares{0.0, 1.0};
    add_crossings(shares, a.x, b.x, g.x0, g.dx, g.nx);
    add_crossings(shares, a.y, b.y, g.y0, g.dx, g.ny);
    std::ranges::sort(shares);
    // Between two crossings the line stays in one cell; its middle says which.
    for (std::size_t s = 0; s + 1 < shares.size(); ++s) {
      const double middle = 0.5 * (shares[s] + shares[s + 1]);
      const auto cell = cell_at(g, {a.x + middle * (b.x - a.x), a.y + middle * (b.y - a.y)});
      if (cell) append_joined(cells, g, *cell);
    }
  }
  return cells;
}

void raise_by(Field<double>& field, const std::vector<Cell>& cells, double amount) {
  burn(field, without_repeats(cells), [=](double value) { return value + amount; });
}
void set_to(Field<double>& field, const std::vector<Cell>& cells, double value) {
  burn(field, cells, [=](double) { return value; });
}
void raise_to(Field<double>& field, const std::vector<Cell>& cells, double value) {
  burn(field, cells, [=](double old) { return std::max(old, value); });
}
void lower_to(Field<double>& field, const std::vector<Cell>& cells, double value) {
  burn(field, cells, [=](double old) { return std::min(old, value); });
}

}  // namespace vandvagt::grids
