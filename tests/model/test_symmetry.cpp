// The scheme must not know west from east, south from north, nor x from y: turned input gives
// turned output to the bit. Each of the eight symmetries of the square is tried.

#include <gtest/gtest.h>

#include <tuple>

#include "tests/model/random_case.hpp"
#include "tests/model/structure_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr int n = 45;
constexpr double dx = 4.0;

/// One of the symmetries of the square: first transposed or not, then mirrored in x and in y.
struct Turn {
  bool transposed, mirrored_x, mirrored_y;
  CellIndex operator()(CellIndex c) const {
    if (transposed) std::swap(c.i, c.j);
    return {mirrored_x ? n - 1 - c.i : c.i, mirrored_y ? n - 1 - c.j : c.j};
  }
  Side operator()(Side side) const {
    if (transposed) {
      side = side == Side::west    ? Side::south
             : side == Side::east  ? Side::north
             : side == Side::south ? Side::west
                                   : Side::east;
    }
    if (mirrored_x && side == Side::west) return Side::east;
    if (mirrored_x && side == Side::east) return Side::west;
    if (mirrored_y && side == Side::south) return Side::north;
    if (mirrored_y && side == Side::north) return Side::south;
    return side;
  }
};

Field<double> turned(const Field<double>& field, const Turn& turn) {
  Field<double> out(n, n);
  for (int j = 0; j < n; ++j) {
    for (int i = 0; i < n; ++i) {
      const CellIndex to = turn({i, j});
      out(to.i, to.j) = field(i, j);
    }
  }
  return out;
}

Case turned(const Case& given, const Turn& turn) {
  Case out = given;
  out.bed_elevation = turned(given.bed_elevation, turn);
  for (EdgeSegment& edge : out.edges) {
    for (EdgeFace& face : edge.faces) face = {turn(face.cell), turn(face.side)};
  }
  for (Source& source : out.sources) {
    for (CellIndex& cell : source.cells) cell = turn(cell);
  }
  for (Structure& structure : out.structures) {
    for (CellIndex& cell : structure.from) cell = turn(cell);
    for (CellIndex& cell : structure.to) cell = turn(cell);
  }
  for (Levee& levee : out.levees) {
    for (LeveeFace& face : levee.faces) face.face = {turn(face.face.cell), turn(face.face.side)};
  }
  return out;
}

/// A levee with a corner, water running over it and through a gap, and two structures.
void add_structures(Case& c) {
  Levee levee{.name = "levee", .faces = {}, .breaches = {}};
  const auto add = [&](EdgeFace face) {
    const double from = dx * static_cast<double>(levee.faces.size());
    const double crest = c.bed_elevation(face.cell.i, face.cell.j) + 0.5 + 0.002 * from;
    levee.faces.push_back({face, crest, from, from + dx});
  };
  for (int j = 5; j < 15; ++j) add({{24, j}, Side::east});
  for (int i = 24; i > 18; --i) add({{i, 14}, Side::north});
  levee.breaches = {{"gap", 30.0, Series::constant(9.0), Series::constant(1.2)}};
  c.levees = {levee};
  c.structures = {
      between("weir", {{20, 8}, {21, 9}}, {{40, 6}, {40, 7}}, Weir{.crest = 2.2, .width = 6.0}),
      between("pump", {{22, 5}}, {{3, 40}}, Pump{Series::constant(1.5), 1.0, 0.5})};
}

Case original() {
  Draw draw(11);
  Field<double> z = sampled(
      n, n, dx, [&](double x, double y) { return 0.02 * x + 0.01 * y + draw.between(0.0, 0.8); });
  for (int i = 10; i < 17; ++i) z(i, 20) = outside;
  for (int j = 25; j < 40; ++j) z(30, j) += 30.0;
  Case c = case_over(z, dx, 0.03F);
  c.edges = {edge_on(c, Side::west, EdgeKind::normal_depth, {}, 0.01),
             edge_on(c, Side::south, EdgeKind::stage, Series::constant(1.2))};
  c.sources = {{"spring", {{22, 33}}, {1.0}, Series::constant(3.0)}};
  add_structures(c);
  return c;
}

Simulation run(const Case& c, const Field<double>& h, Precision precision, double rain = 2e-5) {
  auto s = cold(c, options_for(precision, 30.0), h);
  EXPECT_TRUE(s) << s.error().message;
  s->set_rain(rain);
  const auto done = s->advance_to(seconds_after_start(90.0));
  EXPECT_TRUE(done) << done.error().message;
  return std::move(*s);
}

