// Where saturated flow meets its limits: the ground, the base, a river's bed, drains, wells, input
// that is no number.

#include <gtest/gtest.h>

#include "tests/model/ground_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr double day = 86400.0;

/// One step; what moved.
GroundVolumes one_step(SaturatedFlow& flow, const Field<double>& rate, double seconds) {
  return march(flow, rate, seconds, 1);
}

TEST(SaturatedSeepage, RechargeOnFullGroundComesOutEntirely) {
  GroundCase c = uniform_ground(20, 12, 10.0, 1e-4, 0.2);
  for (int j = 0; j < 12; ++j)
    for (int i = 0; i < 20; ++i) c.ground(i, j) = c.head(i, j) = 5.0;
  SaturatedFlow flow = c.flow();
  const Field<double> rain(20, 12, 0.01);
  Field<double> seepage;
  const auto moved = flow.step(start_time, 3600.0, rain.view(), seepage);
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_NEAR(moved->seepage, 0.01 * 20 * 12 * 100.0, 1e-9);
  EXPECT_NEAR(moved->recharge, moved->seepage, 1e-9);
  for (const double s : seepage.values()) EXPECT_NEAR(s, 0.01, 1e-15);
  for (const double h : flow.head().values()) EXPECT_EQ(h, 5.0);
}

TEST(SaturatedSeepage, GroundFillsBeforeAnythingComesOut) {
  GroundCase c = uniform_ground(1, 1, 10.0, 1e-4, 0.25);
  c.ground(0, 0) = 5.0;
  c.head(0, 0) = 4.92;  // room for 20 mm
  SaturatedFlow flow = c.flow();
  const GroundVolumes moved = one_step(flow, Field<double>(1, 1, 0.03 / day), day);
  EXPECT_NEAR(moved.seepage, 0.01 * 100.0, 1e-9);
  EXPECT_EQ(flow.head()(0, 0), 5.0);
}

TEST(SaturatedSeepage, HillsideComesOutAtItsFootAndStopsWhenTheRainDoes) {
  GroundCase c = uniform_ground(40, 1, 10.0, 1e-4, 0.1);
  for (int i = 0; i < 40; ++i) {
    c.ground(i, 0) = 2.0 + 0.1 * i;
    c.head(i, 0) = 1.5 + 0.05 * i;
  }
  SaturatedFlow flow = c.flow();
  march(flow, Field<double>(40, 1, 1e-7), day, 400);
  const Field<double> rain(40, 1, 1e-7 * day);
  Field<double> seepage;
  const auto moved = flow.step(start_time, day, rain.view(), seepage);
  ASSERT_TRUE(moved);
  EXPECT_NEAR(moved->seepage / moved->recharge, 1.0, 1e-6);  // steady
  EXPECT_GT(seepage(0, 0), seepage(39, 0));
  for (const double s : seepage.values()) EXPECT_GE(s, 0.0);
  const Field<double> dry(40, 1, 0.0);
  march(flow, dry, day, 2000);
  const auto later = flow.step(start_time, day, dry.view(), seepage);
  ASSERT_TRUE(later);
  EXPECT_LT(later->seepage, 0.05 * moved->seepage);
}

TEST(SaturatedSeepage, HeadOverTheGroundComesOutAtOnce) {
  GroundCase c = uniform_ground(1, 1, 10.0, 1e-4, 0.25);
  c.ground(0, 0) = 5.0;
  c.head(0, 0) = 5.5;
  SaturatedFlow flow = c.flow();
  const GroundVolumes moved = one_step(flow, Field<double>(1, 1, 0.0), 60.0);
  EXPECT_NEAR(moved.seepage, 0.25 * 0.5 * 100.0, 1e-9);
  EXPECT_EQ(flow.head()(0, 0), 5.0);
}

