#include "app/demo_terrain.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace vandvagt::app {
namespace {

using grids::Point;

constexpr int cells = 300;
constexpr double cell_size = 10.0;        // [m]
constexpr double shore_at = 2540.0;       // mean distance of the shore from the south edge [m]
constexpr double road_at = 2150.0;        // of the embankment's middle [m]
constexpr double channel_depth = 1.0;     // of the stream below its meadows [m]
constexpr double channel_half_width = 8;  // of its flat bed [m]
constexpr double bank_half_width = 16;    // where its banks meet the meadow [m]

double smoothstep(double from, double to, double value) {
  const double t = std::clamp((value - from) / (to - from), 0.0, 1.0);
  return t * t * t * (t * (6.0 * t - 15.0) + 10.0);
}

/// SplitMix64's finaliser of a lattice point, as a number in [-1, 1].
double lattice_value(std::int64_t i, std::int64_t j, std::uint64_t octave) {
  std::uint64_t x = static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15ULL +
                    static_cast<std::uint64_t>(j) * 0xc2b2ae3d27d4eb4fULL + octave;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return static_cast<double>(x >> 11) * 0x1.0p-52 - 1.0;
}

/// Smooth relief: values on a lattice of `wavelength`, joined by quintic curves. In [-1, 1].
double relief(Point p, double wavelength, std::uint64_t octave) {
  const double x = p.x / wavelength, y = p.y / wavelength;
  const double i = std::floor(x), j = std::floor(y);
  const double a = smoothstep(0, 1, x - i), b = smoothstep(0, 1, y - j);
  const auto at = [&](int di, int dj) {
    return lattice_value(static_cast<std::int64_t>(i) + di, static_cast<std::int64_t>(j) + dj,
                         octave);
  };
  return (1 - b) * ((1 - a) * at(0, 0) + a * at(1, 0)) + b * ((1 - a) * at(0, 1) + a * at(1, 1));
}

/// The meadows beside the stream [m above datum] by distance from the south edge: steeper upstream,
/// almost flat at the fjord.
double meadow(double north) {
  return 1.0 + 5.2 * std::pow(std::max(0.0, 1.0 - north / 2520.0), 1.2);
}

double valley_axis(double north) {
  return 1420.0 + 190.0 * std::sin(2.0 * std::numbers::pi * north / 4300.0 - 0.9);
}

double shoreline(double east) {
  const double bay = (east - 1480.0) / 520.0;
  return shore_at + 130.0 - 130.0 * std::exp(-bay * bay) + 60.0 * relief({east, 0.0}, 620.0, 8) +
         14.0 * relief({east, 0.0}, 210.0, 9);
}

/// Greatest angle of a meander against the valley [rad].
double meandering(double north) {
  const double rural = 1.2 * (1.0 - smoothstep(1150, 1450, north));
  const double town = 0.35 * smoothstep(1150, 1450, north) * (1.0 - smoothstep(1950, 2080, north));
  const double marsh = 0.9 * smoothstep(2230, 2330, north) * (1.0 - smoothstep(2450, 2560, north));
  return rural + town + marsh;
}

struct Gully {
  Point top, foot;
  double depth;
};

/// How deep a gully has cut at a point: little at its top, most near its foot.
double cut_by(const Gully& gully, Point p) {
  const double dx = gully.foot.x - gully.top.x, dy = gully.foot.y - gully.top.y;
  const double rx = p.x - gully.top.x, ry = p.y - gully.top.y;
  const double along = std::clamp((rx * dx + ry * dy) / (dx * dx + dy * dy), 0.0, 1.0);
  const double away = std::hypot(rx - along * dx, ry - along * dy) / (40.0 + 35.0 * along);
  return gully.depth * smoothstep(-0.1, 0.7, along) * std::exp(-away * away);
}

/// Moraine hills: nothing on the valley floor, rising to some 35 m, cut by a few gullies.
double hills(Point p) {
  const double away = std::abs(p.x - valley_axis(p.y));
  const double floor_width =
      215.0 + 45.0 * relief({0.0, p.y}, 700.0, p.x < valley_axis(p.y) ? 1 : 2);
  const double rise = smoothstep(floor_width - 60.0, floor_width + 620.0, away);
  const double foot = 1.4 * smoothstep(60.0, floor_width + 40.0, away);
  const Point bent{p.x + 55.0 * relief(p, 330.0, 12), p.y + 55.0 * relief(p, 330.0, 13)};
  const double broad = 27.0 + 9.0 * relief(bent, 900.0, 3) + 5.5 * relief(bent, 380.0, 4);
  const double fine = 1.6 * relief(bent, 170.0, 5) * rise;
  static constexpr Gully gullies[] = {{{380, 860}, {1060, 1130}, 7.0},
                                      {{2620, 420}, {1780, 800}, 8.0},
                                      {{2480, 1830}, {1850, 1640}, 6.0},
                                      {{430, 2120}, {1090, 1870}, 6.0}};
  double cut = 0.0;
  for (const auto& gully : gullies) cut = std::max(cut, cut_by(gully, bent));
  return foot + std::max(0.0, rise * broad + fine - cut * rise);
}

double ground_without_stream(Point p) {
  const double offshore = p.y - shoreline(p.x);
  const double inland = smoothstep(-150.0, 320.0, -offshore);  // a low bluff stands at the shore
  const double micro = 0.10 * relief(p, 130.0, 6) + 0.05 * relief(p, 60.0, 7);
  const double land = meadow(p.y) + hills(p) * inland + micro;
  const double beach = smoothstep(-45.0, 0.0, offshore);
  const double fjord = -1.2 * smoothstep(-30.0, 260.0, offshore) - 0.25 * beach;
  return land * (1.0 - beach) + fjord * beach;
}

/// The nearest point of the stream and how far it is.
std::pair<const StreamPoint*, double> nearest(const std::vector<StreamPoint>& stream, Point p) {
  const StreamPoint* best = &stream.front();
  double least = std::numeric_limits<double>::infinity();
  for (const auto& point : stream) {
    const double dx = point.position.x - p.x, dy = point.position.y - p.y;
    const double squared = dx * dx + dy * dy;
    if (squared >= least) continue;
    least = squared;
    best = &point;
  }
  return {best, std::sqrt(least)};
}

double carve(double ground, double bed, double away) {
  if (away >= bank_half_width) return ground;
  const double bank = channel_depth * std::max(0.0, away - channel_half_width) /
                      (bank_half_width - channel_half_width);
  return std::min(ground, bed + bank);
}

/// Surveyed heights are given in centimetres; rounding also hides the last bits of a machine's
/// sine.
float centimetres(double metres) {
  return static_cast<float>(std::round(metres * 100.0) / 100.0);
}

bool far_from_stream(const std::vector<StreamPoint>& stream, Point p, double least) {
  return nearest(stream, p).second >= least;
}

/// Houses of 30 × 20 m along streets of 20 m, some plots left empty, on both banks.
std::vector<DemoRing> town(const std::vector<StreamPoint>& stream) {
  std::vector<DemoRing> buildings;
  for (int j = 0; j < 15; ++j) {
    for (int i = 0; i < 14; ++i) {
      const double x = 1130.0 + 50.0 * i, y = 1500.0 + 40.0 * j;
      const Point middle{x + 15.0, y + 10.0};
      const double away = std::abs(middle.x - valley_axis(middle.y)) / 290.0;
      const double along = (middle.y - 1790.0) / 310.0;
      const bool empty = lattice_value(i, j, 11) > 0.55;
      if (empty || away * away + along * along > 1.0 || !far_from_stream(stream, middle, 42.0))
        continue;
      buildings.push_back({{x, y}, {x + 30.0, y}, {x + 30.0, y + 20.0}, {x, y + 20.0}});
    }
  }
  return buildings;
}

/// The road: 26 m wide at its crest, from hillside to hillside.
DemoRing road() {
  DemoRing ring;
  const double middle = valley_axis(road_at);
  for (const double side : {-13.0, 13.0})
    for (const double along : {-1.0, 1.0})
      ring.push_back({middle + along * (side < 0 ? 1.0 : -1.0) * 480.0, road_at + side});
  return ring;
}

void add_culvert(DemoTerrain& terrain) {
  StreamPoint inlet = terrain.stream.front();
  StreamPoint outlet = inlet;
  for (const auto& point : terrain.stream) {
    if (point.position.y < road_at - 30.0) inlet = point;
    if (point.position.y < road_at + 30.0) outlet = point;
  }
  terrain.culvert = {inlet.position, {inlet.position.x, outlet.position.y}};
  terrain.culvert_inlet = inlet.bed;
  terrain.culvert_outlet = outlet.bed;
}

}  // namespace

