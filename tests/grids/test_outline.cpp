#include "grids/outline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "grids/transform.hpp"
#include "grids/vector.hpp"

namespace vandvagt {
namespace {

using grids::Cell;
using grids::Geometry;
using grids::Point;

Geometry geometry(int n, double dx) {
  return {.nx = n,
          .ny = n,
          .x0 = 560000.0,
          .y0 = 6278000.0,
          .dx = dx,
          .crs = grids::crs_wkt("EPSG:25832").value(),
          .vertical_datum = {}};
}

double turn(Point a, Point b, Point c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
bool cross(Point a, Point b, Point c, Point d) {
  return turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0;
}

/// Every corner of every cell in one of the rings; rings closed, short enough and without crossing.
void expect_covers(const std::vector<std::vector<Point>>& rings, const std::vector<Cell>& cells,
                   const Geometry& grid) {
  for (const auto& ring : rings) {
    ASSERT_GE(ring.size(), 4u);
    EXPECT_LE(ring.size(), 100u);
    EXPECT_EQ(ring.front().x, ring.back().x);
    EXPECT_EQ(ring.front().y, ring.back().y);
    for (std::size_t i = 0; i + 1 < ring.size(); ++i)
      for (std::size_t k = i + 2; k + 1 < ring.size(); ++k)
        EXPECT_FALSE(cross(ring[i], ring[i + 1], ring[k], ring[k + 1]));
  }
  std::vector<Point> corners;
  for (const auto& cell : cells)
    for (const auto& [di, dj] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}})
      corners.push_back({grid.x0 + (cell.i + di) * grid.dx, grid.y0 + (cell.j + dj) * grid.dx});
  const auto moved = grids::transform(corners, grid.crs, grids::lon_lat_crs).value();
  for (auto point : moved) {
    point.x = std::round(point.x * 1e5) / 1e5;  // as a message rounds
    point.y = std::round(point.y * 1e5) / 1e5;
    const bool inside = std::ranges::any_of(rings, [&](const auto& ring) {
      auto open = ring;
      open.pop_back();
      return grids::contains({.rings = {open}, .name = {}, .id = {}, .attributes = {}}, point);
    });
    EXPECT_TRUE(inside) << point.x << " " << point.y;
  }
}

TEST(Outline, GoesRoundASingleCellAndNotFarBeyond) {
  const auto grid = geometry(10, 25.0);
  const std::vector<Cell> cells{{4, 4}};
  const auto rings = grids::outline_of(cells, grid);
  ASSERT_TRUE(rings) << rings.error().message;
  ASSERT_EQ(rings->size(), 1u);
  expect_covers(*rings, cells, grid);
  const auto back = grids::transform((*rings)[0], grids::lon_lat_crs, grid.crs).value();
  for (const auto& point : back)
    EXPECT_LT(std::hypot(point.x - grid.centre(4, 4).x, point.y - grid.centre(4, 4).y), 40.0);
}

TEST(Outline, CoversARaggedRiverAndScatteredPonds) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto grid = geometry(200, 25.0);
  std::vector<Cell> cells;
  double y = 100.0;
  for (int i = 0; i < 200; ++i) {
    y = std::clamp(y + std::normal_distribution<>(0.0, 2.0)(random), 5.0, 194.0);
    for (int j = static_cast<int>(y) - 3; j <= static_cast<int>(y) + 3; ++j)
      cells.push_back({i, j});
  }
  for (int k = 0; k < 300; ++k)
    cells.push_back({static_cast<int>(random() % 200), static_cast<int>(random() % 200)});
  const auto rings = grids::outline_of(cells, grid);
  ASSERT_TRUE(rings) << rings.error().message;
  EXPECT_LE(rings->size(), 10u);
  expect_covers(*rings, cells, grid);
}

TEST(Outline, FillsHolesAndJoinsWhatTouchesAtACorner) {
  const auto grid = geometry(20, 25.0);
  std::vector<Cell> cells;
  for (int i = 2; i <= 10; ++i)
    for (int j = 2; j <= 10; ++j)
      if (i == 2 || i == 10 || j == 2 || j == 10) cells.push_back({i, j});
  cells.push_back({11, 11});
  const auto rings = grids::outline_of(cells, grid);
  ASSERT_TRUE(rings) << rings.error().message;
  EXPECT_EQ(rings->size(), 1u);
  expect_covers(*rings, cells, grid);
}

TEST(Outline, OfNothingIsEmptyAndOfALocalGridAnError) {
  EXPECT_TRUE(grids::outline_of({}, geometry(10, 25.0))->empty());
  auto local = geometry(10, 25.0);
  local.crs.clear();
  EXPECT_FALSE(grids::outline_of({{1, 1}}, local));
}

}  // namespace
}  // namespace vandvagt
