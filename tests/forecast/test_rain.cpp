#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "forecast/forcing.hpp"
#include "tests/forecast/made_case.hpp"

namespace vandvagt::forecast {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::first_night;
using test::MadeStore;
using ::testing::HasSubstr;
using vandvagt::test::TemporaryFolder;
using vandvagt::test::write_text;

Time at(int minute) {
  return first_night() + minutes{minute};
}

struct Rain : ::testing::Test {
  TemporaryFolder folder;
  MadeStore store{folder.path()};
  test::MadeCase made = test::make_case();
  ForcingPeriod period{at(0), at(120), at(240)};

  RainForcing open() {
    auto rain = RainForcing::open(made.scenario, made.built, period,
                                  Observations(&store.get(), made.stations));
    EXPECT_TRUE(rain) << (rain ? "" : rain.error().message);
    return std::move(*rain);
  }
  static double mean(RainForcing& rain, Time time, double factor = 1.0) {
    const auto rate = rain.at(time, factor);
    EXPECT_TRUE(rate);
    if (rate->uniform) return *rate->uniform;
    double sum = 0.0;
    for (const float value : rate->field.values()) sum += static_cast<double>(value);
    return sum / static_cast<double>(rate->field.size());
  }
};

TEST_F(Rain, StationsAreWeighedByInverseDistanceSquared) {
  store.fill(made.stations[2], at(-10), at(120), minutes{10}, [](double) { return 4e-6; });
  store.fill(made.stations[3], at(-10), at(120), minutes{10}, [](double) { return 1e-6; });
  auto rain = open();
  const auto rate = rain.at(at(30));
  ASSERT_TRUE(rate && !rate->uniform);
  EXPECT_FLOAT_EQ(rate->field(35, 6), 4e-6F * (1 - 1.0F / (1 + 3492.0F)) + 1e-6F / 3493.0F);
  // Between: r² to east = (35-20)² + 6² = 261, to west = (20-8)² + 6² = 180 cells².
  const double east = 1.0 / 261, west = 1.0 / 180;
  EXPECT_NEAR(rate->field(20, 12), (4e-6 * east + 1e-6 * west) / (east + west), 1e-12);
  EXPECT_EQ(rate->until, at(40));
}

TEST_F(Rain, AReadingTellsOfTheTimeBeforeIt) {
  made.scenario.rain.stations = {"rain-east"};
  store.add(made.stations[2], at(0), 0.0);
  store.add(made.stations[2], at(10), 6e-6);
  store.add(made.stations[2], at(20), 0.0);
  auto rain = open();
  EXPECT_NEAR(mean(rain, at(5)), 6e-6, 1e-12);
  EXPECT_EQ(mean(rain, at(15)), 0.0);
  made.scenario.rain.stamp_at_end = false;
  auto from_start = open();
  EXPECT_EQ(mean(from_start, at(5)), 0.0);
  EXPECT_NEAR(mean(from_start, at(15)), 6e-6, 1e-12);
}

TEST_F(Rain, ASilentGaugeIsLeftOutAndAllSilentIsSaid) {
  store.fill(made.stations[2], at(-10), at(120), minutes{10}, [](double) { return 4e-6; });
  {
    auto rain = open();
    EXPECT_NEAR(mean(rain, at(30)), 4e-6, 1e-12);
    EXPECT_TRUE(rain.reports()[0].degraded);
  }
  const TemporaryFolder other;
  const MadeStore empty(other.path());
  auto nothing = RainForcing::open(made.scenario, made.built, period,
                                   Observations(&empty.get(), made.stations));
  ASSERT_TRUE(nothing);
  EXPECT_EQ(mean(*nothing, at(30)), 0.0);
  EXPECT_THAT(nothing->reports()[0].notices, ::testing::Contains(HasSubstr("no gauge was heard")));
}

TEST_F(Rain, LessThanNoRainIsLeftOutAndSaid) {
  made.scenario.rain.stations = {"rain-east"};
  store.fill(made.stations[2], at(-10), at(60), minutes{10}, [](double) { return 4e-6; });
  store.fill(made.stations[2], at(70), at(80), minutes{10}, [](double) { return -4e-6; });
  store.fill(made.stations[2], at(90), at(120), minutes{10}, [](double) { return 2e-6; });
  auto rain = open();
  EXPECT_NEAR(mean(rain, at(55)), 4e-6, 1e-12);
  EXPECT_NEAR(mean(rain, at(75)), 2e-6, 1e-12) << "the next sound reading tells of the time before";
  EXPECT_THAT(rain.reports()[0].notices,
              ::testing::Contains(HasSubstr("station rain-east: 2 readings of less than no rain")));
}

TEST_F(Rain, ForecastRainTakesTheMembersFactorAndObservedDoesNot) {
  store.fill(made.stations[2], at(-10), at(120), minutes{10}, [](double) { return 4e-6; });
  auto rain = open();
  EXPECT_NEAR(mean(rain, at(60), 2.0), 4e-6, 1e-12);
  EXPECT_NEAR(mean(rain, at(120), 2.0), 6e-6, 1e-12);
  EXPECT_NEAR(mean(rain, at(180), 0.5), 1.5e-6, 1e-12);
}

TEST_F(Rain, WithoutARainForecastNoneIsAssumedAndSaid) {
  made.scenario.rain_forecast = {};
  store.fill(made.stations[2], at(-10), at(120), minutes{10}, [](double) { return 4e-6; });
  auto rain = open();
  EXPECT_EQ(mean(rain, at(150)), 0.0);
  EXPECT_THAT(rain.reports()[0].notices,
              ::testing::Contains(HasSubstr("no rain forecast is configured")));
}

/// 2 × 1 grids of 1 km over the made case, one an hour.
void write_grids(const TemporaryFolder& folder, const std::vector<double>& millimetres) {
  for (std::size_t k = 0; k < millimetres.size(); ++k) {
    const std::string stamp = "rain_202601100" + std::to_string(k + 1) + "00.asc";
    write_text(folder / ("rain/" + stamp),
               "ncols 2\nnrows 2\nxllcorner 444900\nyllcorner 6237900\ncellsize 1000\n"
               "NODATA_value -9999\n" +
                   std::to_string(millimetres[k]) + " " + std::to_string(millimetres[k]) + "\n" +
                   std::to_string(millimetres[k]) + " " + std::to_string(millimetres[k]) + "\n");
  }
}

RainInput grids_in(const TemporaryFolder& folder) {
  RainInput grids;
  grids.from = RainInput::From::rasters;
  grids.raster_folder = folder / "rain";
  grids.file_time_pattern = "rain_%Y%m%d%H%M.asc";
  grids.accumulation = grids.kind_declared = grids.stamp_declared = true;
  grids.unit = "mm";
  grids.interval = hours{1};
  grids.crs = "EPSG:25832";
  grids.place = "rain";
  return grids;
}

TEST_F(Rain, BadGridsOfTheirTimeAreRefusedBeforeTheRun) {
  write_grids(folder, {3.6, -7.2, 1.0, -7.2});  // 00-01, 01-02, 02-03 and 03-04 hours
  made.scenario.rain = grids_in(folder);
  const auto refused = [&] {
    const auto rain = RainForcing::open(made.scenario, made.built, period,
                                        Observations(&store.get(), made.stations));
    return rain ? std::string("taken") : rain.error().message;
  };
  EXPECT_THAT(refused(),
              ::testing::AllOf(HasSubstr("rain: "), HasSubstr("rain_202601100200.asc"),
                               HasSubstr("negative rain -7.2"), HasSubstr("2026-01-10T02:00:00Z")))
      << "up to the reference time; then the rain forecast takes over";
  made.scenario.rain_forecast = {};
  EXPECT_THAT(refused(), HasSubstr("(and 1 more rain grids)"));
  period = {at(0), at(60), at(60)};
  EXPECT_EQ(refused(), "taken") << "the first hour alone is sound";
}

TEST_F(Rain, GridsHoldForTheirIntervalAndTheirEndIsSaid) {
  write_grids(folder, {3.6, 7.2});
  made.scenario.rain = grids_in(folder);
  made.scenario.rain_forecast = {};
  auto rain = open();
  EXPECT_NEAR(mean(rain, at(0)), 1e-6, 1e-11);
  EXPECT_EQ(rain.at(at(0))->until, at(60));
  EXPECT_NEAR(mean(rain, at(60)), 2e-6, 1e-11);
  EXPECT_NEAR(mean(rain, at(60), 3.0), 2e-6, 1e-11);
  EXPECT_EQ(mean(rain, at(120)), 0.0);
  EXPECT_THAT(rain.reports()[0].notices, ::testing::Contains(HasSubstr("no grid after")));
  EXPECT_EQ(rain.inputs().size(), 2U);
  made.scenario.solver.sync_interval = minutes{40};  // the second step has both
  auto coarse = open();
  EXPECT_NEAR(mean(coarse, at(40)), 1.5e-6, 1e-11);
}

}  // namespace
}  // namespace vandvagt::forecast
