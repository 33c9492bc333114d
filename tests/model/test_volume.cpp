#include <gtest/gtest.h>

#include "tests/model/random_case.hpp"

namespace vandvagt::model::test {
namespace {

// 1e-6 m of rain at a time on 10 m of water, whose last digit in single precision is 1e-6 m.
TEST(Volume, LongRainOnDeepWaterIsKeptInSinglePrecision) {
  const Case c = case_over(Field<double>(8, 8, -10.0), 10.0, 0.03F);
  auto s = cold(c, options_for(Precision::single_, 60.0), Field<double>(8, 8, 10.0));
  ASSERT_TRUE(s) << s.error().message;
  s->set_rain(1e-3 / 3600.0);
  ASSERT_TRUE(s->advance_to(seconds_after_start(10 * 3600.0)));
  const State end = s->state();
  double mean = 0.0;
  for (std::size_t k = 0; k < end.depth.size(); ++k) mean += end.depth[k] + end.depth_residual[k];
  EXPECT_NEAR(mean / 64.0, 10.010, 1e-8);
  EXPECT_LE(s->ledger().relative_error(), 1e-9);
  EXPECT_NEAR(s->ledger().rain, 64.0, 1e-5);
}

// Tiles without water cost nothing, and a wave that comes wakes them.
TEST(DryTiles, AreNotComputed) {
  const int n = 600;
  const Case c = case_over(Field<double>(n, n, 0.0), 10.0, 0.03F);
  const Field<double> h = sampled(n, n, 10.0, [](double x, double y) {
    return x > 600.0 && x < 700.0 && y > 600.0 && y < 700.0 ? 1.0 : 0.0;
  });
  auto s = cold(c, options_for(Precision::single_, 60.0), h);
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(60.0)));
  const Counters early = s->counters();
  EXPECT_LT(static_cast<double>(early.cell_updates),
            0.2 * static_cast<double>(early.steps) * n * n);
  EXPECT_GT(early.cell_updates, 0);
  auto dry = cold(c, options_for(Precision::single_, 60.0), Field<double>(n, n, 0.0));
  ASSERT_TRUE(dry && dry->advance_to(seconds_after_start(3600.0)));
  EXPECT_EQ(dry->counters().cell_updates, 0);
  EXPECT_EQ(dry->counters().steps, 60);
}

}  // namespace
}  // namespace vandvagt::model::test
