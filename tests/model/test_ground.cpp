// Surface and ground together: what passes between them, when, and how much.

#include <gtest/gtest.h>

#include "model/detail/unsaturated.hpp"
#include "tests/model/coupled_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double minute = 60.0;
constexpr double hour = 3600.0;

/// Runge-Kutta of fourth order on dF/dt = -K (F/S)^e.
double drained_by_small_steps(double filled, double store, double k, double e, double seconds) {
  const int steps = 20'000;
  const double dt = seconds / steps;
  const auto slope = [&](double f) { return -k * std::pow(f / store, e); };
  double f = filled;
  for (int n = 0; n < steps; ++n) {
    const double a = slope(f);
    const double b = slope(f + 0.5 * dt * a);
    const double c = slope(f + 0.5 * dt * b);
    f += dt / 6.0 * (a + 2.0 * b + 2.0 * c + slope(f + dt * c));
  }
  return filled - f;
}

TEST(Percolation, IsTheExactSolutionOverAStep) {
  for (const double share : {0.05, 0.3, 0.8, 0.99}) {
    for (const double e : {3.5, 8.3, 15.0}) {
      for (const double seconds : {60.0, 3600.0, 86400.0}) {
        const double store = 0.3;
        const double gone = detail::percolation(share * store, store, 2e-6, e, seconds);
        const double exact = drained_by_small_steps(share * store, store, 2e-6, e, seconds);
        EXPECT_NEAR(gone, exact, 1e-9 * store + 1e-7 * exact)
            << share << " " << e << " " << seconds;
      }
    }
  }
}

TEST(Percolation, TwoHalfStepsAreOneStep) {
  for (double x = -9.0; x < 6.0; x += 0.37) {  // through both branches of the formula
    const double k = std::pow(10.0, x) * 1e-6;
    const double whole = detail::percolation(0.2, 0.3, k, 8.26, 3600.0);
    const double first = detail::percolation(0.2, 0.3, k, 8.26, 1800.0);
    const double second = detail::percolation(0.2 - first, 0.3, k, 8.26, 1800.0);
    EXPECT_NEAR(first + second, whole, 1e-9 * whole) << k;
    EXPECT_LE(whole, 0.2);
    EXPECT_GE(whole, 0.0);
  }
}

TEST(Percolation, FullStoreGoesWholeAndSealedOrEmptyOneKeepsAll) {
  EXPECT_EQ(detail::percolation(0.3, 0.3, 1e-6, 8.0, 60.0), 0.3);
  EXPECT_EQ(detail::percolation(0.3, 0.1, 1e-6, 8.0, 60.0), 0.3);  // engulfed
  EXPECT_EQ(detail::percolation(0.3, 0.0, 0.0, 8.0, 60.0), 0.3);
  EXPECT_EQ(detail::percolation(0.1, 0.3, 0.0, 8.0, 60.0), 0.0);
  EXPECT_EQ(detail::percolation(0.0, 0.3, 1e-6, 8.0, 60.0), 0.0);
}

// 100 m² × 1 m × 0.2 = 20 m³ of pores, filled by 10 l/s in 2000 s = 33 min 20 s.
TEST(GroundColumn, FillsFromBelowAndPondsToTheMinuteAndTheLitre) {
  for (const double in_the_soil : {0.0, 0.03}) {  // 0.03 m = 3 m³ of it hold water already
    Case c = ground_row(1, 1.0, minute);
    c.aquifer.wells = {well_in({0, 0}, 0.01)};
    c.infiltration.conductivity = Field<float>(1, 1, 0.0F);  // nothing drains, nothing soaks back
    const Options options = options_for(Precision::double_, minute);
    State start = cold(c, options, Field<double>(1, 1, 0.0))->state();
    start.infiltrated = {in_the_soil};
    auto s = Simulation::start_from(c, options, start);
    ASSERT_TRUE(s) << s.error().message;
    const double full = (20.0 - 100.0 * in_the_soil) / 0.01;   // [s]
    const double reaches = std::ceil(full / minute) * minute;  // end of the step in which it does
    ASSERT_TRUE(s->advance_to(seconds_after_start(reaches - minute)));
    EXPECT_GT(s->water_table_depth()(0, 0), 0.0F);
    EXPECT_EQ(s->ledger().ground.emerging, 0.0);
    ASSERT_TRUE(s->advance_to(seconds_after_start(reaches)));
    EXPECT_EQ(s->ledger().stored, 0.0);
    ASSERT_TRUE(s->advance_to(seconds_after_start(reaches + minute)));
    EXPECT_EQ(s->water_table_depth()(0, 0), 0.0F);
    EXPECT_GT(s->ledger().stored, 0.0);
    ASSERT_TRUE(s->advance_to(seconds_after_start(hour)));
    const Ledger ledger = s->ledger();
    EXPECT_NEAR(ledger.stored + ledger.ground.emerging, 0.01 * (hour - full), 1e-3);
    EXPECT_LE(ledger.ground.emerging, 0.01 * minute + 1e-3);
    EXPECT_LE(ledger.whole_relative_error(), ground_bound);
    EXPECT_LE(ledger.relative_error(), volume_bound(Precision::double_));
    EXPECT_NEAR(ledger.ground_in, ledger.ground.seepage, 0.0);
  }
}

