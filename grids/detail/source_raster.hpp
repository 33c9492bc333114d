#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "grids/detail/crs.hpp"
#include "grids/detail/gdal.hpp"
#include "grids/raster.hpp"

namespace vandvagt::grids::detail {

/// Pixel (column, row) to coordinates: x = t0 + c t1 + r t2, y = t3 + c t4 + r t5; row 0 = first.
using Affine = std::array<double, 6>;

/// One raster file opened: bands of the wanted variable, where its pixels lie, in which system.
struct SourceRaster {
  OpenDataset opened;
  std::string place;  // path, and variable where one is named: starts every message
  std::vector<int> bands;
  int nx = 0;
  int ny = 0;
  Affine transform{};
  Crs crs;
  std::string vertical_datum;  // "EPSG:n" of a compound system, else empty

  GDALRasterBand* band(int number) const { return opened.dataset->GetRasterBand(number); }
  bool rotated() const { return transform[2] != 0.0 || transform[4] != 0.0; }
  /// Square, not rotated pixels, to a hundredth of a pixel over the whole raster.
  bool square() const;
};

/// Opens by path; picks the subdataset or the bands of options.variable. Error{io} where it cannot
/// be read; Error{invalid_input} where the variable is missing or ambiguous, the file has no
/// position, or its CRS is missing or contradicts options.crs.
Result<SourceRaster> open_source(const std::filesystem::path& path, const ReadOptions& options);

/// A block of pixels in the source's own order and direction.
struct Window {
  int column = 0;
  int row = 0;
  int nx = 0;
  int ny = 0;
};

/// What a block held beside plain numbers.
struct Oddities {
  long long undeclared_nan = 0;
  long long infinite = 0;
  int first_column = -1;
  int first_row = -1;
  bool any() const { return undeclared_nan + infinite > 0; }
};

/// Values of a window with scale and offset applied and nodata (mask) as NaN; NaN and infinities
/// that the file does not declare are counted. Error{io} where the file breaks off.
Result<Oddities> read_window(const SourceRaster& source, int band, const Window& window,
                             std::vector<double>& values);

/// The count over the whole band and the first place, as an Error{invalid_input}.
Error odd_values(const SourceRaster& source, int band, bool nan_too);

}  // namespace vandvagt::grids::detail
