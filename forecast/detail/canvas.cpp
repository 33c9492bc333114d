#include "forecast/detail/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vandvagt::forecast::detail {

Colour colour_of(MapLevel level) {
  switch (level) {
    case MapLevel::none:
      return {0.24, 0.47, 0.27};
    case MapLevel::minor:
      return {0.95, 0.76, 0.05};
    case MapLevel::moderate:
      return {0.93, 0.49, 0.05};
    case MapLevel::severe:
      return {0.82, 0.09, 0.11};
    case MapLevel::extreme:
      return {0.50, 0.10, 0.55};
    case MapLevel::unknown:
      break;
  }
  return {0.45, 0.45, 0.47};
}

const std::array<DepthClass, 6>& depth_classes() {
  static constexpr std::array<DepthClass, 6> classes{{{0.0, {0.76, 0.89, 0.96}},
                                                      {0.1, {0.55, 0.79, 0.92}},
                                                      {0.3, {0.30, 0.63, 0.85}},
                                                      {0.5, {0.14, 0.46, 0.74}},
                                                      {1.0, {0.06, 0.29, 0.58}},
                                                      {2.0, {0.03, 0.14, 0.36}}}};
  return classes;
}

const DepthClass* depth_class(double depth, double shown) {
  if (!(depth >= shown)) return nullptr;
  const auto& classes = depth_classes();
  const DepthClass* found = &classes.front();
  for (const DepthClass& one : classes) {
    if (depth >= one.from) found = &one;
  }
  return found;
}

bool Box::overlaps(const Box& other) const {
  return x < other.x + other.width && other.x < x + width && y < other.y + other.height &&
         other.y < y + height;
}

bool Box::inside(const Box& other) const {
  return x >= other.x && y >= other.y && x + width <= other.x + other.width &&
         y + height <= other.y + other.height;
}

grids::Point Window::place(grids::Point point) const {
  return {box.x + (point.x - geometry.x0) * pixels_per_metre,
          box.y + box.height - (point.y - geometry.y0) * pixels_per_metre};
}

void set_colour(cairo_t* context, Colour colour, double opacity) {
  cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, opacity);
}

namespace {

void select(cairo_t* context, const TextStyle& style) {
  cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context, style.size);
}

}  // namespace

Box text_size(cairo_t* context, const std::string& text, const TextStyle& style) {
  select(context, style);
  cairo_text_extents_t extents;
  cairo_text_extents(context, text.c_str(), &extents);
  return {0.0, 0.0, extents.x_advance, style.size};
}

void draw_text(cairo_t* context, grids::Point at, const std::string& text, const TextStyle& style) {
  select(context, style);
  if (style.halo) {
    cairo_move_to(context, at.x, at.y);
    cairo_text_path(context, text.c_str());
    cairo_set_line_width(context, 4.5);
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
    set_colour(context, paper, 0.9);
    cairo_stroke(context);
  }
  set_colour(context, style.colour);
  cairo_move_to(context, at.x, at.y);
  cairo_show_text(context, text.c_str());
  cairo_new_path(context);
}

std::vector<std::string> wrap(cairo_t* context, const std::string& text, double width,
                              const TextStyle& style) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    std::string longer = line;
    if (!longer.empty()) longer += " ";
    longer += word;
    if (!line.empty() && text_size(context, longer, style).width > width) {
      lines.push_back(line);
      line = word;
    } else {
      line = longer;
    }
    begin = end + 1;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

double LabelPlaces::overlap(const Box& box) const {
  double sum = 0.0;
  for (const Box& other : taken_) {
    const double across =
        std::min(box.x + box.width, other.x + other.width) - std::max(box.x, other.x);
    const double down =
        std::min(box.y + box.height, other.y + other.height) - std::max(box.y, other.y);
    if (across > 0.0 && down > 0.0) sum += across * down;
  }
  return sum;
}

Box LabelPlaces::take(const std::vector<Box>& wishes) {
  Box best;
  double least = std::numeric_limits<double>::infinity();
  for (Box wish : wishes) {
    constexpr double gap = 3.0;
    wish.x = std::clamp(wish.x, map_.x + gap,
                        std::max(map_.x + gap, map_.x + map_.width - wish.width - gap));
    wish.y = std::clamp(wish.y, map_.y + gap,
                        std::max(map_.y + gap, map_.y + map_.height - wish.height - gap));
    const double shared = overlap(wish);
    if (shared < least) {
      least = shared;
      best = wish;
    }
    if (shared == 0.0) break;
  }
  taken_.push_back(best);
  return best;
}

double round_length(double length) {
  const double power = std::pow(10.0, std::floor(std::log10(length)));
  const double digit = length / power;
  return (digit >= 5.0 ? 5.0 : digit >= 2.0 ? 2.0 : 1.0) * power;
}

}  // namespace vandvagt::forecast::detail
