// The simpler laws of infiltration against their formulas: the SCS curve number (NRCS, National
// Engineering Handbook 630, chapter 10), and an initial with a constant loss.

#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr int n = 3;

Case soil_case(InfiltrationLaw law, double table = 1000.0) {
  Case c = case_over(Field<double>(n, n, 0.0), 100.0, 0.03F);
  c.infiltration.law = law;
  c.infiltration.conductivity = Field<float>(n, n, 1e-6F);
  c.infiltration.initial_loss = Field<float>(n, n, 0.0F);
  c.infiltration.moisture_deficit = Field<float>(n, n, 0.5F);
  c.infiltration.water_table_depth = Field<float>(n, n, static_cast<float>(table));
  return c;
}

Case curve_number_case(double number, double ratio = 0.2, double table = 1000.0) {
  Case c = soil_case(InfiltrationLaw::curve_number, table);
  const double s = 0.0254 * (1000.0 / number - 10.0);
  c.infiltration.retention = Field<float>(n, n, static_cast<float>(s));
  c.infiltration.initial_loss = Field<float>(n, n, static_cast<float>(ratio * s));
  return c;
}

/// Runoff of the rain P, in the handbook's own terms: Q = (P - Ia)² / (P - Ia + S).
double runoff(double rain, const Case& c) {
  const auto s = static_cast<double>(c.infiltration.retention(0, 0));
  const auto ia = static_cast<double>(c.infiltration.initial_loss(0, 0));
  return rain > ia ? (rain - ia) * (rain - ia) / (rain - ia + s) : 0.0;
}

TEST(CurveNumber, RunoffIsTheHandbooksInAnySteps) {
  for (const Precision precision : {Precision::double_, Precision::single_}) {
    const double bound = precision == Precision::double_ ? 1e-12 : 1e-6;
    for (const double number : {40.0, 75.0, 98.0}) {
      for (const double sync : {10.0, 60.0, 1800.0}) {
        const Case c = curve_number_case(number);
        auto s = cold(c, options_for(precision, sync), Field<double>(n, n, 0.0));
        ASSERT_TRUE(s) << s.error().message;
        double rain = 0.0;
        for (const double rate : {2e-6, 3e-5, 0.0, 1.2e-5}) {  // a storm with a pause, 159 mm
          s->set_rain(rate);
          rain += 3600.0 * static_cast<double>(static_cast<float>(rate));
          ASSERT_TRUE(s->advance_to(s->time() + std::chrono::hours{1}));
          const double depth = s->depth_at({1, 1});
          const double given =
              precision == Precision::double_ ? s->ledger().rain / (n * n * 1e4) : rain;
          EXPECT_NEAR(depth, runoff(given, c), bound) << number << ", " << sync;
          EXPECT_NEAR(s->state().infiltrated[4], given - runoff(given, c), bound);
        }
        EXPECT_LE(s->ledger().relative_error(), volume_bound(precision));
      }
    }
  }
}

TEST(CurveNumber, HundredKeepsNothingAndPondedWaterStays) {
  const Case sealed = curve_number_case(100.0);
  auto s = cold(sealed, options_for(Precision::double_, 60.0), Field<double>(n, n, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  s->set_rain(1e-5);
  ASSERT_TRUE(s->advance_to(seconds_after_start(3600.0)));
  EXPECT_NEAR(s->depth_at({1, 1}), 0.036, 1e-8);

  auto pond = cold(curve_number_case(60.0), options_for(Precision::double_, 60.0),
                   Field<double>(n, n, 0.5));
  ASSERT_TRUE(pond) << pond.error().message;
  ASSERT_TRUE(pond->advance_to(seconds_after_start(3600.0)));
  EXPECT_EQ(pond->depth_at({1, 1}), 0.5);  // not rain
}

TEST(CurveNumber, StoreEndsAtWaterTable) {
  const Case c = curve_number_case(40.0, 0.2, 0.1);  // keeps 457 mm, but there is room for 50
  auto s = cold(c, options_for(Precision::double_, 60.0), Field<double>(n, n, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  s->set_rain(2e-5);
  ASSERT_TRUE(s->advance_to(seconds_after_start(7200.0)));
  EXPECT_NEAR(s->state().infiltrated[4], 0.05, 1e-8);
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
}

TEST(CurveNumber, StoppedAndContinuedIsTheSameToTheBit) {
  const Case c = curve_number_case(80.0);
  const Options options = options_for(Precision::single_, 60.0);
  auto whole = cold(c, options, Field<double>(n, n, 0.0));
  ASSERT_TRUE(whole);
  whole->set_rain(1e-5);
  ASSERT_TRUE(whole->advance_to(seconds_after_start(3600.0)));
  auto first = cold(c, options, Field<double>(n, n, 0.0));
  ASSERT_TRUE(first);
  first->set_rain(1e-5);
  ASSERT_TRUE(first->advance_to(seconds_after_start(1500.0)));
  auto second = Simulation::start_from(c, options, first->state());
  ASSERT_TRUE(second) << second.error().message;
  second->set_rain(1e-5);
  ASSERT_TRUE(second->advance_to(seconds_after_start(3600.0)));
  EXPECT_TRUE(same_bits(whole->state(), second->state()));
}

TEST(ConstantLoss, TakesAllToTheInitialLossThenTheRate) {
  for (const Precision precision : {Precision::double_, Precision::single_}) {
    Case c = soil_case(InfiltrationLaw::constant_loss);
    c.infiltration.initial_loss = Field<float>(n, n, 0.01F);
    const auto initial = static_cast<double>(0.01F);
    const auto rate = static_cast<double>(1e-6F);
    for (const double sync : {7.0, 60.0, 1200.0}) {  // the loss is filled within a step
      auto s = cold(c, options_for(precision, sync), Field<double>(n, n, 0.0));
      ASSERT_TRUE(s) << s.error().message;
      s->set_rain(2e-5);
      const double bound = precision == Precision::double_ ? 1e-9 : 1e-6;
      ASSERT_TRUE(s->advance_to(start_time + from_seconds(sync) * static_cast<int>(8400.0 / sync)));
      const double t = to_seconds(s->time() - start_time);
      const double filled_at = initial / 2e-5;
      EXPECT_NEAR(s->state().infiltrated[4], initial + rate * (t - filled_at), bound) << sync;
      // After the rain the rate goes on from what stands on the ground.
      const double before = s->state().infiltrated[4];
      s->set_rain(0.0);
      ASSERT_TRUE(s->advance_to(s->time() + from_seconds(sync) * 100));
      EXPECT_NEAR(s->state().infiltrated[4] - before, rate * sync * 100.0, bound);
      EXPECT_LE(s->ledger().relative_error(), volume_bound(precision));
    }
  }
}

TEST(ConstantLoss, SealedGroundStillKeepsItsInitialLoss) {
  Case c = soil_case(InfiltrationLaw::constant_loss);
  c.infiltration.conductivity = Field<float>(n, n, 0.0F);
  c.infiltration.initial_loss = Field<float>(n, n, 0.002F);
  auto s = cold(c, options_for(Precision::double_, 60.0), Field<double>(n, n, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  s->set_rain(1e-5);
  ASSERT_TRUE(s->advance_to(seconds_after_start(3600.0)));
  EXPECT_NEAR(s->state().infiltrated[4], 0.002, 1e-8);
  EXPECT_NEAR(s->depth_at({1, 1}), 0.034, 1e-8);
}

}  // namespace
}  // namespace vandvagt::model::test
