#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

// A floor of the time step that the first minute keeps and the wave of the second breaks.
TEST(FailedRun, KeepsStateOfLastSyncTimeAndSaysWhere) {
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
  const State good = s->state();
  const Ledger before = s->ledger();
  const auto done = s->advance_to(seconds_after_start(300.0));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::numerical);
  EXPECT_THAT(done.error().message, testing::HasSubstr("1970-01-01T00:01:00Z"));
  EXPECT_THAT(done.error().message, testing::ContainsRegex("in cell .1[456], [012]"));
  EXPECT_THAT(done.error().message, testing::HasSubstr("h = "));
  EXPECT_EQ(s->time(), seconds_after_start(60.0));
  EXPECT_TRUE(same_bits(s->state(), good));
  EXPECT_EQ(s->ledger().source_in, before.source_in);
  EXPECT_EQ(s->ledger().stored, before.stored);
}

}  // namespace
}  // namespace vandvagt::model::test
