// Steps in time that differ from tile to tile: what must hold whatever the levels.

#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"
#include "tests/model/test_at_rest.hpp"

namespace vandvagt::model::test {
namespace {

TEST(LocalTime, LakeRestsBesideShorterSteps) {
  expect_lake_rests(Precision::double_, 0.0, 30.0, 600.0, 3);
  expect_lake_rests(Precision::single_, 0.0, 30.0, 600.0, 3);
}

// A small smooth wave from 8 m of water over a slope into 0.25 m, where steps are four times as
// long.
struct Shelf {
  std::vector<double> depth;  // [m] on cells of 4 m
  long long updates = 0;
  double volume_error = 0.0;
};

Shelf shelf(double dx, int levels) {
  const int nx = static_cast<int>(2000.0 / dx);
  const auto still = [](double x) { return 4.125 - 3.875 * std::tanh((x - 700.0) / 150.0); };
  const Case c =
      case_over(sampled(nx, 3, dx, [&](double x, double) { return -still(x); }), dx, frictionless);
  const Field<double> h = sampled(nx, 3, dx, [&](double x, double) {
    return still(x) + 0.02 * std::exp(-std::pow((x - 350.0) / 60.0, 2));
  });
  Options o = options_for(Precision::double_, 30.0);
  o.time_levels = levels;
  auto s = cold(c, o, h);
  const auto done = s->advance_to(seconds_after_start(120.0));
  EXPECT_TRUE(done) << done.error().message;
  Shelf out;
  const int each = static_cast<int>(4.0 / dx);
  for (int i = 0; i < nx; i += each) {
    double mean = 0.0;
    for (int k = 0; k < each; ++k) mean += s->depth_at({i + k, 1}) / each;
    out.depth.push_back(mean);
  }
  out.updates = s->counters().cell_updates;
  out.volume_error = s->ledger().relative_error();
  return out;
}

double mean_difference(const Shelf& a, const Shelf& b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.depth.size(); ++k) sum += std::abs(a.depth[k] - b.depth[k]);
  return sum / static_cast<double>(a.depth.size());
}

TEST(LocalTime, WaveAcrossLevelsIsOfSecondOrder) {
  const Shelf fine = shelf(0.5, 0);
  const Shelf together = shelf(2.0, 0);
  const Shelf local = shelf(2.0, 3);
  const double coarse_error = mean_difference(shelf(4.0, 3), fine);
  const double error = mean_difference(local, fine);
  const double saved = static_cast<double>(together.updates) / static_cast<double>(local.updates);
  std::printf(
      "Local steps on a shelf: errors %.2e, %.2e m (order %.2f), one step for all %.2e m; %.2f "
      "times fewer updates\n",
      coarse_error, error, std::log2(coarse_error / error), mean_difference(together, fine), saved);
  EXPECT_GE(std::log2(coarse_error / error), 1.9);
  EXPECT_LE(error, 1.1 * mean_difference(together, fine));
  // By the depths 14 of 34 tiles need the shortest step, 3 half as many, 17 a quarter: 1.7 times
  // fewer.
  EXPECT_GE(saved, 1.6);
  EXPECT_LE(local.volume_error, 1e-12);
}

// A wall of water runs over dry ground from tile to tile; its front must find no long steps.
TEST(LocalTime, FrontOverDryGroundIsThatOfOneStepForAll) {
  const Case c =
      case_over(sampled(300, 40, 5.0,
                        [](double x, double y) {
                          return 0.2 * std::sin(x / 25.0) * std::sin(y / 15.0) - 1e-3 * x;
                        }),
                5.0, 0.03F);
  const Field<double> h = sampled(300, 40, 5.0, [](double x, double) {
    return x < 200.0 ? 8.0 : x > 1200.0 ? 0.05 : 0.0;
  });
  std::vector<Field<float>> ends;
  for (const int levels : {0, 3}) {
    Options o = options_for(Precision::single_, 10.0);
    o.time_levels = levels;
    auto s = cold(c, o, h);
    ASSERT_TRUE(s->advance_to(seconds_after_start(120.0)));
    EXPECT_LE(s->ledger().relative_error(), 1e-6);
    ends.push_back(s->depth());
  }
  double difference = 0.0;
  double water = 0.0;
  for (std::size_t k = 0; k < ends[0].values().size(); ++k) {
    difference += std::abs(static_cast<double>(ends[0].values()[k] - ends[1].values()[k]));
    water += static_cast<double>(ends[0].values()[k]);
  }
  std::printf("Local steps behind a dam break: mean difference %.1e of the depth\n",
              difference / water);
  EXPECT_LE(difference, 2e-3 * water);
}

TEST(LocalTime, FailedRunGoesBackToTheLastSyncTime) {
  Case c = case_over(Field<double>(200, 40, 0.0), 1.0, 0.03F);
  c.sources = {{"burst main",
                {{15, 1}},
                {1.0},
                {{seconds_after_start(60.0), seconds_after_start(70.0)}, {0.0, 500.0}}}};
  Options o = options_for(Precision::double_, 60.0);
  o.time_levels = 2;
  o.min_dt = 0.05;
  auto s = cold(c, o, Field<double>(200, 40, 1.0));
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(60.0)));
  const State good = s->state();
  const auto done = s->advance_to(seconds_after_start(300.0));
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("1970-01-01T00:01:"), std::string::npos)
      << done.error().message;
  EXPECT_EQ(s->time(), seconds_after_start(60.0));
  EXPECT_TRUE(same_bits(good, s->state()));
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
}

}  // namespace
}  // namespace vandvagt::model::test
