#include "alerts/polygon.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vandvagt::alerts {
namespace {

using Ring = std::vector<Position>;

constexpr double least_area = 1e-11;  // twice the area [degrees²]; a tenth of a square metre

double cross(const Position& o, const Position& a, const Position& b) {
  return (a.longitude - o.longitude) * (b.latitude - o.latitude) -
         (a.latitude - o.latitude) * (b.longitude - o.longitude);
}

bool within_box(const Position& p, const Position& a, const Position& b) {
  return std::min(a.longitude, b.longitude) <= p.longitude &&
         p.longitude <= std::max(a.longitude, b.longitude) &&
         std::min(a.latitude, b.latitude) <= p.latitude &&
         p.latitude <= std::max(a.latitude, b.latitude);
}

int side(const Position& o, const Position& a, const Position& b) {
  const double area = cross(o, a, b);
  return area > 0.0 ? 1 : area < 0.0 ? -1 : 0;
}

// Do the closed segments ab and cd have a point in common?
bool segments_meet(const Position& a, const Position& b, const Position& c, const Position& d) {
  const int c_side = side(a, b, c), d_side = side(a, b, d);
  const int a_side = side(c, d, a), b_side = side(c, d, b);
  if (c_side * d_side < 0 && a_side * b_side < 0) return true;
  return (c_side == 0 && within_box(c, a, b)) || (d_side == 0 && within_box(d, a, b)) ||
         (a_side == 0 && within_box(a, c, d)) || (b_side == 0 && within_box(b, c, d));
}

double doubled_area(const Ring& closed) {
  double area = 0.0;
  for (std::size_t i = 0; i + 1 < closed.size(); ++i) {
    area += cross(closed.front(), closed[i], closed[i + 1]);
  }
  return area;
}

// Without repeated points, closed.
Ring closed_ring(const Ring& ring) {
  Ring out;
  for (const auto& p : ring) {
    if (out.empty() || !(out.back() == p)) out.push_back(p);
  }
  if (out.size() > 1 && out.front() == out.back()) out.pop_back();
  if (!out.empty()) out.push_back(out.front());
  return out;
}

// To 1e-5 degrees.
Ring rounded(Ring ring) {
  for (auto& p : ring) {
    p = {std::round(p.longitude * 1e5) / 1e5, std::round(p.latitude * 1e5) / 1e5};
  }
  return closed_ring(ring);
}

// Distance of p from the segment ab, in degrees of latitude (longitude shrunk to `scale`).
double distance(const Position& p, const Position& a, const Position& b, double scale) {
  const double bx = (b.longitude - a.longitude) * scale, by = b.latitude - a.latitude;
  const double px = (p.longitude - a.longitude) * scale, py = p.latitude - a.latitude;
  const double length = bx * bx + by * by;
  const double t = length > 0.0 ? std::clamp((px * bx + py * by) / length, 0.0, 1.0) : 0.0;
  return std::hypot(px - t * bx, py - t * by);
}

// Marks what Douglas & Peucker keep between two kept points, without recursion.
void keep_between(const Ring& ring, std::size_t first, std::size_t last, double tolerance,
                  double scale, std::vector<bool>& kept) {
  std::vector<std::pair<std::size_t, std::size_t>> open = {{first, last}};
  while (!open.empty()) {
    const auto [from, to] = open.back();
    open.pop_back();
    std::size_t farthest = from;
    double greatest = tolerance;
    for (std::size_t i = from + 1; i < to; ++i) {
      const double d = distance(ring[i], ring[from], ring[to], scale);
      if (d > greatest) {
        greatest = d;
        farthest = i;
      }
    }
    if (farthest == from) continue;
    kept[farthest] = true;
    open.emplace_back(from, farthest);
    open.emplace_back(farthest, to);
  }
}

Ring simplified(const Ring& closed, double tolerance) {
  const double scale = std::cos(closed.front().latitude * M_PI / 180.0);
  // The ring is cut at its first point and the one farthest from it.
  std::size_t opposite = 1;
  for (std::size_t i = 1; i + 1 < closed.size(); ++i) {
    if (distance(closed[i], closed[0], closed[0], scale) >
        distance(closed[opposite], closed[0], closed[0], scale)) {
      opposite = i;
    }
  }
  std::vector<bool> kept(closed.size(), false);
  kept.front() = kept.back() = kept[opposite] = true;
  keep_between(closed, 0, opposite, tolerance, scale, kept);
  keep_between(closed, opposite, closed.size() - 1, tolerance, scale, kept);
  Ring out;
  for (std::size_t i = 0; i < closed.size(); ++i) {
    if (kept[i]) out.push_back(closed[i]);
  }
  return out;
}

// Andrew's monotone chain, closed; without points in a line.
Ring convex_hull(Ring points) {
  std::sort(points.begin(), points.end(), [](const Position& a, const Position& b) {
    return a.longitude < b.longitude || (a.longitude == b.longitude && a.latitude < b.latitude);
  });
  points.erase(std::unique(points.begin(), points.end()), points.end());
  Ring hull;
  const auto add_chain = [&hull](auto begin, auto end) {
    const std::size_t start = hull.size();
    for (auto p = begin; p != end; ++p) {
      while (hull.size() >= start + 2 && side(hull[hull.size() - 2], hull.back(), *p) <= 0) {
        hull.pop_back();
      }
      hull.push_back(*p);
    }
    hull.pop_back();
  };
  add_chain(points.begin(), points.end());
  add_chain(points.rbegin(), points.rend());
  hull.push_back(hull.front());
  return hull;
}

bool fit_for_message(const Ring& ring) {
  return ring.size() >= 4 && ring.size() <= max_polygon_vertices &&
         std::abs(doubled_area(ring)) >= least_area && !crosses_itself(ring);
}

Ring reduced(const Ring& closed) {
  double tolerance = 1e-5;                                   // [degrees]
  for (int step = 0; step < 35; ++step, tolerance *= 1.5) {  // up to about 10 degrees
    Ring ring = simplified(closed, tolerance);
    if (ring.size() < 4) break;
    if (fit_for_message(ring)) return ring;
  }
  // A hull of more than 100 vertices loses corners only: it stays convex and so never crosses.
  Ring hull = convex_hull(closed);
  tolerance = 1e-5;
  while (hull.size() > max_polygon_vertices) {
    hull = simplified(hull, tolerance);
    tolerance *= 1.5;
  }
  return hull;
}

}  // namespace

