// Discharge of each structure against its formula, worked out here in another way.

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "model/structure.hpp"

namespace vandvagt::model {
namespace {

constexpr double g = 9.81;

TEST(WeirFormula, IsCriticalFlowOverABroadCrestWhereFree) {
  const Weir weir{.crest = 2.0, .width = 5.0};
  for (const double head : {0.01, 0.3, 1.7}) {
    const double critical = 2.0 / 3.0 * head;  // depth on the crest
    const double expected = 5.0 * critical * std::sqrt(g * critical);
    EXPECT_NEAR(discharge_weir(weir, 2.0 + head, 1.0), expected, 1e-5 * expected);
    EXPECT_EQ(discharge_weir(weir, 2.0 + head, 1.0), discharge_weir(weir, 2.0 + head, 2.0));
  }
}

// Villemonte's factor for a tailwater half as high over the crest: (1 - 0.5^1.5)^0.385 = exp(0.385
// ln 0.646447) = 0.84539.
TEST(WeirFormula, FallsByVillemonteWhereSubmerged) {
  const Weir weir{.crest = 0.0, .width = 1.0};
  const double free = discharge_weir(weir, 1.0, -1.0);
  EXPECT_NEAR(discharge_weir(weir, 1.0, 0.5) / free, 0.84539, 1e-5);
  EXPECT_NEAR(discharge_weir(weir, 1.0, 0.9) / free, 0.47697, 1e-5);
  EXPECT_EQ(discharge_weir(weir, 1.0, 1.0), 0.0);
  EXPECT_EQ(discharge_weir(weir, -0.1, -1.0), 0.0);
}

TEST(GateFormula, IsAnOrificeFreeAndSubmerged) {
  const Gate gate{.sill = 1.0, .width = 2.0, .coefficient = 0.6, .opening = Series::constant(0.5)};
  EXPECT_NEAR(discharge_gate(gate, 0.5, 4.0, 0.0), 0.6 * 0.5 * 2.0 * std::sqrt(2 * g * 2.75),
              1e-12);
  EXPECT_NEAR(discharge_gate(gate, 0.5, 4.0, 3.5), 0.6 * 0.5 * 2.0 * std::sqrt(2 * g * 0.5), 1e-12);
  EXPECT_EQ(discharge_gate(gate, 0.0, 4.0, 0.0), 0.0);
  EXPECT_EQ(discharge_gate(gate, 0.5, 0.9, 0.0), 0.0);
  EXPECT_EQ(discharge_gate(gate, 0.5, 4.0, 4.0), 0.0);
}

TEST(GateFormula, PassesNoMoreThanCriticalFlowOverItsSillAndDoesNotJump) {
  const Gate gate{.sill = 0.0, .width = 1.0, .coefficient = 0.61, .opening = {}};
  double before = 0.0;
  for (double stage = 0.0; stage < 2.0; stage += 1e-3) {
    const double q = discharge_gate(gate, 0.7, stage, -1.0);
    EXPECT_LE(q, std::pow(2.0 / 3.0, 1.5) * std::sqrt(g) * std::pow(stage, 1.5) * (1 + 1e-5));
    EXPECT_GE(q, before);
    EXPECT_LT(q - before, 5e-3);
    before = q;
  }
}

Culvert pipe() {
  Culvert c;
  c.height = 1.2;
  c.length = 30.0;
  c.invert_from = 10.3;
  c.invert_to = 10.0;
  return c;
}

// HDS-5, eq. A.3: c x² + Y + Ks S, x = 1.811 Q / (A sqrt(D)).
TEST(CulvertFormula, FollowsTheChartsOfHds5WhereTheInletIsSubmerged) {
  const Culvert c = pipe();
  const double area = std::numbers::pi / 4.0 * 1.44;
  for (const double x : {4.0, 5.0, 7.5}) {
    const double headwater = 1.2 * (0.0398 * x * x + 0.67 - 0.5 * 0.01);
    const double expected = x * area * std::sqrt(1.2) / 1.811;
    EXPECT_NEAR(inlet_control(c, false, 10.3 + headwater), expected, 1e-9);
  }
}

// HDS-5, eq. A.1: Hc/D + K x^M + Ks S, critical flow in a circle filled to the angle `angle`.
TEST(CulvertFormula, FollowsTheChartsOfHds5WhereTheInletIsNot) {
  const Culvert c = pipe();
  const double full = std::numbers::pi / 4.0 * 1.44;
  for (const double angle : {1.5, 2.5, 3.5, 3.9}) {
    const double depth = 0.6 * (1.0 - std::cos(0.5 * angle));
    const double area = 0.18 * (angle - std::sin(angle));
    const double top = 1.2 * std::sin(0.5 * angle);
    const double q = area * std::sqrt(g * area / top);
    const double x = 1.811 * q / (full * std::sqrt(1.2));
    ASSERT_LT(x, 3.5);
    const double headwater = depth + 0.5 * area / top + 1.2 * (0.0098 * x * x - 0.5 * 0.01);
    EXPECT_NEAR(inlet_control(c, false, 10.3 + headwater), q, 1e-9);
  }
}

TEST(CulvertFormula, LosesHeadAtEntranceWallsAndExitWhereItRunsFull) {
  Culvert c = pipe();
  c.barrels = 3;
  c.manning = 0.024;
  const double area = std::numbers::pi / 4.0 * 1.44;
  const double losses = 0.5 + 1.0 + 2 * g * 0.024 * 0.024 * 30.0 / std::pow(0.3, 4.0 / 3.0);
  for (const double head : {0.01, 0.3, 1.0}) {
    const double expected = 3.0 * area * std::sqrt(2 * g * head / losses);
    EXPECT_NEAR(outlet_control(c, false, 12.5 + head, 12.5), expected, 1e-9);
    EXPECT_NEAR(discharge_culvert(c, false, 12.5 + head, 12.5), expected, 1e-9);
    EXPECT_NEAR(discharge_culvert(c, true, 12.5 + head, 12.5), expected, 1e-9);
  }
}

// HDS-5, §3.2.3: the water stands half way between critical depth and the crown over the outlet.
TEST(CulvertFormula, FallsFreelyFromAFullBarrel) {
  Culvert c;
  c.shape = Culvert::Shape::box;
  c.width = 2.0;
  c.height = 1.0;
  c.length = 60.0;
  c.manning = 0.03;
  const double upper = 2.5;
  const double q = outlet_control(c, false, upper, -1.0);
  const double critical = std::cbrt(q * q / 4.0 / g);
  const double losses = 1.5 + 2 * g * 0.0009 * 60.0 / std::pow(1.0 / 3.0, 4.0 / 3.0);
  const double head = upper - 0.5 * (std::min(critical, 0.999) + 1.0);
  EXPECT_NEAR(q, 2.0 * std::sqrt(2 * g * head / losses), 1e-9);
}

TEST(CulvertFormula, RisesWithTheHeadFromNothingWithoutAJump) {
  for (const auto shape : {Culvert::Shape::circular, Culvert::Shape::box}) {
    Culvert c = pipe();
    c.shape = shape;
    c.width = 1.5;
    double before = 0.0;
    for (double stage = 10.2; stage < 14.0; stage += 1e-3) {
      const double q = discharge_culvert(c, false, stage, 9.0);
      EXPECT_LT(std::abs(q - before), 0.03) << "stage " << stage;
      EXPECT_GE(q, 0.97 * before) << "stage " << stage;
      before = q;
    }
    EXPECT_GT(before, 4.0);
    EXPECT_EQ(discharge_culvert(c, false, 10.29, 9.0), 0.0);
    EXPECT_NEAR(discharge_culvert(c, false, 12.0 + 1e-10, 12.0), 0.0, 1e-4);
  }
}

}  // namespace
}  // namespace vandvagt::model
