#pragma once

#include <limits>
#include <optional>

#include "core/result.hpp"
#include "grids/detail/source_raster.hpp"
#include "grids/geometry.hpp"
#include "grids/raster.hpp"

namespace vandvagt::grids::detail {

Extent extent_of(const Geometry& geometry);

/// Around nothing yet: joined with another it is the other.
constexpr Extent empty_extent() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return {infinity, infinity, -infinity, -infinity};
}
/// The rectangle around two.
Extent joined(const Extent& a, const Extent& b);

/// The rectangle around a rectangle in another system. Error{invalid_input}, starting with `place`.
Result<Extent> transform_extent(const Extent& extent, const Crs& from, const Crs& to,
                                const std::string& place);

/// The rectangle around the whole source in another system (its own: pass the source's CRS).
Result<Extent> extent_in(const SourceRaster& source, const Crs& crs);

/// Source pixels around an extent given in the source's system, with room for a resampling kernel,
/// cut to the raster; empty (nx = 0) where they do not meet.
Window window_around(const SourceRaster& source, const Extent& extent);

/// Number of source pixels in one target cell, measured at the target's centre, or where that lies
/// beyond the reach of the transformation, from both areas.
double pixels_per_cell(const SourceRaster& source, const Geometry& target, const Crs& target_crs);

/// Where source and target cells coincide: the source column of target column 0, the source row (in
/// the file's own order) of target row 0, and source rows per target row (-1: north-up file).
struct Alignment {
  int column = 0;
  int row = 0;
  int row_step = -1;
};
/// Nothing where the cells do not coincide to a thousandth of their size, or the systems differ.
std::optional<Alignment> aligned(const SourceRaster& source, const Geometry& target,
                                 const Crs& target_crs);

}  // namespace vandvagt::grids::detail
