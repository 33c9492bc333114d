#pragma once

#include <algorithm>
#include <cmath>

// Thacker (1981, doi:10.1017/S0022112081001882): water that swings in a paraboloid without
// friction, with a shoreline that moves. SWASHES §4.2.2 (doi:10.1002/fld.3741).
namespace vandvagt::model::test::bowl {

inline constexpr double g = 9.81;
inline constexpr double side = 4.0;    // [m]
inline constexpr double radius = 1.0;  // of the shoreline at rest
inline constexpr double depth = 0.1;   // in the middle

inline double bed(double x, double y) {
  const double r2 = (x - side / 2) * (x - side / 2) + (y - side / 2) * (y - side / 2);
  return -depth * (1.0 - r2 / (radius * radius));
}

/// Radially symmetric: the surface rises and falls in the middle.
struct Radial {
  double omega = std::sqrt(8.0 * g * depth) / radius;
  double a = (radius * radius - 0.8 * 0.8) / (radius * radius + 0.8 * 0.8);
  double h(double x, double y, double t) const {
    const double r2 = (x - side / 2) * (x - side / 2) + (y - side / 2) * (y - side / 2);
    const double w = 1.0 - a * std::cos(omega * t);
    const double eta = depth * (std::sqrt(1.0 - a * a) / w - 1.0 -
                                r2 / (radius * radius) * ((1.0 - a * a) / (w * w) - 1.0));
    return std::max(0.0, eta - bed(x, y));
  }
};

/// Planar: the surface stays a plane that turns round.
struct Planar {
  double omega = std::sqrt(2.0 * g * depth) / radius;
  double eta0 = 0.5;
  double h(double x, double y, double t) const {
    const double eta = eta0 * depth / (radius * radius) *
                       (2.0 * (x - side / 2) * std::cos(omega * t) +
                        2.0 * (y - side / 2) * std::sin(omega * t) - eta0);
    return std::max(0.0, eta - bed(x, y));
  }
  double u(double t) const { return -eta0 * omega * std::sin(omega * t); }
  double v(double t) const { return eta0 * omega * std::cos(omega * t); }
};

}  // namespace vandvagt::model::test::bowl
