#pragma once

#include <cairo.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "forecast/picture.hpp"
#include "grids/geometry.hpp"

/// What the picture is drawn with and in: cairo handles, colours, the window onto the grid, and
/// where labels may go.
namespace vandvagt::forecast::detail {

struct DestroySurface {
  void operator()(cairo_surface_t* s) const noexcept { cairo_surface_destroy(s); }
};
struct DestroyContext {
  void operator()(cairo_t* c) const noexcept { cairo_destroy(c); }
};
using Surface = std::unique_ptr<cairo_surface_t, DestroySurface>;
using Context = std::unique_ptr<cairo_t, DestroyContext>;

struct Colour {
  double red{}, green{}, blue{};
};
inline constexpr Colour ink{0.13, 0.15, 0.18};
inline constexpr Colour faint_ink{0.38, 0.41, 0.45};
inline constexpr Colour paper{1.0, 1.0, 1.0};
inline constexpr Colour outside_ground{0.925, 0.93, 0.935};
Colour colour_of(MapLevel level);

/// Classes of depth; the last reaches to the deepest.
struct DepthClass {
  double from;  // [m]
  Colour colour;
};
const std::array<DepthClass, 6>& depth_classes();
/// Class of a depth; nothing below `shown`.
const DepthClass* depth_class(double depth, double shown);

/// A rectangle in pixels.
struct Box {
  double x{}, y{}, width{}, height{};
  bool overlaps(const Box& other) const;
  bool inside(const Box& other) const;
};

/// The map's place on the canvas.
struct Window {
  Box box;  // in pixels
  double pixels_per_metre = 1.0;
  grids::Geometry geometry;
  /// Pixels of a point of the grid's system; y runs down.
  grids::Point place(grids::Point point) const;
};

/// The map as pixels: how many cells make one, or how many it takes for a cell.
struct MapScale {
  int enlarge = 1;  // pixels a cell
  int reduce = 1;   // cells a pixel; one of the two is 1
  int width = 0, height = 0;
};
MapScale map_scale(const grids::Geometry& geometry, int longest);

/// Hillshade and water, width × height pixels, north up.
Surface draw_ground(const Picture& picture, const MapScale& scale);

struct TextStyle {
  double size = 13.0;
  bool bold = false;
  Colour colour = ink;
  bool halo = false;
};
void set_colour(cairo_t* context, Colour colour, double opacity = 1.0);
/// Width and height that a line of text takes.
Box text_size(cairo_t* context, const std::string& text, const TextStyle& style);
/// Left end of the base line at (x, y).
void draw_text(cairo_t* context, grids::Point at, const std::string& text, const TextStyle& style);
/// The text in lines no wider than `width`.
std::vector<std::string> wrap(cairo_t* context, const std::string& text, double width,
                              const TextStyle& style);

/// Keeps labels inside the map and off each other.
class LabelPlaces {
 public:
  explicit LabelPlaces(Box map) : map_(map) {}
  void block(Box box) { taken_.push_back(box); }
  /// The first of the wishes that is free, moved inside the map; the least overlapped one, where
  /// none is. It is taken then.
  Box take(const std::vector<Box>& wishes);

 private:
  double overlap(const Box& box) const;
  Box map_;
  std::vector<Box> taken_;
};

/// 1, 2 or 5 times a power of ten, at most `length`.
double round_length(double length);

void draw_areas(cairo_t* context, const Window& window, const Picture& picture,
                const std::vector<std::vector<std::vector<grids::Point>>>& rings,
                LabelPlaces& labels);
void draw_gauges(cairo_t* context, const Window& window, const Picture& picture,
                 LabelPlaces& labels);
void draw_frame(cairo_t* context, const Window& window);

/// The legend's blocks one under the other, or side by side where the map is wide and low.
struct LegendSize {
  double width{}, height{};
};
inline constexpr double legend_block_width = 232.0;
LegendSize legend_size(const Picture& picture, bool stacked);
void draw_legend(cairo_t* context, grids::Point corner, const Window& window,
                 const Picture& picture, bool stacked);

}  // namespace vandvagt::forecast::detail
