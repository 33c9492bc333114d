// Uniform flow down a slope with Manning friction, a discharge let onto a dry bed, and a tide.

#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

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

// What differs from a longer channel is what the edge sends back: nothing where flow leaves faster
// than its waves; under a third of a bore's height where it runs over still water and leaves slower
// than them, since the state inside says nothing of what is beyond. Without friction: with it a
// longer channel would also hold the water back.
TEST(OpenEdge, LetsFastFlowOutWholeAndSendsLittleOfABoreBack) {
  const double dx = 1.0;
  const auto depth_after = [&](int cells, double downstream) {
    Case c = case_over(Field<double>(cells, 1, 0.0), dx, frictionless);
    c.edges = {edge_on(c, Side::east, EdgeKind::open)};
    auto s =
        cold(c, options_for(Precision::double_, 1.0),
             sampled(cells, 1, dx, [&](double x, double) { return x < 100.0 ? 2.0 : downstream; }));
    EXPECT_TRUE(s && s->advance_to(seconds_after_start(40.0)));
    EXPECT_LE(s->ledger().relative_error(), 1e-12);
    std::vector<double> depth;
    for (int i = 0; i < 200; ++i) depth.push_back(s->depth_at({i, 0}));
    return depth;
  };
  const auto most_apart = [&](double downstream) {
    const auto cut = depth_after(200, downstream);
    const auto whole = depth_after(600, downstream);
    double most = 0.0;
    for (std::size_t i = 0; i < cut.size(); ++i) most = std::max(most, std::abs(cut[i] - whole[i]));
    return most;
  };
  const double fast = most_apart(0.0);
  const double bore = most_apart(0.5);
  std::printf("Open edge: %.1e m onto a dry bed, %.2f m after a bore over 0.5 m\n", fast, bore);
  EXPECT_LT(fast, 1e-4);
  EXPECT_LT(bore, 0.60 / 3.0);  // its height by Stoker (1957): 2 m onto 0.5 m give 1.10 m
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
