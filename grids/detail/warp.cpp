#include "grids/detail/warp.hpp"

#include <gdal_utils.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "grids/detail/placement.hpp"

namespace vandvagt::grids::detail {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double strip_pixels = 16e6;  // source pixels held in memory at once

struct FreeWarpOptions {
  void operator()(GDALWarpAppOptions* options) const noexcept { GDALWarpAppOptionsFree(options); }
};

/// The southern rows [first, first + count) of a geometry.
Geometry strip_of(const Geometry& target, int first, int count) {
  Geometry strip = target;
  strip.y0 = target.y0 + first * target.dx;
  strip.ny = count;
  return strip;
}

/// Pixels with a place: what a warp starts from.
struct Block {
  std::vector<double> values;
  int nx = 0;
  int ny = 0;
  Affine transform{};
};

Affine shifted(const Affine& t, double columns, double rows) {
  Affine s = t;
  s[0] += columns * t[1] + rows * t[2];
  s[3] += columns * t[4] + rows * t[5];
  return s;
}

/// The block with its border values repeated `pad` pixels outwards.
Block padded(const Block& block, int pad) {
  Block wide{{}, block.nx + 2 * pad, block.ny + 2 * pad, shifted(block.transform, -pad, -pad)};
  wide.values.reserve(static_cast<std::size_t>(wide.nx) * static_cast<std::size_t>(wide.ny));
  for (int r = 0; r < wide.ny; ++r)
    for (int c = 0; c < wide.nx; ++c) {
      const auto column = static_cast<std::size_t>(std::clamp(c - pad, 0, block.nx - 1));
      const auto row = static_cast<std::size_t>(std::clamp(r - pad, 0, block.ny - 1));
      wide.values.push_back(block.values[row * static_cast<std::size_t>(block.nx) + column]);
    }
  return wide;
}

const char* method_name(Resampling resampling) {
  switch (resampling) {
    case Resampling::average:
      return "average";
    case Resampling::bilinear:
      return "bilinear";
    case Resampling::nearest:
      return "near";
    case Resampling::mode:
      return "mode";
  }
  return "average";
}

/// GDAL's warper from a block to the strip's cells, north-up rows.
Result<std::vector<double>> warp(Block& block, const Crs& from, const Geometry& strip,
                                 const Crs& to, const char* method) {
  const GdalMessages messages;
  std::vector<double> out(static_cast<std::size_t>(strip.nx) * static_cast<std::size_t>(strip.ny),
                          nothing);
  const auto source = memory_dataset(block.values.data(), block.nx, block.ny, block.transform);
  const auto destination =
      memory_dataset(out.data(), strip.nx, strip.ny,
                     {strip.x0, strip.dx, 0.0, strip.y0 + strip.ny * strip.dx, 0.0, -strip.dx});
  if (from && to && !same(from, to)) {
    source->SetSpatialRef(&*from);
    destination->SetSpatialRef(&*to);
  }
  CPLStringList arguments;
  // -et 0: exact transformation of every cell; overviews of unknown making are not used.
  for (const char* word : {"-r", method, "-wt", "Float64", "-et", "0", "-ovr", "NONE"})
    arguments.AddString(word);
  const std::unique_ptr<GDALWarpAppOptions, FreeWarpOptions> options(
      GDALWarpAppOptionsNew(arguments.List(), nullptr));
  GDALDatasetH sources[] = {GDALDataset::ToHandle(source.get())};
  int usage_error = 0;
  const auto* done = GDALWarp(nullptr, GDALDataset::ToHandle(destination.get()), 1, sources,
                              options.get(), &usage_error);
  if (done == nullptr || messages.failed()) return fail(ErrorCode::invalid_input, messages.text());
  destination->FlushCache(false);
  return out;
}

/// North-up rows of a strip into the field, whose row 0 is south.
void put_strip(const std::vector<double>& north_up, const Geometry& strip, int first,
               Field<double>& field) {
  for (int j = 0; j < strip.ny; ++j)
    for (int i = 0; i < strip.nx; ++i)
      field(i, first + j) =
          north_up[static_cast<std::size_t>(strip.ny - 1 - j) * static_cast<std::size_t>(strip.nx) +
                   static_cast<std::size_t>(i)];
}

/// Reads a window as a block; Error where it holds what the treatment refuses.
Result<Block> read_block(const SourceRaster& source, int band, const Window& window,
                         const Treatment& treatment) {
  Block block{{}, window.nx, window.ny, shifted(source.transform, window.column, window.row)};
  const auto found = read_window(source, band, window, block.values);
  if (!found) return fail(found.error());
  if (found->infinite > 0 || (treatment.refuse_undeclared_nan && found->undeclared_nan > 0))
    return fail(odd_values(source, band, treatment.refuse_undeclared_nan));
  return block;
}

/// Values copied where source and target cells coincide.
Result<void> copy_aligned(const SourceRaster& source, int band, const Alignment& at,
                          const Treatment& treatment, Field<double>& field) {
  const int i0 = std::max(0, -at.column);
  const int i1 = std::min(field.nx(), source.nx - at.column);
  for (int j = 0; j < field.ny() && i0 < i1; ++j) {
    const int row = at.row + j * at.row_step;
    if (row < 0 || row >= source.ny) continue;
    const auto block = read_block(source, band, {i0 + at.column, row, i1 - i0, 1}, treatment);
    if (!block) return fail(block.error());
    for (int i = i0; i < i1; ++i) field(i, j) = block->values[static_cast<std::size_t>(i - i0)];
  }
  return {};
}

/// Everything that stays the same from strip to strip.
struct Job {
  const SourceRaster& source;
  int band;
  const Crs& target_crs;
  const Treatment& treatment;
  double pixels_per_cell;
  const char* method;
};

Result<std::vector<double>> warp_strip(const Job& job, const Geometry& strip) {
  const auto extent =
      transform_extent(extent_of(strip), job.target_crs, job.source.crs, job.source.place);
  // A strip beyond the reach of the transformation may still touch the source: take all of it.
  const bool whole = !extent || job.treatment.extend > 0.0;
  const Window window =
      whole ? Window{0, 0, job.source.nx, job.source.ny} : window_around(job.source, *extent);
  if (window.nx == 0)
    return std::vector<double>(
        static_cast<std::size_t>(strip.nx) * static_cast<std::size_t>(strip.ny), nothing);
  auto block = read_block(job.source, job.band, window, job.treatment);
  if (!block) return fail(block.error());
  if (job.treatment.extend > 0.0) {
    const double pixel = strip.dx / std::sqrt(job.pixels_per_cell);
    block = padded(*block, static_cast<int>(std::ceil(job.treatment.extend / pixel)));
  }
  auto out = warp(*block, job.source.crs, strip, job.target_crs, job.method);
  if (!out) return fail(out.error().code, job.source.place + ": " + out.error().message);
  return out;
}

/// A coarse source is interpolated, a fine one averaged; classes are never mixed.
const char* suited_method(Resampling wanted, double pixels_per_cell) {
  if (wanted == Resampling::nearest || wanted == Resampling::mode) return method_name(wanted);
  return method_name(pixels_per_cell < 0.98 ? Resampling::bilinear : Resampling::average);
}

}  // namespace

