#include "grids/detail/placement.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vandvagt::grids::detail {
namespace {

/// Column and row (fractional) of a point in the source's system.
Point to_pixel(const SourceRaster& source, Point p) {
  const Affine& t = source.transform;
  const double det = t[1] * t[5] - t[2] * t[4];
  return {(t[5] * (p.x - t[0]) - t[2] * (p.y - t[3])) / det,
          (t[1] * (p.y - t[3]) - t[4] * (p.x - t[0])) / det};
}

Point from_pixel(const SourceRaster& source, double column, double row) {
  const Affine& t = source.transform;
  return {t[0] + column * t[1] + row * t[2], t[3] + column * t[4] + row * t[5]};
}

double area_of(const Extent& e) {
  return (e.x_max - e.x_min) * (e.y_max - e.y_min);
}

}  // namespace

Extent extent_of(const Geometry& g) {
  return {g.x0, g.y0, g.x0 + g.nx * g.dx, g.y0 + g.ny * g.dx};
}

Result<Extent> transform_extent(const Extent& extent, const Crs& from, const Crs& to,
                                const std::string& place) {
  if (same(from, to)) return extent;
  const auto steps = transformation(*from, *to);
  if (!steps) return fail(ErrorCode::invalid_input, place + ": " + steps.error().message);
  Extent result;
  const int edge_points = 21;
  if ((*steps)->TransformBounds(extent.x_min, extent.y_min, extent.x_max, extent.y_max,
                                &result.x_min, &result.y_min, &result.x_max, &result.y_max,
                                edge_points) == 0 ||
      !std::isfinite(result.x_min + result.y_min + result.x_max + result.y_max))
    return fail(ErrorCode::invalid_input, place + ": its area cannot be transformed from " +
                                              name_of(from) + " to " + name_of(to));
  return result;
}

Extent joined(const Extent& a, const Extent& b) {
  return {std::min(a.x_min, b.x_min), std::min(a.y_min, b.y_min), std::max(a.x_max, b.x_max),
          std::max(a.y_max, b.y_max)};
}

Result<Extent> extent_in(const SourceRaster& source, const Crs& crs) {
  Extent own = empty_extent();
  for (const int c : {0, source.nx})
    for (const int r : {0, source.ny}) {
      const Point p = from_pixel(source, c, r);
      own = joined(own, {p.x, p.y, p.x, p.y});
    }
  return transform_extent(own, source.crs, crs, source.place);
}

Window window_around(const SourceRaster& source, const Extent& extent) {
  Extent pixels = empty_extent();
  for (const double x : {extent.x_min, extent.x_max})
    for (const double y : {extent.y_min, extent.y_max}) {
      const Point p = to_pixel(source, {x, y});
      pixels = joined(pixels, {p.x, p.y, p.x, p.y});
    }
  // Room for the bilinear kernel and for the curvature that a transformed rectangle leaves out.
  const double margin_c = 3.0 + 0.02 * (pixels.x_max - pixels.x_min);
  const double margin_r = 3.0 + 0.02 * (pixels.y_max - pixels.y_min);
  const auto within = [](double v, int n) {
    return static_cast<int>(std::clamp(v, 0.0, static_cast<double>(n)));
  };
  const int c0 = within(std::floor(pixels.x_min - margin_c), source.nx);
  const int c1 = within(std::ceil(pixels.x_max + margin_c), source.nx);
  const int r0 = within(std::floor(pixels.y_min - margin_r), source.ny);
  const int r1 = within(std::ceil(pixels.y_max + margin_r), source.ny);
  if (c1 <= c0 || r1 <= r0) return {};
  return {c0, r0, c1 - c0, r1 - r0};
}

double pixels_per_cell(const SourceRaster& source, const Geometry& target, const Crs& target_crs) {
  const double xc = target.x0 + 0.5 * target.nx * target.dx;
  const double yc = target.y0 + 0.5 * target.ny * target.dx;
  const double half = 0.5 * target.dx;
  std::array<Point, 4> corners{{{xc - half, yc - half},
                                {xc + half, yc - half},
                                {xc + half, yc + half},
                                {xc - half, yc + half}}};
  if (!same(source.crs, target_crs)) {
    const auto steps = transformation(*target_crs, *source.crs);
    for (Point& p : corners)
      if (!steps || (*steps)->Transform(1, &p.x, &p.y) == 0) p.x = NAN;
  }
  double area = 0.0;  // by the shoelace formula, in pixels
  for (std::size_t k = 0; k < corners.size(); ++k) {
    const Point a = to_pixel(source, corners[k]);
    const Point b = to_pixel(source, corners[(k + 1) % corners.size()]);
    area += 0.5 * (a.x * b.y - b.x * a.y);
  }
  if (std::isfinite(area)) return std::abs(area);
  const auto extent = extent_in(source, target_crs);
  if (!extent) return 1.0;
  return static_cast<double>(source.nx) * source.ny * target.dx * target.dx / area_of(*extent);
}

std::optional<Alignment> aligned(const SourceRaster& source, const Geometry& target,
                                 const Crs& target_crs) {
  const Affine& t = source.transform;
  if (source.rotated() || t[1] <= 0.0 || !same(source.crs, target_crs)) return {};
  const double cells = std::max(target.nx, target.ny);
  const double drift = std::max(std::abs(t[1] - target.dx), std::abs(std::abs(t[5]) - target.dx));
  const int row_step = t[5] < 0.0 ? -1 : 1;
  const Point corner = to_pixel(source, {target.x0, target.y0});
  const Point nearest{std::round(corner.x), std::round(corner.y)};
  const double tolerance = 1e-3;
  if (drift * cells > tolerance * target.dx || std::abs(corner.x - nearest.x) > tolerance ||
      std::abs(corner.y - nearest.y) > tolerance || std::abs(nearest.x) > 1e9 ||
      std::abs(nearest.y) > 1e9)
    return {};
  const int row = static_cast<int>(nearest.y);
  return Alignment{static_cast<int>(nearest.x), row_step < 0 ? row - 1 : row, row_step};
}

}  // namespace vandvagt::grids::detail
