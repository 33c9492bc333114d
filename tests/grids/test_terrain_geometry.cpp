#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "grids/raster.hpp"
#include "grids/transform.hpp"
#include "tests/grids/made_raster.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::grids {
namespace {

using test::drawn;
using testing::HasSubstr;
namespace fs = std::filesystem;

class TerrainGeometry : public testing::Test {
 protected:
  std::vector<fs::path> make(const test::MadeRaster& raster, const std::string& name = "a.tif") {
    write_geotiff(folder_ / name, raster);
    return {folder_ / name};
  }
  test::TemporaryFolder folder_;
};

TEST_F(TerrainGeometry, OneRasterGivesItsOwnCells) {
  const auto g = terrain_geometry(make(drawn(4, 3, 500003, 6200007, 10, std::vector(12, 1.0))));
  ASSERT_TRUE(g) << g.error().message;
  EXPECT_EQ(g->nx, 4);
  EXPECT_EQ(g->ny, 3);
  EXPECT_EQ(g->x0, 500003);
  EXPECT_EQ(g->y0, 6200007);
  EXPECT_EQ(g->dx, 10);
  EXPECT_TRUE(same_crs(g->crs, "EPSG:25832"));
}

TEST_F(TerrainGeometry, SeveralRastersGiveTheirUnion) {
  auto paths = make(drawn(2, 2, 500000, 6200000, 10, std::vector(4, 1.0)));
  paths.push_back(make(drawn(2, 2, 500020, 6200010, 10, std::vector(4, 1.0)), "b.tif").front());
  const auto g = terrain_geometry(paths);
  ASSERT_TRUE(g);
  EXPECT_EQ(g->nx, 4);
  EXPECT_EQ(g->ny, 3);
}

TEST_F(TerrainGeometry, ExtentIsWidenedToWholeCellsOfTheRaster) {
  GridOptions options;
  options.extent = Extent{500012, 6200011, 500029, 6200020};
  const auto g =
      terrain_geometry(make(drawn(4, 3, 500000, 6200000, 10, std::vector(12, 1.0))), options);
  ASSERT_TRUE(g);
  EXPECT_EQ(g->x0, 500010);
  EXPECT_EQ(g->nx, 2);
  EXPECT_EQ(g->y0, 6200010);
  EXPECT_EQ(g->ny, 1);
}

TEST_F(TerrainGeometry, CoarserCellsStartAtTheRastersCorner) {
  GridOptions options;
  options.cell_size = 20;
  const auto g =
      terrain_geometry(make(drawn(4, 3, 500005, 6200005, 10, std::vector(12, 1.0))), options);
  ASSERT_TRUE(g);
  EXPECT_EQ(g->x0, 500005);
  EXPECT_EQ(g->nx, 2);
  EXPECT_EQ(g->ny, 2);
}

TEST_F(TerrainGeometry, DegreesNeedAProjectionAndThenCoverTheRaster) {
  const auto paths = make(drawn(100, 100, 8.0, 56.0, 0.001, std::vector(10000, 1.0), "EPSG:4326"));
  EXPECT_THAT(terrain_geometry(paths).error().message, HasSubstr("degrees"));
  GridOptions options;
  options.crs = "EPSG:25832";
  const auto g = terrain_geometry(paths, options);
  ASSERT_TRUE(g) << g.error().message;
  // 0.001 degrees are 62.3 m by 111.3 m here: square cells of the same area.
  EXPECT_NEAR(g->dx, std::sqrt(62.3 * 111.3), 1.0);
  const auto corner = transform({{8.0, 56.0}}, lon_lat_crs, "EPSG:25832");
  EXPECT_TRUE(cell_at(*g, {corner->front().x + 1, corner->front().y + 1}));
}

TEST_F(TerrainGeometry, FeetAreRefused) {
  const auto paths = make(drawn(2, 1, 500000, 4000000, 10, {1, 2}, "EPSG:2264"));
  EXPECT_THAT(terrain_geometry(paths).error().message, HasSubstr("not in metres"));
}

TEST_F(TerrainGeometry, RotatedRasterGetsAGridAroundIt) {
  test::MadeRaster made = drawn(10, 10, 0, 0, 1, std::vector(100, 1.0));
  made.transform = {500000, 9, 4.5, 6200300, 4.5, -9};
  const auto g = terrain_geometry(make(made));
  ASSERT_TRUE(g) << g.error().message;
  EXPECT_NEAR(g->dx, std::hypot(9, 4.5), 1e-9);
  EXPECT_LE(g->x0, 500000);
  EXPECT_GE(g->x0 + g->nx * g->dx, 500135);
}

TEST_F(TerrainGeometry, CompoundSystemGivesTheVerticalDatum) {
  const auto g = terrain_geometry(make(drawn(2, 1, 500000, 6200000, 10, {1, 2}, "EPSG:7416")));
  ASSERT_TRUE(g) << g.error().message;
  EXPECT_EQ(g->vertical_datum, "EPSG:5799");
  EXPECT_TRUE(same_crs(g->crs, "EPSG:25832"));
}

TEST_F(TerrainGeometry, NonsenseIsRefused) {
  const auto paths = make(drawn(2, 1, 500000, 6200000, 10, {1, 2}));
  GridOptions options;
  options.cell_size = 0.0;
  EXPECT_THAT(terrain_geometry(paths, options).error().message, HasSubstr("cell size"));
  options.cell_size = 1e-5;
  EXPECT_THAT(terrain_geometry(paths, options).error().message, HasSubstr("too many"));
  options = {};
  options.extent = Extent{0, 0, 10, 10};
  EXPECT_THAT(terrain_geometry(paths, options).error().message, HasSubstr("does not touch"));
  options.extent = Extent{500020, 6200010, 500000, 6200000};
  EXPECT_FALSE(terrain_geometry(paths, options));
  EXPECT_FALSE(terrain_geometry({}));
}

TEST(SharedTerrainGeometry, LaboratoryRasterIsLocal) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  const std::vector paths{data / "monai_valley_runup/bathymetry.tif"};
  EXPECT_THAT(terrain_geometry(paths).error().message, HasSubstr("local"));
  GridOptions options;
  options.source_crs = "local";
  const auto g = terrain_geometry(paths, options);
  ASSERT_TRUE(g) << g.error().message;
  EXPECT_TRUE(g->local());
  EXPECT_EQ(g->nx, 393);
  EXPECT_DOUBLE_EQ(g->dx, 0.014);
}

}  // namespace
}  // namespace vandvagt::grids