TEST(GroundColumn, SaturationFromBelowStopsInfiltrationAndRainRunsOff) {
  Case c = ground_row(1, 0.1, minute);
  c.aquifer.wells = {well_in({0, 0}, 0.01)};  // 2 m³ of pores: full after 200 s
  auto s = cold(c, options_for(Precision::double_, minute), Field<double>(1, 1, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(10 * minute)));
  const Ledger before = s->ledger();
  s->set_rain(20e-3 / hour);
  ASSERT_TRUE(s->advance_to(seconds_after_start(10 * minute + hour)));
  const Ledger after = s->ledger();
  EXPECT_EQ(after.infiltration, before.infiltration);
  EXPECT_NEAR(after.rain - before.rain, 2.0, 1e-9);
  EXPECT_NEAR(after.stored - before.stored, 2.0 + (after.ground_in - before.ground_in), 1e-9);
  EXPECT_LE(after.whole_relative_error(), ground_bound);
}

// The table stands at the ground under a flood. A river beside it draws the table down; what it
// drew the flood replaces, and no more.
TEST(Exchange, FloodSoaksBackAsFastAsTheAquiferDrains) {
  Case c = ground_row(10, 0.0, minute);
  c.aquifer.boundaries = {{"river", {{9, 0}}, 1e-3, -1e30, Series::constant(3.0)}};
  c.bed_elevation(9, 0) = 7.0;  // its own bank stays dry
  auto s = cold(c, options_for(Precision::double_, minute),
                sampled(10, 1, 10.0, [](double x, double) { return x < 90.0 ? 0.5 : 0.0; }));
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(48 * hour)));
  const Ledger ledger = s->ledger();
  EXPECT_GT(ledger.infiltration, 1.0);
  EXPECT_LE(ledger.infiltration, ledger.ground.boundary_out);
  EXPECT_GE(ledger.infiltration, 0.5 * ledger.ground.boundary_out);
  EXPECT_LE(ledger.whole_relative_error(), ground_bound);
  EXPECT_LE(ledger.relative_error(), volume_bound(Precision::double_));
}

// Two equal bursts, two days apart. Where the soil drains to an aquifer, and that to ditches, the
// second finds room again.
TEST(Exchange, SoilThatDrainedTakesUpRainAgain) {
  std::vector<double> second;
  for (const bool drains : {false, true}) {
    Case c = ground_row(1, 0.4, hour);
    c.aquifer.drain_depth = Field<float>(1, 1, 0.4F);
    c.aquifer.drain_conductance = Field<float>(1, 1, 1e-4F);
    if (!drains) c.aquifer = {};
    auto s = cold(c, options_for(Precision::double_, hour), Field<double>(1, 1, 0.0));
    ASSERT_TRUE(s) << s.error().message;
    const auto burst = [&](double from) {
      const double before = s->ledger().infiltration;
      s->set_rain(60e-3 / hour);
      EXPECT_TRUE(s->advance_to(seconds_after_start(from + hour)));
      s->set_rain(0.0);
      return s->ledger().infiltration - before;
    };
    burst(0.0);
    // What stayed on the surface leaves, so that both meet a bare soil.
    State dry = s->state();
    dry.depth = {0.0};
    dry.depth_residual = {0.0};
    s = Simulation::start_from(c, options_for(Precision::double_, hour), dry);
    ASSERT_TRUE(s) << s.error().message;
    ASSERT_TRUE(s->advance_to(seconds_after_start(49 * hour)));
    second.push_back(burst(49 * hour));
    if (!drains) continue;
    EXPECT_GT(s->ledger().ground.recharge, 0.0);
    EXPECT_GT(s->ledger().ground.drained, 0.0);
    EXPECT_LE(s->ledger().whole_relative_error(), ground_bound);
  }
  EXPECT_GT(second[1], 1.05 * second[0]);
}

