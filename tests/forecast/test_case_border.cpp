#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "forecast/built_case.hpp"
#include "tests/forecast/flat_scenario.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::forecast::test {
namespace {

using model::EdgeKind;
using model::Side;
using testing::AllOf;
using testing::HasSubstr;

EdgeInput edge(const std::string& name, std::optional<Side> side) {
  EdgeInput made;
  made.name = name;
  made.kind = EdgeKind::open;
  made.side = side;
  made.place = "case.toml:" + name;
  return made;
}

/// 4 × 3 cells of 10 m with a lake of nodata in the north-east corner (2 × 2 cells).
class IrregularCase : public testing::Test {
 protected:
  void SetUp() override {
    vandvagt::test::write_text(folder / "dem.asc",
                               "ncols 4\nnrows 3\nxllcorner 0\nyllcorner 0\ncellsize 10\n"
                               "NODATA_value -9999\n"
                               "5 4 -9999 -9999\n"
                               "5 4 -9999 -9999\n"
                               "5 4 3 2\n");
    scenario = flat_scenario();
    scenario.terrain.flat.reset();
    scenario.terrain.extent.reset();
    scenario.terrain.cell_size.reset();
    scenario.terrain.rasters = {folder / "dem.asc"};
  }
  vandvagt::test::TemporaryFolder folder;
  Scenario scenario;
};

TEST(CaseBorder, SideIsOneFaceOfEachCellAlongIt) {
  auto scenario = flat_scenario();
  scenario.edges = {edge("west", Side::west), edge("north", Side::north)};
  const auto built = built_of(scenario);
  ASSERT_EQ(built.model.edges.size(), 2U);
  EXPECT_EQ(built.model.edges[0].faces.size(), 6U);
  EXPECT_EQ(built.model.edges[1].faces.size(), 10U);
  for (const auto& face : built.model.edges[1].faces) {
    EXPECT_EQ(face.cell.j, 5);
    EXPECT_EQ(face.side, Side::north);
  }
}

TEST(CaseBorder, AlongTakesFacesWhoseMiddleLiesInTheRange) {
  auto scenario = flat_scenario();
  scenario.edges = {edge("west", Side::west), edge("south", Side::south)};
  scenario.edges[0].along = {15.0, 44.0};
  scenario.edges[1].along = {90.0, 100.0};
  const auto built = built_of(scenario);
  ASSERT_EQ(built.model.edges[0].faces.size(), 3U);
  EXPECT_EQ(built.model.edges[0].faces[0].cell.j, 1);
  ASSERT_EQ(built.model.edges[1].faces.size(), 1U);
  EXPECT_EQ(built.model.edges[1].faces[0].cell.i, 9);
}

TEST(CaseBorder, TwoEdgesThatMeetShareNoFace) {
  auto scenario = flat_scenario();
  scenario.edges = {edge("lower", Side::west), edge("upper", Side::west)};
  scenario.edges[0].along = {0.0, 30.0};
  scenario.edges[1].along = {30.0, 60.0};
  const auto built = built_of(scenario);
  EXPECT_EQ(built.model.edges[0].faces.size() + built.model.edges[1].faces.size(), 6U);
}

TEST(CaseBorder, TwoEdgesThatClaimAFaceAreAFault) {
  auto scenario = flat_scenario();
  scenario.edges = {edge("lower", Side::west), edge("upper", Side::west)};
  scenario.edges[0].along = {0.0, 35.0};
  scenario.edges[1].along = {25.0, 60.0};
  EXPECT_THAT(faults_of(scenario),
              AllOf(HasSubstr("case.toml:upper"), HasSubstr("both claim 2 cell faces")));
}

TEST(CaseBorder, EdgeThatTouchesNoCellIsAFault) {
  auto scenario = flat_scenario();
  scenario.edges = {edge("low", Side::west)};
  scenario.edges[0].below = 0.5;
  EXPECT_THAT(faults_of(scenario), HasSubstr("case.toml:low: edge \"low\" touches no cell"));
}

TEST_F(IrregularCase, PolygonTakesFacesBesideNodata) {
  scenario.edges = {edge("lake", std::nullopt)};
  scenario.edges[0].polygon = rectangle(19, 9, 41, 31);
  const auto built = built_of(scenario);
  ASSERT_EQ(built.model.edges.size(), 1U);
  const auto& faces = built.model.edges[0].faces;
  ASSERT_EQ(faces.size(), 4U);  // two towards the east, two towards the north
  EXPECT_EQ(std::count_if(faces.begin(), faces.end(),
                          [](const auto& face) { return face.side == Side::north; }),
            2);
}

TEST_F(IrregularCase, SideIsOfTheRectangleAndNotOfItsNodata) {
  scenario.edges = {edge("east", Side::east)};
  const auto built = built_of(scenario);
  ASSERT_EQ(built.model.edges[0].faces.size(), 1U);
  EXPECT_EQ(built.model.edges[0].faces[0].cell.i, 3);
}

TEST_F(IrregularCase, BelowLeavesOutHighGround) {
  scenario.edges = {edge("south", Side::south)};
  scenario.edges[0].below = 4.0;
  const auto built = built_of(scenario);
  EXPECT_EQ(built.model.edges[0].faces.size(), 2U);  // ground at 3 and 2 m; not at 4
}

TEST_F(IrregularCase, SourceGivesNothingToNodata) {
  SourceInput source;
  source.name = "rain barrel";
  source.point = grids::Point{20.0, 10.0};
  source.radius = 12.0;
  scenario.sources = {source};
  const auto built = built_of(scenario);
  ASSERT_EQ(built.model.sources.size(), 1U);
  const auto& made = built.model.sources[0];
  EXPECT_EQ(made.cells.size(), 3U);  // four cells around the point, of which one is nodata
  EXPECT_NEAR(std::accumulate(made.weights.begin(), made.weights.end(), 0.0), 1.0, 1e-15);
}

TEST_F(IrregularCase, GaugeOnNodataOrOutsideIsAFaultEach) {
  GaugeInput dry{.id = "dry",
                 .name = "dry",
                 .position = {35, 25},
                 .crs = "",
                 .station = "",
                 .place = "case.toml:7: gauge"};
  GaugeInput far = dry;
  far.id = "far";
  far.position = {-1, 5};
  scenario.gauges = {dry, far};
  EXPECT_THAT(
      faults_of(scenario),
      AllOf(HasSubstr("case.toml:7: gauge: \"dry\" at (35.000000, 25.000000) lies on nodata"),
            HasSubstr("\"far\" at (-1.000000, 5.000000) lies outside the grid; the grid "
                      "reaches from (0.000000, 0.000000) to (40.000000, 30.000000)")));
}

TEST_F(IrregularCase, WellOutsideTheGridIsAFault) {
  scenario.groundwater.well_places = {{.id = "well",
                                       .name = "well",
                                       .position = {500, 5},
                                       .crs = "",
                                       .station = "well",
                                       .place = "case.toml:8: groundwater.wells"}};
  EXPECT_THAT(faults_of(scenario),
              HasSubstr("case.toml:8: groundwater.wells: \"well\" at (500.000000, 5.000000) lies "
                        "outside the grid"));
}

TEST(CaseBorder, PointSourceIsTheCellThatHoldsIt) {
  auto scenario = flat_scenario();
  SourceInput source;
  source.name = "spring";
  source.point = grids::Point{99.0, 1.0};
  scenario.sources = {source};
  const auto made = built_of(scenario).model.sources.at(0);
  ASSERT_EQ(made.cells.size(), 1U);
  EXPECT_EQ(made.cells[0].i, 9);
  EXPECT_EQ(made.cells[0].j, 0);
}

TEST(CaseBorder, PolygonsOfASourceThatOverlapCountACellOnce) {
  auto scenario = flat_scenario();
  SourceInput source;
  source.name = "pond";
  source.polygon = rectangle(0, 0, 40, 20);
  source.polygon.inline_.push_back(rectangle(20, 0, 60, 20).inline_.front());
  scenario.sources = {source};
  const auto made = built_of(scenario).model.sources.at(0);
  EXPECT_EQ(made.cells.size(), 12U);
  for (const double weight : made.weights) EXPECT_DOUBLE_EQ(weight, 1.0 / 12.0);
}

TEST(CaseBorder, SourceBesideTheTerrainIsAFault) {
  auto scenario = flat_scenario();
  SourceInput source;
  source.name = "spring";
  source.point = grids::Point{-50.0, 1.0};
  source.place = "case.toml:5: source";
  scenario.sources = {source};
  EXPECT_THAT(faults_of(scenario), HasSubstr("case.toml:5: source: source \"spring\" touches no"));
}

TEST(CaseBorder, GaugeInAnotherSystemStandsWhereItIs) {
  auto scenario = flat_scenario();
  scenario.terrain.crs = "EPSG:25832";
  scenario.terrain.extent = {445000.0, 6238000.0, 445100.0, 6238060.0};
  // The centre of cell (4, 2) in longitude and latitude, from gdaltransform.
  scenario.gauges = {{.id = "bridge",
                      .name = "bridge",
                      .position = {8.1123261, 56.2838395},
                      .crs = "EPSG:4326",
                      .station = "",
                      .place = ""}};
  const auto built = built_of(scenario);
  ASSERT_EQ(built.gauges.size(), 1U);
  EXPECT_EQ(built.gauges[0].cell.i, 4);
  EXPECT_EQ(built.gauges[0].cell.j, 2);
  EXPECT_NEAR(built.gauges[0].position.x, 445045.0, 0.5);
}

}  // namespace
}  // namespace vandvagt::forecast::test
