#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/coupled_cases.hpp"

namespace vandvagt::model::test {
namespace {

Case good() {
  return case_over(Field<double>(4, 3, 1.0), 10.0, 0.03F);
}

std::string message_of(const Case& c, Options o = options_for(Precision::double_, 60.0),
                       const Field<double>& h = Field<double>(4, 3, 0.5)) {
  const auto s = cold(c, o, h);
  if (s) return "started";
  EXPECT_EQ(s.error().code, ErrorCode::invalid_input);
  return s.error().message;
}

using testing::HasSubstr;

TEST(Validation, GoodCaseStarts) {
  EXPECT_EQ(message_of(good()), "started");
}

TEST(Validation, SaysWhatIsWrongWithTheGrid) {
  Case c = good();
  c.dx = 0.0;
  EXPECT_THAT(message_of(c), HasSubstr("cell size"));
  c = good();
  c.bed_elevation = Field<double>(3, 3, 0.0);
  EXPECT_THAT(message_of(c), HasSubstr("bed elevation has 3 × 3 cells, the case 4 × 3"));
  c = good();
  c.bed_elevation(1, 2) = INFINITY;
  EXPECT_THAT(message_of(c), HasSubstr("infinite in cell (1, 2)"));
  c = good();
  for (double& z : c.bed_elevation.values()) z = outside;
  EXPECT_THAT(message_of(c), HasSubstr("NaN everywhere"));
}

TEST(Validation, RoughnessMustBePositiveAndFinite) {
  for (const float n : {0.0F, -0.03F, INFINITY, NAN}) {
    Case c = good();
    c.manning(2, 1) = n;
    EXPECT_THAT(message_of(c), HasSubstr("Manning's n is")) << n;
    EXPECT_THAT(message_of(c), HasSubstr("cell (2, 1)")) << n;
  }
  Case c = good();
  c.manning(0, 0) = NAN;  // outside the computed area it does not matter
  c.bed_elevation(0, 0) = outside;
  EXPECT_EQ(message_of(c), "started");
}

TEST(Validation, DepthMustNotBeNegativeWhereItCounts) {
  Field<double> h(4, 3, 0.5);
  h(3, 0) = -0.1;
  EXPECT_THAT(message_of(good(), options_for(Precision::double_, 60.0), h), HasSubstr("(3, 0)"));
  h(3, 0) = outside;
  EXPECT_THAT(message_of(good(), options_for(Precision::double_, 60.0), h), HasSubstr("(3, 0)"));
  Case c = good();
  c.bed_elevation(3, 0) = outside;
  EXPECT_EQ(message_of(c, options_for(Precision::double_, 60.0), h), "started");
}

TEST(Validation, EdgeMustLieOnTheBorder) {
  Case c = good();
  c.edges = {{"outlet", EdgeKind::open, {{{1, 1}, Side::east}}, 0.0, {}}};
  EXPECT_THAT(message_of(c), HasSubstr("edge \"outlet\": a side of cell (1, 1)"));
  c.edges[0].faces = {{{4, 1}, Side::east}};
  EXPECT_THAT(message_of(c), HasSubstr("(4, 1)"));
  c.edges[0].faces = {{{1, 1}, Side::east}};
  c.bed_elevation(2, 1) = outside;
  EXPECT_EQ(message_of(c), "started");
  c.edges.push_back(c.edges[0]);
  EXPECT_THAT(message_of(c), HasSubstr("twice"));
  c = good();
  c.edges = {edge_on(c, Side::west, EdgeKind::normal_depth)};
  EXPECT_THAT(message_of(c), HasSubstr("slope for normal depth"));
  c.edges = {edge_on(c, Side::west, EdgeKind::stage)};
  EXPECT_THAT(message_of(c), HasSubstr("series"));
}

TEST(Validation, SourceNeedsCellsInsideAndWeightsThatSumToOne) {
  Case c = good();
  c.sources = {{"pump", {{1, 1}, {2, 1}}, {0.5, 0.4}, Series::constant(1.0)}};
  EXPECT_THAT(message_of(c), HasSubstr("weights sum to 0.9"));
  c.sources = {{"pump", {{9, 1}}, {1.0}, Series::constant(1.0)}};
  EXPECT_THAT(message_of(c), HasSubstr("(9, 1)"));
  c.sources = {{"pump", {{1, 1}}, {1.0}, Series{}}};
  EXPECT_THAT(message_of(c), HasSubstr("series"));
}

TEST(Validation, OptionsHaveLimits) {
  Options o = options_for(Precision::double_, 60.0);
  o.cfl = 0.6;
  EXPECT_THAT(message_of(good(), o), HasSubstr("cfl"));
  o = options_for(Precision::double_, 60.0);
  o.threads = -1;
  EXPECT_THAT(message_of(good(), o), HasSubstr("threads"));
  o = options_for(Precision::double_, 60.0);
  o.dry_depth = 0.0;
  EXPECT_THAT(message_of(good(), o), HasSubstr("dry_depth"));
}

TEST(Validation, TimesMustBeMultiplesOfTheSyncInterval) {
  const Field<double> h(4, 3, 0.5);
  const Options o = options_for(Precision::double_, 60.0);
  EXPECT_FALSE(Simulation::start_cold(good(), o, start_time + std::chrono::seconds{30}, h.view()));
  auto s = cold(good(), o, h);
  ASSERT_TRUE(s);
  EXPECT_FALSE(s->advance_to(seconds_after_start(90.0)));
  ASSERT_TRUE(s->advance_to(seconds_after_start(120.0)));
  EXPECT_FALSE(s->advance_to(seconds_after_start(60.0)));
  EXPECT_EQ(s->time(), seconds_after_start(120.0));
}

TEST(Validation, StateOfAnotherCaseOrPrecisionIsRefused) {
  const Options o = options_for(Precision::double_, 60.0);
  auto s = cold(good(), o, Field<double>(4, 3, 0.5));
  ASSERT_TRUE(s);
  State state = s->state();
  EXPECT_TRUE(Simulation::start_from(good(), o, state));
  Options single = o;
  single.precision = Precision::single_;
  EXPECT_EQ(Simulation::start_from(good(), single, state).error().code, ErrorCode::refused);
  state.depth.pop_back();
  EXPECT_EQ(Simulation::start_from(good(), o, state).error().code, ErrorCode::refused);
  state = s->state();
  state.depth[5] = -1.0;
  EXPECT_EQ(Simulation::start_from(good(), o, state).error().code, ErrorCode::refused);
}

TEST(Validation, SaysWhatIsWrongWithTheGround) {
  const auto message = [](const auto& change) {
    Case c = good();
    add_ground(c, 0.5, 120.0);
    c.evapotranspiration.rate = Series::constant(1e-8);
    change(c);
    return message_of(c);
  };
  EXPECT_EQ(message([](Case&) {}), "started");
  EXPECT_THAT(message([](Case& c) { c.infiltration = {}; }), HasSubstr("no soil over it"));
  EXPECT_THAT(message([](Case& c) { c.aquifer.step = from_seconds(90.0); }),
              HasSubstr("the step of the aquifer is 90 s"));
  EXPECT_THAT(message([](Case& c) { c.aquifer.conductivity(1, 1) = -1.0F; }),
              HasSubstr("aquifer conductivity is -1 in cell (1, 1)"));
  EXPECT_THAT(message([](Case& c) { c.aquifer.base(2, 1) = 1.0F; }),
              HasSubstr("base of 1 m in cell (2, 1) does not lie below the ground"));
  EXPECT_THAT(message([](Case& c) { c.aquifer.specific_yield(0, 0) = 1.0F; }),
              HasSubstr("specific yield is 1 in cell (0, 0)"));
  EXPECT_THAT(message([](Case& c) { c.aquifer.drain_depth = Field<float>(4, 3, 0.5F); }),
              HasSubstr("give depth and conductance"));
  EXPECT_THAT(message([](Case& c) { c.infiltration.pore_size_index = Field<float>(4, 3, 0.0F); }),
              HasSubstr("pore size index is 0"));
  EXPECT_THAT(message([](Case& c) {
                c.aquifer.boundaries = {{"sea", {{4, 0}}, 1.0, -2.0, Series::constant(0.0)}};
              }),
              HasSubstr("\"sea\": cell (4, 0) lies outside"));
  EXPECT_THAT(message([](Case& c) {
                c.aquifer.boundaries = {{"sea", {{3, 0}}, 0.0, -2.0, Series::constant(0.0)}};
              }),
              HasSubstr("\"sea\": the conductance is 0 m²/s"));
  EXPECT_THAT(message([](Case& c) {
                c.aquifer.wells = {{"well", {0, 3}, Series::constant(1.0)}};
              }),
              HasSubstr("\"well\": cell (0, 3) lies outside"));
  EXPECT_THAT(message([](Case& c) { c.aquifer.spin_up = std::chrono::hours{-1}; }),
              HasSubstr("spin-up is negative"));
  EXPECT_THAT(message([](Case& c) { c.aquifer.spin_up_recharge = -1e-9; }),
              HasSubstr("recharge in its spin-up is -1e-09 m/s"));
  EXPECT_THAT(message([](Case& c) { c.evapotranspiration.rate = Series::constant(-1e-8); }),
              HasSubstr("it must not be under 0"));
  EXPECT_THAT(message([](Case& c) { c.evapotranspiration.extinction_depth = 0.0; }),
              HasSubstr("extinction depth"));
}

TEST(Validation, StateOfAnotherGroundIsRefused) {
  Case c = good();
  add_ground(c, 0.5, 120.0);
  const Options options = options_for(Precision::double_, 60.0);
  const State whole = cold(c, options, Field<double>(4, 3, 0.0))->state();
  EXPECT_TRUE(Simulation::start_from(c, options, whole));
  const auto why = [&](const auto& change) {
    State state = whole;
    change(state);
    const auto s = Simulation::start_from(c, options, state);
    return s ? std::string("started") : s.error().message;
  };
  EXPECT_THAT(why([](State& s) { s.head.clear(); }), HasSubstr("head has 0 values"));
  EXPECT_THAT(why([](State& s) { s.seepage_rate.pop_back(); }), HasSubstr("seepage rate has 11"));
  EXPECT_THAT(why([](State& s) { s.seepage_rest.clear(); }), HasSubstr("seepage that waits"));
  EXPECT_THAT(why([](State& s) { s.head[5] = outside; }), HasSubstr("cell (1, 1)"));
}

}  // namespace
}  // namespace vandvagt::model::test
