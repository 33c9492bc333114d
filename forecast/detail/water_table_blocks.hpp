#pragma once

#include <vector>

#include "forecast/detail/kriging.hpp"
#include "forecast/water_table.hpp"

namespace vandvagt::forecast::detail {

/// A reading above the ground.
struct Artesian {
  grids::Point at;        // stretched [m]
  double observed = 0.0;  // [m below ground], < 0
};

/// What a map is made from.
struct BlockMap {
  const grids::Geometry& geometry;
  const WaterTablePrior& prior;
  const KrigingWells& wells;
  const Variogram& variogram;
  const Stretch& stretch;
  const Drift& drift;
  double ground_mean = 0.0;  // [m above datum], the drift's origin
  std::vector<Artesian> artesian;
  int neighbours = 96;
};

/// Depth and standard error of every cell with a prior, as `correct_water_table` says; cells
/// without stay as they are. False where a system cannot be factored.
/// Blocks of one colour of a 2 × 2 pattern do not overlap: their cells are added to in one order,
/// whatever thread comes first.
bool correct_blocks(const BlockMap& map, FieldView<float> depth, FieldView<float> standard_error);

}  // namespace vandvagt::forecast::detail
