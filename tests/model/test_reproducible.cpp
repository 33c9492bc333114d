// The same bits whatever the number of threads, the width of the vector unit, and the stops.

#include <gtest/gtest.h>

#include "model/detail/solver.hpp"
#include "tests/model/coupled_cases.hpp"
#include "tests/model/random_case.hpp"
#include "tests/model/structure_cases.hpp"

namespace vandvagt::model::test {
namespace {

/// A levee in stairs across many tiles with a gap that opens, a weir, a pipe, a gate and a pump.
void add_structures(Case& c) {
  Levee levee{.name = "levee", .faces = {}, .breaches = {}};
  for (int k = 0; k < 120; ++k) {
    const CellIndex cell{150 + k, 20 + k};
    if (std::isnan(c.bed_elevation(cell.i, cell.j))) continue;
    for (const Side side : {Side::east, Side::north}) {
      const double from = 7.0 * k + (side == Side::east ? 0.0 : 3.5);
      const CellIndex other{cell.i + (side == Side::east), cell.j + (side == Side::north)};
      if (std::isnan(c.bed_elevation(other.i, other.j))) continue;
      const double ground =
          std::max(c.bed_elevation(cell.i, cell.j), c.bed_elevation(other.i, other.j));
      levee.faces.push_back({{cell, side}, ground + 0.4 + 0.1 * (k % 7), from, from + 3.5});
    }
  }
  levee.breaches = {{"gap",
                     300.0,
                     {{start_time, seconds_after_start(60.0)}, {0.0, 90.0}},
                     Series::constant(0.0)}};
  c.levees = {levee};
  Culvert pipe;
  pipe.height = 1.0;
  pipe.length = 20.0;
  pipe.invert_from = pipe.invert_to = c.bed_elevation(190, 40);
  const double ground = c.bed_elevation(205, 20);
  c.structures = {
      between("weir", {{203, 20}, {204, 20}}, {{260, 20}, {260, 21}}, Weir{ground, 10.0}),
      between("pipe", {{190, 40}}, {{100, 40}}, pipe),
      between("gate", {{198, 66}}, {{50, 66}},
              Gate{0.5, 3.0, 0.6, {{start_time, seconds_after_start(80.0)}, {0.0, 1.0}}}),
      between("pump", {{210, 30}}, {{390, 150}},
              Pump{Series::constant(2.0), ground + 1.0, ground})};
}

/// Some 20 tiles: a dam break over rough ground with rain, infiltration, edges, sources,
/// structures.
struct Event {
  Case model;
  Field<double> depth;
  Options options;
};

/// Precision, levels of local steps in time, and whether there is an aquifer.
using Kind = std::tuple<Precision, int, bool>;

/// An aquifer whose table lies shallow enough to seep out, with drains, a river, a well, and
/// evapotranspiration; steps of two sync intervals, so that runs are stopped inside one.
void add_aquifer(Case& c) {
  const Infiltration soil = c.infiltration;
  add_ground(c, 0.2, 40.0);
  c.infiltration.conductivity = soil.conductivity;
  for (int j = 0; j < c.ny; ++j) {
    for (int i = 0; i < c.nx; ++i)
      c.infiltration.water_table_depth(i, j) = 0.05F * static_cast<float>((i + 2 * j) % 9);
  }
  c.aquifer.drain_depth = Field<float>(c.nx, c.ny, 0.3F);
  c.aquifer.drain_conductance = Field<float>(c.nx, c.ny, 1e-6F);
  c.aquifer.boundaries = {{"river", {{100, 100}, {101, 100}}, 1e-2, -1e30, Series::constant(1.0)}};
  c.aquifer.wells = {well_in({300, 120}, 0.5)};
  c.evapotranspiration.rate = Series::constant(1e-7);
}

Event event(Kind kind) {
  const int nx = 400;
  const int ny = 170;
  const double dx = 5.0;
  Draw draw(23);
  Event e;
  Field<double> z = sampled(nx, ny, dx, [&](double x, double y) {
    return 0.005 * x + std::sin(y / 50.0) + draw.between(0.0, 0.3);
  });
  for (int j = 30; j < 60; ++j) z(200, j) = outside;
  Case& c = e.model;
  c = case_over(z, dx, 0.035F);
  c.edges = {edge_on(c, Side::west, EdgeKind::normal_depth, {}, 0.005),
             edge_on(c, Side::east, EdgeKind::discharge,
                     {{start_time, start_time + std::chrono::seconds{300}}, {10.0, 80.0}})};
  c.sources = {{"spring", {{22, 33}, {333, 100}}, {0.5, 0.5}, Series::constant(3.0)},
               {"sink", {{222, 133}}, {1.0}, Series::constant(-3.0)}};
  draw_soil(draw, c);
  add_structures(c);
  e.depth = sampled(nx, ny, dx, [](double x, double y) {
    return x > 900.0 && x < 1100.0 && y < 400.0 ? 3.0 : 0.0;
  });
  e.options = options_for(std::get<0>(kind), 20.0);
  e.options.time_levels = std::get<1>(kind);
  if (std::get<2>(kind)) add_aquifer(c);
  return e;
}

Field<float> rain_over(const Case& c) {
  Field<float> rain(c.nx, c.ny, 0.0F);
  for (int j = 0; j < c.ny; ++j) {
    for (int i = 0; i < c.nx / 2; ++i) rain(i, j) = static_cast<float>(i % 7) * 5e-6F;
  }
  return rain;
}

class Reproducible : public testing::TestWithParam<Kind> {};

TEST_P(Reproducible, ThreadsDoNotChangeABit) {
  Event e = event(GetParam());
  const Field<float> rain = rain_over(e.model);
  std::optional<State> first;
  Ledger ledger;
  for (const int threads : {1, 2, 7}) {
    e.options.threads = threads;
    auto s = cold(e.model, e.options, e.depth);
    ASSERT_TRUE(s) << s.error().message;
    s->set_rain(rain.view());
    ASSERT_TRUE(s->advance_to(seconds_after_start(60.0)));
    if (!first) {
      first = s->state();
      ledger = s->ledger();
    }
    EXPECT_TRUE(same_bits(*first, s->state())) << threads << " threads";
    EXPECT_EQ(ledger.stored, s->ledger().stored);
    EXPECT_EQ(ledger.error(), s->ledger().error());
    EXPECT_EQ(ledger.infiltration, s->ledger().infiltration);
    EXPECT_EQ(ledger.ground.error(), s->ledger().ground.error());
    EXPECT_EQ(ledger.ground_in, s->ledger().ground_in);
    EXPECT_EQ(std::get<2>(GetParam()), ledger.ground_in > 0.0);
    EXPECT_LE(s->ledger().relative_error(), volume_bound(std::get<0>(GetParam())));
    for (const Passage& passage : s->passages()) EXPECT_NE(passage.volume, 0.0) << passage.name;
  }
}

TEST_P(Reproducible, RestartedRunEqualsContinuousOne) {
  const Event e = event(GetParam());
  const Field<float> rain = rain_over(e.model);
  auto whole = cold(e.model, e.options, e.depth);
  auto stopped = cold(e.model, e.options, e.depth);
  ASSERT_TRUE(whole && stopped);
  whole->set_rain(rain.view());
  ASSERT_TRUE(whole->advance_to(seconds_after_start(100.0)));
  for (int k = 1; k <= 5; ++k) {
    stopped->set_rain(rain.view());
    ASSERT_TRUE(stopped->advance_to(seconds_after_start(20.0 * k)));
    stopped = Simulation::start_from(e.model, e.options, stopped->state());
    ASSERT_TRUE(stopped) << stopped.error().message;
  }
  EXPECT_TRUE(same_bits(whole->state(), stopped->state()));
}

TEST_P(Reproducible, VectorUnitsGiveTheSameBits) {
  using detail::VectorUnit;
  const Event e = event(GetParam());
  const Field<float> rain = rain_over(e.model);
  std::optional<State> first;
  Ledger ledger;
  int units = 0;
  for (const VectorUnit unit : {VectorUnit::baseline, VectorUnit::avx2, VectorUnit::avx512}) {
    if (!detail::has_vector_unit(unit)) continue;
    ++units;
    const auto solver = detail::start_solver(e.model, e.options, start_time, e.depth.view(), unit);
    solver->set_rain(rain.view());
    ASSERT_TRUE(solver->advance_to(seconds_after_start(60.0)));
    if (!first) {
      first = solver->state();
      ledger = solver->ledger();
    }
    EXPECT_TRUE(same_bits(*first, solver->state())) << "unit " << static_cast<int>(unit);
    EXPECT_EQ(ledger.infiltration, solver->ledger().infiltration);
    EXPECT_EQ(ledger.error(), solver->ledger().error());
  }
  if (units < 2) GTEST_SKIP() << "this machine has one vector unit only";
}

// Tiles of one roughness do not read the field of it. In the second run each tile has cells of
// another one: pillars that stay dry, so that it makes no difference.
TEST(OneRoughness, GivesTheSameBitsAsAFieldOfIt) {
  for (const Precision precision : {Precision::double_, Precision::single_}) {
    for (const int levels : {0, 3}) {
      Event e = event({precision, levels, false});
      std::vector<State> states;
      for (const float pillars : {0.035F, 0.08F}) {
        for (int j = 5; j < e.model.ny; j += 8) {
          for (int i = 10; i < e.model.nx; i += 31) {
            if (states.empty()) e.model.bed_elevation(i, j) += 100.0;
            e.model.manning(i, j) = pillars;
            e.depth(i, j) = 0.0;
          }
        }
        auto s = cold(e.model, e.options, e.depth);
        ASSERT_TRUE(s) << s.error().message;
        ASSERT_TRUE(s->advance_to(seconds_after_start(60.0)));
        states.push_back(s->state());
      }
      EXPECT_TRUE(same_bits(states[0], states[1])) << levels << " levels";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, Reproducible,
                         testing::Combine(testing::Values(Precision::double_, Precision::single_),
                                          testing::Values(0, 3), testing::Bool()),
                         [](const auto& p) {
                           const bool twice = std::get<0>(p.param) == Precision::double_;
                           const bool local = std::get<1>(p.param) > 0;
                           return std::string(twice ? "Double" : "Single") +
                                  (local ? "Local" : "") + (std::get<2>(p.param) ? "Ground" : "");
                         });

}  // namespace
}  // namespace vandvagt::model::test
