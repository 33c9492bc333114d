#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <utility>

#include "grids/netcdf.hpp"
#include "grids/rain.hpp"
#include "grids/raster.hpp"
#include "tests/grids/made_raster.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::grids {
namespace {

using namespace std::chrono_literals;
using test::drawn;
using test::grid;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

Time at(const std::string& text) {
  return parse_time(text).value();
}

class Rain : public testing::Test {
 protected:
  /// Grids of 2 x 2 cells of 1 km, one value each, named by their time.
  void hours(const std::vector<double>& values, int first_hour = 0) {
    for (std::size_t k = 0; k < values.size(); ++k) write(first_hour + int(k), values[k]);
  }
  void write(int hour, double value, const std::string& unit = "") {
    auto made = drawn(2, 2, 500000, 6200000, 1000, std::vector(4, value));
    made.unit = unit;
    const std::string two = (hour < 10 ? "0" : "") + std::to_string(hour);
    write_geotiff(folder_ / ("r_20160601" + two + "00.tif"), made);
  }
  RainSource source() const {
    RainSource s;
    s.paths = {folder_.path()};
    s.file_pattern = "r_%Y%m%d%H%M.tif";
    s.kind = RainKind::rate;
    s.stamp = RainStamp::start;
    s.unit = "mm/h";
    s.interval = 1h;
    return s;
  }
  std::string refusal(const RainSource& s) const {
    const auto series = RainSeries::open(s, target_);
    return series ? "opened" : series.error().message;
  }

