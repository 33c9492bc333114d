#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>
#include <utility>
#include <vector>

#include "grids/cog.hpp"
#include "tests/grids/full_disk.hpp"
#include "tests/grids/made_raster.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::grids {
namespace {

using test::entries;
using test::FullDisk;
using test::grid;
using test::run_command;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

Field<float> slope(int nx, int ny) {
  Field<float> field(nx, ny);
  for (int j = 0; j < ny; ++j)
    for (int i = 0; i < nx; ++i) field(i, j) = static_cast<float>(0.01 * i + 0.1 * j);
  return field;
}

const CogOptions depth{.description = "greatest water depth",
                       .units = "m",
                       .metadata = {{"run", "20261123T041000Z"}},
                       .nodata = -9999.0,
                       .overviews = Resampling::average};

TEST(Cog, GdalinfoSeesLayoutOverviewsStatisticsAndTags) {
  const TemporaryFolder folder;
  const auto path = folder / "max_depth.tif";
  auto field = slope(300, 290);
  field(0, 0) = std::nanf("");
  auto g = grid(300, 290, 445000, 6238000, 10);
  g.vertical_datum = "EPSG:5799";
  const auto written = write_cog(path, g, std::as_const(field).view(), depth);
  ASSERT_TRUE(written) << written.error().message;
  const auto info = run_command("gdalinfo " + path.string());
  EXPECT_EQ(info.exit_code, 0);
  EXPECT_THAT(info.output, AllOf(HasSubstr("LAYOUT=COG"), HasSubstr("COMPRESSION=DEFLATE"),
                                 HasSubstr("Overviews: 150x145"), HasSubstr("STATISTICS_MAXIMUM"),
                                 HasSubstr("NoData Value=-9999"), HasSubstr("greatest water depth"),
                                 HasSubstr("Unit Type: m"), HasSubstr("run=20261123T041000Z")));
  EXPECT_THAT(info.output,
              AllOf(HasSubstr("ID[\"EPSG\",25832]"), HasSubstr("vertical_datum=EPSG:5799"),
                    HasSubstr("Origin = (445000.000000000000000,6240900.0000")));
  EXPECT_EQ(entries(folder.path()), 1) << "nothing beside the product";
}

TEST(Cog, NorthIsUpAndValuesComeBackToTheBit) {
  const TemporaryFolder folder;
  const auto field = slope(40, 30);
  const auto g = grid(40, 30, 500000, 6200000, 10);
  ASSERT_TRUE(write_cog(folder / "a.tif", g, std::as_const(field).view(), depth));
  const auto back = read_raster(folder / "a.tif");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->geometry.x0, g.x0);
  EXPECT_EQ(back->geometry.y0, g.y0);
  for (int j = 0; j < 30; ++j)
    for (int i = 0; i < 40; ++i) EXPECT_EQ(back->values(i, j), double(field(i, j)));
  const auto judge = run_command("gdallocationinfo -valonly -geoloc " +
                                 (folder / "a.tif").string() + " 500395 6200295");
  EXPECT_NEAR(std::stod(judge.output), 0.39 + 2.9, 1e-6);
}

TEST(Cog, SmallRastersHaveOverviewsToo) {
  const TemporaryFolder folder;
  const auto field = slope(60, 20);
  ASSERT_TRUE(write_cog(folder / "a.tif", grid(60, 20, 500000, 6200000, 10),
                        std::as_const(field).view(), depth));
  EXPECT_THAT(run_command("gdalinfo " + (folder / "a.tif").string()).output,
              AllOf(HasSubstr("LAYOUT=COG"), HasSubstr("Overviews: 30x10")));
}

TEST(Cog, AllOutsideIsStillWritten) {
  const TemporaryFolder folder;
  const Field<float> field(40, 40, std::nanf(""));
  EXPECT_TRUE(write_cog(folder / "a.tif", grid(40, 40, 500000, 6200000, 10),
                        std::as_const(field).view(), depth));
}

TEST(Cog, ClassesAreBytesWithoutNodata) {
  const TemporaryFolder folder;
  Field<std::uint8_t> classes(40, 40, 3);
  classes(0, 0) = 0;
  const auto written =
      write_cog(folder / "c.tif", grid(40, 40, 0, 0, 1, "local"), std::as_const(classes).view(),
                {.description = "hazard class",
                 .units = "1",
                 .metadata = {},
                 .nodata = -9999.0,
                 .overviews = Resampling::mode});
  ASSERT_TRUE(written) << written.error().message;
  const auto info = run_command("gdalinfo " + (folder / "c.tif").string());
  EXPECT_THAT(info.output, AllOf(HasSubstr("Type=Byte"), testing::Not(HasSubstr("NoData")),
                                 testing::Not(HasSubstr("Coordinate System"))));
}

TEST(Cog, MissingFolderIsAnErrorThatNamesThePath) {
  const auto field = slope(20, 20);
  const auto written =
      write_cog("/proc/self/absent/a.tif", grid(20, 20, 0, 0, 1, "local"), field.view(), depth);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::io);
  EXPECT_THAT(written.error().message, HasSubstr("/proc/self/absent/a.tif"));
}

TEST(Cog, FullDiskIsAnErrorWhereverItStrikesAndLeavesTheOldFileAlone) {
  const TemporaryFolder folder;
  const auto path = folder / "a.tif";
  test::write_text(path, "the old product");
  Field<float> field(600, 600);  // no pattern, so that DEFLATE cannot shrink it much
  unsigned state = 1;
  for (float& v : field.values()) v = static_cast<float>(state = state * 1664525U + 1013904223U);
  const auto g = grid(600, 600, 500000, 6200000, 10);
  for (const rlim_t bytes : {0U, 1000U, 100000U, 700000U, 1400000U}) {
    const auto written = [&] {
      const FullDisk full(bytes);
      return write_cog(path, g, std::as_const(field).view(), depth);
    }();
    ASSERT_FALSE(written) << "file limited to " << bytes << " bytes";
    EXPECT_EQ(written.error().code, ErrorCode::io);
    EXPECT_THAT(written.error().message, HasSubstr("a.tif"));
    EXPECT_EQ(test::read_text(path), "the old product");
    EXPECT_EQ(entries(folder.path()), 1) << "file limited to " << bytes << " bytes";
  }
  EXPECT_TRUE(write_cog(path, g, std::as_const(field).view(), depth))
      << "and with room it succeeds";
}

TEST(Cog, ManyThreadsWriteAtOnce) {
  const TemporaryFolder folder;
  const auto field = slope(120, 100);
  const auto g = grid(120, 100, 500000, 6200000, 10);
  {
    std::vector<std::jthread> threads;
    for (int k = 0; k < 4; ++k)
      threads.emplace_back([&, k] {
        EXPECT_TRUE(write_cog(folder / (std::to_string(k) + ".tif"), g, std::as_const(field).view(),
                              depth));
      });
  }
  for (int k = 0; k < 4; ++k) {
    const auto back = read_raster(folder / (std::to_string(k) + ".tif"));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->values(119, 99), double(field(119, 99)));
  }
}

}  // namespace
}  // namespace vandvagt::grids
