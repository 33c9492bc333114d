#pragma once

#include <algorithm>
#include <random>

#include "tests/model/structure_cases.hpp"

// Terrains, water and forcing drawn at random from a seed, as unkind as real rasters can be.
namespace vandvagt::model::test {

struct Drawn {
  Case model;
  Field<double> depth;
  double rain = 0.0;
};

class Draw {
 public:
  explicit Draw(unsigned seed) : random_(seed) {}
  /// The same number on every machine, which std::uniform_real_distribution does not promise.
  double between(double low, double high) {
    return low + (high - low) * (static_cast<double>(random_()) / 4294967296.0);
  }
  bool chance(double share) { return between(0.0, 1.0) < share; }
  int whole(int low, int high) { return low + static_cast<int>(between(0.0, high - low + 1.0)); }

 private:
  std::mt19937 random_;
};

/// Slope, bumps, steps up to 100 m, pits, walls one cell thick and islands of nodata.
inline Field<double> random_bed(Draw& draw, int nx, int ny, double dx) {
  const double sx = draw.between(-0.05, 0.05);
  const double sy = draw.between(-0.05, 0.05);
  const double rough = draw.chance(0.5) ? draw.between(0.0, 0.3) : draw.between(0.0, 3.0);
  const double datum = draw.chance(0.3) ? draw.between(-50.0, 2500.0) : 0.0;
  Field<double> z = sampled(nx, ny, dx, [&](double x, double y) {
    return datum + sx * x + sy * y + draw.between(-rough, rough);
  });
  const double high = draw.chance(0.5) ? 100.0 : 5.0;
  for (int block = draw.whole(0, 6); block > 0; --block) {
    const int i0 = draw.whole(0, nx - 1);
    const int j0 = draw.whole(0, ny - 1);
    const int wide = draw.chance(0.3) ? 1 : draw.whole(1, nx / 2);
    const int tall = draw.chance(0.3) ? 1 : draw.whole(1, ny / 2);
    const double rise = draw.chance(0.25) ? outside : draw.between(-high, high);
    for (int j = j0; j < std::min(ny, j0 + tall); ++j) {
      for (int i = i0; i < std::min(nx, i0 + wide); ++i) z(i, j) += rise;
    }
  }
  z(nx / 2, ny / 2) = datum;  // one cell at least is computed
  return z;
}

inline void draw_edges(Draw& draw, Case& c, double lowest) {
  for (const Side side : {Side::west, Side::east, Side::south, Side::north}) {
    if (draw.chance(0.4)) continue;
    EdgeSegment edge = edge_on(c, side, EdgeKind::open);
    edge.name = "edge " + std::to_string(static_cast<int>(side));
    if (edge.faces.empty()) continue;
    const int kind = draw.whole(0, 3);
    if (kind == 1) {
      edge.kind = EdgeKind::normal_depth;
      edge.slope = draw.between(1e-4, 0.1);
    } else if (kind == 2) {
      edge.kind = EdgeKind::stage;
      edge.series = {{start_time, start_time + std::chrono::seconds{40}},
                     {lowest + draw.between(-2.0, 8.0), lowest + draw.between(-2.0, 8.0)}};
    } else if (kind == 3) {
      edge.kind = EdgeKind::discharge;
      edge.series = {{start_time, start_time + std::chrono::seconds{40}},
                     {draw.between(-5.0, 50.0), draw.between(0.0, 50.0)}};
    }
    c.edges.push_back(edge);
  }
}

inline void draw_soil(Draw& draw, Case& c) {
  c.infiltration.conductivity = Field<float>(c.nx, c.ny);
  for (float& k : c.infiltration.conductivity.values()) {
    k = draw.chance(0.2) ? 0.0F : static_cast<float>(draw.between(1e-7, 1e-4));
  }
  c.infiltration.suction_head = Field<float>(c.nx, c.ny, 0.1F);
  c.infiltration.moisture_deficit = Field<float>(c.nx, c.ny, 0.3F);
  c.infiltration.water_table_depth =
      Field<float>(c.nx, c.ny, static_cast<float>(draw.between(0.0, 0.5)));
}

/// Up to three structures between any two cells, as strange as validation lets them be.
inline void draw_structures(Draw& draw, Case& c) {
  const auto cell = [&] { return CellIndex{draw.whole(0, c.nx - 1), draw.whole(0, c.ny - 1)}; };
  for (int tries = draw.whole(0, 3); tries > 0; --tries) {
    const CellIndex a = cell();
    const CellIndex b = cell();
    const double z_a = c.bed_elevation(a.i, a.j);
    const double z_b = c.bed_elevation(b.i, b.j);
    if (std::isnan(z_a) || std::isnan(z_b) || (a.i == b.i && a.j == b.j)) continue;
    Structure made = between("structure", {a}, {b}, Weir{});
    made.one_way = draw.chance(0.3);
    const double over = z_a + draw.between(0.0, 3.0);
    const double wide = draw.between(0.1, 30.0);
    Culvert pipe;
    pipe.shape = draw.chance(0.5) ? Culvert::Shape::box : Culvert::Shape::circular;
    pipe.width = wide;
    pipe.height = draw.between(0.2, 5.0);
    pipe.length = draw.between(1.0, 200.0);
    pipe.invert_from = z_a + draw.between(-1.0, 1.0);
    pipe.invert_to = z_b + draw.between(-1.0, 1.0);
    const int kind = draw.whole(0, 3);
    if (kind == 0) made.kind = Weir{over, wide};
    if (kind == 1) made.kind = pipe;
    if (kind == 2) made.kind = Gate{over, wide, 0.6, Series::constant(draw.between(0.0, 3.0))};
    if (kind == 3) made.kind = Pump{Series::constant(wide), over, over - draw.between(0.0, 1.0)};
    c.structures.push_back(made);
  }
}

/// A levee along a row or a column, over ground of any kind, that may have a gap.
inline void draw_levee(Draw& draw, Case& c) {
  const bool along_y = draw.chance(0.5);
  const int line = draw.whole(0, (along_y ? c.nx : c.ny) - 2);
  Levee levee;
  levee.name = "levee";
  for (int k = 0; k < (along_y ? c.ny : c.nx); ++k) {
    const CellIndex a = along_y ? CellIndex{line, k} : CellIndex{k, line};
    const CellIndex b = along_y ? CellIndex{line + 1, k} : CellIndex{k, line + 1};
    const double ground = std::min(c.bed_elevation(a.i, a.j), c.bed_elevation(b.i, b.j));
    if (std::isnan(c.bed_elevation(a.i, a.j)) || std::isnan(c.bed_elevation(b.i, b.j))) continue;
    levee.faces.push_back({{a, along_y ? Side::east : Side::north},
                           ground + draw.between(0.0, 6.0),
                           k * c.dx,
                           (k + draw.between(0.0, 1.0)) * c.dx});
  }
  if (levee.faces.empty()) return;
  if (draw.chance(0.5)) {
    const LeveeFace& middle = levee.faces[levee.faces.size() / 2];
    levee.breaches = {{"gap", middle.from, Series::constant(draw.between(0.0, 3.0 * c.dx)),
                       Series::constant(middle.crest - draw.between(0.0, 6.0))}};
  }
  c.levees.push_back(levee);
}

inline Drawn random_case(unsigned seed) {
  Draw draw(seed);
  const int nx = draw.whole(3, 40);
  const int ny = draw.whole(3, 40);
  const double dx = draw.chance(0.2) ? 0.1 : draw.between(1.0, 30.0);
  Drawn out;
  Case& c = out.model;
  c = case_over(random_bed(draw, nx, ny, dx), dx, 0.03F);
  double lowest = 1e30;
  for (const double z : c.bed_elevation.values()) {
    if (!std::isnan(z)) lowest = std::min(lowest, z);
  }
  for (float& n : c.manning.values()) n = static_cast<float>(draw.between(0.005, 0.2));
  const double surface = lowest + draw.between(-5.0, 20.0);
  const int water = draw.whole(0, 2);  // dry, a lake, anything
  out.depth = Field<double>(nx, ny, 0.0);
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      const double z = c.bed_elevation(i, j);
      if (std::isnan(z)) continue;
      if (water == 1) out.depth(i, j) = std::max(0.0, surface - z);
      if (water == 2 && draw.chance(0.5)) out.depth(i, j) = draw.between(0.0, 10.0);
    }
  }
  out.rain = draw.chance(0.5) ? draw.between(0.0, 1e-4) : 0.0;
  draw_edges(draw, c, lowest);
  if (draw.chance(0.4)) draw_soil(draw, c);
  for (int n = draw.whole(0, 2); n > 0; --n) {
    const CellIndex cell{nx / 2, ny / 2};
    c.sources.push_back({"source", {cell}, {1.0}, Series::constant(draw.between(-20.0, 20.0))});
  }
  draw_structures(draw, c);
  if (draw.chance(0.4)) draw_levee(draw, c);
  return out;
}

}  // namespace vandvagt::model::test
