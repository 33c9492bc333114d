#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "grids/vector.hpp"
#include "tests/grids/made_raster.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::grids {
namespace {

using test::write_text;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

Geometry plain(int nx, int ny) {
  return {.nx = nx, .ny = ny, .x0 = 0, .y0 = 0, .dx = 1, .crs = {}, .vertical_datum = {}};
}

TEST(CellsIn, SharedEdgeGivesEachCellToOneOfTwoNeighbours) {
  const auto g = plain(6, 4);
  // The edge x = 2.5 runs through cell centres.
  const auto west = make_polygon({{0, 0}, {2.5, 0}, {2.5, 4}, {0, 4}}, "west").value();
  const auto east = make_polygon({{2.5, 0}, {6, 0}, {6, 4}, {2.5, 4}}, "east").value();
  EXPECT_EQ(cells_in(g, west).size() + cells_in(g, east).size(), 24U);
}

TEST(CellsIn, AgreesWithThePointTestForRandomStars) {
  const auto g = plain(40, 30);
  std::mt19937 random(20261123);
  std::uniform_real_distribution<double> radius(3.0, 25.0);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<Point> ring;
    for (int k = 0; k < 17; ++k) {
      const double angle = 2 * M_PI * k / 17, r = radius(random);
      ring.push_back({20 + r * std::cos(angle), 15 + r * std::sin(angle)});
    }
    const auto star = make_polygon(ring, "star").value();
    std::vector<Cell> one_by_one;
    for (int j = 0; j < g.ny; ++j)
      for (int i = 0; i < g.nx; ++i)
        if (contains(star, g.centre(i, j))) one_by_one.push_back({i, j});
    EXPECT_EQ(cells_in(g, star), one_by_one) << "trial " << trial;
  }
}

TEST(CellsIn, HoleIsOutside) {
  auto ring = make_polygon({{0, 0}, {5, 0}, {5, 5}, {0, 5}}, "ring").value();
  ring.rings.push_back({{1, 1}, {4, 1}, {4, 4}, {1, 4}});
  EXPECT_EQ(cells_in(plain(5, 5), ring).size(), 16U);
}

TEST(CellsIn, PolygonBeyondTheGridGivesNothing) {
  const auto far = make_polygon({{100, 0}, {110, 0}, {110, 10}}, "far").value();
  EXPECT_TRUE(cells_in(plain(5, 5), far).empty());
}

TEST(CellsAlong, CellsFollowEachOtherBySides) {
  const auto g = plain(50, 50);
  std::mt19937 random(7);
  std::uniform_real_distribution<double> anywhere(0.0, 50.0);
  for (int trial = 0; trial < 50; ++trial) {
    const auto line = make_line({{anywhere(random), anywhere(random)},
                                 {anywhere(random), anywhere(random)},
                                 {anywhere(random), anywhere(random)}},
                                "levee");
    const auto cells = cells_along(g, *line);
    EXPECT_EQ(cells.front(), *cell_at(g, line->points.front()));
    EXPECT_EQ(cells.back(), *cell_at(g, line->points.back()));
    for (std::size_t k = 0; k + 1 < cells.size(); ++k)
      EXPECT_EQ(std::abs(cells[k].i - cells[k + 1].i) + std::abs(cells[k].j - cells[k + 1].j), 1);
  }
}

TEST(CellsAlong, ExactDiagonalLeavesNoDiagonalGap) {
  const auto cells = cells_along(plain(4, 4), *make_line({{0, 0}, {4, 4}}, "d"));
  EXPECT_EQ(cells.size(), 7U);
}

TEST(CellsAlong, LineThatLeavesTheGridIsCutToIt) {
  const auto cells = cells_along(plain(4, 4), *make_line({{-1e6, 1.5}, {1e6, 1.5}}, "l"));
  EXPECT_THAT(cells, testing::ElementsAre(Cell{0, 1}, Cell{1, 1}, Cell{2, 1}, Cell{3, 1}));
}

