#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "forecast/built_case.hpp"
#include "grids/files.hpp"
#include "tests/forecast/flat_scenario.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::forecast::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Kind = TerrainChange::Kind;

TerrainChange change(Kind kind, double value, Shape shape, bool along_lines = false) {
  TerrainChange made;
  made.kind = kind;
  made.value = value;
  made.shape = std::move(shape);
  made.along_lines = along_lines;
  return made;
}

TEST(CaseGround, FlatHasTheCellsThatFillItsExtent) {
  const auto built = built_of(flat_scenario());
  EXPECT_EQ(built.geometry.nx, 10);
  EXPECT_EQ(built.geometry.ny, 6);
  EXPECT_TRUE(built.geometry.local());
  for (const double z : built.model.bed_elevation.values()) EXPECT_EQ(z, 1.0);
}

TEST(CaseGround, FlatMustBeFilledByWholeCells) {
  auto scenario = flat_scenario();
  scenario.terrain.cell_size = 3.0;
  EXPECT_THAT(faults_of(scenario), HasSubstr("no whole number of cells"));
}

TEST(CaseGround, PolygonRaisesCellsWhoseCentreLiesInside) {
  auto scenario = flat_scenario();
  scenario.changes = {change(Kind::raise_by, 3.0, rectangle(16, 10, 34, 30))};
  const auto bed = built_of(scenario).model.bed_elevation;
  int raised = 0;
  for (const double z : bed.values()) raised += z == 4.0 ? 1 : 0;
  EXPECT_EQ(raised, 2);  // centres 25 in x (16 to 34), 15 and 25 in y (10 to 30)
  EXPECT_EQ(bed(2, 1), 4.0);
  EXPECT_EQ(bed(1, 1), 1.0);
}

TEST(CaseGround, PolygonsThatOverlapRaiseACellOnce) {
  auto scenario = flat_scenario();
  auto shape = rectangle(0, 0, 50, 50);
  shape.inline_.push_back(rectangle(20, 20, 60, 60).inline_.front());
  scenario.changes = {change(Kind::raise_by, 3.0, shape)};
  EXPECT_EQ(built_of(scenario).model.bed_elevation(3, 3), 4.0);
}

TEST(CaseGround, ChangesApplyInTheirOrder) {
  auto scenario = flat_scenario();
  const auto all = rectangle(0, 0, 100, 60);
  scenario.changes = {change(Kind::raise_to, 5.0, all), change(Kind::lower_to, 2.0, all),
                      change(Kind::raise_to, 1.5, all), change(Kind::raise_by, 0.25, all)};
  const auto built = built_of(scenario);
  for (const double z : built.model.bed_elevation.values()) EXPECT_EQ(z, 2.25);
}

TEST(CaseGround, LineSlopesFromItsFirstVertexToItsLast) {
  auto scenario = flat_scenario();
  scenario.changes = {change(Kind::raise_to, 2.0, line({{5, 25}, {95, 25}}), true)};
  scenario.changes.back().end_value = 11.0;
  const auto bed = built_of(scenario).model.bed_elevation;
  for (int i = 0; i < 10; ++i) EXPECT_DOUBLE_EQ(bed(i, 2), 2.0 + i);
  EXPECT_EQ(bed(4, 3), 1.0);
}

TEST(CaseGround, LeveeAcrossTheDiagonalHasNoGapForWater) {
  auto scenario = flat_scenario();
  scenario.changes = {change(Kind::raise_to, 9.0, line({{0, 0}, {100, 60}}), true)};
  const auto bed = built_of(scenario).model.bed_elevation;
  int diagonal_pairs = 0;
  for (int i = 0; i + 1 < 10; ++i)
    for (int j = 0; j + 1 < 6; ++j) {
      if (bed(i, j) == 1.0 || bed(i + 1, j + 1) == 1.0) continue;
      ++diagonal_pairs;
      EXPECT_TRUE(bed(i + 1, j) > 1.0 || bed(i, j + 1) > 1.0) << i << ", " << j;
    }
  EXPECT_GE(diagonal_pairs, 5);
}

// The sides of the flume of Soares-Frazao and Zech (2007): 0.155 m over the outer 0.34 m.
TEST(CaseGround, PolygonSlopesBetweenTheTwoPointsOfItsRamp) {
  auto scenario = flat_scenario();
  scenario.terrain.flat = 0.0;
  scenario.terrain.cell_size = 0.1;
  scenario.terrain.extent = {0.0, 0.0, 1.0, 1.0};
  scenario.changes = {change(Kind::set_to, 0.155, rectangle(0, 0, 1, 0.34))};
  scenario.changes.back().end_value = 0.0;
  scenario.changes.back().ramp = {grids::Point{0.0, 0.0}, grids::Point{0.0, 0.34}};
  const auto bed = built_of(scenario).model.bed_elevation;
  for (int j = 0; j < 3; ++j)
    EXPECT_NEAR(bed(7, j), 0.155 * (1.0 - (0.05 + 0.1 * j) / 0.34), 1e-12);
  EXPECT_EQ(bed(7, 3), 0.0);
}

