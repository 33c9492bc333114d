#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

#include "forecast/detail/canvas.hpp"

namespace vandvagt::forecast::detail {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// The mean of the cells with a value in each block of n × n; the field itself for n = 1.
template <class T>
Field<double> block_means(FieldView<const T> field, int n) {
  const int nx = (field.nx() + n - 1) / n;
  const int ny = (field.ny() + n - 1) / n;
  Field<double> means(nx, ny, nothing);
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      double sum = 0.0;
      int count = 0;
      for (int b = j * n; b < std::min(field.ny(), (j + 1) * n); ++b) {
        for (int a = i * n; a < std::min(field.nx(), (i + 1) * n); ++a) {
          const auto value = static_cast<double>(field(a, b));
          if (std::isnan(value)) continue;
          sum += value;
          ++count;
        }
      }
      if (count > 0) means(i, j) = sum / count;
    }
  }
  return means;
}

struct Slope {
  double east = 0.0, north = 0.0;
};

/// Horn's gradient (1981, doi:10.1109/PROC.1981.11918); a missing neighbour counts as the cell.
Slope slope_at(const Field<double>& ground, int i, int j, double dx) {
  const double middle = ground(i, j);
  const auto z = [&](int a, int b) {
    if (a < 0 || b < 0 || a >= ground.nx() || b >= ground.ny()) return middle;
    const double value = ground(a, b);
    return std::isnan(value) ? middle : value;
  };
  return {((z(i + 1, j + 1) + 2 * z(i + 1, j) + z(i + 1, j - 1)) -
           (z(i - 1, j + 1) + 2 * z(i - 1, j) + z(i - 1, j - 1))) /
              (8.0 * dx),
          ((z(i - 1, j + 1) + 2 * z(i, j + 1) + z(i + 1, j + 1)) -
           (z(i - 1, j - 1) + 2 * z(i, j - 1) + z(i + 1, j - 1))) /
              (8.0 * dx)};
}

/// Raised so that the steeper tenth of the land stands out, in lowland as in hills.
double exaggeration(const Field<double>& ground, double dx) {
  std::vector<double> slopes;
  const int step =
      std::max(1, static_cast<int>(std::sqrt(static_cast<double>(ground.size()) / 4e4)));
  for (int j = 0; j < ground.ny(); j += step) {
    for (int i = 0; i < ground.nx(); i += step) {
      if (std::isnan(ground(i, j))) continue;
      const Slope slope = slope_at(ground, i, j, dx);
      const double steep = std::hypot(slope.east, slope.north);
      if (steep > 0.0) slopes.push_back(steep);
    }
  }
  if (slopes.empty()) return 1.0;
  const auto place = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() * 9 / 10);
  std::nth_element(slopes.begin(), place, slopes.end());
  return std::clamp(0.45 / *place, 0.3, 40.0);
}

/// Grey of the ground lit from the north-west at 45 degrees, 0 to 1; NaN outside.
Field<double> hillshade(const Field<double>& ground, double dx) {
  const double raise = exaggeration(ground, dx);
  const double light = std::numbers::sqrt2 / 2.0;
  Field<double> shade(ground.nx(), ground.ny(), nothing);
  for (int j = 0; j < ground.ny(); ++j) {
    for (int i = 0; i < ground.nx(); ++i) {
      if (std::isnan(ground(i, j))) continue;
      const Slope slope = slope_at(ground, i, j, dx);
      const double p = raise * slope.east;
      const double q = raise * slope.north;
      // Light comes from (-1, 1) / sqrt 2 horizontally and from above alike.
      const double lit =
          (light * (p - q) / std::numbers::sqrt2 + light) / std::sqrt(1 + p * p + q * q);
      shade(i, j) = 0.46 + 0.52 * std::clamp(lit / 0.98, 0.0, 1.0);
    }
  }
  return shade;
}

/// Value between cell centres, linear; the cell's own next to one without a value.
double between(const Field<double>& field, double x, double y) {
  const int i = std::clamp(static_cast<int>(std::floor(x)), 0, field.nx() - 1);
  const int j = std::clamp(static_cast<int>(std::floor(y)), 0, field.ny() - 1);
  const double own = field(i, j);
  const int di = x - i >= 0.5 ? 1 : -1;
  const int dj = y - j >= 0.5 ? 1 : -1;
  const double wx = std::abs(x - i - 0.5);
  const double wy = std::abs(y - j - 0.5);
  const auto value = [&](int a, int b) {
    if (a < 0 || b < 0 || a >= field.nx() || b >= field.ny()) return own;
    return std::isnan(field(a, b)) ? own : field(a, b);
  };
  return (1 - wy) * ((1 - wx) * own + wx * value(i + di, j)) +
         wy * ((1 - wx) * value(i, j + dj) + wx * value(i + di, j + dj));
}

std::uint32_t pixel_of(double red, double green, double blue) {
  const auto byte = [](double c) {
    return static_cast<std::uint32_t>(std::lround(255.0 * std::clamp(c, 0.0, 1.0)));
  };
  return (byte(red) << 16U) | (byte(green) << 8U) | byte(blue);
}

}  // namespace

MapScale map_scale(const grids::Geometry& geometry, int longest) {
  const int cells = std::max(geometry.nx, geometry.ny);
  MapScale scale;
  if (cells <= longest) {
    scale.enlarge = std::max(1, longest / cells);
  } else {
    scale.reduce = (cells + longest - 1) / longest;
  }
  scale.width = (geometry.nx + scale.reduce - 1) / scale.reduce * scale.enlarge;
  scale.height = (geometry.ny + scale.reduce - 1) / scale.reduce * scale.enlarge;
  return scale;
}

Surface draw_ground(const Picture& picture, const MapScale& scale) {
  const Field<double> ground = block_means(picture.bed_elevation, scale.reduce);
  const Field<double> depth = block_means(picture.depth, scale.reduce);
  const Field<double> shade = hillshade(ground, picture.geometry.dx * scale.reduce);
  Surface surface{cairo_image_surface_create(CAIRO_FORMAT_RGB24, scale.width, scale.height)};
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return surface;
  cairo_surface_flush(surface.get());
  unsigned char* bytes = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  for (int row = 0; row < scale.height; ++row) {
    auto* line =
        reinterpret_cast<std::uint32_t*>(bytes + static_cast<std::ptrdiff_t>(row) * stride);
    const double y = (scale.height - row - 0.5) / scale.enlarge;
    const int j = std::min(static_cast<int>(y), ground.ny() - 1);
    for (int column = 0; column < scale.width; ++column) {
      const double x = (column + 0.5) / scale.enlarge;
      const int i = std::min(static_cast<int>(x), ground.nx() - 1);
      if (std::isnan(shade(i, j))) {
        line[column] = pixel_of(outside_ground.red, outside_ground.green, outside_ground.blue);
        continue;
      }
      const double grey = between(shade, x, y);
      const DepthClass* water = depth_class(depth(i, j), picture.shown_depth);
      if (!water) {
        line[column] = pixel_of(grey, grey, grey);
        continue;
      }
      // A little of the relief shows through, so that one sees what the water stands on.
      const double lit = 0.80 + 0.25 * grey;
      line[column] =
          pixel_of(water->colour.red * lit, water->colour.green * lit, water->colour.blue * lit);
    }
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

}  // namespace vandvagt::forecast::detail
