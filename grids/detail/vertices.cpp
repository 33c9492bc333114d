#include "grids/detail/vertices.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <numeric>
#include <optional>
#include <string_view>

namespace vandvagt::grids::detail {
namespace {

bool equal(Point a, Point b) {
  return a.x == b.x && a.y == b.y;
}

std::string text(Point p) {
  return "(" + std::to_string(p.x) + ", " + std::to_string(p.y) + ")";
}

/// Twice the signed area of the triangle: > 0 where c lies to the left of a -> b.
double turn(Point a, Point b, Point c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/// Whether two segments cross inside both; touching ends do not count.
bool cross(Point a, Point b, Point c, Point d) {
  const double abc = turn(a, b, c), abd = turn(a, b, d), cda = turn(c, d, a), cdb = turn(c, d, b);
  return ((abc > 0 && abd < 0) || (abc < 0 && abd > 0)) &&
         ((cda > 0 && cdb < 0) || (cda < 0 && cdb > 0));
}

Result<void> require_finite(const std::vector<Point>& points, const std::string& place) {
  for (std::size_t k = 0; k < points.size(); ++k)
    if (!std::isfinite(points[k].x) || !std::isfinite(points[k].y))
      return fail(ErrorCode::invalid_input,
                  place + ": point " + std::to_string(k + 1) + " is not a finite number");
  return {};
}

/// A place where two sides cross. Sides are swept from the west, so that a coast of many thousand
/// points is checked in about n log n.
std::optional<Point> first_crossing(const std::vector<Point>& ring) {
  const std::size_t n = ring.size();
  const auto start = [&](std::size_t k) { return ring[k]; };
  const auto end = [&](std::size_t k) { return ring[(k + 1) % n]; };
  const auto west = [&](std::size_t k) { return std::min(start(k).x, end(k).x); };
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, west);
  std::vector<std::size_t> active;
  for (const std::size_t k : order) {
    std::erase_if(active, [&](std::size_t a) { return std::max(start(a).x, end(a).x) < west(k); });
    for (const std::size_t a : active)
      if (cross(start(a), end(a), start(k), end(k))) return start(k);
    active.push_back(k);
  }
  return {};
}

/// The numbers at the start of a line; nothing where it does not start with two.
std::optional<Point> parse_vertex(std::string_view line) {
  Point p;
  for (double* number : {&p.x, &p.y}) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with('+')) line.remove_prefix(1);
    const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), *number);
    if (error != std::errc{}) return {};
    line.remove_prefix(static_cast<std::size_t>(rest - line.data()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t\""), line.size()));
    if (number == &p.x) {
      if (!line.starts_with(',') && !line.starts_with(';')) return {};
      line.remove_prefix(1);
    }
  }
  if (!line.empty() && !line.starts_with(',') && !line.starts_with(';')) return {};
  return p;
}

}  // namespace

Result<std::vector<Point>> checked_ring(std::vector<Point> ring, const std::string& place) {
  if (const auto finite = require_finite(ring, place); !finite) return fail(finite.error());
  ring.erase(std::unique(ring.begin(), ring.end(), equal), ring.end());
  while (ring.size() > 1 && equal(ring.front(), ring.back())) ring.pop_back();
  if (ring.size() < 3)
    return fail(ErrorCode::invalid_input,
                place + ": a polygon needs three different points, this has " +
                    std::to_string(ring.size()));
  double area = 0.0;
  for (std::size_t k = 1; k + 1 < ring.size(); ++k) area += turn(ring[0], ring[k], ring[k + 1]);
  if (const auto at = first_crossing(ring))
    return fail(ErrorCode::invalid_input, place + ": the polygon crosses itself near " + text(*at) +
                                              "; mend the order of "
                                              "its points");
  if (area == 0.0)
    return fail(ErrorCode::invalid_input, place + ": the polygon near " + text(ring[0]) +
                                              " has no area: its points lie on a line");
  return ring;
}

Result<std::vector<Point>> checked_line(std::vector<Point> points, const std::string& place) {
  if (const auto finite = require_finite(points, place); !finite) return fail(finite.error());
  points.erase(std::unique(points.begin(), points.end(), equal), points.end());
  if (points.size() < 2)
    return fail(ErrorCode::invalid_input, place + ": a line needs two different points");
  return points;
}

Result<std::vector<Point>> read_csv_vertices(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in || std::filesystem::is_directory(path))
    return fail(ErrorCode::io, path.string() + ": cannot be read");
  std::vector<Point> points;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const auto point = parse_vertex(line);
    if (point) points.push_back(*point);
    // Letters in the first line name the columns; anywhere else they are a mistake.
    if (!point && (number > 1 || line.find_first_of("0123456789") == 0))
      return fail(ErrorCode::invalid_input, path.string() + ": line " + std::to_string(number) +
                                                ": \"" + line + "\" is not x,y");
  }
  if (points.empty())
    return fail(ErrorCode::invalid_input, path.string() + ": holds no points x,y");
  return points;
}

}  // namespace vandvagt::grids::detail
