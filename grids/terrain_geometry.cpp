
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "grids/detail/placement.hpp"
#include "grids/detail/source_raster.hpp"
#include "grids/raster.hpp"

namespace vandvagt::grids {
namespace {

using detail::Crs;
using detail::SourceRaster;

/// Cells that a grid is laid along: a corner and the size.
struct Lattice {
  Point corner;
  double dx = 0.0;
};

std::string text(double value) {
  return std::to_string(value);
}

/// The size [m] that keeps about the source's number of cells after a transformation.
double suggested_size(const SourceRaster& source, const Crs& crs) {
  if (detail::same(source.crs, crs)) {
    const auto& t = source.transform;
    return std::sqrt(std::abs(t[1] * t[5] - t[2] * t[4]));
  }
  const auto extent = detail::extent_in(source, crs);
  if (!extent) return 0.0;
  // One cell at the middle of the source stands for all: model areas are small on the globe.
  const Geometry cell{.nx = 1,
                      .ny = 1,
                      .x0 = 0.5 * (extent->x_min + extent->x_max),
                      .y0 = 0.5 * (extent->y_min + extent->y_max),
                      .dx = 1.0,
                      .crs = {},
                      .vertical_datum = {}};
  return 1.0 / std::sqrt(detail::pixels_per_cell(source, cell, crs));
}

/// The first raster's own cells where the grid can keep them, otherwise whole multiples of the
/// size.
Result<Lattice> lattice_of(const SourceRaster& first, const Crs& crs, const GridOptions& options) {
  const bool keeps = detail::same(first.crs, crs) && first.square() && first.transform[1] > 0.0;
  const double size = keeps ? first.transform[1] : suggested_size(first, crs);
  const double dx = options.cell_size.value_or(size);
  if (!(dx > 0.0) || !std::isfinite(dx))
    return fail(ErrorCode::invalid_input,
                "a cell size of " + text(dx) + " m makes no grid; give one above zero");
  if (!keeps) return Lattice{{0.0, 0.0}, dx};
  const auto& t = first.transform;
  return Lattice{{t[0], std::min(t[3], t[3] + first.ny * t[5])}, dx};
}

/// Cells of the lattice that hold the extent; a billionth of a cell beyond does not count.
Result<Geometry> cells_around(const Lattice& lattice, const Extent& e, const std::string& place) {
  const double slack = 1e-6;
  const double i0 = std::floor((e.x_min - lattice.corner.x) / lattice.dx + slack);
  const double j0 = std::floor((e.y_min - lattice.corner.y) / lattice.dx + slack);
  const double i1 = std::ceil((e.x_max - lattice.corner.x) / lattice.dx - slack);
  const double j1 = std::ceil((e.y_max - lattice.corner.y) / lattice.dx - slack);
  const double cells = (i1 - i0) * (j1 - j0);
  if (!(i1 > i0 && j1 > j0))
    return fail(ErrorCode::invalid_input, place + ": the extent is empty or upside down");
  if (cells > 2147483647.0)
    return fail(ErrorCode::invalid_input, place + ": " + text(cells) + " cells of " +
                                              text(lattice.dx) +
                                              " m are too many; give a larger cell size");
  return Geometry{.nx = static_cast<int>(i1 - i0),
                  .ny = static_cast<int>(j1 - j0),
                  .x0 = lattice.corner.x + i0 * lattice.dx,
                  .y0 = lattice.corner.y + j0 * lattice.dx,
                  .dx = lattice.dx,
                  .crs = {},
                  .vertical_datum = {}};
}

bool meet(const Extent& a, const Extent& b) {
  return a.x_min < b.x_max && b.x_min < a.x_max && a.y_min < b.y_max && b.y_min < a.y_max;
}

/// The rasters' extents together in the grid's system.
Result<Extent> together(std::span<const std::filesystem::path> paths, const ReadOptions& reading,
                        const Crs& crs) {
  Extent all = detail::empty_extent();
  for (const auto& path : paths) {
    const auto source = detail::open_source(path, reading);
    if (!source) return fail(source.error());
    if (source->crs.has_value() != crs.has_value())
      return fail(ErrorCode::invalid_input, source->place + ": its coordinates are " +
                                                detail::name_of(source->crs) + ", the grid's are " +
                                                detail::name_of(crs));
    const auto e = detail::extent_in(*source, crs);
    if (!e) return fail(e.error());
    all = detail::joined(all, *e);
  }
  return all;
}

}  // namespace

Result<Geometry> terrain_geometry(std::span<const std::filesystem::path> paths,
                                  const GridOptions& options) {
  if (paths.empty()) return fail(ErrorCode::invalid_input, "no terrain raster is named");
  const ReadOptions reading{.band = 1, .variable = {}, .crs = options.source_crs};
  const auto first = detail::open_source(paths.front(), reading);
  if (!first) return fail(first.error());
  Crs crs = first->crs;
  if (options.crs) {
    auto wanted = detail::parse_crs(*options.crs);
    if (!wanted) return fail(wanted.error());
    crs = std::move(*wanted);
  }
  if (const auto metric = detail::require_metric(crs, first->place); !metric)
    return fail(metric.error());
  const auto all = together(paths, reading, crs);
  if (!all) return fail(all.error());
  const Extent wanted = options.extent.value_or(*all);
  if (!meet(wanted, *all))
    return fail(ErrorCode::invalid_input,
                first->place + ": the extent asked for (" + text(wanted.x_min) + ", " +
                    text(wanted.y_min) + ") to (" + text(wanted.x_max) + ", " + text(wanted.y_max) +
                    ") does not touch the terrain (" + text(all->x_min) + ", " + text(all->y_min) +
                    ") to (" + text(all->x_max) + ", " + text(all->y_max) + ")");
  const auto lattice = lattice_of(*first, crs, options);
  if (!lattice)
    return fail(ErrorCode::invalid_input, first->place + ": " + lattice.error().message);
  auto geometry = cells_around(*lattice, wanted, first->place);
  if (!geometry) return fail(geometry.error());
  geometry->crs = detail::to_wkt(crs);
  geometry->vertical_datum =
      options.vertical_datum.empty() ? first->vertical_datum : options.vertical_datum;
  return geometry;
}

}  // namespace vandvagt::grids
