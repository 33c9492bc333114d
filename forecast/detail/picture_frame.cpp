#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "forecast/detail/canvas.hpp"

namespace vandvagt::forecast::detail {
namespace {

/// 445 000 as people read it; decimals where the step needs them.
std::string coordinate_text(double value, double step) {
  if (step < 1.0) {
    const int digits = static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
    return fmt::format("{:.{}f}", value, digits);
  }
  std::string digits = fmt::format("{:.0f}", std::abs(value));
  for (int place = static_cast<int>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(static_cast<std::size_t>(place), "\u2009");
  }
  return (value < 0 ? "\u2212" : "") + digits;
}

/// Multiples of `step` from `from` to `to`.
std::vector<double> multiples(double from, double to, double step) {
  std::vector<double> all;
  const auto first = std::llround(std::ceil(from / step - 1e-9));
  const auto last = std::llround(std::floor(to / step + 1e-9));
  for (auto k = first; k <= last; ++k) all.push_back(static_cast<double>(k) * step);
  return all;
}

void tick(cairo_t* context, grids::Point from, grids::Point to) {
  cairo_move_to(context, from.x, from.y);
  cairo_line_to(context, to.x, to.y);
  cairo_stroke(context);
}

void ticks_below(cairo_t* context, const Window& window, double step) {
  const TextStyle style{.size = 11.0, .colour = faint_ink};
  const double bottom = window.box.y + window.box.height;
  const double end = window.geometry.x0 + window.box.width / window.pixels_per_metre;
  double free_from = window.box.x - 30.0;
  for (const double x : multiples(window.geometry.x0, end, step)) {
    const double at = window.place({x, 0.0}).x;
    set_colour(context, ink);
    tick(context, {at, bottom}, {at, bottom + 6});
    const std::string text = coordinate_text(x, step);
    const double width = text_size(context, text, style).width;
    const double left = std::clamp(at - width / 2, window.box.x - 2,
                                   std::max(window.box.x, window.box.x + window.box.width - width));
    if (left < free_from) continue;
    draw_text(context, {left, bottom + 19}, text, style);
    free_from = left + width + 10.0;
  }
}

void ticks_left(cairo_t* context, const Window& window, double step) {
  const TextStyle style{.size = 11.0, .colour = faint_ink};
  const double end = window.geometry.y0 + window.box.height / window.pixels_per_metre;
  const double bottom = window.box.y + window.box.height;
  double free_until = bottom + 30.0;
  for (const double y : multiples(window.geometry.y0, end, step)) {
    const double at = window.place({0.0, y}).y;
    set_colour(context, ink);
    tick(context, {window.box.x, at}, {window.box.x - 6, at});
    const std::string text = coordinate_text(y, step);
    const double width = text_size(context, text, style).width;
    const double foot = std::clamp(at + width / 2, std::min(bottom, window.box.y + width), bottom);
    if (foot > free_until) continue;
    cairo_save(context);
    cairo_translate(context, window.box.x - 10, foot);
    cairo_rotate(context, -M_PI / 2);
    draw_text(context, {0.0, 0.0}, text, style);
    cairo_restore(context);
    free_until = foot - width - 10.0;
  }
}

}  // namespace

void draw_frame(cairo_t* context, const Window& window) {
  const double across = std::max(window.box.width, window.box.height) / window.pixels_per_metre;
  const double step = round_length(across / 4.0);
  cairo_set_line_width(context, 1.0);
  ticks_below(context, window, step);
  ticks_left(context, window, step);
  set_colour(context, ink);
  cairo_set_line_width(context, 1.4);
  cairo_rectangle(context, window.box.x, window.box.y, window.box.width, window.box.height);
  cairo_stroke(context);
}

}  // namespace vandvagt::forecast::detail
