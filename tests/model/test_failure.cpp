#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

// A floor of the time step that the first minute keeps and the wave of the second breaks.
TEST(FailedRun, KeepsTheLastGoodStateAndSaysWhere) {
  Case c = case_over(Field<double>(30, 3, 0.0), 1.0, 0.03F);
  c.sources = {{"burst main",
                {{15, 1}},
                {1.0},
                {{seconds_after_start(60.0), seconds_after_start(70.0)}, {0.0, 500.0}}}};
  Options o = options_for(Precision::double_, 60.0);
  o.min_dt = 0.05;
  auto s = cold(c, o, Field<double>(30, 3, 1.0));
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(60.0)));
  const auto done = s->advance_to(seconds_after_start(300.0));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::numerical);
  EXPECT_THAT(done.error().message, testing::HasSubstr("1970-01-01T00:01:"));
  EXPECT_THAT(done.error().message, testing::ContainsRegex("in cell .1[456], [012]"));
  EXPECT_THAT(done.error().message, testing::HasSubstr("h = "));
  EXPECT_GT(s->time(), seconds_after_start(60.0));
  EXPECT_LT(s->time(), seconds_after_start(70.0));
  const Ledger ledger = s->ledger();
  const double seconds = to_seconds(s->time() - seconds_after_start(60.0));
  EXPECT_NEAR(ledger.source_in, 0.5 * 50.0 * seconds * seconds, 0.1 * ledger.source_in);
  EXPECT_LE(ledger.relative_error(), 1e-12);

  // It can be taken up again, with a floor that lets it.
  State last = s->state();
  o.min_dt = 1e-7;
  auto again = Simulation::start_from(c, o, last);
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_TRUE(again->advance_to(seconds_after_start(120.0)));
  EXPECT_EQ(again->time(), seconds_after_start(120.0));
  EXPECT_LE(again->ledger().relative_error(), 1e-12);
}

// Rain lifts the water over a depth that no water has.
TEST(FailedRun, TakesBackAStepThatMakesAValueUnsound) {
  const Case c = case_over(Field<double>(5, 4, 0.0), 1e5, 0.03F);
  auto s = cold(c, options_for(Precision::double_, 3600.0), Field<double>(5, 4, 999'900.0));
  ASSERT_TRUE(s) << s.error().message;
  s->set_rain(0.5);
  const auto done = s->advance_to(seconds_after_start(3600.0));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, testing::HasSubstr("not finite or negative"));
  EXPECT_GT(s->time(), seconds_after_start(150.0));
  EXPECT_LE(s->time(), seconds_after_start(200.0));
  const double rained = 0.5 * to_seconds(s->time() - start_time);
  EXPECT_NEAR(s->depth_at({2, 2}), 999'900.0 + rained, 1e-3);
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
}

}  // namespace
}  // namespace vandvagt::model::test
