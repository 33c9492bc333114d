#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "forecast/detail/canvas.hpp"
#include "grids/transform.hpp"

namespace vandvagt::forecast::detail {
namespace {

constexpr double row = 22.0;
constexpr double heading = 28.0;
constexpr double gap = 18.0;

const TextStyle heading_style{.size = 13.5, .bold = true};
const TextStyle entry_style{.size = 12.5};

struct LevelEntry {
  MapLevel level;
  const char* text;
};
constexpr std::array<LevelEntry, 6> level_entries{{{MapLevel::extreme, "extreme"},
                                                   {MapLevel::severe, "severe"},
                                                   {MapLevel::moderate, "moderate"},
                                                   {MapLevel::minor, "minor"},
                                                   {MapLevel::none, "no warning"},
                                                   {MapLevel::unknown, "unknown"}}};

double depth_block_height() {
  return heading + row * static_cast<double>(depth_classes().size());
}
double area_block_height(const Picture& picture) {
  double height = picture.areas.empty() ? 0.0 : heading + row * level_entries.size();
  if (!picture.gauges.empty()) height += (height > 0.0 ? 8.0 : heading) + row;
  return height;
}
constexpr double scale_block_height = 118.0;

std::string depth_text(std::size_t k, double shown) {
  const auto& classes = depth_classes();
  const double from = k == 0 ? shown : classes[k].from;
  if (k + 1 == classes.size()) return fmt::format("over {:.0f} m", from);
  return fmt::format("{:g} \u2013 {:g} m", from, classes[k + 1].from);
}

void draw_depths(cairo_t* context, grids::Point at, const Picture& picture) {
  draw_text(context, {at.x, at.y + 14}, "Greatest depth", heading_style);
  double y = at.y + heading;
  const auto& classes = depth_classes();
  for (std::size_t k = classes.size(); k-- > 0;) {
    cairo_rectangle(context, at.x + 0.5, y + 0.5, 30, 15);
    set_colour(context, classes[k].colour);
    cairo_fill_preserve(context);
    set_colour(context, faint_ink);
    cairo_set_line_width(context, 0.8);
    cairo_stroke(context);
    draw_text(context, {at.x + 42, y + 12.5}, depth_text(k, picture.shown_depth), entry_style);
    y += row;
  }
}

void draw_marks(cairo_t* context, grids::Point at, const Picture& picture) {
  double y = at.y;
  draw_text(context, {at.x, y + 14}, picture.areas.empty() ? "Places" : "Warnings", heading_style);
  y += heading;
  if (!picture.areas.empty()) {
    for (const LevelEntry& entry : level_entries) {
      cairo_rectangle(context, at.x + 1.5, y + 1.5, 27, 12);
      const bool warned = entry.level != MapLevel::none && entry.level != MapLevel::unknown;
      set_colour(context, colour_of(entry.level), warned ? 0.16 : 0.0);
      cairo_fill_preserve(context);
      set_colour(context, colour_of(entry.level));
      cairo_set_line_width(context, warned ? 2.8 : 1.8);
      const std::array<double, 2> dash{6.0, 4.0};
      if (entry.level == MapLevel::unknown) cairo_set_dash(context, dash.data(), 2, 0.0);
      cairo_stroke(context);
      cairo_set_dash(context, nullptr, 0, 0.0);
      draw_text(context, {at.x + 42, y + 12.5}, entry.text, entry_style);
      y += row;
    }
    y += 8.0;
  }
  if (picture.gauges.empty()) return;
  cairo_new_path(context);
  cairo_arc(context, at.x + 15, y + 7.5, 5.0, 0, 2 * M_PI);
  set_colour(context, {0.98, 0.35, 0.10});
  cairo_fill_preserve(context);
  set_colour(context, ink);
  cairo_set_line_width(context, 1.2);
  cairo_stroke(context);
  const bool peaks = std::ranges::any_of(
      picture.gauges, [](const MapGauge& g) { return g.peak_stage.has_value(); });
  draw_text(context, {at.x + 42, y + 12.5}, peaks ? "gauge, highest stage" : "gauge", entry_style);
}

void draw_north(cairo_t* context, grids::Point at) {
  cairo_move_to(context, at.x, at.y);
  cairo_line_to(context, at.x + 10, at.y + 34);
  cairo_line_to(context, at.x, at.y + 27);
  cairo_close_path(context);
  set_colour(context, ink);
  cairo_fill(context);
  cairo_move_to(context, at.x, at.y);
  cairo_line_to(context, at.x - 10, at.y + 34);
  cairo_line_to(context, at.x, at.y + 27);
  cairo_close_path(context);
  cairo_set_line_width(context, 1.2);
  cairo_stroke(context);
  draw_text(context, {at.x - 5.5, at.y + 50}, "N", heading_style);
}

/// Scale bar in four parts, north arrow, coordinate system.
void draw_scale(cairo_t* context, grids::Point at, const Window& window) {
  const double length = round_length(200.0 / window.pixels_per_metre);
  const double pixels = length * window.pixels_per_metre;
  constexpr double thick = 7.0;
  for (int part = 0; part < 4; ++part) {
    cairo_rectangle(context, at.x + part * pixels / 4, at.y + 20, pixels / 4, thick);
    set_colour(context, part % 2 == 0 ? ink : paper);
    cairo_fill_preserve(context);
    set_colour(context, ink);
    cairo_set_line_width(context, 1.0);
    cairo_stroke(context);
  }
  const std::string text =
      length >= 1000.0 ? fmt::format("{:g} km", length / 1000.0) : fmt::format("{:g} m", length);
  draw_text(context, {at.x, at.y + 14}, "0", entry_style);
  const double width = text_size(context, text, entry_style).width;
  draw_text(context, {at.x + pixels - width / 2, at.y + 14}, text, entry_style);
  draw_north(context, {at.x + 12, at.y + 46});
  const std::string system =
      window.geometry.local() ? "local metres" : grids::crs_name(window.geometry.crs);
  const TextStyle small{.size = 11.0, .colour = faint_ink};
  draw_text(context, {at.x + 42, at.y + 66}, system, small);
  if (!window.geometry.vertical_datum.empty()) {
    draw_text(context, {at.x + 42, at.y + 82}, "heights " + window.geometry.vertical_datum, small);
  }
  draw_text(context, {at.x + 42, at.y + (window.geometry.vertical_datum.empty() ? 82 : 98)},
            fmt::format("cells {:g} m", window.geometry.dx), small);
}

}  // namespace

LegendSize legend_size(const Picture& picture, bool stacked) {
  const double marks = area_block_height(picture);
  if (stacked) {
    return {legend_block_width,
            depth_block_height() + gap + (marks > 0.0 ? marks + gap : 0.0) + scale_block_height};
  }
  return {legend_block_width * (marks > 0.0 ? 3.0 : 2.0),
          std::max({depth_block_height(), marks, scale_block_height})};
}

void draw_legend(cairo_t* context, grids::Point corner, const Window& window,
                 const Picture& picture, bool stacked) {
  const double marks = area_block_height(picture);
  grids::Point at = corner;
  const auto next = [&](double height) {
    if (stacked) {
      at.y += height + gap;
    } else {
      at.x += legend_block_width;
    }
  };
  draw_depths(context, at, picture);
  next(depth_block_height());
  if (marks > 0.0) {
    draw_marks(context, at, picture);
    next(marks);
  }
  draw_scale(context, at, window);
}

}  // namespace vandvagt::forecast::detail
