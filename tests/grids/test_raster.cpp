#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "grids/raster.hpp"
#include "tests/grids/made_raster.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::grids {
namespace {

using test::drawn;
using test::grid;
using test::nan;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

class RasterTest : public testing::Test {
 protected:
  fs::path make(const std::string& name, const test::MadeRaster& raster) {
    write_geotiff(folder_ / name, raster);
    return folder_ / name;
  }
  TemporaryFolder folder_;
};
using ReadRaster = RasterTest;
using ReadOnto = RasterTest;
using ReadTerrain = RasterTest;

// ---- a raster on its own cells ----

TEST_F(ReadRaster, RowZeroIsSouthAndNodataIsNan) {
  auto made = drawn(2, 2, 500000, 6200000, 10, {1, -9999, 3, 4});
  made.nodata = -9999;
  const auto raster = read_raster(make("a.tif", made));
  ASSERT_TRUE(raster) << raster.error().message;
  EXPECT_EQ(raster->geometry.y0, 6200000);
  EXPECT_EQ(raster->values(0, 0), 3);
  EXPECT_EQ(raster->values(0, 1), 1);
  EXPECT_TRUE(std::isnan(raster->values(1, 1)));
}

TEST_F(ReadRaster, SouthUpFileGivesTheSameField) {
  auto made = drawn(2, 3, 500000, 6200000, 10, {1, 2, 3, 4, 5, 6});
  const auto north_up = read_raster(make("n.tif", made));
  made.transform = {500000, 10, 0, 6200000, 0, 10};
  made.values = {5, 6, 3, 4, 1, 2};
  const auto south_up = read_raster(make("s.tif", made));
  ASSERT_TRUE(north_up && south_up);
  EXPECT_EQ(north_up->geometry, south_up->geometry);
  for (int j = 0; j < 3; ++j)
    for (int i = 0; i < 2; ++i) EXPECT_EQ(north_up->values(i, j), south_up->values(i, j));
}

TEST_F(ReadRaster, ScaleAndOffsetAreAppliedButNotToNodata) {
  auto made = drawn(2, 1, 500000, 6200000, 10, {100, 255});
  made.scale = 0.01;
  made.offset = 5;
  made.nodata = 255;
  const auto raster = read_raster(make("a.tif", made));
  ASSERT_TRUE(raster);
  EXPECT_DOUBLE_EQ(raster->values(0, 0), 6.0);
  EXPECT_TRUE(std::isnan(raster->values(1, 0)));
}

TEST_F(ReadRaster, WithoutCrsNeedsADeclaration) {
  const auto path = make("a.tif", drawn(2, 1, 0, 0, 1, {1, 2}, ""));
  const auto refused = read_raster(path);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("a.tif"), HasSubstr("local")));
  const auto local = read_raster(path, {.band = 1, .variable = {}, .crs = "local"});
  ASSERT_TRUE(local) << local.error().message;
  EXPECT_TRUE(local->geometry.local());
}

TEST_F(ReadRaster, DeclarationThatContradictsTheFileIsAnError) {
  const auto path = make("a.tif", drawn(2, 1, 500000, 6200000, 1, {1, 2}));
  EXPECT_TRUE(read_raster(path, {.band = 1, .variable = {}, .crs = "EPSG:25832"}));
  const auto refused = read_raster(path, {.band = 1, .variable = {}, .crs = "EPSG:28992"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("EPSG:25832"), HasSubstr("EPSG:28992")));
}

TEST_F(ReadRaster, RotatedOrOblongPixelsAreRefusedWithTheCure) {
  auto made = drawn(2, 2, 500000, 6200000, 10, {1, 2, 3, 4});
  made.transform[2] = 1.0;
  EXPECT_THAT(read_raster(make("r.tif", made)).error().message, HasSubstr("cell size"));
  made = drawn(2, 2, 500000, 6200000, 10, {1, 2, 3, 4});
  made.transform[5] = -20.0;
  EXPECT_THAT(read_raster(make("o.tif", made)).error().message, HasSubstr("not square"));
}

TEST_F(ReadRaster, DegreesAreRefused) {
  const auto path = make("a.tif", drawn(2, 1, 8, 56, 0.1, {1, 2}, "EPSG:4326"));
  EXPECT_THAT(read_raster(path).error().message, HasSubstr("degrees"));
}

TEST_F(ReadRaster, MissingAndUnreadableFilesAreIoErrors) {
  const auto missing = read_raster(folder_ / "absent.tif");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::io);
  EXPECT_THAT(missing.error().message, HasSubstr("absent.tif: no such file"));
  test::write_text(folder_ / "text.tif", "this is no raster");
  const auto text = read_raster(folder_ / "text.tif");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::io);
  EXPECT_THAT(text.error().message, AllOf(HasSubstr("text.tif"), HasSubstr("not recognized")));
}

TEST_F(ReadRaster, TruncatedFileIsAnIoError) {
  const auto path =
      make("a.tif", drawn(200, 200, 500000, 6200000, 1, std::vector<double>(40000, 3)));
  fs::resize_file(path, 100000);
  const auto cut = read_raster(path);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::io);
  EXPECT_THAT(cut.error().message, HasSubstr("a.tif"));
}

