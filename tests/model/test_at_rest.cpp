#include "tests/model/test_at_rest.hpp"

namespace vandvagt::model::test {
namespace {

TEST(LakeAtRest, StaysAtRestBesideStepsOfHundredMetres) {
  expect_lake_rests(Precision::double_, 0.0, 100.0, 240.0);
  expect_lake_rests(Precision::single_, 0.0, 100.0, 240.0);
}
TEST(LakeAtRest, StaysAtRestThousandMetresUp) {
  expect_lake_rests(Precision::double_, 1000.0, 100.0, 240.0);
  expect_lake_rests(Precision::single_, 1000.0, 100.0, 240.0);
}
// Long enough for a shore that feeds the least wave to be found out: it grows without end.
TEST(LakeAtRest, StaysAtRestForAnHourAlongRoughShores) {
  expect_lake_rests(Precision::double_, 0.0, 8.0, 3600.0);
  expect_lake_rests(Precision::single_, 0.0, 8.0, 3600.0);
}

// The same case lifted by 1024 m, which changes no bit of the bed's differences.
TEST(Datum, LiftedCaseGivesTheSameBits) {
  for (const Precision precision : {Precision::double_, Precision::single_}) {
    Draw draw(3);
    const double dx = 5.0;
    // Elevations in steps of 1/64 m, so that a datum can be added without rounding.
    Field<double> z = sampled(40, 40, dx, [&](double x, double) {
      return std::round((0.01 * x + draw.between(0.0, 1.0)) * 64.0) / 64.0;
    });
    const Field<double> h(40, 40, 0.3);
    auto low = cold(case_over(z, dx, 0.03F), options_for(precision, 60.0), h);
    for (double& value : z.values()) value += 1024.0;
    auto high = cold(case_over(z, dx, 0.03F), options_for(precision, 60.0), h);
    ASSERT_TRUE(low && high);
    ASSERT_TRUE(low->advance_to(seconds_after_start(60.0)));
    ASSERT_TRUE(high->advance_to(seconds_after_start(60.0)));
    EXPECT_TRUE(same_bits(low->state(), high->state()));
  }
}

}  // namespace
}  // namespace vandvagt::model::test
