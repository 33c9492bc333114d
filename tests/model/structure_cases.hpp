#pragma once

#include <algorithm>

#include "tests/model/model_cases.hpp"

// Basins that structures and levees join.
namespace vandvagt::model::test {

inline Structure between(std::string name, std::vector<CellIndex> from, std::vector<CellIndex> to,
                         std::variant<Weir, Culvert, Gate, Pump> kind) {
  Structure made;
  made.name = std::move(name);
  made.from = std::move(from);
  made.to = std::move(to);
  made.kind = std::move(kind);
  return made;
}

/// Two basins of `n` × `n` cells of 10 m, a column of nodata between; beds at `west` and `east`.
inline Case two_basins(int n, double west, double east) {
  Field<double> z(2 * n + 1, n);
  for (int j = 0; j < n; ++j) {
    for (int i = 0; i < z.nx(); ++i) z(i, j) = i == n ? outside : (i < n ? west : east);
  }
  return case_over(z, 10.0, 0.03F);
}

/// Depths that fill the west to one stage and the east to another.
inline Field<double> filled_to(const Case& c, double west, double east) {
  Field<double> h(c.nx, c.ny, 0.0);
  for (int j = 0; j < c.ny; ++j) {
    for (int i = 0; i < c.nx; ++i) {
      const double z = c.bed_elevation(i, j);
      if (!std::isnan(z)) h(i, j) = std::max(0.0, (i < c.nx / 2 ? west : east) - z);
    }
  }
  return h;
}

inline double stage_at(const Simulation& s, CellIndex cell) {
  return s.bed_elevation_at(cell) + s.depth_at(cell);
}

/// A levee on the east faces of column `i`, seen from the west; whole faces.
inline Levee levee_east_of(const Case& c, int i, double crest) {
  Levee levee;
  levee.name = "levee";
  for (int j = 0; j < c.ny; ++j) {
    levee.faces.push_back({{{i, j}, Side::east}, crest, j * c.dx, (j + 1) * c.dx});
  }
  return levee;
}

}  // namespace vandvagt::model::test