Result<Field<double>> source_onto(const SourceRaster& source, int band, const Geometry& target,
                                  const Treatment& treatment) {
  const auto target_crs = parse_crs(target.crs);
  if (!target_crs) return fail(target_crs.error());
  if (source.crs.has_value() != target_crs->has_value())
    return fail(ErrorCode::invalid_input, source.place + ": its coordinates are " +
                                              name_of(source.crs) + ", the grid's are " +
                                              name_of(*target_crs) +
                                              "; local metres cannot be transformed");
  Field<double> field(target.nx, target.ny, nothing);
  if (const auto at = aligned(source, target, *target_crs); at && treatment.extend <= 0.0) {
    const auto copied = copy_aligned(source, band, *at, treatment, field);
    if (!copied) return fail(copied.error());
    return field;
  }
  const double per_cell = pixels_per_cell(source, target, *target_crs);
  const Job job{source,    band,     *target_crs,
                treatment, per_cell, suited_method(treatment.resampling, per_cell)};
  const double rows = strip_pixels / std::max(1.0, per_cell * target.nx);
  const int height = static_cast<int>(std::clamp(rows, 1.0, static_cast<double>(target.ny)));
  for (int first = 0; first < target.ny; first += height) {
    const Geometry strip = strip_of(target, first, std::min(height, target.ny - first));
    const auto values = warp_strip(job, strip);
    if (!values) return fail(values.error());
    put_strip(*values, strip, first, field);
  }
  return field;
}

}  // namespace vandvagt::grids::detail
