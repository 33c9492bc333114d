#pragma once

#include "core/field.hpp"
#include "core/result.hpp"
#include "grids/detail/source_raster.hpp"
#include "grids/geometry.hpp"
#include "grids/raster.hpp"

namespace vandvagt::grids::detail {

/// How `source_onto` treats what it finds.
struct Treatment {
  Resampling resampling = Resampling::average;
  bool refuse_undeclared_nan = false;
  double extend = 0.0;  // [m] the border's values are carried outwards this far
};

/// A band of an open source on the target, rows from the south, NaN where it has nothing. Works
/// through the target in strips, so that a source far larger than memory can be averaged.
Result<Field<double>> source_onto(const SourceRaster& source, int band, const Geometry& target,
                                  const Treatment& treatment);

}  // namespace vandvagt::grids::detail