TEST(SaturatedWell, TakesNoMoreThanTheCellHolds) {
  GroundCase c = uniform_ground(1, 1, 10.0, 1e-4, 0.25);
  c.head(0, 0) = 0.8;  // 20 m³
  c.aquifer.wells = {{"a", {0, 0}, Series::constant(-3e-3)},
                     {"b", {0, 0}, Series::constant(-1e-3)}};
  SaturatedFlow flow = c.flow();
  const GroundVolumes first = one_step(flow, Field<double>(1, 1, 0.0), 2500.0);
  EXPECT_NEAR(first.well_out, 10.0, 1e-9);
  EXPECT_NEAR(flow.head()(0, 0), 0.4, 1e-12);
  const GroundVolumes second = one_step(flow, Field<double>(1, 1, 0.0), 1e5);
  EXPECT_NEAR(second.well_out, 10.0, 1e-6);
  EXPECT_EQ(flow.head()(0, 0), 0.0);
  const GroundVolumes third = one_step(flow, Field<double>(1, 1, 1e-6), 1e5);
  EXPECT_NEAR(third.well_out, 10.0, 1e-9);  // all that comes from above
}

TEST(SaturatedWell, InADryPlaceDrawsWhatFlowsToIt) {
  GroundCase c = uniform_ground(21, 1, 10.0, 1e-3, 0.2);
  c.aquifer.wells = {{"well", {10, 0}, Series::constant(-1.0)}};
  SaturatedFlow flow = c.flow();
  const double stored = flow.stored();
  const GroundVolumes moved = march(flow, Field<double>(21, 1, 0.0), 3600.0, 48);
  EXPECT_EQ(flow.head()(10, 0), 0.0);
  EXPECT_GT(moved.well_out, 200.0);
  EXPECT_NEAR(stored - flow.stored(), moved.well_out, 1e-9);
  for (int i = 1; i < 21; ++i) EXPECT_NEAR(flow.head()(i, 0), flow.head()(20 - i, 0), 1e-6);
}

TEST(SaturatedEvaporation, TakesNoMoreThanTheCellHolds) {
  GroundCase c = uniform_ground(1, 1, 10.0, 1e-4, 0.25);
  c.head(0, 0) = 0.08;
  SaturatedFlow flow = c.flow();
  const GroundVolumes moved = one_step(flow, Field<double>(1, 1, -1e-6), day);  // 86 mm of 20
  EXPECT_NEAR(moved.recharge, -0.02 * 100.0, 1e-9);
  EXPECT_EQ(flow.head()(0, 0), 0.0);
}

TEST(SaturatedRewetting, DryGroundFillsFromItsNeighboursAndFromAbove) {
  GroundCase c = uniform_ground(30, 1, 10.0, 1e-3, 0.2);
  for (int i = 0; i < 30; ++i) c.head(i, 0) = i < 10 ? 6.0 : 0.0;
  SaturatedFlow flow = c.flow();
  march(flow, Field<double>(30, 1, 0.0), day, 2000);
  for (int i = 0; i < 30; ++i) EXPECT_NEAR(flow.head()(i, 0), 2.0, 1e-3);
}

TEST(SaturatedRewetting, HighGroundDrainsDownAStepAndStaysAboveItsBase) {
  GroundCase c = uniform_ground(20, 1, 10.0, 1e-3, 0.2);
  for (int i = 0; i < 20; ++i) {
    c.aquifer.base(i, 0) = i < 10 ? 8.0F : 0.0F;
    c.head(i, 0) = i < 10 ? 9.0 : 0.0;
  }
  SaturatedFlow flow = c.flow();
  const double stored = flow.stored();
  for (int k = 0; k < 200; ++k) {
    march(flow, Field<double>(20, 1, 0.0), day, 1);
    for (int i = 0; i < 10; ++i) ASSERT_GE(flow.head()(i, 0), 8.0);
  }
  EXPECT_LT(flow.head()(0, 0), 8.1);
  EXPECT_GT(flow.head()(19, 0), 0.8);
  EXPECT_NEAR(flow.stored() / stored, 1.0, 1e-13);
}

TEST(SaturatedRiver, HangingOverTheWaterTableGivesNoMoreThanItsBedLetsThrough) {
  GroundCase c = uniform_ground(1, 1, 10.0, 1e-4, 0.2);
  c.head(0, 0) = 2.0;
  c.aquifer.boundaries = {{"river", {{0, 0}}, 1e-5, 5.0, Series::constant(6.0)}};
  SaturatedFlow flow = c.flow();
  const GroundVolumes moved = one_step(flow, Field<double>(1, 1, 0.0), 3600.0);
  EXPECT_NEAR(moved.boundary_in, 1e-5 * (6.0 - 5.0) * 3600.0, 1e-12);
  EXPECT_EQ(moved.boundary_out, 0.0);
}