TEST(Burn, OutsideStaysOutsideAndRepeatsCountOnce) {
  Field<double> z(3, 1, 1.0);
  z(1, 0) = test::nan;
  raise_by(z, {{0, 0}, {1, 0}, {0, 0}}, 3.0);
  EXPECT_EQ(z(0, 0), 4.0);
  EXPECT_TRUE(std::isnan(z(1, 0)));
  lower_to(z, {{0, 0}, {2, 0}}, 2.0);
  EXPECT_EQ(z(0, 0), 2.0);
  EXPECT_EQ(z(2, 0), 1.0);
  raise_to(z, {{0, 0}, {2, 0}}, 1.5);
  EXPECT_EQ(z(0, 0), 2.0);
  EXPECT_EQ(z(2, 0), 1.5);
}

TEST(MakePolygon, BadRingsAreRefused) {
  EXPECT_THAT(make_polygon({{0, 0}, {1, 1}, {0, 0}}, "two").error().message,
              AllOf(HasSubstr("two"), HasSubstr("three different points")));
  EXPECT_THAT(make_polygon({{0, 0}, {4, 4}, {4, 0}, {0, 4}}, "bow").error().message,
              HasSubstr("crosses itself"));
  EXPECT_THAT(make_polygon({{0, 0}, {1, 1}, {2, 2}}, "flat").error().message, HasSubstr("no area"));
  EXPECT_THAT(make_polygon({{0, 0}, {NAN, 1}, {2, 2}}, "nan").error().message,
              HasSubstr("point 2"));
  EXPECT_FALSE(make_line({{1, 1}, {1, 1}}, "dot"));
}

class ReadVector : public testing::Test {
 protected:
  fs::path make(const std::string& name, const std::string& text) {
    write_text(folder_ / name, text);
    return folder_ / name;
  }
  test::TemporaryFolder folder_;
};

TEST_F(ReadVector, CsvWithAndWithoutHeaderClosedOrNotIsTheSameRing) {
  const auto open = read_polygons(make("a.csv", "0,0\n4,0\n4,4\n"), "");
  const auto closed =
      read_polygons(make("b.csv", "x, y, z\r\n0 , 0, 1\r\n4,0,1\r\n4,4,1\r\n0,0,1\r\n"), "");
  ASSERT_TRUE(open) << open.error().message;
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_EQ(open->front().rings[0].size(), 3U);
  EXPECT_EQ(closed->front().rings[0].size(), 3U);
  EXPECT_EQ(closed->front().name, "b");
}

TEST_F(ReadVector, CsvMistakeIsToldWithItsLine) {
  EXPECT_THAT(read_polygons(make("a.csv", "x,y\n0,0\n4;x\n"), "").error().message,
              AllOf(HasSubstr("a.csv"), HasSubstr("line 3")));
  EXPECT_THAT(read_polygons(make("e.csv", "x,y\n"), "").error().message, HasSubstr("no points"));
}

TEST_F(ReadVector, FolderOfCsvCountsAsManyPolygonsInOrderOfName) {
  make("houses/b.csv", "0,0\n4,0\n4,4\n");
  make("houses/a.csv", "0,0\n4,0\n4,4\n");
  make("houses/readme.txt", "not a polygon");
  const auto houses = read_polygons(folder_ / "houses", "");
  ASSERT_TRUE(houses);
  ASSERT_EQ(houses->size(), 2U);
  EXPECT_EQ((*houses)[0].name, "a");
}

constexpr const char* areas = R"({"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"NAME": "Bøvling", "id": 7, "level": 1.5}, "geometry":
    {"type": "Polygon", "coordinates": [[[8,56],[8.1,56],[8.1,56.1],[8,56.1],[8,56]],
                                        [[8.02,56.02],[8.04,56.02],[8.04,56.04],[8.02,56.02]]]}},
  {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates":
    [[[[9,56],[9.1,56],[9.1,56.1],[9,56]]], [[[9.2,56],[9.3,56],[9.3,56.1],[9.2,56]]]]}}]})";

