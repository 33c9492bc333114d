#include "forecast/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "forecast/detail/canvas.hpp"
#include "grids/files.hpp"
#include "grids/transform.hpp"

namespace vandvagt::forecast {
namespace {

using detail::Box;
using detail::Context;
using detail::Surface;
using detail::TextStyle;
using detail::Window;
using Rings = std::vector<std::vector<grids::Point>>;

constexpr double left_margin = 46.0, right_margin = 22.0, bottom_margin = 34.0;
constexpr double legend_gap = 26.0;
constexpr int longest_side = 1400;

const TextStyle title_style{.size = 22.0, .bold = true};
const TextStyle subtitle_style{.size = 13.5, .colour = detail::faint_ink};
const TextStyle credit_style{.size = 10.5, .colour = detail::faint_ink};

/// Where everything goes.
struct Sheet {
  detail::MapScale scale;
  bool stacked = true;  // legend beside the map
  Window window;
  grids::Point legend;
  std::vector<std::string> credit;
  double width = 0.0, height = 0.0;
};

Result<std::vector<Rings>> rings_on_grid(const Picture& picture) {
  std::vector<Rings> all;
  for (const MapArea& area : picture.areas) {
    Rings rings;
    for (const auto& ring : area.rings) {
      auto points = grids::transform(ring, grids::lon_lat_crs, picture.geometry.crs);
      if (!points) {
        return fail(points.error().code, "area \"" + area.id + "\": " + points.error().message);
      }
      rings.push_back(std::move(*points));
    }
    all.push_back(std::move(rings));
  }
  return all;
}

Sheet lay_out(cairo_t* context, const Picture& picture) {
  Sheet sheet;
  const double head = picture.subtitle.empty() ? 52.0 : 74.0;
  const auto beside = detail::legend_size(picture, true);
  const int room =
      longest_side - static_cast<int>(left_margin + right_margin + legend_gap + beside.width);
  const auto& g = picture.geometry;
  sheet.stacked = g.ny * 5 >= g.nx * 2;  // a wide, low map has its legend below
  const int longest = !sheet.stacked ? longest_side - static_cast<int>(left_margin + right_margin)
                      : g.nx >= g.ny ? room
                                     : longest_side - static_cast<int>(head + bottom_margin) - 40;
  sheet.scale = detail::map_scale(g, longest);
  Window& window = sheet.window;
  window.geometry = g;
  window.pixels_per_metre = sheet.scale.enlarge / (sheet.scale.reduce * g.dx);
  window.box = {left_margin, head, static_cast<double>(sheet.scale.width),
                static_cast<double>(sheet.scale.height)};
  const double right = window.box.x + window.box.width;
  const double under = window.box.y + window.box.height + bottom_margin;
  const auto legend = detail::legend_size(picture, sheet.stacked);
  double bottom = 0.0;
  if (sheet.stacked) {
    sheet.legend = {right + legend_gap, head};
    sheet.width = right + legend_gap + legend.width + right_margin;
    bottom = std::max(under, head + legend.height + 16.0);
  } else {
    sheet.legend = {left_margin, under + 8.0};
    sheet.width = std::max(right + right_margin, left_margin + legend.width + right_margin);
    bottom = under + legend.height + 24.0;
  }
  const double title_width = detail::text_size(context, picture.title, title_style).width;
  sheet.width = std::max(sheet.width, left_margin + title_width + right_margin);
  sheet.credit =
      detail::wrap(context, picture.credit, sheet.width - left_margin - right_margin, credit_style);
  sheet.height = bottom + 14.0 * static_cast<double>(sheet.credit.size()) + 10.0;
  return sheet;
}

void draw_sheet(cairo_t* context, const Sheet& sheet, const Picture& picture,
                const std::vector<Rings>& rings) {
  detail::set_colour(context, detail::paper);
  cairo_paint(context);
  detail::draw_text(context, {left_margin, 36.0}, picture.title, title_style);
  detail::draw_text(context, {left_margin, 59.0}, picture.subtitle, subtitle_style);
  const Surface ground = detail::draw_ground(picture, sheet.scale);
  const Box& map = sheet.window.box;
  cairo_set_source_surface(context, ground.get(), map.x, map.y);
  cairo_rectangle(context, map.x, map.y, map.width, map.height);
  cairo_fill(context);
  detail::LabelPlaces labels(map);
  for (const MapGauge& gauge : picture.gauges) {
    const grids::Point p = sheet.window.place(gauge.position);
    labels.block({p.x - 7, p.y - 7, 14, 14});
  }
  detail::draw_areas(context, sheet.window, picture, rings, labels);
  detail::draw_gauges(context, sheet.window, picture, labels);
  detail::draw_frame(context, sheet.window);
  detail::draw_legend(context, sheet.legend, sheet.window, picture, sheet.stacked);
  double y = sheet.height - 10.0 - 14.0 * (static_cast<double>(sheet.credit.size()) - 1.0);
  for (const std::string& line : sheet.credit) {
    detail::draw_text(context, {left_margin, y}, line, credit_style);
    y += 14.0;
  }
}

cairo_status_t append_bytes(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

MapLevel map_level(const std::string& level) {
  static const std::array<std::pair<const char*, MapLevel>, 5> names{
      {{"none", MapLevel::none},
       {"minor", MapLevel::minor},
       {"moderate", MapLevel::moderate},
       {"severe", MapLevel::severe},
       {"extreme", MapLevel::extreme}}};
  for (const auto& [name, value] : names) {
    if (level == name) return value;
  }
  return MapLevel::unknown;
}

Result<void> draw_picture(const std::filesystem::path& path, const Picture& picture) {
  auto rings = rings_on_grid(picture);
  if (!rings) return fail(rings.error());
  const Surface probe{cairo_image_surface_create(CAIRO_FORMAT_RGB24, 8, 8)};
  const Context measure{cairo_create(probe.get())};
  const Sheet sheet = lay_out(measure.get(), picture);
  const Surface surface{cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                                   static_cast<int>(std::ceil(sheet.width)),
                                                   static_cast<int>(std::ceil(sheet.height)))};
  const Context context{cairo_create(surface.get())};
  draw_sheet(context.get(), sheet, picture, *rings);
  std::string png;
  const cairo_status_t drawn = cairo_status(context.get());
  const cairo_status_t written =
      drawn == CAIRO_STATUS_SUCCESS
          ? cairo_surface_write_to_png_stream(surface.get(), append_bytes, &png)
          : drawn;
  if (written != CAIRO_STATUS_SUCCESS) {
    return fail(ErrorCode::io,
                path.string() + ": cannot be drawn: " + cairo_status_to_string(written));
  }
  return grids::write_text_atomically(path, png);
}

}  // namespace vandvagt::forecast