TEST(SaturatedRiver, GreatConductanceHoldsTheHeadAndClosesTheVolume) {
  for (const double conductance : {1.0, 1e4, 1e8, 1e12}) {
    GroundCase c = uniform_ground(11, 5, 10.0, 1e-4, 0.2);
    std::vector<CellIndex> sea;
    for (int j = 0; j < 5; ++j) sea.push_back({0, j});
    HeadBoundary b = held_at(sea, Series::constant(12.0));
    b.conductance = conductance;
    c.aquifer.boundaries = {b};
    SaturatedFlow flow = c.flow();
    const double stored = flow.stored();
    const GroundVolumes moved = march(flow, Field<double>(11, 5, 0.0), 3600.0, 10);
    EXPECT_NEAR(flow.head()(0, 2), 12.0, 0.02 / conductance + 1e-6);
    EXPECT_NEAR((flow.stored() - stored) / gained(moved), 1.0, 1e-12);
    EXPECT_GT(flow.head()(5, 2), 10.0);
  }
}

TEST(SaturatedRiver, StageOverTheGroundHoldsTheHeadUnderTheRiver) {
  GroundCase c = uniform_ground(5, 1, 10.0, 1e-4, 0.2);
  for (int i = 0; i < 5; ++i) c.ground(i, 0) = i == 0 ? 8.0 : 20.0;
  c.head = Field<double>(5, 1, 8.0);
  c.aquifer.boundaries = {held_at({{0, 0}}, Series::constant(12.0))};
  SaturatedFlow flow = c.flow();
  const GroundVolumes moved = march(flow, Field<double>(5, 1, 0.0), 10.0 * day, 100);
  EXPECT_NEAR(flow.head()(0, 0), 12.0, 1e-6);
  EXPECT_NEAR(flow.head()(4, 0), 12.0, 1e-3);
  EXPECT_EQ(moved.seepage, 0.0);
}

TEST(SaturatedDrain, DrainsDownToItsLevelAndNoFurther) {
  GroundCase c = uniform_ground(3, 3, 10.0, 1e-4, 0.2);
  c.ground = Field<double>(3, 3, 12.0);
  c.aquifer.drain_depth = Field<float>(3, 3, 4.0F);
  c.aquifer.drain_conductance = Field<float>(3, 3, 1e-6F);
  SaturatedFlow flow = c.flow();
  const GroundVolumes moved = march(flow, Field<double>(3, 3, 0.0), day, 1);
  // Backward Euler: (10 - H) Sy = c dt (H - 8)
  const double cdt = static_cast<double>(1e-6F) * day / static_cast<double>(0.2F);
  EXPECT_NEAR(flow.head()(1, 1), (10.0 + cdt * 8.0) / (1.0 + cdt), 1e-6);
  double lost = 0.0;
  for (const double h : flow.head().values()) {
    EXPECT_NEAR(h, flow.head()(1, 1), 1e-6);
    lost += (10.0 - h) * static_cast<double>(0.2F) * 100.0;
  }
  EXPECT_NEAR(moved.drained, lost, 1e-9);
  march(flow, Field<double>(3, 3, 0.0), 100.0 * day, 100);
  EXPECT_NEAR(flow.head()(1, 1), 8.0, 1e-6);
  EXPECT_GE(flow.head()(1, 1), 8.0 - 1e-6);
}

TEST(SaturatedFailure, InputThatIsNoNumberSaysWhereAndLeavesTheState) {
  GroundCase c = uniform_ground(4, 3, 10.0, 1e-4, 0.2);
  SaturatedFlow flow = c.flow();
  Field<double> rain(4, 3, 0.001);
  rain(2, 1) = outside;
  Field<double> seepage;
  const auto moved = flow.step(start_time, 3600.0, std::as_const(rain).view(), seepage);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, ErrorCode::numerical);
  EXPECT_NE(moved.error().message.find("cell (2, 1)"), std::string::npos) << moved.error().message;
  for (const double h : flow.head().values()) EXPECT_EQ(h, 10.0);
}

}  // namespace
}  // namespace vandvagt::model::test
