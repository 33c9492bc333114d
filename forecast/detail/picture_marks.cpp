#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "forecast/detail/canvas.hpp"

namespace vandvagt::forecast::detail {
namespace {

using Rings = std::vector<std::vector<grids::Point>>;

void trace(cairo_t* context, const Window& window, const Rings& rings) {
  cairo_new_path(context);
  for (const auto& ring : rings) {
    for (std::size_t k = 0; k < ring.size(); ++k) {
      const grids::Point p = window.place(ring[k]);
      if (k == 0) {
        cairo_move_to(context, p.x, p.y);
      } else {
        cairo_line_to(context, p.x, p.y);
      }
    }
    cairo_close_path(context);
  }
}

/// The part of the window an area's rings span.
Box span_of(const Window& window, const Rings& rings) {
  double left = window.box.x + window.box.width;
  double right = window.box.x;
  double top = window.box.y + window.box.height;
  double bottom = window.box.y;
  for (const auto& ring : rings) {
    for (const grids::Point& vertex : ring) {
      const grids::Point p = window.place(vertex);
      left = std::min(left, p.x);
      right = std::max(right, p.x);
      top = std::min(top, p.y);
      bottom = std::max(bottom, p.y);
    }
  }
  left = std::max(left, window.box.x);
  right = std::min(right, window.box.x + window.box.width);
  top = std::max(top, window.box.y);
  bottom = std::min(bottom, window.box.y + window.box.height);
  return {left, top, std::max(0.0, right - left), std::max(0.0, bottom - top)};
}

/// Inside the area first (its middle, then up and down), then above and below it.
std::vector<Box> wishes_in(const Box& span, double width, double height) {
  const double x = span.x + (span.width - width) / 2;
  std::vector<Box> wishes;
  for (const double share : {0.5, 0.3, 0.7, 0.15, 0.85}) {
    wishes.push_back({x, span.y + share * span.height - height / 2, width, height});
  }
  wishes.push_back({x, span.y - height - 5, width, height});
  wishes.push_back({x, span.y + span.height + 5, width, height});
  return wishes;
}

void round_box(cairo_t* context, const Box& box, double radius) {
  cairo_new_sub_path(context);
  cairo_arc(context, box.x + box.width - radius, box.y + radius, radius, -M_PI / 2, 0);
  cairo_arc(context, box.x + box.width - radius, box.y + box.height - radius, radius, 0, M_PI / 2);
  cairo_arc(context, box.x + radius, box.y + box.height - radius, radius, M_PI / 2, M_PI);
  cairo_arc(context, box.x + radius, box.y + radius, radius, M_PI, 1.5 * M_PI);
  cairo_close_path(context);
}

void label_area(cairo_t* context, const Window& window, const MapArea& area, const Rings& rings,
                LabelPlaces& labels) {
  const TextStyle style{.size = 13.5, .bold = true};
  const std::string& text = area.name.empty() ? area.id : area.name;
  const double width = text_size(context, text, style).width + 26.0;
  const Box box = labels.take(wishes_in(span_of(window, rings), width, 23.0));
  round_box(context, box, 4.0);
  set_colour(context, paper, 0.88);
  cairo_fill_preserve(context);
  set_colour(context, colour_of(map_level(area.level)));
  cairo_set_line_width(context, 1.5);
  cairo_stroke(context);
  cairo_rectangle(context, box.x + 7, box.y + 7, 9, 9);
  set_colour(context, colour_of(map_level(area.level)));
  cairo_fill(context);
  draw_text(context, {box.x + 21, box.y + 16.5}, text, style);
}

}  // namespace

void draw_areas(cairo_t* context, const Window& window, const Picture& picture,
                const std::vector<Rings>& rings, LabelPlaces& labels) {
  cairo_save(context);
  cairo_rectangle(context, window.box.x, window.box.y, window.box.width, window.box.height);
  cairo_clip(context);
  cairo_set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
  for (std::size_t k = 0; k < rings.size(); ++k) {
    const MapLevel level = map_level(picture.areas[k].level);
    const bool warned = level != MapLevel::none && level != MapLevel::unknown;
    trace(context, window, rings[k]);
    set_colour(context, colour_of(level), warned ? 0.11 : 0.0);
    cairo_fill_preserve(context);
    set_colour(context, paper, 0.85);
    cairo_set_line_width(context, warned ? 6.0 : 4.0);
    cairo_stroke_preserve(context);
    set_colour(context, colour_of(level));
    cairo_set_line_width(context, warned ? 3.2 : 1.8);
    if (level == MapLevel::unknown) {
      const std::array<double, 2> dash{7.0, 5.0};
      cairo_set_dash(context, dash.data(), 2, 0.0);
    }
    cairo_stroke(context);
    cairo_set_dash(context, nullptr, 0, 0.0);
  }
  cairo_restore(context);
  for (std::size_t k = 0; k < rings.size(); ++k) {
    label_area(context, window, picture.areas[k], rings[k], labels);
  }
}

void draw_gauges(cairo_t* context, const Window& window, const Picture& picture,
                 LabelPlaces& labels) {
  constexpr double radius = 5.0;
  for (const MapGauge& gauge : picture.gauges) {
    const grids::Point p = window.place(gauge.position);
    labels.block({p.x - radius - 1, p.y - radius - 1, 2 * radius + 2, 2 * radius + 2});
  }
  for (const MapGauge& gauge : picture.gauges) {
    const grids::Point p = window.place(gauge.position);
    cairo_new_path(context);
    cairo_arc(context, p.x, p.y, radius, 0, 2 * M_PI);
    set_colour(context, {0.98, 0.35, 0.10});
    cairo_fill_preserve(context);
    set_colour(context, paper);
    cairo_set_line_width(context, 3.0);
    cairo_stroke_preserve(context);
    set_colour(context, ink);
    cairo_set_line_width(context, 1.2);
    cairo_stroke(context);
    std::string text = gauge.name;
    if (gauge.peak_stage) text += fmt::format("  {:.2f} m", *gauge.peak_stage);
    const TextStyle style{.size = 12.5, .halo = true};
    const double width = text_size(context, text, style).width;
    const double height = 16.0;
    const double gap = radius + 5.0;
    const Box box = labels.take({{p.x + gap, p.y - height / 2, width, height},
                                 {p.x - gap - width, p.y - height / 2, width, height},
                                 {p.x - width / 2, p.y - gap - height, width, height},
                                 {p.x - width / 2, p.y + gap, width, height},
                                 {p.x + gap, p.y - gap - height, width, height},
                                 {p.x + gap, p.y + gap, width, height},
                                 {p.x - gap - width, p.y - gap - height, width, height},
                                 {p.x - gap - width, p.y + gap, width, height}});
    draw_text(context, {box.x, box.y + 12.5}, text, style);
  }
}

}  // namespace vandvagt::forecast::detail
