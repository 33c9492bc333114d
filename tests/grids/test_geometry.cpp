#include <gtest/gtest.h>

#include <cmath>

#include "grids/geometry.hpp"

namespace vandvagt::grids {
namespace {

Geometry small() {
  return {.nx = 3, .ny = 2, .x0 = 100.0, .y0 = 50.0, .dx = 10.0, .crs = {}, .vertical_datum = {}};
}

TEST(CellAt, LowerLeftCornerBelongsToTheCell) {
  EXPECT_EQ(cell_at(small(), {100.0, 50.0}), (Cell{0, 0}));
  EXPECT_EQ(cell_at(small(), {110.0, 60.0}), (Cell{1, 1}));
  EXPECT_EQ(cell_at(small(), {129.999, 69.999}), (Cell{2, 1}));
}

TEST(CellAt, OutsideIsNothing) {
  for (const Point p : {Point{99.999, 55.0}, Point{130.0, 55.0}, Point{105.0, 49.999},
                        Point{105.0, 70.0}, Point{1e300, 55.0}, Point{NAN, 55.0}})
    EXPECT_FALSE(cell_at(small(), p)) << p.x << ' ' << p.y;
}

TEST(CellAt, CentreOfEachCellFindsTheCell) {
  const auto g = small();
  for (int j = 0; j < g.ny; ++j)
    for (int i = 0; i < g.nx; ++i) EXPECT_EQ(cell_at(g, g.centre(i, j)), (Cell{i, j}));
}

}  // namespace
}  // namespace vandvagt::grids
