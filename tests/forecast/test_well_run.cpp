#include <gtest/gtest.h>

#include <cmath>

#include "forecast/detail/well_history.hpp"
#include "forecast/run.hpp"
#include "forecast/well_run.hpp"
#include "tests/forecast/made_case.hpp"
#include "tests/forecast/made_well.hpp"

namespace vandvagt::forecast {
namespace {

using detail::days_of_rates;
using detail::join_days;
using std::chrono::hours;
using test::made_day;
using vandvagt::test::TemporaryFolder;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Rates at whole hours, one value.
std::vector<Observation> hourly(int from, int to, double rate) {
  std::vector<Observation> rates;
  for (int h = from; h <= to; ++h) rates.push_back({made_day(0) + hours{h}, rate});
  return rates;
}

TEST(WellDays, AreTheSumOfRatesAndUnknownWhereTooLittleIsTold) {
  const double rate = 1e-3 / 86400.0;
  auto rates = hourly(0, 48, rate);
  const auto late = hourly(60, 72, rate);  // half of the third day is not told
  rates.insert(rates.end(), late.begin(), late.end());
  const auto days = days_of_rates(rates, hours{3}, made_day(5));
  ASSERT_EQ(days.values.size(), 5U);
  EXPECT_EQ(days.first, made_day(0));
  EXPECT_NEAR(days.values[0], 1e-3, 1e-12);
  EXPECT_NEAR(days.values[1], 1e-3, 1e-12);
  for (std::size_t k = 2; k < 5; ++k) EXPECT_TRUE(std::isnan(days.values[k])) << k;
}

TEST(WellDays, TheDayThatIsNotOverIsLeftOut) {
  const auto days = days_of_rates(hourly(0, 40, 1e-8), hours{3}, made_day(1) + hours{16});
  EXPECT_EQ(days.values.size(), 1U);
}

TEST(WellDays, RatesBelowZeroAreNoRain) {
  auto rates = hourly(0, 24, 1e-8);
  rates[5].value = -1e-8;  // its hour is not told; the day is
  const auto days = days_of_rates(rates, hours{3}, made_day(1));
  ASSERT_EQ(days.values.size(), 1U);
  EXPECT_NEAR(days.values[0], 1e-8 * 86400.0, 1e-12);
}

TEST(WellDays, AStationGoesOnWhereTheFileEnds) {
  const DailySeries file{made_day(0), {1.0, 2.0, 3.0, unknown}};
  const DailySeries station{made_day(2), {30.0, 40.0, unknown, 60.0, unknown}};
  const auto joined = join_days(file, station, made_day(10));
  ASSERT_EQ(joined.values.size(), 6U);
  EXPECT_EQ(joined.values[2], 3.0);
  EXPECT_EQ(joined.values[3], 40.0);
  EXPECT_TRUE(std::isnan(joined.values[4]));
  EXPECT_EQ(joined.values[5], 60.0);
  EXPECT_EQ(join_days(file, station, made_day(2)).values.size(), 2U);
  EXPECT_EQ(join_days({}, station, made_day(4)).values.size(), 2U);
  EXPECT_TRUE(join_days({}, {}, made_day(4)).empty());
}

TEST(WellWeather, MembersCountWhereTheyTellAndYearsElsewhere) {
  auto history = test::made_well(7);
  for (auto* series : {&history.rain, &history.evaporation}) series->values.resize(8 * 365 - 100);
  const Time first = history.rain.end();
  WellTables tables;
  for (const double rain : {0.01, 0.02})
    tables.rain_forecast.push_back({first + one_day, {rain, rain, rain}});
  const auto weather = detail::weather_after(history, tables, 6);
  ASSERT_TRUE(weather) << weather.error().message;
  const auto years = resample_years(history.rain, history.evaporation, first, 6);
  ASSERT_EQ(weather->forcing.members(), 2U);
  for (std::size_t m = 0; m < 2; ++m) {
    EXPECT_EQ(weather->forcing.rain[m][0], years->rain[m][0]);
    EXPECT_EQ(weather->forcing.rain[m][1], m == 0 ? 0.01 : 0.02);
    EXPECT_EQ(weather->forcing.rain[m][3], m == 0 ? 0.01 : 0.02);
    EXPECT_EQ(weather->forcing.rain[m][4], years->rain[m][4]);
    EXPECT_EQ(weather->forcing.evaporation[m], years->evaporation[m]);
  }
}

TEST(WellWeather, AForecastOfThePastIsNotUsedAndSaysSo) {
  const auto history = test::made_well(7);
  WellTables tables;
  tables.rain_forecast = {{history.rain.end() - one_day * 5, {0.01, 0.02}}};
  const auto weather = detail::weather_after(history, tables, 6);
  ASSERT_TRUE(weather) << weather.error().message;
  ASSERT_EQ(weather->notices.size(), 1U);
  EXPECT_NE(weather->notices[0].find("was not used"), std::string::npos);
  EXPECT_GT(weather->forcing.members(), 5U);
}

/// A well in the made case, whose readings lie in a store and whose rain lies in a file.
struct StoredWell {
  StoredWell() : made(test::make_case()), store(folder.path()) {
    history = test::made_well(11);
    WellForecastInput input;
    input.station = "well-b";
    made.scenario.well_forecasts = {input};
    WellTables tables;
    tables.rain = history.rain;
    tables.evaporation = history.evaporation;
    made.built.wells = {tables};
    for (std::size_t k = 0; k < history.heads.times.size(); ++k)
      store.add(made.stations[5], history.heads.times[k], history.heads.values[k]);
  }
  std::vector<WellForecastOutcome> run(Time issued) {
    return forecast_wells(made.scenario, made.built, Observations(&store.get(), made.stations),
                          issued);
  }
  test::MadeCase made;
  TemporaryFolder folder;
  test::MadeStore store;
  WellHistory history;
};

TEST(WellRun, IsTheForecastOfTheLibraryFromWhatTheStoreHolds) {
  StoredWell well;
  const Time issued = made_day(4000) + hours{6};
  const auto outcome = well.run(issued).front();
  ASSERT_TRUE(outcome.forecast) << outcome.why_none;
  ASSERT_EQ(outcome.forecast->basis, WellForecast::Basis::model) << outcome.fit.why_not;
  auto known = well.history;
  for (auto* series : {&known.rain, &known.evaporation}) series->values.resize(4000);
  const auto fit = fit_well(known, issued);
  ASSERT_TRUE(fit);
  EXPECT_EQ(outcome.fit.parameters.gain, fit->parameters.gain);
  const auto years = resample_years(known.rain, known.evaporation, made_day(4000), 32);
  std::vector<Time> times;
  for (int day = 1; day <= 31; ++day) times.push_back(issued + one_day * day);
  const auto expected = WellForecaster(*fit).forecast(known, issued, *years, times);
  ASSERT_TRUE(expected) << expected.error().message;
  EXPECT_EQ(outcome.forecast->mean, expected->mean);
  EXPECT_EQ(outcome.forecast->quantiles, expected->quantiles);
  EXPECT_LE(outcome.observed.times.back(), issued);
}

TEST(WellRun, WithoutRainItFallsBackAndSaysWhy) {
  StoredWell well;
  well.made.built.wells[0].rain = {};
  const auto outcome = well.run(made_day(4000)).front();
  ASSERT_TRUE(outcome.forecast) << outcome.why_none;
  EXPECT_EQ(outcome.forecast->basis, WellForecast::Basis::persistence);
  EXPECT_NE(outcome.forecast->why_persistence.find("rain"), std::string::npos);
  EXPECT_EQ(outcome.forecast->mean.size(), 31U);
  ASSERT_EQ(outcome.notices.size(), 1U);
}

TEST(WellRun, ASolverThatFailsLeavesTheWellsForecast) {
  StoredWell well;
  well.made.scenario.solver.min_dt = 50.0;  // no step of this case is that long
  RunRequest request;
  request.reference_time = made_day(4000);
  request.stations = well.made.stations;
  const auto outcome =
      run_forecast(well.made.scenario, well.made.built, &well.store.get(), request);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_FALSE(outcome->usable());
  ASSERT_EQ(outcome->wells.size(), 1U);
  EXPECT_TRUE(outcome->wells[0].forecast);
}

}  // namespace
}  // namespace vandvagt::forecast
