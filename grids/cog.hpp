#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/field.hpp"
#include "core/result.hpp"
#include "grids/geometry.hpp"
#include "grids/raster.hpp"

namespace vandvagt::grids {

/// What a GeoTIFF says of its one band.
struct CogOptions {
  std::string description;                      // e.g. "greatest water depth"
  std::string units;                            // UDUNITS, e.g. "m"
  std::map<std::string, std::string> metadata;  // dataset tags, e.g. run, reference_time
  double nodata = -9999.0;                      // stands for NaN; floats only
  Resampling overviews = Resampling::average;   // how overviews are made from the cells
};

/// Cloud-Optimized GeoTIFF, north up, DEFLATE with predictor, tiled, with overviews down to one
/// tile and statistics. NaN becomes options.nodata. Written beside as `.partial` and renamed, so
/// that a reader never sees half a file. A local geometry writes no CRS. Error{io} naming the path
/// where the folder is not writable or the disk is full; then nothing new stays behind. Source:
/// https://docs.ogc.org/is/21-026/21-026.html (OGC Cloud Optimized GeoTIFF 1.0).
Result<void> write_cog(const std::filesystem::path& path, const Geometry& geometry,
                       FieldView<const float> values, const CogOptions& options);

/// The same for classes and masks; all 256 values are data unless options.nodata is in 0..255.
Result<void> write_cog(const std::filesystem::path& path, const Geometry& geometry,
                       FieldView<const std::uint8_t> values, const CogOptions& options);

}  // namespace vandvagt::grids