std::vector<StreamPoint> demo_stream() {
  constexpr double step = 5.0, wavelength = 390.0;  // [m] along the stream
  std::vector<StreamPoint> stream;
  Point p{valley_axis(-10.0), -10.0};
  double lowest = std::numeric_limits<double>::infinity();
  for (double s = 0.0; p.y < 2800.0; s += step) {
    const double slope = valley_axis(p.y + 30.0) - valley_axis(p.y - 30.0);
    // Back to the axis, so that what the bends leave over does not add up.
    const double home = 0.004 * (valley_axis(p.y) - p.x) * (p.y > 1250.0 ? 1.0 : 0.3);
    const double valley = std::atan2(slope, 60.0) + std::clamp(home, -0.5, 0.5);
    const double angle =
        valley + meandering(p.y) * std::sin(2.0 * std::numbers::pi * s / wavelength +
                                            0.8 * std::sin(2.0 * std::numbers::pi * s / 1450.0));
    const double mouth = 0.45 * smoothstep(2250.0, 2600.0, p.y);
    lowest = std::min(lowest, meadow(p.y) - channel_depth - mouth);
    stream.push_back({p, lowest});
    const bool under_road = std::abs(p.y - road_at) < 45.0;
    p.x += under_road ? 0.0 : step * std::sin(angle);
    p.y += under_road ? step : step * std::max(0.1, std::cos(angle));
  }
  return stream;
}

