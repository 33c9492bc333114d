#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>
#include <utility>

#include "grids/netcdf.hpp"
#include "grids/raster.hpp"
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
using testing::Not;
namespace fs = std::filesystem;

Time at(const std::string& text) {
  return parse_time(text).value();
}

GridProduct forecast(int nx = 30, int ny = 20) {
  GridProduct product;
  product.provenance.title = "Flood forecast";
  product.provenance.institution = "Test";
  product.provenance.attributes = {{"run", "r1"}, {"cells", std::int64_t{600}}};
  product.geometry = grid(nx, ny, 445000, 6238000, 10);
  product.geometry.vertical_datum = "EPSG:5799";
  product.reference_time = at("2026-11-23T00:00:00Z");
  product.times = {at("2026-11-23T00:00:00Z"), at("2026-11-23T01:00:00.5Z")};
  product.realizations = {0, 1, 2};
  product.variables = {
      {&variable("bed_elevation"), "", false, false, {}},
      {&variable("depth"), "", true, true, {{"cell_methods", "time: point"}}},
      {&variable("stage"), "stage_mean", true, false, {{"long_name", "mean stage"}}}};
  return product;
}

Field<float> slope(int nx, int ny, float step) {
  Field<float> field(nx, ny);
  for (int j = 0; j < ny; ++j)
    for (int i = 0; i < nx; ++i) field(i, j) = step * static_cast<float>(i + 100 * j);
  return field;
}

fs::path write_forecast(const TemporaryFolder& folder) {
  const auto path = folder / "forecast.nc";
  auto writer = NetcdfGridWriter::create(path, forecast());
  EXPECT_TRUE(writer) << writer.error().message;
  const auto bed = slope(30, 20, 0.01F);
  EXPECT_TRUE(writer->write("bed_elevation", 0, 0, bed.view()));
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t m = 0; m < 3; ++m) {
      const auto depth = slope(30, 20, static_cast<float>(t * 10 + m));
      EXPECT_TRUE(writer->write("depth", t, m, depth.view()));
    }
  EXPECT_FALSE(fs::exists(path)) << "nothing under its name before the end";
  const auto closed = writer->close();
  EXPECT_TRUE(closed) << closed.error().message;
  return path;
}

TEST(NetcdfGrid, NcdumpShowsDimensionsNamesAndTimes) {
  const TemporaryFolder folder;
  const auto header = run_command("ncdump -h " + write_forecast(folder).string()).output;
  EXPECT_THAT(
      header,
      AllOf(HasSubstr("float depth(realization, time, y, x)"),
            HasSubstr("float stage_mean(time, y, x)"), HasSubstr("float bed_elevation(y, x)"),
            HasSubstr("depth:standard_name = \"flood_water_thickness\""),
            HasSubstr("depth:_FillValue = NaNf"), HasSubstr("depth:cell_methods = \"time: point\""),
            HasSubstr("depth:grid_mapping = \"crs\"")));
  EXPECT_THAT(header, AllOf(HasSubstr(":Conventions = \"CF-1.10\""), HasSubstr(":run = \"r1\""),
                            HasSubstr("stage_mean:long_name = \"mean stage\""),
                            HasSubstr("x:standard_name = \"projection_x_coordinate\""),
                            HasSubstr("crs:grid_mapping_name = \"transverse_mercator\""),
                            HasSubstr("crs:longitude_of_central_meridian = 9."),
                            HasSubstr("crs:geopotential_datum_name = \"Dansk Vertikal"),
                            HasSubstr("double forecast_reference_time ;")));
  const auto times =
      run_command("ncdump -t -v time,forecast_reference_time " + (folder / "forecast.nc").string())
          .output;
  EXPECT_THAT(times, HasSubstr("time = \"2026-11-23\", \"2026-11-23 01:00:0.500000\""));
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(NetcdfGrid, GdalFindsItWhereItLiesNorthUp) {
  const TemporaryFolder folder;
  const auto name = "NETCDF:\"" + write_forecast(folder).string() + "\":depth";
  const auto info = run_command("gdalinfo '" + name + "'").output;
  EXPECT_THAT(info, AllOf(HasSubstr("ID[\"EPSG\",25832]"),
                          HasSubstr("Origin = (445000.000000000000000,6238200.0000"),
                          HasSubstr("Pixel Size = (10.000000000000000,-10.000000000000000)")));
  // Band 5 of 6: realization 2 (third), time 0; the cell i = 29, j = 0 in the south-east corner.
  const auto value = run_command("gdallocationinfo -valonly -b 5 -geoloc '" + name +
                                 "' 445295 6238005 2>/dev/null")
                         .output;
  EXPECT_NEAR(std::stod(value), 2.0 * 29, 1e-4);
}

TEST(NetcdfGrid, OwnReaderGivesTheSameField) {
  const TemporaryFolder folder;
  const auto path = write_forecast(folder);
  const auto raster = read_raster(path, {.band = 1, .variable = "bed_elevation", .crs = {}});
  ASSERT_TRUE(raster) << raster.error().message;
  EXPECT_EQ(raster->geometry.y0, 6238000);
  EXPECT_FLOAT_EQ(static_cast<float>(raster->values(3, 7)), 0.01F * 703);
  EXPECT_THAT(read_raster(path).error().message, HasSubstr("bed_elevation, depth, stage_mean"));
}

TEST(NetcdfGrid, UnwrittenSlabsAreMissingValues) {
  const TemporaryFolder folder;
  const auto raster =
      read_raster(write_forecast(folder), {.band = 2, .variable = "stage_mean", .crs = {}});
  ASSERT_TRUE(raster) << raster.error().message;
  EXPECT_TRUE(std::isnan(raster->values(0, 0)));
}

TEST(NetcdfGrid, ProjectionWithoutACfNameKeepsItsWkt) {
  const TemporaryFolder folder;
  GridProduct product = forecast();
  product.geometry = grid(30, 20, 185000, 381250, 25, "EPSG:28992");
  auto writer = NetcdfGridWriter::create(folder / "a.nc", product);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->close());
  const auto geometry =
      raster_geometry(folder / "a.nc", {.band = 1, .variable = "depth", .crs = {}});
  ASSERT_TRUE(geometry) << geometry.error().message;
  EXPECT_EQ(geometry->x0, 185000);
  EXPECT_THAT(run_command("gdalinfo 'NETCDF:\"" + (folder / "a.nc").string() + "\":depth'").output,
              HasSubstr("ID[\"EPSG\",28992]"));
}

