// Infiltration against the implicit solution of Green and Ampt (1911):
//   K t = F - P ln(1 + F/P),  P = (psi + h) dtheta  for a constant depth h.

#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double conductivity = 3e-6;  // [m/s], sandy loam (Rawls et al. 1983)
constexpr double suction = 0.11;
constexpr double deficit = 0.35;

double implicit_solution(double t, double pull) {
  double f = std::max(conductivity * t, std::sqrt(2.0 * conductivity * t * pull));
  for (int i = 0; i < 200; ++i) {
    const double residual = f - pull * std::log1p(f / pull) - conductivity * t;
    f -= residual / (f / (f + pull));
  }
  return f;
}

Case soil_case(int n, double table) {
  Case c = case_over(Field<double>(n, n, 0.0), 100.0, 0.03F);
  c.infiltration.conductivity = Field<float>(n, n, static_cast<float>(conductivity));
  c.infiltration.suction_head = Field<float>(n, n, static_cast<float>(suction));
  c.infiltration.moisture_deficit = Field<float>(n, n, static_cast<float>(deficit));
  c.infiltration.water_table_depth = Field<float>(n, n, static_cast<float>(table));
  return c;
}

// The depth falls by what has gone in, from 1 m to about 0.9 m, which changes the pull by up to 8
// %; F therefore lies between the solutions for both depths.
TEST(GreenAmpt, PondedInfiltrationIsTheImplicitSolution) {
  for (const Precision precision : {Precision::double_, Precision::single_}) {
    auto s = cold(soil_case(3, 50.0), options_for(precision, 60.0), Field<double>(3, 3, 1.0));
    ASSERT_TRUE(s) << s.error().message;
    for (const double t : {60.0, 600.0, 3600.0, 36000.0}) {
      ASSERT_TRUE(s->advance_to(seconds_after_start(t)));
      const double infiltrated = s->state().infiltrated[4];
      const double most = implicit_solution(t, (suction + 1.0) * deficit);
      const double least = implicit_solution(t, (suction + 1.0 - infiltrated) * deficit);
      EXPECT_LE(infiltrated, 1.002 * most) << t;
      EXPECT_GE(infiltrated, 0.998 * least) << t;
      EXPECT_NEAR(s->depth_at({1, 1}), 1.0 - infiltrated, 1e-6);
      EXPECT_LE(s->ledger().relative_error(), volume_bound(precision));
    }
  }
}

// On a thin pond P is all but constant: the implicit solution itself, to 0.5 %.
TEST(GreenAmpt, RainKeepsPondAndSolutionHolds) {
  auto s =
      cold(soil_case(3, 50.0), options_for(Precision::double_, 10.0), Field<double>(3, 3, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  s->set_rain(2e-6);  // less than K: all of it infiltrates, and nothing ponds
  ASSERT_TRUE(s->advance_to(seconds_after_start(3600.0)));
  EXPECT_NEAR(s->state().infiltrated[4], 3600.0 * 2e-6, 1e-12);
  EXPECT_NEAR(s->depth_at({1, 1}), 0.0, 1e-12);
  EXPECT_LE(s->ledger().relative_error(), 1e-12);
}

// The store between ground and water table takes dtheta × depth, 35 mm; the rest of the rain ponds.
TEST(GreenAmpt, StoreEndsAtWaterTable) {
  for (const Precision precision : {Precision::double_, Precision::single_}) {
    auto s = cold(soil_case(3, 0.1), options_for(precision, 60.0), Field<double>(3, 3, 0.0));
    ASSERT_TRUE(s) << s.error().message;
    s->set_rain(1e-5);
    ASSERT_TRUE(s->advance_to(seconds_after_start(36000.0)));
    EXPECT_NEAR(s->state().infiltrated[4], 0.035, 1e-8);
    EXPECT_NEAR(s->depth_at({1, 1}), 0.36 - 0.035, 1e-6);
    EXPECT_LE(s->ledger().relative_error(), volume_bound(precision));
    // A reading says that the table lies deeper: the store opens again.
    s->set_rain(0.0);
    const Field<float> deeper(3, 3, 0.2F);
    s->set_water_table_depth(deeper.view());
    ASSERT_TRUE(s->advance_to(seconds_after_start(3 * 36000.0)));
    EXPECT_NEAR(s->state().infiltrated[4], 0.07, 1e-8);
    EXPECT_LE(s->ledger().relative_error(), volume_bound(precision));
  }
}

}  // namespace
}  // namespace vandvagt::model::test