TEST_F(ReadRaster, BandThatIsNotThereIsAnError) {
  const auto path = make("a.tif", drawn(2, 1, 500000, 6200000, 1, {1, 2}));
  EXPECT_THAT(read_raster(path, {.band = 2, .variable = {}, .crs = {}}).error().message,
              HasSubstr("band 2"));
}

// ---- onto a grid ----

TEST_F(ReadOnto, CellsThatCoincideAreCopiedToTheBit) {
  const auto path = make("a.tif", drawn(3, 2, 500000, 6200000, 10, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}));
  const auto field = read_onto(path, grid(2, 3, 500010, 6200000, 10), Resampling::average);
  ASSERT_TRUE(field) << field.error().message;
  EXPECT_EQ((*field)(0, 0), 0.5);
  EXPECT_EQ((*field)(1, 1), 0.3);
  EXPECT_TRUE(std::isnan((*field)(0, 2))) << "beyond the raster";
}

TEST_F(ReadOnto, FinerSourceIsAveragedOverItsValidCells) {
  auto made = drawn(4, 2, 500000, 6200000, 5, {1, 3, 10, -9999, 5, 7, 20, -9999});
  made.nodata = -9999;
  const auto path = make("a.tif", made);
  for (const auto how : {Resampling::average, Resampling::bilinear}) {
    const auto field = read_onto(path, grid(2, 1, 500000, 6200000, 10), how);
    ASSERT_TRUE(field) << field.error().message;
    EXPECT_DOUBLE_EQ((*field)(0, 0), 4.0);
    EXPECT_DOUBLE_EQ((*field)(1, 0), 15.0);
  }
}

TEST_F(ReadOnto, CoarserSourceIsInterpolatedExactlyOnAPlane) {
  std::vector<double> plane;
  for (int row = 0; row < 4; ++row)
    for (int column = 0; column < 4; ++column) plane.push_back(2.0 * column - row);
  const auto path = make("a.tif", drawn(4, 4, 500000, 6200000, 40, plane));
  const auto field = read_onto(path, grid(8, 8, 500040, 6200040, 10), Resampling::average);
  ASSERT_TRUE(field) << field.error().message;
  for (int j = 0; j < 8; ++j)
    for (int i = 0; i < 8; ++i) {
      const double column = (40 + (i + 0.5) * 10) / 40 - 0.5;
      const double row = (160 - 40 - (j + 0.5) * 10) / 40 - 0.5;
      EXPECT_NEAR((*field)(i, j), 2.0 * column - row, 1e-9) << i << ' ' << j;
    }
}

TEST_F(ReadOnto, ModeGivesTheClassThatCoversMost) {
  const auto path = make("a.tif", drawn(3, 3, 500000, 6200000, 10, {1, 1, 7, 2, 7, 7, 2, 3, 7}));
  const auto field = read_onto(path, grid(1, 1, 500000, 6200000, 30), Resampling::mode);
  ASSERT_TRUE(field);
  EXPECT_EQ((*field)(0, 0), 7);
}

TEST_F(ReadOnto, RotatedRasterIsWarpedToWhereItLies) {
  // A plane 0.1 x + 0.2 y on pixels turned by about 27 degrees comes back as the same plane.
  test::MadeRaster made;
  made.nx = made.ny = 40;
  made.crs = "EPSG:25832";
  made.transform = {500000, 9, 4.5, 6200300, 4.5, -9};
  for (int r = 0; r < 40; ++r)
    for (int c = 0; c < 40; ++c) {
      const double x = 9 * (c + 0.5) + 4.5 * (r + 0.5);
      const double y = 300 + 4.5 * (c + 0.5) - 9 * (r + 0.5);
      made.values.push_back(0.1 * x + 0.2 * y);
    }
  const auto target = grid(5, 5, 500240, 6200175, 10);
  const auto field = read_onto(make("a.tif", made), target, Resampling::average);
  ASSERT_TRUE(field) << field.error().message;
  for (int j = 0; j < 5; ++j)
    for (int i = 0; i < 5; ++i) {
      const auto p = target.centre(i, j);
      EXPECT_NEAR((*field)(i, j), 0.1 * (p.x - 500000) + 0.2 * (p.y - 6200000), 0.8)
          << "within half a pixel's slope";
    }
}

TEST_F(ReadOnto, AnotherProjectionLandsInPlace) {
  // Longitude itself as the value: each cell must read its own longitude.
  std::vector<double> longitude;
  for (int r = 0; r < 100; ++r)
    for (int c = 0; c < 100; ++c) longitude.push_back(8.0 + (c + 0.5) * 0.005);
  const auto path = make("a.tif", drawn(100, 100, 8.0, 56.0, 0.005, longitude, "EPSG:4326"));
  const auto target = grid(10, 10, 450000, 6220000, 100);
  const auto field = read_onto(path, target, Resampling::bilinear);
  ASSERT_TRUE(field) << field.error().message;
  const auto judge = test::run_command(
      "echo 450050 6220050 | gdaltransform -s_srs EPSG:25832 -t_srs EPSG:4326 -output_xy");
  EXPECT_NEAR((*field)(0, 0), std::stod(judge.output), 1e-9);
}