  test::TemporaryFolder folder_;
  Geometry target_ = grid(20, 20, 500000, 6200000, 100);
};

TEST_F(Rain, RatesComeInMetresPerSecondInOrderOfTime) {
  hours({3.6, 0.0, 7.2});
  test::write_text(folder_ / "readme.txt", "not a grid");
  const auto series = RainSeries::open(source(), target_);
  ASSERT_TRUE(series) << series.error().message;
  ASSERT_EQ(series->intervals().size(), 3U);
  EXPECT_EQ(series->intervals()[1].from, at("2016-06-01T01:00:00Z"));
  EXPECT_EQ(series->intervals()[1].to, at("2016-06-01T02:00:00Z"));
  EXPECT_EQ(series->files().size(), 3U);
  EXPECT_FLOAT_EQ(series->rate(0).value()(3, 3), 1e-6F);
  EXPECT_EQ(series->rate(1).value()(3, 3), 0.0F);
  EXPECT_FLOAT_EQ(series->rate(2).value()(19, 0), 2e-6F);
  EXPECT_EQ(series->find(at("2016-06-01T01:59:59Z")), 1U);
  EXPECT_EQ(series->find(at("2016-06-01T03:00:00Z")), std::nullopt);
}

TEST_F(Rain, StampAtTheEndShiftsTheInterval) {
  hours({1.0}, 5);
  auto s = source();
  s.stamp = RainStamp::end;
  const auto series = RainSeries::open(s, target_);
  ASSERT_TRUE(series);
  EXPECT_EQ(series->intervals()[0].from, at("2016-06-01T04:00:00Z"));
}

TEST_F(Rain, AccumulationIsDividedByItsInterval) {
  hours({3.6});
  auto s = source();
  s.kind = RainKind::accumulation;
  s.unit = "mm";
  const auto series = RainSeries::open(s, target_);
  ASSERT_TRUE(series) << series.error().message;
  EXPECT_FLOAT_EQ(series->rate(0).value()(0, 0), 1e-6F);
}

TEST_F(Rain, RunningTotalGivesWhatFellBetween) {
  hours({3.6, 3.6, 10.8}, 1);
  auto s = source();
  s.kind = RainKind::accumulation_since_start;
  s.unit = "mm";
  EXPECT_THAT(refusal(s), HasSubstr("stamped at its end"));
  s.stamp = RainStamp::end;
  const auto series = RainSeries::open(s, target_);
  ASSERT_TRUE(series) << series.error().message;
  EXPECT_FLOAT_EQ(series->rate(0).value()(0, 0), 1e-6F);
  EXPECT_EQ(series->rate(1).value()(0, 0), 0.0F);
  EXPECT_FLOAT_EQ(series->rate(2).value()(0, 0), 2e-6F);
  hours({1.0}, 4);
  const auto falling = RainSeries::open(s, target_);
  ASSERT_TRUE(falling);
  EXPECT_THAT(falling->rate(3).error().message, HasSubstr("falls by"));
}

TEST_F(Rain, NothingIsGuessed) {
  hours({1.0});
  auto s = source();
  s.kind.reset();
  EXPECT_THAT(refusal(s), HasSubstr("kind"));
  s = source();
  s.stamp.reset();
  EXPECT_THAT(refusal(s), HasSubstr("stamp"));
  s = source();
  s.interval.reset();
  EXPECT_THAT(refusal(s), HasSubstr("interval"));
  s = source();
  s.unit.clear();
  EXPECT_THAT(refusal(s), HasSubstr("without a unit"));
  s = source();
  s.unit = "mm";
  EXPECT_THAT(refusal(s), AllOf(HasSubstr("is an accumulation"), HasSubstr("a rate is declared")));
  s = source();
  s.unit = "buckets";
  EXPECT_THAT(refusal(s), HasSubstr("buckets"));
  s = source();
  s.file_pattern.clear();
  EXPECT_THAT(refusal(s), HasSubstr("without a time"));
  s = source();
  s.file_pattern = "x_%Y.tif";
  EXPECT_THAT(refusal(s), HasSubstr("x_%Y.tif"));
}

TEST_F(Rain, UnitOfTheFileAndDeclaredUnitMustAgree) {
  write(0, 3.6, "mm h-1");
  EXPECT_EQ(refusal(source()), "opened");
  auto s = source();
  s.unit = "m/s";
  EXPECT_THAT(refusal(s), AllOf(HasSubstr("mm h-1"), HasSubstr("m/s")));
  s.unit.clear();
  const auto series = RainSeries::open(s, target_);
  ASSERT_TRUE(series) << series.error().message;
  EXPECT_FLOAT_EQ(series->rate(0).value()(0, 0), 1e-6F);
}

TEST_F(Rain, GapsAndOverlapsAreNamed) {
  write(0, 1.0);
  write(2, 1.0);
  EXPECT_THAT(refusal(source()), HasSubstr("missing from 2016-06-01T01:00:00Z to 2016-06-01T02"));
  write(1, 1.0);
  auto s = source();
  s.interval = 90min;
  EXPECT_THAT(refusal(s), HasSubstr("comes twice from 2016-06-01T01:00:00Z to 2016-06-01T01:30"));
}

TEST_F(Rain, GridThatDoesNotCoverTheComputedCellsIsRefused) {
  hours({1.0});
  target_ = grid(25, 20, 500000, 6200000, 100);
  EXPECT_THAT(refusal(source()),
              AllOf(HasSubstr("100 of 500 computed cells (20"), HasSubstr("450.000000 m short")));
  Field<std::uint8_t> active(25, 20, 1);
  for (int j = 0; j < 20; ++j)
    for (int i = 20; i < 25; ++i) active(i, j) = 0;
  const auto masked = RainSeries::open(source(), target_, std::as_const(active).view());
  ASSERT_TRUE(masked) << masked.error().message;
  EXPECT_EQ(masked->rate(0).value()(24, 0), 0.0F);
  auto s = source();
  s.extend = 500;
  const auto extended = RainSeries::open(s, target_);
  ASSERT_TRUE(extended) << extended.error().message;
  EXPECT_FLOAT_EQ(extended->rate(0).value()(24, 10), extended->rate(0).value()(0, 10));
}

TEST_F(Rain, NegativeAndMissingValuesAreRefusedWithTimeAndPlace) {
  hours({1.0, -999.0});
  auto series = RainSeries::open(source(), target_);
  ASSERT_TRUE(series);
  EXPECT_THAT(series->rate(1).error().message,
              AllOf(HasSubstr("negative rain -999"), HasSubstr("2016-06-01T01:00:00Z")));
  auto made = drawn(2, 2, 500000, 6200000, 1000, {1, 1, -1, 1});
  made.nodata = -1;
  write_geotiff(folder_ / "r_201606010100.tif", made);
  EXPECT_THAT(series->rate(1).error().message, HasSubstr("holds nodata there"));
  write(1, -1e-4);
  EXPECT_EQ(series->rate(1).value()(0, 0), 0.0F) << "packing noise";
}

TEST_F(Rain, NetcdfTimesAndUnitsComeFromTheFile) {
  GridProduct product;
  product.geometry = grid(4, 4, 499000, 6199000, 1000);
  product.times = {at("2016-06-01T00:00:00Z"), at("2016-06-01T01:00:00Z")};
  product.variables = {{&variable("rain_rate"), "", true, false, {}}};
  auto writer = NetcdfGridWriter::create(folder_ / "rain.nc", product);
  ASSERT_TRUE(writer);
  for (std::size_t k = 0; k < 2; ++k) {
    const Field<float> field(4, 4, 1e-6F * static_cast<float>(k + 1));
    ASSERT_TRUE(writer->write("rain_rate", k, 0, field.view()));
  }
  ASSERT_TRUE(writer->close());
  auto s = source();
  s.paths = {folder_ / "rain.nc"};
  s.file_pattern.clear();
  s.unit.clear();
  const auto series = RainSeries::open(s, target_);
  ASSERT_TRUE(series) << series.error().message;
  ASSERT_EQ(series->intervals().size(), 2U);
  EXPECT_EQ(series->intervals()[1].from, at("2016-06-01T01:00:00Z"));
  EXPECT_FLOAT_EQ(series->rate(1).value()(5, 5), 2e-6F);
}

TEST_F(Rain, CfHoursSinceAreUnderstood) {
  const std::string cdl = R"(netcdf r { dimensions: time = 2 ; y = 2 ; x = 2 ; variables:
    double time(time) ; time:units = "hours since 2016-06-01 06:00:00" ; time:standard_name = "time" ;
    double y(y) ; y:units = "m" ; y:standard_name = "projection_y_coordinate" ;
    double x(x) ; x:units = "m" ; x:standard_name = "projection_x_coordinate" ;
    float pr(time, y, x) ; pr:units = "kg m-2" ;
    data: time = 0, 0.5 ; y = 6200500, 6201500 ; x = 500500, 501500 ;
    pr = 1.8, 1.8, 1.8, 1.8, 0, 0, 0, 0 ; })";
  test::write_text(folder_ / "r.cdl", cdl);
  const auto made = test::run_command("ncgen -o " + (folder_ / "r.nc").string() + " " +
                                      (folder_ / "r.cdl").string());
  ASSERT_EQ(made.exit_code, 0) << made.output;
  auto s = source();
  s.paths = {folder_ / "r.nc"};
  s.file_pattern.clear();
  s.variable = "pr";
  s.unit.clear();
  s.kind = RainKind::accumulation;
  s.interval = 30min;
  EXPECT_THAT(refusal(s), HasSubstr("coordinate reference system"));
  s.crs = "EPSG:25832";
  const auto series = RainSeries::open(s, target_);
  ASSERT_TRUE(series) << series.error().message;
  EXPECT_EQ(series->intervals()[1].from, at("2016-06-01T06:30:00Z"));
  EXPECT_FLOAT_EQ(series->rate(0).value()(5, 5), 1e-6F);
  s.variable = "snow";
  EXPECT_THAT(refusal(s), AllOf(HasSubstr("snow"), HasSubstr("pr")));
}

