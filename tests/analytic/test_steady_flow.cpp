// Steady flows: over a bump without friction (SWASHES §3.1, doi:10.1002/fld.3741), uniform down a
// slope with Manning friction, and a discharge let onto a dry bed.

#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double g = 9.81;

double bump(double x) {
  return x > 8.0 && x < 12.0 ? 0.2 - 0.05 * (x - 10.0) * (x - 10.0) : 0.0;
}

/// Subcritical depth with the head of (q, h) at the outlet: q²/(2 g h²) + h + z = head.
double bernoulli(double q, double outlet, double z) {
  const double head = q * q / (2.0 * g * outlet * outlet) + outlet;
  double h = outlet;
  for (int i = 0; i < 100; ++i) {
    const double f = q * q / (2.0 * g * h * h) + h + z - head;
    h -= f / (1.0 - q * q / (g * h * h * h));
  }
  return h;
}

double bump_error(int cells) {
  constexpr double q = 4.42;
  constexpr double outlet = 2.0;
  const double dx = 25.0 / cells;
  Case c =
      case_over(sampled(cells, 1, dx, [](double x, double) { return bump(x); }), dx, frictionless);
  c.edges = {edge_on(c, Side::west, EdgeKind::discharge, Series::constant(q * dx)),
             edge_on(c, Side::east, EdgeKind::stage, Series::constant(outlet))};
  const Field<double> h = sampled(cells, 1, dx, [](double x, double) { return outlet - bump(x); });
  auto s = cold(c, options_for(Precision::double_, 1.0), h);
  EXPECT_TRUE(s) << s.error().message;
  const auto done = s->advance_to(seconds_after_start(600.0));
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
  const State end = s->state();
  for (const double flow : end.unit_discharge_x) EXPECT_NEAR(flow, q, 0.005 * q);
  return mean_depth_error(*s, dx, [&](double x, double) { return bernoulli(q, outlet, bump(x)); });
}

// The bump's foot is a corner: the order in the mean is less than 2.
TEST(BumpSubcritical, DepthConvergesToBernoulli) {
  const std::vector<double> errors{bump_error(100), bump_error(200), bump_error(400)};
  std::printf("Subcritical bump: mean depth errors %.3e %.3e %.3e m, order %.2f\n", errors[0],
              errors[1], errors[2], last_order(errors));
  EXPECT_GE(last_order(errors), 1.4);
  EXPECT_LT(errors.back(), 1e-4);
}

struct Channel {
  double slope;
  double manning;
  double q;  // [m²/s]
  double depth() const { return std::pow(manning * q / std::sqrt(slope), 0.6); }
};

Simulation channel_run(const Channel& channel, Precision precision, double seconds) {
  const int nx = 60;
  const int ny = 3;
  const double dx = 10.0;
  Case c = case_over(sampled(nx, ny, dx, [&](double x, double) { return -channel.slope * x; }), dx,
                     static_cast<float>(channel.manning));
  c.edges = {edge_on(c, Side::west, EdgeKind::discharge, Series::constant(channel.q * ny * dx)),
             edge_on(c, Side::east, EdgeKind::normal_depth, {}, channel.slope)};
  auto s = cold(c, options_for(precision, 60.0), Field<double>(nx, ny, 0.0));
  EXPECT_TRUE(s) << s.error().message;
  const auto done = s->advance_to(seconds_after_start(seconds));
  EXPECT_TRUE(done) << done.error().message;
  return std::move(*s);
}

// Started on a dry bed. Uniform flow is a steady state of the scheme, so that away from the inflow,
// where the flow adjusts, only rounding and the tail of the front are left: 0.1 %.
TEST(UniformFlow, ComesToNormalDepthFromDryBed) {
  for (const Precision precision : {Precision::double_, Precision::single_}) {
    for (const Channel& channel : {Channel{0.001, 0.03, 2.0}, Channel{0.05, 0.03, 1.0}}) {
      const Simulation s = channel_run(channel, precision, 7200.0);
      const Ledger ledger = s.ledger();
      EXPECT_NEAR(ledger.edge_in, channel.q * 30.0 * 7200.0, 1e-5 * ledger.edge_in);
      EXPECT_LE(ledger.relative_error(), volume_bound(precision));
      for (int i = 20; i < 55; ++i) {
        EXPECT_NEAR(s.depth_at({i, 1}), channel.depth(), 1e-3 * channel.depth())
            << "slope " << channel.slope << " cell " << i;
        EXPECT_NEAR(s.speed_at({i, 1}) * s.depth_at({i, 1}), channel.q, 1e-3 * channel.q);
      }
    }
  }
}

// A V-shaped inlet: all the water enters, the deepest cell gets most, and a face that stands above
// the water none.
TEST(DischargeEdge, SpreadsByConveyanceOnDryBed) {
  const int n = 21;
  const double dx = 5.0;
  Case c = case_over(
      sampled(n, n, dx,
              [&](double x, double y) { return 0.05 * std::abs(y - n * dx / 2) - 0.002 * x; }),
      dx, 0.03F);
  c.edges = {edge_on(c, Side::west, EdgeKind::discharge, Series::constant(10.0)),
             edge_on(c, Side::east, EdgeKind::open)};
  auto s = cold(c, options_for(Precision::double_, 10.0), Field<double>(n, n, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(10.0)));
  EXPECT_NEAR(s->ledger().edge_in, 100.0, 1e-9);
  EXPECT_GT(s->depth_at({0, n / 2}), s->depth_at({0, n / 2 + 3}));
  EXPECT_EQ(s->depth_at({0, 0}), 0.0);
  ASSERT_TRUE(s->advance_to(seconds_after_start(600.0)));
  EXPECT_NEAR(s->ledger().edge_in, 6000.0, 1e-7);
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
}

// A tide at the mouth of a basin much shorter than its wave: the water in it stands level with the
// sea, up to the time a wave takes through it (L/c = 32 s at a rate of 0.7 mm/s).
TEST(StageEdge, BasinFollowsTide) {
  const int nx = 20;
  const double dx = 10.0;
  Case c = case_over(Field<double>(nx, 3, -4.0), dx, 0.02F);
  Series tide;
  for (int k = 0; k <= 48; ++k) {
    tide.times.push_back(start_time + std::chrono::minutes{15 * k});
    tide.values.push_back(std::sin(2.0 * 3.14159265358979323846 * k / 48.0));
  }
  c.edges = {edge_on(c, Side::west, EdgeKind::stage, tide)};
  auto s = cold(c, options_for(Precision::double_, 60.0), Field<double>(nx, 3, 4.0));
  ASSERT_TRUE(s) << s.error().message;
  for (int hour = 1; hour <= 12; ++hour) {
    const Time t = start_time + std::chrono::hours{hour};
    ASSERT_TRUE(s->advance_to(t));
    EXPECT_NEAR(s->depth_at({nx - 1, 1}) - 4.0, tide.at(t), 0.01) << "hour " << hour;
  }
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
  EXPECT_GT(s->ledger().edge_in, 500.0);
  EXPECT_GT(s->ledger().edge_out, 500.0);
}

}  // namespace
}  // namespace vandvagt::model::test
