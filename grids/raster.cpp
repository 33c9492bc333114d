#include "grids/raster.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/units.hpp"
#include "grids/detail/placement.hpp"
#include "grids/detail/source_raster.hpp"
#include "grids/detail/warp.hpp"

namespace vandvagt::grids {
namespace {

using detail::SourceRaster;

/// The band that the options mean, counted among those of the variable.
Result<int> chosen_band(const SourceRaster& source, const ReadOptions& options) {
  const auto count = static_cast<int>(source.bands.size());
  if (options.band >= 1 && options.band <= count)
    return source.bands[static_cast<std::size_t>(options.band - 1)];
  return fail(ErrorCode::invalid_input, source.place + ": has no band " +
                                            std::to_string(options.band) + "; it has " +
                                            std::to_string(count));
}

/// The raster's own square cells.
Result<Geometry> own_geometry(const SourceRaster& source) {
  if (!source.square() || source.transform[1] <= 0.0)
    return fail(ErrorCode::invalid_input,
                source.place +
                    ": is rotated or its pixels are not square; give a cell size, and it "
                    "is resampled onto a grid of square cells");
  if (const auto metric = detail::require_metric(source.crs, source.place); !metric)
    return fail(metric.error());
  const auto& t = source.transform;
  const double south = std::min(t[3], t[3] + source.ny * t[5]);
  return Geometry{.nx = source.nx,
                  .ny = source.ny,
                  .x0 = t[0],
                  .y0 = south,
                  .dx = t[1],
                  .crs = detail::to_wkt(source.crs),
                  .vertical_datum = source.vertical_datum};
}

bool any_value(const Field<double>& field) {
  return std::ranges::any_of(field.values(), [](double v) { return std::isfinite(v); });
}

Error nothing_valid(const std::string& place, const SourceRaster* source, const Geometry& target) {
  const auto crs = detail::parse_crs(target.crs);
  if (source != nullptr && crs) {
    const auto e = detail::extent_in(*source, *crs);
    const auto g = detail::extent_of(target);
    if (e &&
        (e->x_max <= g.x_min || e->x_min >= g.x_max || e->y_max <= g.y_min || e->y_min >= g.y_max))
      return {ErrorCode::invalid_input, place + ": lies wholly outside the grid"};
  }
  return {ErrorCode::invalid_input,
          place + ": holds nothing but nodata on the grid; give a raster that covers it"};
}

/// What turns the band's declared unit into metres; 1 where none is declared.
Result<double> metres_per_unit(const SourceRaster& source, int band) {
  std::string unit = source.band(band)->GetUnitType();
  if (unit.empty() || unit == "metre" || unit == "meter" || unit == "metres" || unit == "meters")
    return 1.0;
  if (unit == "foot" || unit == "feet") unit = "ft";
  if (unit == "US survey foot" || unit == "us-ft") return 1200.0 / 3937.0;
  const auto factor = to_si(1.0, unit, Dimension::length);
  if (factor) return *factor;
  return fail(ErrorCode::invalid_input,
              source.place + ": its elevations are in " + factor.error().message);
}

/// One terrain raster on the target in metres; NaN outside.
Result<Field<double>> terrain_onto(const std::filesystem::path& path, const Geometry& target,
                                   const ReadOptions& options) {
  const auto source = detail::open_source(path, options);
  if (!source) return fail(source.error());
  const auto band = chosen_band(*source, options);
  if (!band) return fail(band.error());
  const auto factor = metres_per_unit(*source, *band);
  if (!factor) return fail(factor.error());
  auto field = detail::source_onto(
      *source, *band, target, {.resampling = Resampling::average, .refuse_undeclared_nan = true});
  if (field && *factor != 1.0)
    for (double& z : field->values()) z *= *factor;
  return field;
}

Result<Field<double>> one_onto(const std::filesystem::path& path, const Geometry& target,
                               Resampling resampling, const ReadOptions& options) {
  const auto source = detail::open_source(path, options);
  if (!source) return fail(source.error());
  const auto band = chosen_band(*source, options);
  if (!band) return fail(band.error());
  return detail::source_onto(*source, *band, target, {.resampling = resampling});
}

/// First valid wins; `read` gives one raster on the target.
template <class Read>
Result<Field<double>> mosaic(std::span<const std::filesystem::path> paths, const Geometry& target,
                             const ReadOptions& options, Read read) {
  Field<double> together(target.nx, target.ny, std::numeric_limits<double>::quiet_NaN());
  for (const auto& path : paths) {
    const auto one = read(path);
    if (!one) return fail(one.error());
    for (std::size_t k = 0; k < together.size(); ++k)
      if (std::isnan(together.values()[k])) together.values()[k] = one->values()[k];
  }
  if (any_value(together)) return together;
  if (paths.empty()) return fail(ErrorCode::invalid_input, "no raster is named");
  const auto source = detail::open_source(paths.front(), options);
  std::string place = paths.front().string();
  if (paths.size() > 1) place += " and " + std::to_string(paths.size() - 1) + " more";
  return fail(nothing_valid(place, paths.size() == 1 && source ? &*source : nullptr, target));
}

}  // namespace

Result<Geometry> raster_geometry(const std::filesystem::path& path, const ReadOptions& options) {
  const auto source = detail::open_source(path, options);
  if (!source) return fail(source.error());
  return own_geometry(*source);
}

Result<Raster> read_raster(const std::filesystem::path& path, const ReadOptions& options) {
  const auto source = detail::open_source(path, options);
  if (!source) return fail(source.error());
  auto geometry = own_geometry(*source);
  if (!geometry) return fail(geometry.error());
  const auto band = chosen_band(*source, options);
  if (!band) return fail(band.error());
  auto values = detail::source_onto(*source, *band, *geometry, {});
  if (!values) return fail(values.error());
  return Raster{std::move(*geometry), std::move(*values)};
}

Result<Field<double>> read_onto(const std::filesystem::path& path, const Geometry& target,
                                Resampling resampling, const ReadOptions& options) {
  return read_onto(std::span(&path, 1), target, resampling, options);
}

Result<Field<double>> read_onto(std::span<const std::filesystem::path> paths,
                                const Geometry& target, Resampling resampling,
                                const ReadOptions& options) {
  return mosaic(paths, target, options, [&](const std::filesystem::path& path) {
    return one_onto(path, target, resampling, options);
  });
}

Result<Field<double>> read_terrain(std::span<const std::filesystem::path> paths,
                                   const Geometry& target, const ReadOptions& options) {
  return mosaic(paths, target, options, [&](const std::filesystem::path& path) {
    return terrain_onto(path, target, options);
  });
}

}  // namespace vandvagt::grids