TEST_F(Rain, GribTimesAndUnitsComeFromTheFile) {
  // A GRIB2 field of total precipitation (discipline 0, category 1, parameter 8; template 4.8:
  // an accumulation over the hour that ends at 2016-06-01 01:00) on a longitude-latitude grid.
  auto made = drawn(20, 20, 8.5, 55.5, 0.1, std::vector(400, 3.6), "EPSG:4326");
  write_geotiff(folder_ / "p.tif", made);
  const auto command =
      "gdal_translate -q -of GRIB -co 'IDS=CENTER=94(Copenhagen) SUBCENTER=0 MASTER_TABLE=4 "
      "LOCAL_TABLE=0 SIGNF_REF_TIME=1(Start_of_Forecast) REF_TIME=2016-06-01T00:00:00Z "
      "PROD_STATUS=0(Operational) TYPE=1(Forecast)' -co DISCIPLINE=0 -co PDS_PDTN=8 "
      "-co 'PDS_TEMPLATE_ASSEMBLED_VALUES=1 8 2 0 0 0 0 1 0 1 0 0 255 0 0 2016 6 1 1 0 0 1 0 1 2 1 "
      "1 255 0' " +
      (folder_ / "p.tif").string() + " " + (folder_ / "p.grib2").string();
  const auto translated = test::run_command(command);
  ASSERT_EQ(translated.exit_code, 0) << translated.output;
  auto s = source();
  s.paths = {folder_ / "p.grib2"};
  s.file_pattern.clear();
  s.unit.clear();
  s.kind = RainKind::accumulation;
  s.stamp = RainStamp::end;
  target_ = grid(10, 10, 500000, 6200000, 100);
  const auto series = RainSeries::open(s, target_);
  ASSERT_TRUE(series) << series.error().message << '\n'
                      << test::run_command("gdalinfo " + (folder_ / "p.grib2").string()).output;
  EXPECT_EQ(series->intervals()[0].to, at("2016-06-01T01:00:00Z"));
  EXPECT_NEAR(series->rate(0).value()(5, 5), 1e-6, 1e-9);
}

