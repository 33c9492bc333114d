#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "tests/model/model_cases.hpp"
#include "tests/support/figure_data.hpp"

namespace vandvagt::model::test {

/// Bed, exact and computed stage along the middle row, for a figure.
inline void figure_profile(const std::string& name, const Simulation& s, const Case& c,
                           const Function& exact) {
  vandvagt::test::FigureData data(name, "x bed exact_stage computed_stage");
  if (!data.wanted()) return;
  const int j = c.ny / 2;
  for (int i = 0; i < c.nx; ++i) {
    const double x = (i + 0.5) * c.dx;
    const double z = c.bed_elevation(i, j);
    data.row({x, z, z + exact(x, (j + 0.5) * c.dx), z + s.depth_at({i, j})});
  }
}

/// Prints the mean errors of depth on grids refined by 2 and keeps them for a figure, where they
/// stand as shares of `scale` [m].
/// @param cells  along the coarsest grid
inline void report_errors(const std::string& name, int cells, const std::vector<double>& errors,
                          double scale) {
  vandvagt::test::FigureData data("errors_" + name, "cells error_over_scale error");
  std::printf("%s: mean depth errors", name.c_str());
  for (const double error : errors) {
    std::printf(" %.3e", error);
    data.row({static_cast<double>(cells), error / scale, error});
    cells *= 2;
  }
  std::printf(" m, order %.2f\n", last_order(errors));
}

}  // namespace vandvagt::model::test
