#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "model/simulation.hpp"

// Small cases that the tests of model/ and tests/analytic build theirs from.
namespace vandvagt::model::test {

using Function = std::function<double(double x, double y)>;

inline constexpr double outside = std::numeric_limits<double>::quiet_NaN();
/// Roughness so small that it does nothing to the solutions without friction.
inline constexpr float frictionless = 1e-7F;
/// A multiple of every sync interval.
inline const Time start_time{};

inline Time seconds_after_start(double s) {
  return start_time + from_seconds(s);
}

/// f at the cell centres of an nx × ny grid whose lower-left corner is (0, 0).
inline Field<double> sampled(int nx, int ny, double dx, const Function& f) {
  Field<double> out(nx, ny);
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) out(i, j) = f((i + 0.5) * dx, (j + 0.5) * dx);
  }
  return out;
}

/// Walls all round, one roughness.
inline Case case_over(const Field<double>& bed, double dx, float manning) {
  Case c;
  c.nx = bed.nx();
  c.ny = bed.ny();
  c.dx = dx;
  c.bed_elevation = bed;
  c.manning = Field<float>(c.nx, c.ny, manning);
  return c;
}

/// Every face of one side of the grid, with one condition.
inline EdgeSegment edge_on(const Case& c, Side side, EdgeKind kind, Series series = {},
                           double slope = 0.0) {
  EdgeSegment edge;
  edge.name = "edge";
  edge.kind = kind;
  edge.series = std::move(series);
  edge.slope = slope;
  const bool along_y = side == Side::west || side == Side::east;
  for (int k = 0; k < (along_y ? c.ny : c.nx); ++k) {
    CellIndex cell{k, side == Side::south ? 0 : c.ny - 1};
    if (along_y) cell = {side == Side::west ? 0 : c.nx - 1, k};
    if (!std::isnan(c.bed_elevation(cell.i, cell.j))) edge.faces.push_back({cell, side});
  }
  return edge;
}

/// Options for a run of `seconds` without events in between.
inline Options options_for(Precision precision, double sync_seconds) {
  Options o;
  o.precision = precision;
  o.sync_interval = from_seconds(sync_seconds);
  o.threads = 1;
  return o;
}

inline Result<Simulation> cold(const Case& c, const Options& options, const Field<double>& h) {
  return Simulation::start_cold(c, options, start_time, h.view());
}

/// State in motion at the start: h and qx, qy sampled at the centres.
inline State state_of(const Case& c, Precision precision, const Function& h, const Function& qx,
                      const Function& qy) {
  State s;
  s.time = start_time;
  s.precision = precision;
  for (int j = 0; j < c.ny; ++j) {
    for (int i = 0; i < c.nx; ++i) {
      const double x = (i + 0.5) * c.dx;
      const double y = (j + 0.5) * c.dx;
      s.depth.push_back(h(x, y));
      s.unit_discharge_x.push_back(qx(x, y));
      s.unit_discharge_y.push_back(qy(x, y));
    }
  }
  return s;
}

/// Mean of |depth - exact| over the active cells [m].
inline double mean_depth_error(const Simulation& s, double dx, const Function& exact) {
  const Field<float> shape = s.depth();
  double sum = 0.0;
  int cells = 0;
  for (int j = 0; j < shape.ny(); ++j) {
    for (int i = 0; i < shape.nx(); ++i) {
      if (std::isnan(shape(i, j))) continue;
      sum += std::abs(s.depth_at({i, j}) - exact((i + 0.5) * dx, (j + 0.5) * dx));
      ++cells;
    }
  }
  return sum / cells;
}

/// Order of convergence that errors on grids refined by 2 show, from the last two.
inline double last_order(const std::vector<double>& errors) {
  return std::log2(errors[errors.size() - 2] / errors.back());
}

inline bool same_bits(const State& a, const State& b) {
  return a.time == b.time && a.depth == b.depth && a.depth_residual == b.depth_residual &&
         a.unit_discharge_x == b.unit_discharge_x && a.unit_discharge_y == b.unit_discharge_y &&
         a.infiltrated == b.infiltrated && a.water_table_depth == b.water_table_depth &&
         a.pump_running == b.pump_running && a.passage_discharge == b.passage_discharge &&
         a.head == b.head && a.seepage_rate == b.seepage_rate && a.seepage_rest == b.seepage_rest &&
         a.ground_time == b.ground_time;
}

/// What rounding alone may do to the volume ledger, as DESIGN §4 and the issue ask.
inline double volume_bound(Precision precision) {
  return precision == Precision::double_ ? 1e-12 : 1e-6;
}

}  // namespace vandvagt::model::test