// From left to right: a pool, wet soil, a shallow table under dry soil, a deep table, sealed
// ground.
TEST(Evapotranspiration, TakesFromTheSurfaceThenTheSoilThenTheTable) {
  Case c = ground_row(5, 2.0, hour);
  for (int i = 0; i < 5; ++i) c.bed_elevation(i, 0) = 5.0 + 10.0 * (i % 2);  // no flow between
  for (int i = 0; i < 5; ++i)
    c.aquifer.base(i, 0) = static_cast<float>(c.bed_elevation(i, 0) - 4.0);
  c.aquifer.conductivity = Field<float>(5, 1, 0.0F);
  c.infiltration.water_table_depth(2, 0) = 0.25F;
  c.infiltration.conductivity = Field<float>(5, 1, 1e-12F);
  c.infiltration.conductivity(4, 0) = 0.0F;
  c.infiltration.suction_head = Field<float>(5, 1, 0.0F);
  const double asked = 1e-3;  // m in an hour
  c.evapotranspiration.rate = Series::constant(asked / hour);
  const Options options = options_for(Precision::double_, hour);
  State start = cold(c, options, Field<double>(5, 1, 0.0))->state();
  start.depth = {0.4 * asked, 0.0, 0.0, 0.0, 0.0};
  start.infiltrated = {0.3 * asked, 0.01, 0.0, 0.0, 0.0};
  auto s = Simulation::start_from(c, options, start);
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(hour)));
  const State end = s->state();
  const Ledger ledger = s->ledger();
  const double m2 = 100.0;
  EXPECT_NEAR(end.depth[0], 0.0, 1e-9);
  EXPECT_NEAR(ledger.evaporation, 0.4 * asked * m2, 1e-6);
  EXPECT_NEAR(end.infiltrated[0], 0.0, 1e-9);
  EXPECT_NEAR(end.infiltrated[1], 0.01 - asked, 1e-9);
  EXPECT_NEAR(end.head[2], start.head[2] - 0.75 * asked / 0.2, 1e-8);
  EXPECT_NEAR(end.head[0], start.head[0], 1e-9);  // 2 m is deeper than the extinction depth
  EXPECT_EQ(end.head[3], start.head[3]);
  EXPECT_EQ(end.head[4], start.head[4]);
  EXPECT_NEAR(ledger.ground.evaporation, (0.3 + 1.0 + 0.75) * asked * m2, 1e-6);
  EXPECT_LE(ledger.whole_relative_error(), ground_bound);
}

TEST(Evapotranspiration, WorksWithoutAnAquifer) {
  Case c = ground_row(1, 2.0, hour);
  c.aquifer = {};
  c.evapotranspiration.rate = Series::constant(2e-3 / hour);
  c.evapotranspiration.step = from_seconds(2 * hour);
  auto s = cold(c, options_for(Precision::double_, hour), Field<double>(1, 1, 0.03));
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(hour)));
  EXPECT_EQ(s->ledger().evaporation + s->ledger().ground.evaporation, 0.0);
  ASSERT_TRUE(s->advance_to(seconds_after_start(10 * hour)));
  const Ledger ledger = s->ledger();
  EXPECT_NEAR(ledger.evaporation + ledger.ground.evaporation, 2.0, 1e-6);  // 10 h × 2 mm × 100 m²
  EXPECT_GT(ledger.ground.evaporation, 0.0);
  EXPECT_EQ(ledger.ground.aquifer, 0.0);
  EXPECT_LE(ledger.whole_relative_error(), ground_bound);
  ASSERT_TRUE(s->advance_to(seconds_after_start(30 * hour)));  // no more than there was
  EXPECT_NEAR(s->ledger().evaporation + s->ledger().ground.evaporation, 3.0, 1e-6);
  EXPECT_EQ(s->ledger().ground.soil, 0.0);
}