TEST(NetcdfGrid, LocalGeometryHasNoCrs) {
  const TemporaryFolder folder;
  GridProduct product = forecast();
  product.geometry = grid(30, 20, 0, 0, 0.014, "local");
  product.realizations.clear();
  product.quantiles = {0.1, 0.9};
  auto writer = NetcdfGridWriter::create(folder / "a.nc", product);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_TRUE(writer->close());
  const auto header = run_command("ncdump -h " + (folder / "a.nc").string()).output;
  EXPECT_THAT(header, AllOf(Not(HasSubstr("crs")), Not(HasSubstr("projection_x")),
                            HasSubstr("depth(quantile, time, y, x)")));
}

TEST(NetcdfGrid, DroppedWriterLeavesNothing) {
  const TemporaryFolder folder;
  { const auto writer = NetcdfGridWriter::create(folder / "a.nc", forecast()); }
  EXPECT_EQ(entries(folder.path()), 0);
}

TEST(NetcdfGrid, ContradictionsAreRefusedBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  auto twice = forecast();
  twice.variables[2].name = "depth";
  EXPECT_THAT(NetcdfGridWriter::create(folder / "a.nc", twice).error().message,
              HasSubstr("\"depth\" comes twice"));
  auto backwards = forecast();
  std::swap(backwards.times[0], backwards.times[1]);
  EXPECT_THAT(NetcdfGridWriter::create(folder / "a.nc", backwards).error().message,
              HasSubstr("do not increase"));
  auto alone = forecast();
  alone.realizations.clear();
  EXPECT_FALSE(NetcdfGridWriter::create(folder / "a.nc", alone));
  EXPECT_EQ(entries(folder.path()), 0);
}

TEST(NetcdfGrid, MissingFolderIsAnIoErrorThatNamesThePath) {
  const auto writer = NetcdfGridWriter::create("/proc/self/absent/f.nc", forecast());
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::io);
  EXPECT_THAT(writer.error().message, HasSubstr("/proc/self/absent/f.nc"));
}

Result<void> write_noise(const fs::path& path) {
  auto product = forecast(200, 150);
  product.compression = 1;
  unsigned state = 1;
  Field<float> noise(200, 150);  // no pattern, so that DEFLATE cannot shrink it much
  for (float& v : noise.values()) v = static_cast<float>(state = state * 1664525U + 1013904223U);
  auto writer = NetcdfGridWriter::create(path, product);
  if (!writer) return fail(writer.error());
  for (std::size_t t = 0; t < 2; ++t)
    if (auto done = writer->write("depth", t, 0, std::as_const(noise).view()); !done) return done;
  return writer->close();
}