TEST_F(ReadVector, GeoJsonKeepsHolesPartsAndAttributesAndIsTransformed) {
  const auto polygons = read_polygons(make("areas.geojson", areas), "EPSG:25832");
  ASSERT_TRUE(polygons) << polygons.error().message;
  ASSERT_EQ(polygons->size(), 2U);
  EXPECT_EQ((*polygons)[0].name, "Bøvling");
  EXPECT_EQ((*polygons)[0].id, "7");
  EXPECT_EQ((*polygons)[0].attributes.at("level"), "1.5");
  EXPECT_EQ((*polygons)[0].rings.size(), 2U);
  EXPECT_EQ((*polygons)[1].rings.size(), 2U);
  EXPECT_EQ((*polygons)[1].name, "2");
  EXPECT_NEAR((*polygons)[1].rings[0][0].x, 500000.0, 1e-3) << "9 E is the central meridian";
}

TEST_F(ReadVector, GeoPackageAndShapefileGiveTheSameAsGeoJson) {
  const auto json = make("areas.geojson", areas);
  const auto expected = read_polygons(json, "EPSG:25832");
  for (const std::string name : {"areas.gpkg", "areas.shp"}) {
    const auto made =
        test::run_command("ogr2ogr " + (folder_ / name).string() + " " + json.string());
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const auto got = read_polygons(folder_ / name, "EPSG:25832");
    ASSERT_TRUE(got) << got.error().message;
    ASSERT_EQ(got->size(), 2U);
    const auto g = test::grid(100, 150, 430000, 6200000, 200);
    const auto same = std::ranges::find(*got, std::string("7"), &Polygon::id);
    ASSERT_NE(same, got->end()) << name;
    EXPECT_TRUE(cells_in(g, *same) == cells_in(g, (*expected)[0])) << name;
    EXPECT_EQ(same->name, "Bøvling");
  }
}

TEST_F(ReadVector, LinesComeFromGeoJsonAndWrongKindsAreRefused) {
  const auto path = make("l.geojson", R"({"type": "Feature", "properties": {"name": "dike"},
    "geometry": {"type": "MultiLineString", "coordinates": [[[8,56],[8.1,56]],[[9,56],[9.1,56]]]}})");
  const auto lines = read_lines(path, "EPSG:25832");
  ASSERT_TRUE(lines) << lines.error().message;
  EXPECT_EQ(lines->size(), 2U);
  EXPECT_EQ(lines->front().name, "dike");
  EXPECT_THAT(read_polygons(path, "EPSG:25832").error().message,
              AllOf(HasSubstr("MULTILINESTRING"), HasSubstr("not a polygon"), HasSubstr("dike")));
}

TEST_F(ReadVector, ErrorsNameTheFile) {
  EXPECT_THAT(read_polygons(folder_ / "absent.geojson", "").error().message,
              HasSubstr("absent.geojson: no such file"));
  EXPECT_FALSE(read_polygons(make("bad.geojson", "{\"type\": \"Feature"), "EPSG:25832"));
  EXPECT_THAT(read_polygons(make("none.geojson", R"({"type":"FeatureCollection","features":[]})"),
                            "EPSG:25832")
                  .error()
                  .message,
              HasSubstr("no feature"));
  EXPECT_THAT(read_polygons(make("areas.geojson", areas), "local").error().message,
              HasSubstr("local"));
}

TEST(SharedPolygons, BuildingsAndRoadsAreRead) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  const auto houses = read_polygons(data / "merewether_2007_urban/buildings", "EPSG:32756");
  ASSERT_TRUE(houses) << houses.error().message;
  EXPECT_GE(houses->size(), 60U);
  EXPECT_TRUE(read_polygons(data / "merewether_2007_urban/road_polygon.csv", "EPSG:32756"));
  const auto building = read_polygons(data / "dambreak_isolated_building/building.csv", "local");
  ASSERT_TRUE(building) << building.error().message;
  EXPECT_EQ(building->front().rings[0].size(), 4U);
}

}  // namespace
}  // namespace vandvagt::grids