bool crosses_itself(const std::vector<Position>& closed) {
  if (closed.size() < 4) return true;
  const std::size_t n = closed.size() - 1;  // segments
  const auto low = [&](std::size_t i) {
    return std::min(closed[i].longitude, closed[i + 1].longitude);
  };
  const auto high = [&](std::size_t i) {
    return std::max(closed[i].longitude, closed[i + 1].longitude);
  };
  // Sorted by their west ends, a segment can meet only those that begin before its east end.
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return low(a) < low(b); });
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = a + 1; b < n && low(order[b]) <= high(order[a]); ++b) {
      const std::size_t i = std::min(order[a], order[b]), j = std::max(order[a], order[b]);
      if (j == i + 1 || (i == 0 && j + 1 == n)) {
        // Neighbours share a point; they cross where one folds back onto the other.
        const Position& shared = j == i + 1 ? closed[j] : closed[0];
        const Position& left = j == i + 1 ? closed[i] : closed[1];
        const Position& right = j == i + 1 ? closed[j + 1] : closed[j];
        const bool in_line = side(left, shared, right) == 0;
        if (in_line && (within_box(left, shared, right) || within_box(right, shared, left)))
          return true;
        continue;
      }
      if (segments_meet(closed[i], closed[i + 1], closed[j], closed[j + 1])) return true;
    }
  }
  return false;
}

Result<std::vector<Position>> polygon_for_message(const std::vector<Position>& ring) {
  for (const auto& p : ring) {
    if (!std::isfinite(p.longitude) || !std::isfinite(p.latitude) || std::abs(p.latitude) > 90.0 ||
        std::abs(p.longitude) > 180.0) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("a ring has a point at longitude {}, latitude {}; give degrees in "
                              "WGS 84, longitude first",
                              p.longitude, p.latitude));
    }
  }
  const Ring closed = rounded(ring);
  if (closed.size() < 4) {
    return fail(ErrorCode::invalid_input, "a ring has fewer than three different points");
  }
  if (std::abs(doubled_area(closed)) < least_area) {
    return fail(ErrorCode::invalid_input, "a ring has no extent; all its points lie in a line");
  }
  if (fit_for_message(closed)) return closed;
  // Rounding alone may make a narrow neck touch itself: that is mended, not refused.
  if (crosses_itself(closed) && crosses_itself(closed_ring(ring))) {
    return fail(ErrorCode::invalid_input,
                "a ring crosses or touches itself; split it or mend it in a GIS");
  }
  return reduced(closed);
}

std::string polygon_text(const std::vector<Position>& closed_ring) {
  std::string text;
  for (const auto& p : closed_ring) {
    if (!text.empty()) text += ' ';
    text += fmt::format("{:.5f},{:.5f}", p.latitude, p.longitude);
  }
  return text;
}

}  // namespace vandvagt::alerts
