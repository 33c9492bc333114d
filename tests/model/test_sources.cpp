#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

class Sources : public testing::TestWithParam<Precision> {};

TEST_P(Sources, GiveTheirVolumeOnDryGround) {
  Case c = case_over(Field<double>(20, 20, 0.0), 5.0, 0.03F);
  c.sources = {{"spring", {{3, 4}, {10, 12}}, {0.25, 0.75}, Series::constant(2.0)}};
  auto s = cold(c, options_for(GetParam(), 60.0), Field<double>(20, 20, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(600.0)));
  EXPECT_NEAR(s->ledger().source_in, 1200.0, 1e-9 + 1e-6 * (GetParam() == Precision::single_));
  EXPECT_NEAR(s->ledger().stored, 1200.0, 1e-3);
  EXPECT_LE(s->ledger().relative_error(), volume_bound(GetParam()));
}

// 100 m³ in a closed basin and a pump of 1 m³/s: it takes all there is and not more.
TEST_P(Sources, SinkTakesNoMoreThanThereIs) {
  Case c = case_over(Field<double>(10, 10, 0.0), 1.0, 0.03F);
  c.sources = {{"pump", {{5, 5}}, {1.0}, Series::constant(-1.0)}};
  auto s = cold(c, options_for(GetParam(), 60.0), Field<double>(10, 10, 1.0));
  ASSERT_TRUE(s) << s.error().message;
  for (int minute = 1; minute <= 30; ++minute) {
    ASSERT_TRUE(s->advance_to(seconds_after_start(60.0 * minute)));
    const Ledger ledger = s->ledger();
    EXPECT_LE(ledger.source_out, 100.0 * (1.0 + 1e-6));
    EXPECT_LE(ledger.relative_error(), volume_bound(GetParam()));
    for (const double h : s->state().depth) EXPECT_GE(h, 0.0);
  }
  EXPECT_GT(s->ledger().source_out, 98.0);
}

INSTANTIATE_TEST_SUITE_P(, Sources, testing::Values(Precision::double_, Precision::single_),
                         [](const auto& p) {
                           return p.param == Precision::double_ ? "Double" : "Single";
                         });

TEST(Maxima, RememberWhatHasPassed) {
  const Case c = case_over(Field<double>(40, 1, 0.0), 5.0, 0.03F);
  const Field<double> h =
      sampled(40, 1, 5.0, [](double x, double) { return x < 50.0 ? 2.0 : 0.0; });
  auto s = cold(c, options_for(Precision::double_, 5.0), h);
  ASSERT_TRUE(s) << s.error().message;
  EXPECT_EQ(s->maxima().arrival_time(0, 0), 0.0F);
  EXPECT_TRUE(std::isnan(s->maxima().arrival_time(39, 0)));
  ASSERT_TRUE(s->advance_to(seconds_after_start(100.0)));
  const Maxima m = s->maxima();
  EXPECT_EQ(m.max_depth(0, 0), 2.0F);
  EXPECT_LT(s->depth_at({0, 0}), 1.5);
  EXPECT_GT(m.arrival_time(39, 0), 10.0F);
  EXPECT_LT(m.arrival_time(39, 0), 60.0F);
  EXPECT_EQ(m.duration(0, 0), 100.0F);
  EXPECT_GT(m.max_speed(15, 0), 1.0F);
  EXPECT_GE(m.max_hazard(0, 0), 1.0F);
}

}  // namespace
}  // namespace vandvagt::model::test
