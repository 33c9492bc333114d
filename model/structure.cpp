#include "model/structure.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "model/detail/kernel.hpp"
#include "model/detail/root.hpp"

namespace vandvagt::model {
namespace {

using detail::gravity;

/// Of the water in a barrel of some depth: area [m²], width of the surface [m], hydraulic radius
/// [m].
struct Section {
  double area, top, radius;
};

Section circular_section(double diameter, double depth) {
  const double angle = 2.0 * std::acos(std::clamp(1.0 - 2.0 * depth / diameter, -1.0, 1.0));
  const double area = diameter * diameter / 8.0 * (angle - std::sin(angle));
  return {area, diameter * std::sin(0.5 * angle), area / (0.5 * diameter * angle)};
}

Section box_section(double width, double height, double depth) {
  const double lid = std::clamp(20.0 * (depth / height) - 19.0, 0.0, 1.0);
  const double area = width * depth;
  return {area, width, area / (width * (1.0 + lid) + 2.0 * depth)};
}

/// `depth` in (0, D].
Section section_at(const Culvert& c, double depth) {
  return c.shape == Culvert::Shape::circular ? circular_section(c.height, depth)
                                             : box_section(c.width, c.height, depth);
}

/// Discharge [m³/s] that is critical at a depth in (0, D); endless at the crown of a circle.
double critical_discharge(const Culvert& c, double depth) {
  const Section s = section_at(c, depth);
  return std::sqrt(gravity * s.area * s.area * s.area / std::max(s.top, 1e-9 * c.height));
}

/// A culvert as the water meets it.
struct Barrel {
  Barrel(const Culvert& given, bool reversed)
      : culvert(given),
        inlet(reversed ? given.invert_to : given.invert_from),
        outlet(reversed ? given.invert_from : given.invert_to),
        fall((inlet - outlet) / given.length),
        full(section_at(given, given.height)),
        unit(1.811 / (full.area * std::sqrt(given.height))) {}
  const Culvert& culvert;
  double inlet, outlet;  // inverts [m above datum]
  double fall;           // slope of the barrel [1]
  Section full;
  double unit;  // x = unit × Q [s/m³]
};

/// Headwater over the diameter for critical depth `depth` in the inlet: unsubmerged.
double headwater_unsubmerged(const Barrel& b, double depth) {
  const CulvertInlet& k = b.culvert.inlet;
  const Section s = section_at(b.culvert, depth);
  const double x = b.unit * critical_discharge(b.culvert, depth);
  const double head = depth + 0.5 * s.area / std::max(s.top, 1e-9 * b.culvert.height);
  return head / b.culvert.height + k.k * std::pow(x, k.m) + k.slope * b.fall;
}

double headwater_submerged(const Barrel& b, double x) {
  const CulvertInlet& k = b.culvert.inlet;
  return k.c * x * x + k.y + k.slope * b.fall;
}

/// x of the inlet for a headwater over the diameter.
double inlet_number(const Barrel& b, double headwater) {
  constexpr double weir_ends = 3.5;
  constexpr double orifice_begins = 4.0;
  const CulvertInlet& k = b.culvert.inlet;
  const double at_orifice = headwater_submerged(b, orifice_begins);
  if (headwater >= at_orifice) {
    return std::sqrt((headwater - k.y - k.slope * b.fall) / k.c);
  }
  const double most = 0.999 * b.culvert.height;
  const double depth_there = detail::root(
      [&](double d) { return b.unit * critical_discharge(b.culvert, d) - weir_ends; }, 0.0, most);
  const double at_weir = headwater_unsubmerged(b, depth_there);
  if (headwater >= at_weir) {
    return weir_ends +
           (orifice_begins - weir_ends) * (headwater - at_weir) / (at_orifice - at_weir);
  }
  const double depth = detail::root(
      [&](double d) {
        return (d > 0.0 ? headwater_unsubmerged(b, d) : k.slope * b.fall) - headwater;
      },
      0.0, depth_there);
  return depth > 0.0 ? b.unit * critical_discharge(b.culvert, depth) : 0.0;
}

}  // namespace

double discharge_weir(const Weir& weir, double upper, double lower) {
  const double h1 = upper - weir.crest;
  if (!(h1 > 0.0) || !(upper > lower)) return 0.0;
  const double free = weir.coefficient * weir.width * h1 * std::sqrt(h1);
  const double h2 = lower - weir.crest;
  if (h2 <= 0.0) return free;
  const double ratio = h2 / h1;
  return free * std::pow(std::max(1.0 - ratio * std::sqrt(ratio), 0.0), 0.385);
}

double discharge_gate(const Gate& gate, double opening, double upper, double lower) {
  const double h1 = upper - gate.sill;
  if (!(h1 > 0.0) || !(opening > 0.0) || !(upper > lower)) return 0.0;
  const double filled = std::min(opening, h1);
  const double behind = std::max(lower - gate.sill, 0.5 * filled);
  const double orifice = gate.coefficient * filled * gate.width *
                         std::sqrt(2.0 * gravity * std::max(h1 - behind, 0.0));
  return std::min(orifice, broad_crest * gate.width * h1 * std::sqrt(h1));
}

double inlet_control(const Culvert& culvert, bool reversed, double upper) {
  const Barrel b(culvert, reversed);
  const double headwater = (upper - b.inlet) / culvert.height;
  if (!(headwater > 0.0)) return 0.0;
  return culvert.barrels * inlet_number(b, headwater) / b.unit;
}

double outlet_control(const Culvert& culvert, bool reversed, double upper, double lower) {
  const Barrel b(culvert, reversed);
  const double depth = std::min(upper - std::max(b.inlet, b.outlet), culvert.height);
  if (!(depth > 0.0) || !(upper > lower)) return 0.0;
  const Section s = section_at(culvert, depth);
  const double friction = 2.0 * gravity * culvert.manning * culvert.manning * culvert.length /
                          std::pow(s.radius, 4.0 / 3.0);
  const double losses = culvert.entrance_loss + culvert.exit_loss + friction;
  const auto carried = [&](double below) {
    return s.area * std::sqrt(2.0 * gravity * std::max(upper - below, 0.0) / losses);
  };
  const auto free_surface = [&](double critical) { return b.outlet + 0.5 * (critical + depth); };
  // Critical depth in the outlet rises with the discharge, and the discharge falls with it.
  const auto excess = [&](double critical) {
    return critical_discharge(culvert, critical) - carried(std::max(lower, free_surface(critical)));
  };
  const double most = 0.999 * culvert.height;
  if (lower >= free_surface(most)) return culvert.barrels * carried(lower);
  const double tiny = 1e-9 * culvert.height;
  const double critical = excess(most) <= 0.0 ? most : detail::root(excess, tiny, most);
  return culvert.barrels * carried(std::max(lower, free_surface(critical)));
}

double discharge_culvert(const Culvert& culvert, bool reversed, double upper, double lower) {
  const double outlet = outlet_control(culvert, reversed, upper, lower);
  return outlet > 0.0 ? std::min(outlet, inlet_control(culvert, reversed, upper)) : 0.0;
}

}  // namespace vandvagt::model
