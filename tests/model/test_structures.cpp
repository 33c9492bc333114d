// Structures in a run: they pass what their formulas say, lose no water, and do not swing.

#include <gtest/gtest.h>

#include "tests/model/structure_cases.hpp"

namespace vandvagt::model::test {
namespace {

constexpr int n = 12;
const std::vector<CellIndex> west_end{{9, 5}, {9, 6}};
const std::vector<CellIndex> east_end{{15, 5}, {15, 6}};

class Structures : public testing::TestWithParam<Precision> {
 protected:
  /// Two basins with water to these stages and the structure between, run for ten minutes.
  Simulation run(const Structure& structure, double west, double east, double seconds = 600.0) {
    Case c = two_basins(n, 0.0, 0.0);
    c.structures = {structure};
    auto s = cold(c, options_for(GetParam(), 1.0), filled_to(c, west, east));
    EXPECT_TRUE(s) << s.error().message;
    const auto done = s->advance_to(seconds_after_start(seconds));
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_LE(s->ledger().relative_error(), volume_bound(GetParam()));
    EXPECT_EQ(s->ledger().in(), 0.0);
    EXPECT_EQ(s->ledger().out(), 0.0);
    return std::move(*s);
  }
  double mean_stage(const Simulation& s, const std::vector<CellIndex>& cells) {
    return 0.5 * (stage_at(s, cells[0]) + stage_at(s, cells[1]));
  }
  /// The discharge of the last second against the formula at the stages after it.
  template <class Formula>
  void expect_discharge(const Simulation& s, const Formula& formula, double share = 2e-3) {
    const double expected = formula(mean_stage(s, west_end), mean_stage(s, east_end));
    EXPECT_NE(expected, 0.0);
    EXPECT_NEAR(s.passages().at(0).discharge, expected, share * std::abs(expected));
  }
};

TEST_P(Structures, WeirPassesItsFormulaFreeSubmergedAndBack) {
  const Weir weir{.crest = 1.0, .width = 4.0, .coefficient = 1.8};
  const Structure made = between("weir", west_end, east_end, weir);
  const auto formula = [&](double west, double east) {
    return west > east ? discharge_weir(weir, west, east) : -discharge_weir(weir, east, west);
  };
  for (const auto& [west, east] : {std::pair{1.5, 0.5}, {2.2, 0.3}, {2.0, 1.6}, {0.5, 1.7}}) {
    SCOPED_TRACE(testing::Message() << west << " m and " << east << " m");
    expect_discharge(run(made, west, east), formula);
  }
}

TEST_P(Structures, FlapKeepsTheWaterFromComingBack) {
  Structure made = between("weir", west_end, east_end, Weir{.crest = 0.2, .width = 4.0});
  made.one_way = true;
  const Simulation s = run(made, 0.5, 1.5);
  EXPECT_EQ(s.passages().at(0).volume, 0.0);
  EXPECT_EQ(s.depth_at({15, 5}), 1.5);
  EXPECT_GT(run(made, 1.5, 0.5).passages().at(0).volume, 100.0);
}

TEST_P(Structures, CulvertPassesItsFormulaByInletOutletAndPipe) {
  Culvert culvert;
  culvert.height = 0.9;
  culvert.length = 40.0;
  culvert.invert_from = 0.4;
  culvert.invert_to = 0.1;
  const auto formula = [&](double west, double east) {
    return west > east ? discharge_culvert(culvert, false, west, east)
                       : -discharge_culvert(culvert, true, east, west);
  };
  const Structure made = between("culvert", west_end, east_end, culvert);
  for (const auto& [west, east] : {std::pair{0.9, 0.05}, {2.5, 0.3}, {2.6, 2.2}, {1.2, 2.0}}) {
    SCOPED_TRACE(testing::Message() << west << " m and " << east << " m");
    expect_discharge(run(made, west, east), formula);
  }
}

TEST_P(Structures, GateFollowsItsOpening) {
  Gate gate{.sill = 0.1, .width = 2.0, .coefficient = 0.61, .opening = {}};
  gate.opening = {{start_time, seconds_after_start(300.0), seconds_after_start(600.0)},
                  {0.0, 0.0, 0.6}};
  const Structure made = between("gate", west_end, east_end, gate);
  EXPECT_EQ(run(made, 2.0, 0.5, 300.0).passages().at(0).volume, 0.0);
  for (const double t : {450.0, 600.0}) {
    const double opening = gate.opening.at(seconds_after_start(t - 0.5));
    expect_discharge(run(made, 2.0, 0.5, t), [&](double west, double east) {
      return discharge_gate(gate, opening, west, east);
    });
  }
}

// The pump takes 14,400 m² down from 1.0 m to 0.6 m, stops, and stays off though the water stands
// above its stop stage again. A step takes some 5 cm from its two cells, which the rest fills up.
TEST_P(Structures, PumpStartsAndStopsWithHysteresis) {
  const Pump pump{.capacity = Series::constant(5.0), .start_stage = 1.0, .stop_stage = 0.6};
  Case c = two_basins(n, 0.0, 0.0);
  c.structures = {between("pump", west_end, east_end, pump)};
  c.sources = {{"stream", {{2, 2}}, {1.0}, Series::constant(1.0)}};
  const Options options = options_for(GetParam(), 10.0);
  auto s = cold(c, options, filled_to(c, 0.95, 0.1));
  ASSERT_TRUE(s) << s.error().message;
  int starts = 0;
  bool ran = false;
  for (int k = 1; k <= 1080; ++k) {
    ASSERT_TRUE(s->advance_to(seconds_after_start(10.0 * k)));
    const bool runs = s->state().pump_running.at(0) == 1.0;
    starts += runs && !ran ? 1 : 0;
    const double stage = mean_stage(*s, west_end);
    EXPECT_TRUE(runs ? stage > 0.55 : stage < 1.0) << stage << " m after " << 10 * k << " s";
    if (runs == ran) {
      EXPECT_NEAR(s->passages().at(0).discharge, runs ? 5.0 : 0.0, 1e-9);
    }
    ran = runs;
  }
  EXPECT_GE(starts, 2);
  EXPECT_LE(starts, 4);
  EXPECT_LE(s->ledger().relative_error(), volume_bound(GetParam()));
}

// A pump that runs is below its start stage; a run that forgot it would stop it.
TEST_P(Structures, StoppedAndContinuedPumpRunsOn) {
  const Pump pump{.capacity = Series::constant(5.0), .start_stage = 1.0, .stop_stage = 0.3};
  Case c = two_basins(n, 0.0, 0.0);
  c.structures = {between("pump", west_end, east_end, pump),
                  between("weir", {{3, 3}}, {{20, 3}}, Weir{.crest = 0.9, .width = 3.0})};
  const Options options = options_for(GetParam(), 20.0);
  auto whole = cold(c, options, filled_to(c, 1.1, 0.2));
  auto stopped = cold(c, options, filled_to(c, 1.1, 0.2));
  ASSERT_TRUE(whole && stopped);
  ASSERT_TRUE(whole->advance_to(seconds_after_start(1200.0)));
  for (int k = 1; k <= 60; ++k) {
    ASSERT_TRUE(stopped->advance_to(seconds_after_start(20.0 * k)));
    stopped = Simulation::start_from(c, options, stopped->state());
    ASSERT_TRUE(stopped) << stopped.error().message;
  }
  EXPECT_LT(mean_stage(*whole, west_end), 0.95);
  EXPECT_EQ(whole->state().pump_running.at(0), 1.0);
  EXPECT_TRUE(same_bits(whole->state(), stopped->state()));
  EXPECT_EQ(whole->passages().at(0).discharge, stopped->passages().at(0).discharge);
}

// All that is there falls 50 m to dry ground, and a pump asks for more.
TEST_P(Structures, DryingSourceGivesWhatItHas) {
  Case c = two_basins(n, 50.0, 0.0);
  c.structures = {between("weir", west_end, east_end, Weir{.crest = 50.0, .width = 40.0}),
                  between("pump", {{2, 2}}, {{20, 8}}, Pump{Series::constant(30.0), 50.0, 50.0})};
  auto s = cold(c, options_for(GetParam(), 60.0), filled_to(c, 50.5, 0.0));
  ASSERT_TRUE(s) << s.error().message;
  for (int minute = 1; minute <= 60; ++minute) {
    ASSERT_TRUE(s->advance_to(seconds_after_start(60.0 * minute)));
    EXPECT_LE(s->ledger().relative_error(), volume_bound(GetParam()));
    for (const double h : s->state().depth) ASSERT_GE(h, 0.0);
  }
  const double moved = s->passages().at(0).volume + s->passages().at(1).volume;
  EXPECT_GT(moved, 0.97 * 7200.0);
  EXPECT_LE(moved, 7200.0 * (1.0 + 1e-6));
}

// Two ponds of one cell and pipes that could empty them in a step: the stages draw together, and
// the higher one stays the higher.
TEST_P(Structures, SmallPondsComeToOneLevelWithoutSwinging) {
  Culvert culvert;
  culvert.shape = Culvert::Shape::box;
  culvert.width = culvert.height = 3.0;
  culvert.length = 10.0;
  for (const auto& kind : {std::variant<Weir, Culvert, Gate, Pump>{Weir{0.5, 30.0}},
                           {culvert},
                           {Gate{0.2, 20.0, 0.61, Series::constant(2.0)}}}) {
    Field<double> z(3, 1, 0.0);
    z(1, 0) = outside;
    Case c = case_over(z, 5.0, 0.03F);
    c.structures = {between("joint", {{0, 0}}, {{2, 0}}, kind)};
    Field<double> h(3, 1, 0.0);
    h(0, 0) = 3.0;
    h(2, 0) = 0.6;
    auto s = cold(c, options_for(GetParam(), 1.0), h);
    ASSERT_TRUE(s) << s.error().message;
    for (int k = 1; k <= 60; ++k) {
      ASSERT_TRUE(s->advance_to(seconds_after_start(k)));
      ASSERT_GE(s->depth_at({0, 0}), s->depth_at({2, 0}) - 1e-6);
    }
    EXPECT_NEAR(s->depth_at({0, 0}), 1.8, 1e-4);
    EXPECT_LE(s->ledger().relative_error(), volume_bound(GetParam()));
  }
}

INSTANTIATE_TEST_SUITE_P(, Structures, testing::Values(Precision::double_, Precision::single_),
                         [](const auto& p) {
                           return p.param == Precision::double_ ? "Double" : "Single";
                         });

std::string refusal(const Structure& structure) {
  Case c = two_basins(n, 0.0, 0.5);
  c.structures = {structure};
  const auto s = cold(c, options_for(Precision::double_, 1.0), filled_to(c, 1.0, 1.0));
  return s ? "" : s.error().message;
}

TEST(StructureFaults, NameThePlaceAndTheCure) {
  const Weir weir{.crest = 1.0, .width = 2.0};
  EXPECT_EQ(refusal(between("w", west_end, east_end, weir)), "");
  EXPECT_EQ(refusal(between("w", {{n, 3}}, east_end, weir)),
            "structure \"w\": cell (12, 3) of \"from\" lies outside the computed area");
  EXPECT_EQ(refusal(between("w", west_end, {{-1, 3}}, weir)),
            "structure \"w\": cell (-1, 3) of \"to\" lies outside the computed area");
  EXPECT_EQ(refusal(between("w", west_end, {}, weir)),
            "structure \"w\": its place \"to\" has no cell");
  EXPECT_EQ(refusal(between("w", west_end, west_end, weir)),
            "structure \"w\": cell (9, 5) is named twice; its two places must differ");
  EXPECT_EQ(refusal(between("w", west_end, east_end, Weir{.crest = 1.0})),
            "weir \"w\": the width is 0; give a number above 0");
  EXPECT_EQ(refusal(between("w", west_end, east_end, Weir{.crest = -0.5, .width = 1.0})),
            "weir \"w\": the crest of -0.5 m lies below the ground at both ends (0 m); raise it");
  EXPECT_EQ(refusal(between("c", west_end, east_end, Culvert{.height = 1.0})),
            "culvert \"c\": the length is 0; give a number above 0");
  EXPECT_EQ(refusal(between("p", west_end, east_end, Pump{Series::constant(1.0), 1.0, 1.2})),
            "pump \"p\": the stop stage of 1.2 m lies above the start stage of 1 m; lower it");
  EXPECT_EQ(
      refusal(between("g", west_end, east_end,
                      Gate{.sill = 0.0, .width = 1.0, .opening = Series::constant(-0.1)})),
      "opening of gate \"g\": the value at 1970-01-01T00:00:00Z is -0.1; it must not be under 0");
}

TEST(StructureFaults, RefuseAStateOfAnotherCase) {
  Case c = two_basins(n, 0.0, 0.0);
  const Options options = options_for(Precision::double_, 1.0);
  const State state = cold(c, options, filled_to(c, 1.0, 1.0))->state();
  c.structures = {between("w", west_end, east_end, Weir{.crest = 1.0, .width = 2.0})};
  const auto s = Simulation::start_from(c, options, state);
  ASSERT_FALSE(s);
  EXPECT_EQ(s.error().code, ErrorCode::refused);
}

}  // namespace
}  // namespace vandvagt::model::test