// Dupuit's parabola between two ditches, h² = h1² + w/K (L - x) x over the base (see
// GroundwaterDupuit): where the table rests under the recharge of the spin-up.
TEST(GroundSpinUp, StartsFromWhereTheTableComesToRest) {
  const int nx = 21;
  Case c = ground_row(nx, 3.0, hour);
  const double recharge = 2e-3 / (24 * hour);
  c.aquifer.boundaries = {{"ditches", {{0, 0}, {nx - 1, 0}}, 100.0, -1e30, Series::constant(0.0)}};
  c.aquifer.spin_up = std::chrono::days{3000};
  c.aquifer.spin_up_recharge = recharge;
  auto s = cold(c, options_for(Precision::double_, hour), Field<double>(nx, 1, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  const std::vector<double> head = s->state().head;
  for (int i = 0; i < nx; ++i) {
    const double over_base =
        std::sqrt(15.0 * 15.0 + recharge / 1e-4 * (200.0 - 10.0 * i) * 10.0 * i);
    EXPECT_NEAR(head[static_cast<std::size_t>(i)], over_base - 15.0, 1e-5) << i;
    EXPECT_NEAR(s->water_table_depth()(i, 0), 20.0 - over_base, 1e-5) << i;
  }
  const Ledger ledger = s->ledger();  // begins at the start
  EXPECT_EQ(ledger.ground.stored(), ledger.ground.initial);
  EXPECT_EQ(ledger.ground.recharge + ledger.ground.boundary_out + ledger.ground.seepage, 0.0);
  ASSERT_TRUE(s->advance_to(seconds_after_start(5 * hour)));
  EXPECT_GT(s->ledger().ground.boundary_out, 0.0);
  EXPECT_LE(s->ledger().whole_relative_error(), ground_bound);
}

// A table half a metre under a terrace of ten metres is no balance: water springs from its foot. A
// forecast that begins with that has a flood that is not there.
TEST(GroundSpinUp, SpringsOfAnUnbalancedTableRunDryBeforeTheStart) {
  const int nx = 40;
  std::vector<double> springs;
  std::vector<std::vector<double>> heads;
  for (const int days : {0, 20}) {
    for (const int threads : {1, 2, 7}) {
      Case c = ground_row(nx, 0.5, hour);
      for (int i = 0; i < nx / 2; ++i) c.bed_elevation(i, 0) = 15.0;
      add_ground(c, 0.5, hour);
      c.aquifer.spin_up = std::chrono::days{days};
      Options options = options_for(Precision::double_, hour);
      options.threads = threads;
      auto s = cold(c, options, Field<double>(nx, 1, 0.0));
      ASSERT_TRUE(s) << s.error().message;
      EXPECT_EQ(s->ledger().stored, 0.0);
      ASSERT_TRUE(s->advance_to(seconds_after_start(24 * hour)));
      springs.push_back(s->ledger().ground.seepage);
      heads.push_back(s->state().head);
      EXPECT_LE(s->ledger().whole_relative_error(), ground_bound);
    }
  }
  EXPECT_GT(springs[0], 1.0);
  EXPECT_LT(springs[3], 0.5 * springs[0]);
  for (const std::size_t k : {1U, 2U, 4U, 5U}) EXPECT_EQ(heads[k], heads[k / 3 * 3]) << k;
}

TEST(GroundSpinUp, IsNotOfARunThatGoesOnFromAState) {
  Case c = ground_row(5, 1.0, hour);
  c.aquifer.drain_depth = Field<float>(5, 1, 2.0F);
  c.aquifer.drain_conductance = Field<float>(5, 1, 1e-6F);
  const Options options = options_for(Precision::double_, hour);
  const State state = cold(c, options, Field<double>(5, 1, 0.0))->state();
  c.aquifer.spin_up = std::chrono::days{30};
  const auto spun_up = cold(c, options, Field<double>(5, 1, 0.0));
  ASSERT_TRUE(spun_up) << spun_up.error().message;
  EXPECT_LT(spun_up->state().head[2], state.head[2] - 0.5);
  const auto goes_on = Simulation::start_from(c, options, state);
  ASSERT_TRUE(goes_on) << goes_on.error().message;
  EXPECT_EQ(goes_on->state().head, state.head);
}

TEST(Analysis, CorrectedMapMovesTheHeadsAndItsWaterIsBooked) {
  Case c = ground_row(4, 2.0, hour);
  auto s = cold(c, options_for(Precision::double_, hour), Field<double>(4, 1, 0.02));
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(2 * hour)));
  const double soil = s->ledger().ground.soil;
  Field<float> corrected(4, 1, 1.5F);
  corrected(2, 0) = 0.01F;  // no room left for what the soil holds
  corrected(3, 0) = -0.3F;  // artesian: at the ground
  s->set_water_table_depth(std::as_const(corrected).view());
  EXPECT_EQ(s->water_table_depth()(0, 0), 1.5F);
  EXPECT_EQ(s->water_table_depth()(3, 0), 0.0F);
  EXPECT_NEAR(s->state().head[0], 3.5, 1e-12);
  EXPECT_NEAR(s->state().infiltrated[2], 0.2 * 0.01, 1e-9);
  EXPECT_EQ(s->state().infiltrated[3], 0.0);
  const Ledger ledger = s->ledger();
  EXPECT_LT(ledger.ground.soil, soil);
  EXPECT_NE(ledger.ground.analysis, 0.0);
  EXPECT_LE(ledger.whole_relative_error(), ground_bound);
  ASSERT_TRUE(s->advance_to(seconds_after_start(5 * hour)));
  EXPECT_LE(s->ledger().whole_relative_error(), ground_bound);
}

TEST(Analysis, TableDeeperThanTheAquiferStandsAtItsBase) {
  Case c = ground_row(1, 1000.0, hour);
  auto s = cold(c, options_for(Precision::double_, hour), Field<double>(1, 1, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  EXPECT_EQ(s->water_table_depth()(0, 0), 20.0F);
  EXPECT_EQ(s->ledger().ground.aquifer, 0.0);
}

}  // namespace
}  // namespace vandvagt::model::test