class Symmetry : public testing::TestWithParam<Precision> {};

TEST_P(Symmetry, TurnedInputGivesTurnedOutputToTheBit) {
  const Case c = original();
  Draw draw(5);
  const Field<double> h = sampled(n, n, dx, [&](double x, double) {
    return x > 60.0 && x < 130.0 ? draw.between(0.0, 2.0) : 0.0;
  });
  const Simulation first = run(c, h, GetParam());
  for (const Passage& passage : first.passages()) EXPECT_NE(passage.volume, 0.0) << passage.name;
  const State plain = first.state();
  for (int k = 1; k < 8; ++k) {
    const Turn turn{(k & 1) != 0, (k & 2) != 0, (k & 4) != 0};
    const State other = run(turned(c, turn), turned(h, turn), GetParam()).state();
    int different = 0;
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < n; ++i) {
        const CellIndex to = turn({i, j});
        const auto a = static_cast<std::size_t>(j * n + i);
        const auto b = static_cast<std::size_t>(to.j * n + to.i);
        double qx = plain.unit_discharge_x[a];
        double qy = plain.unit_discharge_y[a];
        if (turn.transposed) std::swap(qx, qy);
        if (turn.mirrored_x) qx = -qx;
        if (turn.mirrored_y) qy = -qy;
        if (plain.depth[a] != other.depth[b] || qx != other.unit_discharge_x[b] ||
            qy != other.unit_discharge_y[b]) {
          ++different;
        }
      }
    }
    EXPECT_EQ(different, 0) << "cells, in symmetry " << k;
  }
}

/// The case further from the grid's corner, nodata between.
Case moved(const Case& given, int east, int north) {
  Field<double> z(given.nx + east, given.ny + north);
  for (int j = 0; j < z.ny(); ++j) {
    for (int i = 0; i < z.nx(); ++i) {
      z(i, j) = i < east || j < north ? outside : given.bed_elevation(i - east, j - north);
    }
  }
  Case out = case_over(z, given.dx, given.manning(0, 0));
  out.sources = given.sources;
  for (Source& source : out.sources) {
    for (CellIndex& cell : source.cells) cell = {cell.i + east, cell.j + north};
  }
  return out;
}

// Tiles, and the chunks in them that are left out because no water is near, begin elsewhere then.
TEST_P(Symmetry, MovedInputGivesMovedOutputToTheBit) {
  Draw draw(23);
  Case c = case_over(sampled(190, 70, dx,
                             [&](double x, double y) {
                               return 0.01 * x + 0.02 * y + draw.between(0.0, 0.3) +
                                      (draw.chance(0.02) ? 3.0 : 0.0);
                             }),
                     dx, 0.03F);
  c.sources = {{"spring", {{150, 33}}, {1.0}, Series::constant(2.0)}};
  const auto depth = [&](int east, int north) {
    Draw water(5);
    Field<double> h(c.nx + east, c.ny + north);
    for (int j = 0; j < c.ny; ++j) {
      for (int i = 0; i < c.nx; ++i) {
        h(i + east, j + north) = i > 20 && i < 45 ? water.between(0.0, 1.5) : 0.0;
      }
    }
    return h;
  };
  // The little rain makes cells wet one after another, the spring and the dam break flow into dry
  // land.
  for (const auto& [east, north, rain] : {std::tuple{1, 0, 1e-8}, {7, 3, 0.0}, {120, 31, 2e-5}}) {
    const State plain = run(c, depth(0, 0), GetParam(), rain).state();
    const State other = run(moved(c, east, north), depth(east, north), GetParam(), rain).state();
    int different = 0;
    for (int j = 0; j < c.ny; ++j) {
      for (int i = 0; i < c.nx; ++i) {
        const auto a = static_cast<std::size_t>(j * c.nx + i);
        const auto b = static_cast<std::size_t>((j + north) * (c.nx + east) + i + east);
        if (plain.depth[a] != other.depth[b] ||
            plain.unit_discharge_x[a] != other.unit_discharge_x[b] ||
            plain.unit_discharge_y[a] != other.unit_discharge_y[b]) {
          ++different;
        }
      }
    }
    EXPECT_EQ(different, 0) << "cells, moved by " << east << ", " << north << ", rain " << rain;
  }
}

INSTANTIATE_TEST_SUITE_P(, Symmetry, testing::Values(Precision::double_, Precision::single_),
                         [](const auto& p) {
                           return p.param == Precision::double_ ? "Double" : "Single";
                         });

}  // namespace
}  // namespace vandvagt::model::test
