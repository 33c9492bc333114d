#include "tests/model/test_at_rest.hpp"
#include "tests/model/test_fuzz.hpp"

namespace vandvagt::model::test {
namespace {

TEST(FuzzNightly, TenThousandRandomRunsAreSound) {
  for (unsigned seed = 1000; seed < 11000; ++seed) expect_sound_run(seed);
}

// Some 10,000 steps of 0.14 s.
TEST(LakeAtRestNightly, StaysAtRestForTenThousandSteps) {
  expect_lake_rests(Precision::double_, 0.0, 100.0, 1440.0);
  expect_lake_rests(Precision::single_, 0.0, 100.0, 1440.0);
}

}  // namespace
}  // namespace vandvagt::model::test
