#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/model_cases.hpp"

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

}  // namespace
}  // namespace vandvagt::model::test
