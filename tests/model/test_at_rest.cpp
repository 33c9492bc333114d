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

// A datum that rounds every elevation anew: the bed is another one by half its last digit, 2^-44 m
// at 1000 m, and depths differ by a few of those (in single precision by a few digits of the
// depth).
TEST(Datum, LiftByAThousandMetresChangesDepthsByRoundOffOnly) {
  for (const Precision precision : {Precision::double_, Precision::single_}) {
    Draw draw(4);
    const double dx = 5.0;
    Field<double> z =
        sampled(40, 40, dx, [&](double x, double) { return 0.01 * x + draw.between(0.0, 1.0); });
    const Field<double> h(40, 40, 0.3);
    auto low = cold(case_over(z, dx, 0.03F), options_for(precision, 60.0), h);
    for (double& value : z.values()) value += 1000.0;
    auto high = cold(case_over(z, dx, 0.03F), options_for(precision, 60.0), h);
    ASSERT_TRUE(low && high);
    ASSERT_TRUE(low->advance_to(seconds_after_start(60.0)));
    ASSERT_TRUE(high->advance_to(seconds_after_start(60.0)));
    const State a = low->state();
    const State b = high->state();
    double most = 0.0;
    for (std::size_t k = 0; k < a.depth.size(); ++k)
      most = std::max(most, std::abs(a.depth[k] - b.depth[k]));
    const double digit = precision == Precision::double_ ? std::ldexp(1.0, -43)   // of 1000 m
                                                         : std::ldexp(1.0, -24);  // of 1 m
    std::printf("Lifted by 1000 m: depths differ by up to %.2e m (a digit is %.2e m)\n", most,
                digit);
    EXPECT_LE(most, 16.0 * digit);
    EXPECT_LE(high->ledger().relative_error(), volume_bound(precision));
  }
}

}  // namespace
}  // namespace vandvagt::model::test
