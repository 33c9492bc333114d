#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "forecast/states.hpp"
#include "tests/forecast/flat_scenario.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::forecast::test {
namespace {

using model::CellIndex;
using model::Side;
using testing::HasSubstr;

StructureInput weir(grids::Point from, grids::Point to) {
  StructureInput made;
  made.name = "mill";
  made.from = from;
  made.to = to;
  made.kind = model::Weir{.crest = 2.0, .width = 3.0};
  made.place = "case.toml:7: structure";
  return made;
}

LeveeInput levee(std::vector<grids::Point> points, std::vector<double> crests) {
  LeveeInput made;
  made.name = "dike";
  made.line = line(std::move(points));
  made.crests = std::move(crests);
  made.place = "case.toml:9: levee";
  return made;
}

BreachInput breach_at(grids::Point point) {
  BreachInput made;
  made.name = "gap";
  made.point = point;
  made.width.from = SeriesInput::From::points;
  made.width.points = {{60.0, 0.0}, {120.0, 5.0}};
  made.invert.constant = 1.5;
  made.place = "case.toml:12: levee.breach";
  return made;
}

TEST(CaseStructures, StandOnTheCellsOfTheirPlaces) {
  auto scenario = flat_scenario();
  scenario.structures = {weir({5.0, 5.0}, {75.0, 35.0})};
  StructureInput pump = weir({35.0, 35.0}, {95.0, 55.0});
  pump.name = "pump";
  pump.radius = 12.0;
  pump.kind = model::Pump{.capacity = {}, .start_stage = 2.0, .stop_stage = 1.5};
  pump.series.constant = 0.4;
  scenario.structures.push_back(pump);
  const auto made = built_of(scenario).model.structures;
  ASSERT_EQ(made.size(), 2U);
  ASSERT_EQ(made[0].from.size(), 1U);
  EXPECT_EQ(made[0].to.at(0).i, 7);
  EXPECT_EQ(made[0].to.at(0).j, 3);
  EXPECT_EQ(made[1].from.size(), 5U);
  EXPECT_EQ(made[1].to.size(), 3U);
  EXPECT_EQ(std::get<model::Pump>(made[1].kind).capacity.values, std::vector{0.4});
}

TEST(CaseStructures, ThatCannotStandAreToldWithPlaceAndCure) {
  auto scenario = flat_scenario();
  scenario.structures = {weir({-5.0, 5.0}, {75.0, 35.0}), weir({5.0, 5.0}, {6.0, 4.0}),
                         weir({5.0, 5.0}, {75.0, 35.0})};
  scenario.structures[2].kind = model::Weir{.crest = 0.5, .width = 3.0};
  const auto faults = faults_of(scenario);
  EXPECT_THAT(faults, HasSubstr("case.toml:7: structure: structure \"mill\": `from` at (-5.000000, "
                                "5.000000) lies outside the grid; place it on the terrain"));
  EXPECT_THAT(faults, HasSubstr("has both ends in one cell; part them"));
  EXPECT_THAT(faults, HasSubstr("the crest of 0.500 m lies below the ground at both ends (1.000 "
                                "m); raise the crest"));
}

/// Cells that water can reach from the south-west corner without passing a levee's face.
std::size_t reached(const BuiltCase& built) {
  std::set<std::tuple<int, int, Side>> closed;
  const auto next = [](CellIndex c, Side side) {
    switch (side) {
      case Side::west:
        return CellIndex{c.i - 1, c.j};
      case Side::east:
        return CellIndex{c.i + 1, c.j};
      case Side::south:
        return CellIndex{c.i, c.j - 1};
      case Side::north:
        return CellIndex{c.i, c.j + 1};
    }
    return c;
  };
  const auto opposite = [](Side side) {
    return side == Side::west    ? Side::east
           : side == Side::east  ? Side::west
           : side == Side::south ? Side::north
                                 : Side::south;
  };
  for (const auto& one : built.model.levees)
    for (const auto& face : one.faces) {
      const CellIndex other = next(face.face.cell, face.face.side);
      closed.emplace(face.face.cell.i, face.face.cell.j, face.face.side);
      closed.emplace(other.i, other.j, opposite(face.face.side));
    }
  std::set<std::pair<int, int>> seen{{0, 0}};
  std::vector<CellIndex> todo{{0, 0}};
  while (!todo.empty()) {
    const CellIndex c = todo.back();
    todo.pop_back();
    for (const Side side : {Side::west, Side::east, Side::south, Side::north}) {
      const CellIndex n = next(c, side);
      if (n.i < 0 || n.j < 0 || n.i >= built.model.nx || n.j >= built.model.ny) continue;
      if (closed.contains({c.i, c.j, side}) || !seen.emplace(n.i, n.j).second) continue;
      todo.push_back(n);
    }
  }
  return seen.size();
}

// Slanting, through corners of cells, along centres of cells, and with bends: closed each time.
TEST(CaseLevees, PartTheGridWithoutAGap) {
  const std::vector<std::vector<grids::Point>> lines{
      {{0.0, 33.0}, {99.9, 12.0}},
      {{0.0, 0.0}, {59.99, 59.99}},
      {{0.0, 25.0}, {99.9, 25.0}},
      {{45.0, 0.0}, {45.0, 59.9}},
      {{0.0, 15.0}, {35.0, 15.0}, {35.0, 45.0}, {65.0, 45.0}, {65.0, 5.0}, {99.9, 5.0}}};
  for (const auto& points : lines) {
    auto scenario = flat_scenario();
    scenario.levees = {levee(points, {3.0})};
    const auto cells = reached(built_of(scenario));
    EXPECT_GT(cells, 0U);
    EXPECT_LT(cells, 60U) << "water comes round the line from " << points[0].x << ", "
                          << points[0].y;
  }
}

TEST(CaseLevees, StandForTheLengthOfTheirLine) {
  auto scenario = flat_scenario();
  scenario.levees = {levee({{5.5, 5.5}, {83.0, 53.0}}, {3.0, 4.0})};
  const auto built = built_of(scenario);
  const auto& faces = built.model.levees.at(0).faces;
  const double length = std::hypot(77.5, 47.5);
  EXPECT_GT(static_cast<double>(faces.size()) * 10.0, 1.2 * length);
  EXPECT_NEAR(faces.back().until, length, 1e-9);
  for (std::size_t k = 0; k < faces.size(); ++k) {
    EXPECT_EQ(faces[k].from, k > 0 ? faces[k - 1].until : 0.0);
    EXPECT_GE(faces[k].until, faces[k].from);
    // The crest rises evenly, so that of a face lies between those at its ends.
    EXPECT_GE(faces[k].crest, 3.0 + faces[k].from / length - 0.1);
    EXPECT_LE(faces[k].crest, 3.0 + faces[k].until / length + 0.1);
    // Going north-east the left hand is the north-west: faces are seen from there.
    EXPECT_TRUE(faces[k].face.side == Side::east || faces[k].face.side == Side::south);
  }
}

TEST(CaseLevees, PutABreachAtItsStation) {
  auto scenario = flat_scenario();
  scenario.levees = {levee({{45.0, 0.0}, {45.0, 59.0}}, {3.0})};
  scenario.levees[0].breaches = {breach_at({47.0, 22.0})};
  const auto built = built_of(scenario);
  const auto& breach = built.model.levees.at(0).breaches.at(0);
  EXPECT_NEAR(breach.centre, 22.0, 1e-9);
  EXPECT_EQ(breach.width.values, (std::vector{0.0, 5.0}));
  EXPECT_EQ(breach.invert.values, std::vector{1.5});
}

TEST(CaseLevees, ThatCannotStandAreToldWithPlaceAndCure) {
  auto scenario = flat_scenario();
  scenario.levees = {levee({{45.0, 0.0}, {45.0, 99.0}}, {3.0}),
                     levee({{5.0, 25.0}, {65.0, 25.0}}, {0.5}),
                     levee({{71.0, 1.0}, {72.0, 2.0}}, {3.0}),
                     levee({{5.0, 45.0}, {65.0, 45.0}}, {3.0, 3.0, 3.0}),
                     levee({{5.0, 41.0}, {65.0, 41.0}}, {3.0}),
                     levee({{5.0, 42.0}, {35.0, 42.0}}, {3.0})};
  scenario.levees[4].breaches = {breach_at({30.0, 5.0})};
  for (std::size_t k = 0; k < scenario.levees.size(); ++k)
    scenario.levees[k].name = "dike " + std::to_string(k);
  const auto faults = faults_of(scenario);
  for (const char* told :
       {"case.toml:9: levee: levee \"dike 0\" leaves the grid at (45.000000, 99.000000); end it "
        "inside",
        "levee \"dike 1\" has its crest below the ground on both sides at 6 cell faces, first at "
        "(15.000000, 25.000000) (0.500 m under 1.000 m); raise the crest",
        "levee \"dike 2\" parts no two computed cells",
        "levee \"dike 3\" has 3 crests and 2 vertices; give one crest",
        "breach \"gap\" at (30.000000, 5.000000) lies 36.0 m from levee \"dike 4\"; place it on "
        "the "
        "levee, within a cell (10 m)",
        "levee \"dike 5\" and levee \"dike 4\" stand on the same 3 cell faces"})
    EXPECT_THAT(faults, HasSubstr(told));
  EXPECT_EQ(std::count(faults.begin(), faults.end(), '\n'), 6) << faults;
}

TEST(CaseLevees, OnNodataAreToldAndAtItsBorderEnd) {
  const vandvagt::test::TemporaryFolder folder;
  vandvagt::test::write_text(folder / "dem.asc",
                             "ncols 4\nnrows 3\nxllcorner 0\nyllcorner 0\ncellsize 10\n"
                             "NODATA_value -9999\n"
                             "5 4 -9999 -9999\n5 4 -9999 -9999\n5 4 3 2\n");
  auto scenario = flat_scenario();
  scenario.terrain.flat.reset();
  scenario.terrain.extent.reset();
  scenario.terrain.cell_size.reset();
  scenario.terrain.rasters = {folder / "dem.asc"};
  scenario.levees = {levee({{1.0, 20.0}, {24.0, 20.0}}, {6.0})};
  EXPECT_EQ(built_of(scenario).model.levees.at(0).faces.size(), 2U);
  scenario.levees = {levee({{1.0, 20.0}, {36.0, 20.0}}, {6.0})};
  EXPECT_THAT(faults_of(scenario), HasSubstr("levee \"dike\" lies on nodata at 2 cell faces, first "
                                             "at (25.000000, 20.000000); end it where"));
}

TEST(CaseStructures, ArePartOfTheIdentityOfAState) {
  auto scenario = flat_scenario();
  const auto identity = [&] { return identity_of(scenario, built_of(scenario)); };
  const auto plain = identity();
  EXPECT_FALSE(plain.contains("structures"));
  scenario.structures = {weir({5.0, 5.0}, {75.0, 35.0})};
  scenario.levees = {levee({{45.0, 0.0}, {45.0, 59.0}}, {3.0})};
  const auto first = identity();
  scenario.structures[0].kind = model::Weir{.crest = 2.0, .width = 3.5};
  scenario.levees[0].crests = {3.1};
  const auto second = identity();
  EXPECT_NE(first.at("structures"), second.at("structures"));
  EXPECT_NE(first.at("levees"), second.at("levees"));
  EXPECT_EQ(first.at("terrain"), second.at("terrain"));
}

}  // namespace
}  // namespace vandvagt::forecast::test
