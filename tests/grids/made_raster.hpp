#pragma once

#include <array>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "grids/geometry.hpp"

namespace vandvagt::test {

/// A small raster file as GDAL writes it; values row by row from the north, as in the file.
struct MadeRaster {
  int nx = 0;
  int ny = 0;
  std::array<double, 6> transform{0.0, 1.0, 0.0, 0.0, 0.0, -1.0};
  std::string crs;  // "EPSG:n", or empty for none
  std::vector<double> values;
  std::optional<double> nodata;
  std::string unit;
  double scale = 1.0;
  double offset = 0.0;
};

/// Writes it as a GeoTIFF of doubles.
void write_geotiff(const std::filesystem::path& path, const MadeRaster& raster);

/// Drawn as it lies on a map: values from the north, lower-left corner at (x0, y0), cells of dx.
MadeRaster drawn(int nx, int ny, double x0, double y0, double dx, std::vector<double> values,
                 std::string crs = "EPSG:25832");

/// A model grid in ETRS89 / UTM 32N.
grids::Geometry grid(int nx, int ny, double x0, double y0, double dx,
                     const std::string& crs = "EPSG:25832");

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace vandvagt::test
