#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "forecast/built_case.hpp"
#include "tests/forecast/flat_scenario.hpp"

namespace vandvagt::forecast::test {
namespace {

using testing::HasSubstr;

/// Ground at 1 m over 9 m of sand, 10 × 6 cells of 10 m.
Scenario with_aquifer() {
  auto scenario = flat_scenario();
  scenario.infiltration.enabled = true;
  scenario.infiltration.conductivity.value = 1e-6;
  scenario.infiltration.suction_head.value = 0.1;
  scenario.infiltration.moisture_deficit.value = 0.3;
  scenario.groundwater.water_table_depth.value = 1.5;
  AquiferInput& aquifer = scenario.groundwater.aquifer;
  aquifer.enabled = true;
  aquifer.conductivity.value = 1e-4;
  aquifer.thickness.value = 9.0;
  aquifer.place = "x.toml:7: groundwater.aquifer";
  return scenario;
}

HeadBoundaryInput boundary(Shape shape, bool along_lines) {
  HeadBoundaryInput made;
  made.name = "river";
  made.shape = std::move(shape);
  made.along_lines = along_lines;
  made.stage.constant = 0.5;
  made.conductance = 1e-3;
  made.place = "x.toml:9: groundwater.boundary";
  return made;
}

PumpingInput pumping(grids::Point point) {
  PumpingInput made;
  made.name = "waterworks";
  made.point = point;
  made.rate.constant = -0.01;
  made.place = "x.toml:12: groundwater.pumping";
  return made;
}

TEST(CaseAquifer, IsNotThereUnlessAskedFor) {
  EXPECT_TRUE(built_of(flat_scenario()).model.aquifer.empty());
  EXPECT_TRUE(built_of(flat_scenario()).model.evapotranspiration.empty());
}

TEST(CaseAquifer, ThicknessCountsFromTheGroundDown) {
  auto scenario = with_aquifer();
  EXPECT_EQ(built_of(scenario).model.aquifer.base(3, 3), -8.0F);
  scenario.groundwater.aquifer.thickness = {};
  scenario.groundwater.aquifer.base.value = -5.0;
  EXPECT_EQ(built_of(scenario).model.aquifer.base(3, 3), -5.0F);
}

TEST(CaseAquifer, BaseAboveTheGroundIsAFault) {
  auto scenario = with_aquifer();
  scenario.groundwater.aquifer.thickness = {};
  scenario.groundwater.aquifer.base.value = -5.0;
  scenario.groundwater.aquifer.base.polygons = {{rectangle(0, 0, 20, 10), 1.0}};
  EXPECT_THAT(faults_of(scenario), HasSubstr("does not lie below the ground in 2 cells"));
}

TEST(CaseAquifer, YieldIsTheMoistureDeficitUnlessGiven) {
  auto scenario = with_aquifer();
  EXPECT_EQ(built_of(scenario).model.aquifer.specific_yield(0, 0), 0.3F);
  scenario.groundwater.aquifer.specific_yield.value = 0.12;
  EXPECT_EQ(built_of(scenario).model.aquifer.specific_yield(0, 0), 0.12F);
  scenario.groundwater.aquifer.specific_yield = {};
  scenario.infiltration.moisture_deficit.polygons = {{rectangle(0, 0, 20, 10), 0.0}};
  EXPECT_THAT(faults_of(scenario),
              HasSubstr("x.toml:7: groundwater.aquifer: the specific yield is the moisture "
                        "deficit, which is 0 in 2 cells; give `specific_yield`"));
  scenario.groundwater.aquifer.specific_yield.value = 1.0;
  EXPECT_THAT(faults_of(scenario), HasSubstr("specific yield is 1.000000, out of range"));
}

TEST(CaseAquifer, DrainsAreWhereBothTheirNumbersAre) {
  auto scenario = with_aquifer();
  auto& aquifer = scenario.groundwater.aquifer;
  aquifer.drain_depth.polygons = {{rectangle(0, 0, 50, 60), 0.7}};
  aquifer.drain_conductance.polygons = {{rectangle(0, 0, 30, 60), 1e-7}};
  const auto made = built_of(scenario).model.aquifer;
  EXPECT_EQ(made.drain_depth(2, 2), 0.7F);
  EXPECT_EQ(made.drain_conductance(2, 2), 1e-7F);
  EXPECT_TRUE(std::isnan(made.drain_depth(4, 2)));
  EXPECT_TRUE(std::isnan(made.drain_depth(8, 2)));
}

TEST(CaseAquifer, BoundaryHoldsEachCellOfItsShapesOnce) {
  auto scenario = with_aquifer();
  auto& boundaries = scenario.groundwater.aquifer.boundaries;
  auto shape = rectangle(0, 0, 30, 10);
  shape.inline_.push_back(rectangle(20, 0, 50, 10).inline_.front());
  boundaries = {boundary(shape, false)};
  auto made = built_of(scenario).model.aquifer.boundaries;
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].cells.size(), 5U);
  EXPECT_EQ(made[0].conductance, 1e-3);
  EXPECT_LT(made[0].bottom, -1e20);
  boundaries = {boundary(line({{5, 25}, {95, 25}}), true)};
  boundaries[0].bottom = -0.5;
  made = built_of(scenario).model.aquifer.boundaries;
  EXPECT_EQ(made[0].cells.size(), 10U);
  EXPECT_EQ(made[0].cells[3].j, 2);
  EXPECT_EQ(made[0].bottom, -0.5);
  boundaries = {boundary(rectangle(200, 0, 300, 10), false)};
  EXPECT_THAT(faults_of(scenario), HasSubstr("\"river\" touches no computed cell"));
}

TEST(CaseAquifer, WellsStandOnTheGrid) {
  auto scenario = with_aquifer();
  scenario.groundwater.aquifer.pumping = {pumping({35, 25})};
  const auto made = built_of(scenario).model.aquifer.wells;
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].cell.i, 3);
  EXPECT_EQ(made[0].cell.j, 2);
  scenario.groundwater.aquifer.pumping = {pumping({-5, 25})};
  EXPECT_THAT(faults_of(scenario), HasSubstr("lies outside the grid; move it inside"));
}

TEST(CaseAquifer, StepFitsTheSyncInterval) {
  auto scenario = with_aquifer();
  scenario.groundwater.aquifer.step = std::chrono::seconds{90};
  EXPECT_THAT(faults_of(scenario), HasSubstr("no multiple of solver.sync_interval"));
}

TEST(CaseEvapotranspiration, TakesTheAquifersStepWhereThereIsOne) {
  auto scenario = with_aquifer();
  auto& given = scenario.evapotranspiration;
  given.enabled = true;
  given.rate.constant = 3e-8;
  given.extinction_depth = 2.0;
  given.step = std::chrono::minutes{30};
  const auto with = built_of(scenario).model.evapotranspiration;
  EXPECT_EQ(with.step, std::chrono::hours{1});
  EXPECT_EQ(with.extinction_depth, 2.0);
  EXPECT_EQ(with.rate.values, std::vector<double>{3e-8});
  scenario.groundwater.aquifer.enabled = false;
  EXPECT_EQ(built_of(scenario).model.evapotranspiration.step, std::chrono::minutes{30});
  given.rate.constant = -3e-8;
  EXPECT_THAT(faults_of(scenario), HasSubstr("less than 0"));
}

}  // namespace
}  // namespace vandvagt::forecast::test
