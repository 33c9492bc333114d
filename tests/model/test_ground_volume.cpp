// One ledger over surface and ground: whatever is drawn, every litre is accounted for.

#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "tests/model/coupled_cases.hpp"
#include "tests/model/random_case.hpp"

namespace vandvagt::model::test {
namespace {

/// Aquifer, drains, river, wells and evapotranspiration over a random terrain.
void draw_ground(Draw& draw, Case& c, double sync) {
  if (c.infiltration.empty()) draw_soil(draw, c);
  const auto field = [&](double low, double high) {
    Field<float> out(c.nx, c.ny);
    for (float& value : out.values()) value = static_cast<float>(draw.between(low, high));
    return out;
  };
  c.infiltration.water_table_depth = field(0.0, draw.chance(0.5) ? 0.2 : 3.0);
  c.infiltration.moisture_deficit = field(0.01, 0.4);
  c.infiltration.pore_size_index = field(0.1, 3.0);
  Aquifer& aquifer = c.aquifer;
  aquifer.conductivity = field(0.0, draw.chance(0.5) ? 1e-2 : 1e-5);
  aquifer.specific_yield = draw.chance(0.5) ? c.infiltration.moisture_deficit : field(0.01, 0.4);
  aquifer.base = field(0.5, 20.0);
  for (std::size_t k = 0; k < aquifer.base.size(); ++k) {
    aquifer.base.values()[k] =
        static_cast<float>(c.bed_elevation.values()[k] - aquifer.base.values()[k]);
  }
  aquifer.step = from_seconds(sync * draw.whole(1, 4));
  if (draw.chance(0.5)) {
    aquifer.drain_depth = field(0.0, 1.0);
    for (float& depth : aquifer.drain_depth.values())
      if (draw.chance(0.5)) depth = std::numeric_limits<float>::quiet_NaN();
    aquifer.drain_conductance = field(0.0, 1e-4);
  }
  const CellIndex middle{c.nx / 2, c.ny / 2};
  const double bed = c.bed_elevation(middle.i, middle.j);
  if (draw.chance(0.7)) {
    aquifer.boundaries = {{"river",
                           {middle},
                           std::pow(10.0, draw.between(-6.0, 1.0)),
                           bed - 2.0,
                           {{start_time, start_time + std::chrono::seconds{60}},
                            {bed + draw.between(-3.0, 3.0), bed + draw.between(-3.0, 3.0)}}}};
  }
  if (draw.chance(0.7)) aquifer.wells = {well_in(middle, draw.between(-0.5, 0.5))};
  if (draw.chance(0.7)) c.evapotranspiration.rate = Series::constant(draw.between(0.0, 1e-5));
}

TEST(GroundVolume, ClosesOverSurfaceAndGroundInRandomCases) {
  const unsigned first = std::random_device{}() % 1'000'000;
  std::cout << "seeds from " << first << "\n";
  for (unsigned seed = first; seed < first + 60; ++seed) {
    SCOPED_TRACE(seed);
    Drawn drawn = random_case(seed);
    Draw draw(seed + 77);
    const double sync = 5.0;
    draw_ground(draw, drawn.model, sync);
    Options options = options_for(Precision::double_, sync);
    options.time_levels = draw.chance(0.3) ? 3 : 0;
    auto s = cold(drawn.model, options, drawn.depth);
    ASSERT_TRUE(s) << s.error().message;
    s->set_rain(drawn.rain);
    for (int k = 1; k <= 6; ++k) {
      const auto done = s->advance_to(seconds_after_start(2 * sync * k));
      ASSERT_TRUE(done) << done.error().message;
      if (k == 3) {
        const Field<float> corrected(drawn.model.nx, drawn.model.ny, 0.3F);
        s->set_water_table_depth(corrected.view());
      }
      const Ledger ledger = s->ledger();
      EXPECT_LE(ledger.whole_relative_error(), ground_bound);
      EXPECT_LE(ledger.relative_error(), 1e-11);
      EXPECT_EQ(ledger.ground.seepage, ledger.ground_in);
      EXPECT_GE(ledger.ground.soil, 0.0);
      EXPECT_GE(ledger.ground.aquifer, 0.0);
      EXPECT_GE(ledger.ground.emerging, 0.0);
    }
  }
}

// In single precision the surface rounds what it is given; the ground does not.
TEST(GroundVolume, ClosesInSinglePrecisionToWhatFloatsHold) {
  for (unsigned seed = 1; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    Drawn drawn = random_case(seed);
    Draw draw(seed);
    draw_ground(draw, drawn.model, 5.0);
    auto s = cold(drawn.model, options_for(Precision::single_, 5.0), drawn.depth);
    ASSERT_TRUE(s) << s.error().message;
    s->set_rain(drawn.rain);
    const auto done = s->advance_to(seconds_after_start(60.0));
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_LE(s->ledger().whole_relative_error(), volume_bound(Precision::single_));
    EXPECT_LE(std::abs(s->ledger().ground.error()),
              1e-9 * (s->ledger().ground.in() + s->ledger().ground.out() + 1.0));
  }
}

}  // namespace
}  // namespace vandvagt::model::test
