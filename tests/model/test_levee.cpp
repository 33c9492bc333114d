// Levees on cell faces: walls below the crest, weirs above, and gaps that grow.

#include <gtest/gtest.h>

#include "tests/model/random_case.hpp"
#include "tests/model/structure_cases.hpp"

namespace vandvagt::model::test {
namespace {

class LeveeLine : public testing::TestWithParam<Precision> {
 protected:
  double round_off() const { return GetParam() == Precision::double_ ? 1e-13 : 1e-5; }
};

/// 80 × 6 cells of 5 m: 400 m of channel with a levee in the middle.
Case channel(double crest) {
  Case c = case_over(Field<double>(80, 6, 0.0), 5.0, 0.02F);
  c.levees = {levee_east_of(c, 39, crest)};
  return c;
}

// Two lakes over a rough bed at different stages, one with islands, parted by the levee alone.
TEST_P(LeveeLine, HoldsWaterAtRestOnBothSides) {
  Draw draw(7);
  Case c = case_over(sampled(70, 40, 10.0, [&](double, double) { return draw.between(-2.0, 2.0); }),
                     10.0, 0.02F);
  c.levees = {levee_east_of(c, 33, 4.0)};
  const double west = 3.5;
  const double east = 1.0;
  Field<double> h(70, 40);
  for (int j = 0; j < 40; ++j) {
    for (int i = 0; i < 70; ++i) {
      h(i, j) = std::max(0.0, (i <= 33 ? west : east) - c.bed_elevation(i, j));
    }
  }
  auto s = cold(c, options_for(GetParam(), 60.0), h);
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(1200.0)));
  double drift = 0.0;
  const State state = s->state();
  for (int j = 0; j < 40; ++j) {
    for (int i = 0; i < 70; ++i) {
      const double depth = s->depth_at({i, j});
      drift = std::max(drift, std::abs(depth - h(i, j)));
    }
  }
  EXPECT_LE(drift, round_off());
  EXPECT_EQ(s->passages().at(0).volume, 0.0);
  RecordProperty("drift", std::to_string(drift));
}

TEST_P(LeveeLine, DrownedUnderOneLevelStaysAtRest) {
  Draw draw(9);
  Case c = case_over(sampled(70, 40, 10.0, [&](double, double) { return draw.between(-2.0, 2.0); }),
                     10.0, 0.02F);
  c.levees = {levee_east_of(c, 33, 3.3)};
  Field<double> h(70, 40);
  for (int j = 0; j < 40; ++j) {
    for (int i = 0; i < 70; ++i) h(i, j) = 4.0 - c.bed_elevation(i, j);
  }
  auto s = cold(c, options_for(GetParam(), 60.0), h);
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(seconds_after_start(1200.0)));
  double drift = 0.0;
  for (int j = 0; j < 40; ++j) {
    for (int i = 0; i < 70; ++i) drift = std::max(drift, std::abs(stage_at(*s, {i, j}) - 4.0));
  }
  EXPECT_LE(drift, round_off());
}

/// Steady flow over the levee: discharge in on the west, a stage or open water on the east.
Simulation over_the_levee(Case c, double inflow, double tail, Precision precision) {
  c.edges = {edge_on(c, Side::west, EdgeKind::discharge, Series::constant(inflow)),
             edge_on(c, Side::east, EdgeKind::stage, Series::constant(tail))};
  Field<double> h(c.nx, c.ny, tail);
  for (int j = 0; j < c.ny; ++j) {
    for (int i = 0; i < 40; ++i) h(i, j) = std::max(tail, 2.0);  // full to the crest
  }
  auto s = cold(c, options_for(precision, 30.0), h);
  EXPECT_TRUE(s) << s.error().message;
  const auto done = s->advance_to(seconds_after_start(3600.0));
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_LE(s->ledger().relative_error(), volume_bound(precision));
  return std::move(*s);
}

TEST_P(LeveeLine, IsAWeirWhenWaterRunsOverItFreely) {
  for (const double inflow : {1.0, 6.0, 30.0}) {
    const Simulation s = over_the_levee(channel(2.0), inflow, 0.5, GetParam());
    const double formula = discharge_weir({.crest = 2.0, .width = 30.0}, stage_at(s, {39, 2}), 0.0);
    EXPECT_NEAR(s.passages().at(0).discharge, inflow, 1e-4 * inflow);
    EXPECT_NEAR(formula, inflow, 1e-3 * inflow);
  }
}

TEST_P(LeveeLine, IsADrownedWeirUnderTailwater) {
  for (const double tail : {2.3, 2.6}) {
    const Simulation s = over_the_levee(channel(2.0), 20.0, tail, GetParam());
    const double formula =
        discharge_weir({.crest = 2.0, .width = 30.0}, stage_at(s, {39, 2}), stage_at(s, {40, 2}));
    EXPECT_NEAR(s.passages().at(0).discharge, 20.0, 0.02);
    EXPECT_NEAR(formula, 20.0, 1e-3 * 20.0) << "tailwater " << tail;
  }
}