DemoTerrain demo_terrain() {
  DemoTerrain terrain;
  terrain.geometry = {.nx = cells,
                      .ny = cells,
                      .x0 = 560000.0,
                      .y0 = 6278000.0,
                      .dx = cell_size,
                      .crs = "EPSG:25832",
                      .vertical_datum = "EPSG:5799"};
  terrain.stream = demo_stream();
  terrain.ground = Field<float>(cells, cells);
  terrain.water_table_depth = Field<float>(cells, cells);
  for (int j = 0; j < cells; ++j) {
    for (int i = 0; i < cells; ++i) {
      const Point p{(i + 0.5) * cell_size, (j + 0.5) * cell_size};
      const double bare = ground_without_stream(p);
      const auto [point, away] = nearest(terrain.stream, p);
      terrain.ground(i, j) = centimetres(carve(bare, point->bed, away));
      // Near the surface on the meadows, deeper under the hills; where the stream or the fjord cuts
      // lower than that, the ground is full.
      const double above_meadow = std::max(0.0, bare - meadow(p.y));
      const double water_table = bare - std::min(0.45 + 0.25 * above_meadow, 5.0);
      const double ground = terrain.ground(i, j);
      terrain.water_table_depth(i, j) =
          centimetres(ground < 0.2 ? 0.0 : std::clamp(ground - water_table, 0.0, 5.0));
    }
  }
  terrain.buildings = town(terrain.stream);
  terrain.embankment = road();
  add_culvert(terrain);
  return terrain;
}

grids::Point demo_position(const DemoTerrain& terrain, grids::Point local) {
  return {terrain.geometry.x0 + local.x, terrain.geometry.y0 + local.y};
}

}  // namespace vandvagt::app