TEST(CaseGround, ChangeBesideTheGridIsAFault) {
  auto scenario = flat_scenario();
  scenario.changes = {change(Kind::raise_by, 3.0, rectangle(1000, 0, 1100, 60))};
  scenario.changes.back().shape.place = "case.toml:9: terrain.change.rectangle";
  EXPECT_THAT(faults_of(scenario),
              HasSubstr("case.toml:9: terrain.change.rectangle: touches no cell of the grid"));
}

TEST(CaseGround, FieldIsItsValueThenItsRasterThenItsPatches) {
  const vandvagt::test::TemporaryFolder folder;
  vandvagt::test::write_text(folder / "n.asc",
                             "ncols 5\nnrows 6\nxllcorner 0\nyllcorner 0\ncellsize 10\n"
                             "NODATA_value -1\n4 4 4 4 4\n4 4 4 4 4\n4 4 4 4 4\n4 4 4 4 4\n"
                             "4 4 4 4 4\n4 -1 4 4 4\n");
  auto scenario = flat_scenario();
  scenario.manning.value = 0.03;
  scenario.manning.raster = folder / "n.asc";
  scenario.manning.raster_crs = "local";
  scenario.manning.raster_scale = 0.01;
  scenario.manning.polygons = {{rectangle(30, 0, 70, 20), 0.5}};
  const auto built = built_of(scenario);
  EXPECT_FLOAT_EQ(built.model.manning(0, 0), 0.04F);
  EXPECT_FLOAT_EQ(built.model.manning(1, 0), 0.03F) << "nodata leaves the value";
  EXPECT_FLOAT_EQ(built.model.manning(8, 5), 0.03F) << "beside the raster";
  EXPECT_FLOAT_EQ(built.model.manning(3, 1), 0.5F);
  EXPECT_FLOAT_EQ(built.model.manning(6, 0), 0.5F);
  ASSERT_EQ(built.inputs.size(), 1U);
  EXPECT_EQ(built.inputs[0].digest, *grids::file_digest(folder / "n.asc"));
}

TEST(CaseGround, FieldWithoutAValueSomewhereIsAFault) {
  auto scenario = flat_scenario();
  scenario.manning.value.reset();
  scenario.manning.polygons = {{rectangle(0, 0, 100, 50), 0.03}};
  EXPECT_THAT(faults_of(scenario),
              HasSubstr("has no value in 10 cells, first at (5.000000, 55.000000)"));
}

TEST(CaseGround, StageFillsWhatLiesBelowIt) {
  auto scenario = flat_scenario();
  scenario.changes = {change(Kind::raise_by, 3.0, rectangle(0, 0, 50, 60))};
  scenario.initial.stage.value = 2.5;
  scenario.initial.stage.polygons = {{rectangle(90, 0, 100, 60), 6.0}};
  const auto depth = built_of(scenario).initial_depth;
  EXPECT_EQ(depth(0, 0), 0.0);
  EXPECT_EQ(depth(5, 0), 1.5);
  EXPECT_EQ(depth(9, 5), 5.0);
}

TEST(CaseGround, StageOfOnePolygonLeavesTheRestDry) {
  auto scenario = flat_scenario();
  scenario.initial.stage.polygons = {{rectangle(0, 0, 50, 60), 2.0}};
  const auto depth = built_of(scenario).initial_depth;
  EXPECT_EQ(depth(0, 0), 1.0);
  EXPECT_EQ(depth(9, 0), 0.0);
}

TEST(CaseGround, SealedGroundHasNoInfiltration) {
  EXPECT_TRUE(built_of(flat_scenario()).model.infiltration.empty());
}

TEST(CaseGround, WaterTableAboveTheGroundLeavesNoStore) {
  auto scenario = flat_scenario();
  scenario.infiltration.enabled = true;
  scenario.infiltration.conductivity.value = 1e-6;
  scenario.infiltration.suction_head.value = 0.1;
  scenario.infiltration.moisture_deficit.value = 0.3;
  scenario.groundwater.water_table_depth.value = -2.0;
  scenario.groundwater.water_table_depth.polygons = {{rectangle(50, 0, 100, 60), 1.5}};
  const auto soil = built_of(scenario).model.infiltration;
  EXPECT_EQ(soil.water_table_depth(0, 0), 0.0F);
  EXPECT_EQ(soil.water_table_depth(9, 0), 1.5F);
  EXPECT_FLOAT_EQ(soil.conductivity(0, 0), 1e-6F);
}

}  // namespace
}  // namespace vandvagt::forecast::test