// Faces that stand for less of the line than their own length let through as much less.
TEST_P(LeveeLine, PassesOverTheLengthOfTheLineNotOfItsStairs) {
  Case c = channel(2.0);
  for (LeveeFace& face : c.levees[0].faces) {
    face.from *= 0.7;
    face.until *= 0.7;
  }
  const Simulation s = over_the_levee(c, 6.0, 0.5, GetParam());
  const double formula = discharge_weir({.crest = 2.0, .width = 21.0}, stage_at(s, {39, 2}), 0.0);
  EXPECT_NEAR(formula, 6.0, 1e-3 * 6.0);
}

// A lake of 40 ha behind the levee; the gap opens between 10 and 40 minutes to 12 m, its invert
// falls from the crest to 0.5 m.
TEST_P(LeveeLine, BreachPassesTheDischargeOfItsWidthAndInvert) {
  Case c = case_over(Field<double>(81, 40, 0.0), 20.0, 0.03F);
  c.edges = {edge_on(c, Side::east, EdgeKind::open)};
  Levee levee = levee_east_of(c, 59, 3.0);
  const Time opens = seconds_after_start(600.0);
  const Time open = seconds_after_start(2400.0);
  const LeveeBreach breach{.name = "gap",
                           .centre = 405.0,
                           .width = {{opens, open}, {0.0, 12.0}},
                           .invert = {{opens, open}, {3.0, 0.5}}};
  levee.breaches = {breach};
  c.levees = {levee};
  Field<double> h(81, 40, 0.0);
  for (int j = 0; j < 40; ++j) {
    for (int i = 0; i < 60; ++i) h(i, j) = 2.8;
  }
  auto s = cold(c, options_for(GetParam(), 30.0), h);
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_TRUE(s->advance_to(opens));
  EXPECT_EQ(s->passages().at(0).volume, 0.0);
  for (const double t : {1800.0, 2400.0, 3600.0}) {
    ASSERT_TRUE(s->advance_to(seconds_after_start(t)));
    const Time middle = seconds_after_start(t - 15.0);
    const Weir gap{.crest = breach.invert.at(middle), .width = breach.width.at(middle)};
    // The gap lies on faces 19 and 20 of the levee, between 399 and 411 m at its greatest.
    const double below = stage_at(*s, {60, 20});
    const double formula = discharge_weir(gap, stage_at(*s, {59, 20}), below);
    EXPECT_NEAR(s->passages().at(0).discharge, formula, 0.05 * formula) << t << " s";
    EXPECT_GT(formula, 1.0);
  }
  EXPECT_LE(s->ledger().relative_error(), volume_bound(GetParam()));
  EXPECT_EQ(s->depth_at({59, 2}) > 2.0, true);
}

INSTANTIATE_TEST_SUITE_P(, LeveeLine, testing::Values(Precision::double_, Precision::single_),
                         [](const auto& p) {
                           return p.param == Precision::double_ ? "Double" : "Single";
                         });

std::string refusal(const std::vector<Levee>& levees) {
  Case c = two_basins(6, 0.0, 0.0);
  c.levees = levees;
  const auto s = cold(c, options_for(Precision::double_, 1.0), filled_to(c, 1.0, 1.0));
  return s ? "" : s.error().message;
}

TEST(LeveeFaults, NameThePlaceAndTheCure) {
  const auto levee = [](EdgeFace face, double crest) {
    return Levee{.name = "l", .faces = {{face, crest, 0.0, 10.0}}, .breaches = {}};
  };
  const Levee good = levee({{2, 3}, Side::north}, 2.0);
  EXPECT_EQ(refusal({good}), "");
  EXPECT_EQ(refusal({Levee{.name = "l", .faces = {}, .breaches = {}}}),
            "levee \"l\" stands on no cell face");
  EXPECT_EQ(refusal({levee({{5, 3}, Side::east}, 2.0)}),
            "levee \"l\": a side of cell (5, 3) does not lie between two computed cells");
  EXPECT_EQ(
      refusal({levee({{2, 3}, Side::east}, -1.0)}),
      "levee \"l\": at cell (2, 3) the crest of -1 m lies below the ground on both sides (0 m); "
      "raise it, or end the levee where the ground is as high");
  EXPECT_EQ(refusal({good, levee({{2, 4}, Side::south}, 2.0)}),
            "levee \"l\": a side of cell (2, 4) carries a levee already");
  Levee breached = good;
  breached.breaches = {{"gap", 11.0, Series::constant(1.0), Series::constant(0.5)}};
  EXPECT_EQ(
      refusal({breached}),
      "breach \"gap\": its centre, 11 m along levee \"l\", lies beyond its ends at 0 and 10 m");
  breached.breaches = {{"gap", 5.0, Series::constant(-1.0), Series::constant(0.5)}};
  EXPECT_EQ(
      refusal({breached}),
      "width of breach \"gap\": the value at 1970-01-01T00:00:00Z is -1; it must not be under 0");
}

}  // namespace
}  // namespace vandvagt::model::test
