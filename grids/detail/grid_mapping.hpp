#pragma once

#include "core/result.hpp"
#include "grids/detail/nc_file.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::grids::detail {

/// The scalar variable `crs`: WKT for software that reads it (crs_wkt, spatial_ref), the CF grid
/// mapping for software that does not (CF-1.10 appendix F: transverse Mercator, Lambert azimuthal
/// and conformal, Mercator, polar stereographic; others carry their WKT and PROJ's name), the
/// vertical datum, and GDAL's GeoTransform. Nothing for a local geometry. Returns whether it is
/// there.
Result<bool> define_crs(NcFile& file, const Geometry& geometry);

/// Coordinate variables x and y of cell centres over their dimensions; y ascends. Values follow
/// with `write_axes`.
struct Axes {
  int x = -1;
  int y = -1;
};
Axes define_axes(NcFile& file, const Geometry& geometry, int x_dimension, int y_dimension);
void write_axes(NcFile& file, const Geometry& geometry, const Axes& axes);

}  // namespace vandvagt::grids::detail