TEST(SharedRain, SeventyTwoHoursOverTheMaasKeepTheirVolume) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  RainSource s;
  s.paths = {data / "terrain_nl_maas_ahn25/precipitation_hourly"};
  s.file_pattern = "NSL_%Y%m%d%H%M.ASC";
  s.kind = RainKind::rate;
  s.stamp = RainStamp::start;
  s.unit = "mm/h";
  s.interval = 1h;
  const auto terrain = read_raster(data / "terrain_nl_maas_ahn25/dem_ahn25.tif");
  ASSERT_TRUE(terrain);
  EXPECT_THAT(RainSeries::open(s, terrain->geometry).error().message,
              HasSubstr("coordinate reference system"));
  s.crs = "EPSG:28992";
  Field<std::uint8_t> active(terrain->geometry.nx, terrain->geometry.ny, 0);
  for (std::size_t k = 0; k < active.size(); ++k)
    active.values()[k] = std::isnan(terrain->values.values()[k]) ? 0 : 1;
  const auto mask = std::as_const(active).view();
  EXPECT_THAT(RainSeries::open(s, terrain->geometry, mask).error().message,
              HasSubstr("56400 of 550000 computed cells"));
  s.extend = 3000;
  EXPECT_TRUE(RainSeries::open(s, terrain->geometry, mask));

  // On its own cells the sums are those its README gives: mean 63.7 mm, at most 42.2 mm an hour.
  s.extend = 0;
  const auto own = grid(22, 20, 184225, 383293, 1000, "EPSG:28992");
  const auto series = RainSeries::open(s, own);
  ASSERT_TRUE(series) << series.error().message;
  ASSERT_EQ(series->intervals().size(), 72U);
  double sum = 0.0, most = 0.0;
  for (std::size_t k = 0; k < 72; ++k) {
    const auto field = series->rate(k);
    ASSERT_TRUE(field) << field.error().message;
    for (const float v : field->values()) {
      sum += v * 3.6e6 / (22 * 20);
      most = std::max(most, v * 3.6e6);
    }
  }
  EXPECT_NEAR(sum, 63.7, 0.05);
  EXPECT_NEAR(most, 42.2, 0.05);
}

}  // namespace
}  // namespace vandvagt::grids
