// A tilted V under rain (Di Giammarco, Todini and Lamberti 1996,
// doi:10.1016/S0022-1694(96)80014-4): two slopes of 800 m × 1000 m, 5 % steep, drain into a channel
// 20 m wide with a slope of 2 %. 10.8 mm/h for 90 minutes. The reference is the kinematic wave:
// exact on the slopes (Henderson and Wooding 1964, doi:10.1029/JZ069i008p01531), and on a fine grid
// along the channel.

#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double rain = 10.8e-3 / 3600.0;  // [m/s]
constexpr double rain_end = 5400.0;        // [s]
constexpr double slope_length = 800.0;
constexpr double channel_length = 1000.0;
constexpr double width = 20.0;

constexpr double slope_factor = 14.907119849998598;    // sqrt(0.05) / 0.015
constexpr double channel_factor = 0.9428090415820634;  // sqrt(0.02) / 0.15

/// Unit discharge at the foot of a slope [m²/s]: q = a h^(5/3). While it rains h = min(R t, (R
/// L/a)^0.6); afterwards the depth at the foot came from a place x0 and has travelled for t - T: L
/// = q/R + (5/3) a h^(2/3) (t - T).
double from_slope(double t) {
  const double steady = std::pow(rain * slope_length / slope_factor, 0.6);
  const double full = std::min(rain * std::min(t, rain_end), steady);
  if (t <= rain_end) return slope_factor * std::pow(full, 5.0 / 3.0);
  double low = 0.0;
  double high = full;
  for (int i = 0; i < 100; ++i) {
    const double h = 0.5 * (low + high);
    const double reach = slope_factor * std::pow(h, 5.0 / 3.0) / rain +
                         5.0 / 3.0 * slope_factor * std::cbrt(h * h) * (t - rain_end);
    (reach < slope_length ? low : high) = h;
  }
  return slope_factor * std::pow(0.5 * (low + high), 5.0 / 3.0);
}

/// Discharge at the channel's end [m³/s] every minute, upwind on cells of 2 m.
std::vector<double> kinematic_outflow(int minutes) {
  const int cells = 500;
  const double dx = channel_length / cells;
  const double dt = 0.5;
  std::vector<double> h(cells, 0.0);
  std::vector<double> out;
  for (int step = 0; step <= minutes * 120; ++step) {
    const double t = step * dt;
    if (step % 120 == 0) out.push_back(width * channel_factor * std::pow(h.back(), 5.0 / 3.0));
    const double gain = 2.0 * from_slope(t) / width + (t < rain_end ? rain : 0.0);
    double before = 0.0;
    for (double& depth : h) {
      const double q = channel_factor * std::pow(depth, 5.0 / 3.0);
      depth += dt * (gain + (before - q) / dx);
      before = q;
    }
  }
  return out;
}

TEST(TiltedV, OutflowFollowsKinematicWave) {
  const double dx = 20.0;
  const int nx = 81;
  const int ny = 50;
  // The channel is the middle column and runs south.
  const auto bed = [&](double x, double y) {
    const double off = std::abs(x - nx * dx / 2) - width / 2;
    return off > 0.0 ? 0.05 * off : 0.02 * (y - channel_length) - 1.0;
  };
  Case c = case_over(sampled(nx, ny, dx, bed), dx, 0.015F);
  for (int j = 0; j < ny; ++j) c.manning(nx / 2, j) = 0.15F;
  EdgeSegment outlet;
  outlet.name = "outlet";
  outlet.kind = EdgeKind::normal_depth;
  outlet.slope = 0.02;
  outlet.faces = {{{nx / 2, 0}, Side::south}};
  c.edges = {outlet};
  auto s = cold(c, options_for(Precision::double_, 60.0), Field<double>(nx, ny, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  const int minutes = 180;
  const std::vector<double> expected = kinematic_outflow(minutes);
  s->set_rain(rain);
  double volume = 0.0;
  double squares = 0.0;
  double greatest = 0.0;
  for (int m = 1; m <= minutes; ++m) {
    ASSERT_TRUE(s->advance_to(seconds_after_start(60.0 * m)));
    if (m == 90) s->set_rain(0.0);
    const double flow = (s->ledger().edge_out - volume) / 60.0;
    volume = s->ledger().edge_out;
    const double wanted =
        0.5 * (expected[static_cast<std::size_t>(m) - 1] + expected[static_cast<std::size_t>(m)]);
    greatest = std::max(greatest, flow);
    squares += (flow - wanted) * (flow - wanted) / minutes;
    if (m == 90) {
      EXPECT_NEAR(flow, rain * nx * dx * ny * dx, 0.01 * wanted) << "steady outflow";
    }
  }
  const double peak = rain * nx * dx * ny * dx;
  std::printf(
      "Tilted V: root mean square difference %.2f %% of the peak, %.2f %% of the rain ran off\n",
      100.0 * std::sqrt(squares) / peak, 100.0 * volume / (peak * rain_end));
  EXPECT_LT(std::sqrt(squares), 0.03 * peak);
  EXPECT_LT(greatest, 1.01 * peak);
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
}

}  // namespace
}  // namespace vandvagt::model::test
