#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::grids {

/// Values on square cells, row 0 = south, NaN = nodata.
struct Raster {
  Geometry geometry;
  Field<double> values;
};

enum class Resampling {
  average,   // mean of the source cells a target cell covers; bilinear where the source is coarser
  bilinear,  // linear between source cells; average where the source is finer, so none is skipped
  nearest,   // the source cell at the target's centre: classes only, never elevations
  mode,      // the class that covers most of the target cell
};

/// How a raster file is to be understood. What the file says itself goes first; a contradiction
/// between the file and a declaration is an error, never a silent choice.
struct ReadOptions {
  int band = 1;                    // counted from 1
  std::string variable;            // NetCDF, GRIB, HDF: the variable; empty = the only one
  std::optional<std::string> crs;  // where the file names none: "local", "EPSG:28992", WKT, PROJ
};

/// A rectangle in the grid's coordinate system [m].
struct Extent {
  double x_min{}, y_min{}, x_max{}, y_max{};
};

/// Wishes for the model grid; what is not set comes from the first raster.
struct GridOptions {
  std::optional<std::string> crs;         // the grid's; a metric projection, or "local"
  std::optional<std::string> source_crs;  // of rasters that name none
  std::optional<double> cell_size;        // [m]
  std::optional<Extent> extent;           // in the grid's coordinates; widened to whole cells
  std::string vertical_datum;             // goes into the geometry; empty: from a compound CRS
};

/// The raster's own geometry. Error{invalid_input} where the file names no CRS and options.crs is
/// not set, where it is rotated or its pixels are not square (`read_onto` warps those onto a grid),
/// or where its CRS is not metric; Error{io} where it cannot be opened.
Result<Geometry> raster_geometry(const std::filesystem::path& path,
                                 const ReadOptions& options = {});

/// The raster on its own geometry; scale and offset applied, nodata as NaN, south-up files turned.
/// Errors as `raster_geometry`, and Error{invalid_input} for an infinite value.
Result<Raster> read_raster(const std::filesystem::path& path, const ReadOptions& options = {});

/// A model grid that holds the rasters: the first raster's cells where it already has the wanted
/// CRS (so that values are copied, not resampled), otherwise cells of about its resolution. The
/// extent is that of all rasters together unless the options name one.
/// Error{invalid_input} for no CRS, a CRS in degrees or feet, cell_size <= 0, an extent that no
/// raster touches, or more than 2^31 cells.
Result<Geometry> terrain_geometry(std::span<const std::filesystem::path> paths,
                                  const GridOptions& options = {});

/// The raster's values on `target` (nx × ny, row 0 = south, NaN outside and on nodata), reprojected
/// and resampled; copied to the bit where the cells coincide. Rotated, south-up and non-square
/// rasters are warped. Scale and offset are applied. A NaN in a file that does not declare it as
/// nodata counts as nodata here (`read_terrain` refuses it).
/// Error{invalid_input}: no CRS and none declared, a file that contradicts options.crs, no
/// transformation, `local` on one side only, infinite values, nothing valid on the target.
/// Error{io}: missing or unreadable.
Result<Field<double>> read_onto(const std::filesystem::path& path, const Geometry& target,
                                Resampling resampling, const ReadOptions& options = {});

/// Several rasters as one mosaic: at each cell the first raster in order that has a value.
Result<Field<double>> read_onto(std::span<const std::filesystem::path> paths,
                                const Geometry& target, Resampling resampling,
                                const ReadOptions& options = {});

/// Elevations [m] on `target`, averaged (or bilinear from coarser terrain) from one raster or a
/// mosaic. Stricter than `read_onto`: Error{invalid_input} for NaN or infinite elevations that the
/// file does not declare as nodata, with their number and the first place, and for a band whose
/// unit is not a length. Feet and centimetres that the file declares become metres; a file that
/// declares no unit holds metres.
Result<Field<double>> read_terrain(std::span<const std::filesystem::path> paths,
                                   const Geometry& target, const ReadOptions& options = {});

}  // namespace vandvagt::grids