TEST_F(ReadOnto, MosaicTakesTheFirstRasterThatHasAValue) {
  auto first = drawn(2, 1, 500000, 6200000, 10, {1, -1});
  first.nodata = -1;
  const std::vector<fs::path> paths{make("a.tif", first),
                                    make("b.tif", drawn(3, 1, 500000, 6200000, 10, {7, 8, 9}))};
  const auto field = read_onto(paths, grid(3, 1, 500000, 6200000, 10), Resampling::average);
  ASSERT_TRUE(field);
  EXPECT_THAT(field->values(), testing::ElementsAre(1, 8, 9));
}

TEST_F(ReadOnto, AllNodataAndElsewhereAreToldApart) {
  auto made = drawn(2, 1, 500000, 6200000, 10, {-1, -1});
  made.nodata = -1;
  const auto path = make("a.tif", made);
  EXPECT_THAT(read_onto(path, grid(2, 1, 500000, 6200000, 10), Resampling::average).error().message,
              HasSubstr("nothing but nodata"));
  EXPECT_THAT(read_onto(path, grid(2, 1, 600000, 6200000, 10), Resampling::average).error().message,
              HasSubstr("outside"));
}

TEST_F(ReadOnto, MapAndLocalMetresDoNotMix) {
  const auto path = make("a.tif", drawn(2, 1, 500000, 6200000, 10, {1, 2}));
  const auto refused = read_onto(path, grid(2, 1, 0, 0, 10, "local"), Resampling::average);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("local"));
}

TEST_F(ReadOnto, LargeSourceReadInStripsEqualsItsMeans) {
  // 5000 x 5000 pixels are more than one strip holds; the value is the source row, so that a strip
  // put in the wrong place shows.
  const int n = 5000;
  test::MadeRaster made = drawn(n, n, 500000, 6200000, 1, {});
  made.values.reserve(static_cast<std::size_t>(n) * n);
  for (int r = 0; r < n; ++r) made.values.insert(made.values.end(), n, n - 1 - r);
  const auto field =
      read_onto(make("a.tif", made), grid(50, 50, 500000, 6200000, 100), Resampling::average);
  ASSERT_TRUE(field) << field.error().message;
  for (int j = 0; j < 50; ++j) EXPECT_NEAR((*field)(j, j), 100 * j + 49.5, 1e-9);
}

// ---- terrain ----

TEST_F(ReadTerrain, UndeclaredNanAndInfinityAreCountedAndPlaced) {
  const auto path = make("a.tif", drawn(3, 2, 500000, 6200000, 10, {1, nan, 3, 4, INFINITY, nan}));
  const auto refused = read_terrain(std::vector{path}, grid(3, 2, 500000, 6200000, 10));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_input);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("2 NaN and 1 infinite"),
                                             HasSubstr("(500015.000000, 6200015.000000)")));
}

TEST_F(ReadTerrain, DeclaredNanIsOutside) {
  auto made = drawn(3, 1, 500000, 6200000, 10, {1, nan, 3});
  made.nodata = nan;
  const auto field =
      read_terrain(std::vector{make("a.tif", made)}, grid(3, 1, 500000, 6200000, 10));
  ASSERT_TRUE(field) << field.error().message;
  EXPECT_TRUE(std::isnan((*field)(1, 0)));
  EXPECT_EQ((*field)(2, 0), 3);
}

TEST_F(ReadTerrain, DeclaredFeetBecomeMetresAndOtherUnitsAreRefused) {
  auto made = drawn(1, 1, 500000, 6200000, 10, {10});
  made.unit = "ft";
  const auto target = grid(1, 1, 500000, 6200000, 10);
  const auto feet = read_terrain(std::vector{make("a.tif", made)}, target);
  ASSERT_TRUE(feet);
  EXPECT_NEAR((*feet)(0, 0), 3.048, 1e-12);
  made.unit = "mm/h";
  EXPECT_THAT(read_terrain(std::vector{make("b.tif", made)}, target).error().message,
              HasSubstr("mm/h"));
}

TEST(SharedTerrain, ReadsRealRastersOnTheirOwnCells) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  const auto maas = read_raster(data / "terrain_nl_maas_ahn25/dem_ahn25.tif");
  ASSERT_TRUE(maas) << maas.error().message;
  EXPECT_EQ(maas->geometry.nx, 800);
  EXPECT_EQ(std::ranges::count_if(maas->values.values(), [](double z) { return !std::isnan(z); }),
            550000);
  const auto urban = read_raster(data / "merewether_2007_urban/dem_1m.tif");
  ASSERT_TRUE(urban) << urban.error().message;
  EXPECT_NEAR(urban->geometry.dx, 0.99994, 1e-5);
  const auto rotated = raster_geometry(data / "sfincs_piave_compound/dep.tif");
  ASSERT_FALSE(rotated);
  EXPECT_THAT(rotated.error().message, HasSubstr("rotated"));
}

}  // namespace
}  // namespace vandvagt::grids