TEST(NetcdfGrid, FullDiskIsAnErrorWhereverItStrikesAndLeavesNothing) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_noise(folder / "f.nc"));
  const auto size = fs::file_size(folder / "f.nc");
  fs::remove(folder / "f.nc");
  for (std::size_t k = 0; k < 40; ++k) {
    const auto bytes = size * k / 40;
    const auto wrote = [&] {
      const FullDisk full(bytes);
      return write_noise(folder / "f.nc");
    }();
    ASSERT_FALSE(wrote) << bytes;
    EXPECT_EQ(wrote.error().code, ErrorCode::io);
    EXPECT_THAT(wrote.error().message, HasSubstr("f.nc"));
    EXPECT_EQ(entries(folder.path()), 0) << bytes;
  }
  EXPECT_TRUE(write_noise(folder / "f.nc")) << "and with room it succeeds";
}

TEST(NetcdfGrid, ThreadsMayWriteAndReadFilesOfTheirOwn) {
  const TemporaryFolder folder;
  {
    std::vector<std::jthread> threads;
    for (int k = 0; k < 4; ++k)
      threads.emplace_back([&, k] {
        const auto path = folder / (std::to_string(k) + ".nc");
        auto writer = NetcdfGridWriter::create(path, forecast());
        ASSERT_TRUE(writer);
        const auto bed = slope(30, 20, static_cast<float>(k));
        EXPECT_TRUE(writer->write("bed_elevation", 0, 0, bed.view()));
        EXPECT_TRUE(writer->close());
        const auto back = read_raster(path, {.band = 1, .variable = "bed_elevation", .crs = {}});
        ASSERT_TRUE(back);
        EXPECT_EQ(back->values(1, 1), 101.0 * k);
      });
  }
}

GaugeProduct gauges() {
  GaugeProduct product;
  product.provenance.title = "Hydrographs";
  product.geometry = grid(30, 20, 445000, 6238000, 10);
  product.geometry.vertical_datum = "EPSG:5799";
  product.reference_time = at("2026-11-23T00:00:00Z");
  product.stations = {{"fjand", "Fjand bådehavn", {445100, 6238100}, 0.25},
                      {"havn", "Thorsminde", {445200, 6238050}, {}}};
  product.times = {at("2026-11-23T00:00:00Z"), at("2026-11-23T00:10:00Z"),
                   at("2026-11-23T00:20:00Z")};
  product.realizations = {0, 1};
  product.variables = {
      {&variable("stage"), "stage_observed", false, {1, 2, 3, 4, test::nan, 6}, {}, false},
      {&variable("stage"), "", true, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {}, false},
      {&variable("stage"),
       "stage_qc",
       false,
       {1, 1, 3, 4, test::nan, 1},
       {{"standard_name", "quality_flag"},
        {"flag_values", std::vector<std::int64_t>{1, 2, 3, 4, 9}},
        {"flag_meanings", "pass not_evaluated suspect fail missing"}},
       true}};
  return product;
}

TEST(NetcdfGauges, AreATimeSeriesFeatureWithPlacesAndValues) {
  const TemporaryFolder folder;
  const auto written = write_gauges(folder / "gauges.nc", gauges());
  ASSERT_TRUE(written) << written.error().message;
  const auto dump = run_command("ncdump " + (folder / "gauges.nc").string()).output;
  EXPECT_THAT(dump, AllOf(HasSubstr(":featureType = \"timeSeries\""),
                          HasSubstr("station_id:cf_role = \"timeseries_id\""),
                          HasSubstr("double stage_observed(station, time)"),
                          HasSubstr("double stage(realization, station, time)"),
                          HasSubstr("stage:coordinates = \"lat lon alt station_name"),
                          HasSubstr("byte stage_qc(station, time)"),
                          HasSubstr("stage_qc:flag_values = 1b, 2b, 3b, 4b, 9b"),
                          Not(HasSubstr("stage_qc:units"))));
  EXPECT_THAT(
      dump, AllOf(HasSubstr("\"Fjand b\\303\\245dehavn\""), HasSubstr("alt = 0.25, _"),
                  HasSubstr("1, 1, 3,\n  4, _, 1"), HasSubstr("4, _, 6"), HasSubstr("10, 11, 12")));
  const auto judge =
      run_command(
          "echo 445100 6238100 | gdaltransform -s_srs EPSG:25832 -t_srs EPSG:4326 -output_xy")
          .output;
  EXPECT_THAT(dump, HasSubstr("lon = " + judge.substr(0, 9)));
}

TEST(NetcdfGauges, WrongNumberOfValuesIsRefused) {
  const TemporaryFolder folder;
  auto product = gauges();
  product.variables[0].values.pop_back();
  EXPECT_THAT(write_gauges(folder / "g.nc", product).error().message,
              HasSubstr("5 values instead of 6"));
  EXPECT_EQ(entries(folder.path()), 0);
}

}  // namespace
}  // namespace vandvagt::grids
