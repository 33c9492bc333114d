#include <gtest/gtest.h>

#include <cmath>

#include "forecast/detail/well_response.hpp"
#include "forecast/well_series.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::forecast {
namespace {

using vandvagt::test::TemporaryFolder;
using vandvagt::test::write_text;

Time day(int year, unsigned month, unsigned of_month) {
  return Time{std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                                    std::chrono::day{of_month}}};
}

DailySeries series_from(Time first, int days, double value) {
  return {first, std::vector<double>(static_cast<std::size_t>(days), value)};
}

TEST(WellSeries, ReadsDatesAndUnitsAndLeavesGapsUnknown) {
  const TemporaryFolder folder;
  write_text(folder / "rain.csv", "date,rain\n2001-02-27,2.5\n2001-03-01,\n2001-03-02,1e1\r\n");
  const auto table = read_dated_table(folder / "rain.csv", "mm/d", Dimension::speed);
  ASSERT_TRUE(table) << table.error().message;
  const auto daily = daily_series(*table);
  ASSERT_TRUE(daily);
  EXPECT_EQ(daily->first, day(2001, 2, 27));
  ASSERT_EQ(daily->values.size(), 4U);
  EXPECT_NEAR(daily->values[0], 0.0025, 1e-15);
  EXPECT_TRUE(std::isnan(daily->values[1]) && std::isnan(daily->values[2]));
  EXPECT_NEAR(daily->values[3], 0.010, 1e-15);
  const auto readings = reading_series(*table, std::chrono::hours{12});
  ASSERT_TRUE(readings);
  ASSERT_EQ(readings->times.size(), 2U);
  EXPECT_EQ(readings->times[1], day(2001, 3, 2) + std::chrono::hours{12});
  EXPECT_FALSE(daily_series(*table, 1));
}

TEST(WellSeries, AFaultyTableNamesFileAndLine) {
  const TemporaryFolder folder;
  const auto said = [&](const std::string& text) {
    write_text(folder / "x.csv", text);
    const auto table = read_dated_table(folder / "x.csv", "m", Dimension::length);
    return table ? std::string("no error") : table.error().message;
  };
  EXPECT_NE(said("date,h\n2001-01-01,1\n2001-01-01,2\n").find("x.csv:3: date 2001-01-01"),
            std::string::npos);
  EXPECT_NE(said("date,h\n2001-01-01,1\n2001-13-01,2\n").find("x.csv:3: \"2001-13-01\" is no date"),
            std::string::npos);
  EXPECT_NE(said("2001-01-01,high\n").find("x.csv:1: \"high\" is no finite number"),
            std::string::npos);
  EXPECT_NE(said("2001-01-01,nan\n").find("is no finite number"), std::string::npos);
  EXPECT_NE(said("2001-01-01,1\n2001-01-02,1,2\n").find("x.csv:2: has 3 columns"),
            std::string::npos);
  EXPECT_NE(said("date,h\n").find("holds no values"), std::string::npos);
  EXPECT_EQ(read_dated_table(folder / "none.csv", "m", Dimension::length).error().code,
            ErrorCode::io);
}

TEST(WellSeries, UnknownDaysGetTheMeanOfThatTimeOfYear) {
  DailySeries series = series_from(day(2001, 1, 1), 3 * 365, 0.0);
  for (std::size_t k = 0; k < series.values.size(); ++k) {
    series.values[k] = k % 365 < 100 ? 1.0 : 3.0;
  }
  series.values[40] = series.values[365 + 200] = std::nan("");
  const auto filled = fill_unknown_days(series, "evaporation");
  ASSERT_TRUE(filled) << filled.error().message;
  EXPECT_EQ(filled->filled, 2);
  EXPECT_DOUBLE_EQ(filled->series.values[40], 1.0);
  EXPECT_DOUBLE_EQ(filled->series.values[365 + 200], 3.0);
  for (std::size_t k = 0; k < 60; ++k) series.values[k] = std::nan("");
  EXPECT_FALSE(fill_unknown_days(series, "evaporation"));
}

TEST(WellSeries, EarlierYearsAreThoseThatEndedBefore) {
  DailySeries rain = series_from(day(2000, 1, 1), 366 + 6 * 365, 0.0);
  for (std::size_t k = 0; k < rain.values.size(); ++k) rain.values[k] = static_cast<double>(k);
  const DailySeries dry = series_from(day(2000, 1, 1), 366 + 6 * 365, 0.001);
  // From 20 December a month runs into the next year: 2005 has not ended it by 20 December 2005.
  const auto winter = resample_years(rain, dry, day(2005, 12, 20), 30);
  ASSERT_TRUE(winter) << winter.error().message;
  EXPECT_EQ(winter->members(), 5U);
  EXPECT_EQ(winter->days(), 30U);
  EXPECT_EQ(winter->rain[0][0], 354.0);  // 20 December 2000
  // 29 February stands for 1 March where there is none.
  const auto leap = resample_years(rain, dry, day(2004, 2, 29), 10, 1);
  ASSERT_TRUE(leap) << leap.error().message;
  EXPECT_EQ(leap->members(), 4U);
  EXPECT_EQ(leap->rain[1][0], 366.0 + 59.0);                     // 1 March 2001
  EXPECT_FALSE(resample_years(rain, dry, day(2003, 6, 1), 30));  // three years, five are asked for
  rain.values[400] = std::nan("");                               // in 2001
  EXPECT_EQ(resample_years(rain, dry, day(2006, 2, 1), 30)->members(), 5U);
  EXPECT_EQ(resample_years(rain, dry, day(2006, 2, 10), 30)->members(), 6U);
}

TEST(WellSeries, AForecastGoesOnWithResampledYears) {
  const FutureForcing days{day(2010, 1, 1), {{1, 2}, {3, 4}, {5, 6}}, {{0, 0}, {0, 0}, {0, 0}}};
  const FutureForcing years{
      day(2010, 1, 1), {{9, 9, 7, 7}, {9, 9, 8, 8}}, {{0, 0, 1, 1}, {0, 0, 2, 2}}};
  const auto joined = extend_forcing(days, years);
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->rain[1], (std::vector<double>{3, 4, 8, 8}));
  EXPECT_EQ(joined->evaporation[2], (std::vector<double>{0, 0, 1, 1}));
  FutureForcing late = years;
  late.first = day(2010, 1, 4);
  EXPECT_FALSE(extend_forcing(days, late));
}

TEST(WellResponse, ExponentialIsAReservoirAndGammaOfOneTheSame) {
  std::vector<double> x(400);
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = std::sin(0.1 * static_cast<double>(k)) + 1.0;
  const std::vector<int> at{0, 1, 17, 250, 400};
  const auto recursion = detail::respond_exponential(20.0, x, 0.7, at);
  const auto response = detail::step_response(1.0, 20.0, 0.9999999, 100000);
  const auto sum = detail::respond(response, 1.0, x, 0.7, at);
  for (std::size_t k = 0; k < at.size(); ++k) EXPECT_NEAR(recursion[k], sum[k], 1e-6);
  EXPECT_EQ(sum[0], 0.7);
  EXPECT_NEAR(response.steps[20], 1.0 - std::exp(-1.0), 1e-14);
}

TEST(WellResponse, ConstantRechargeIsAtRest) {
  const std::vector<double> x(3000, 0.25);
  for (const double shape : {0.4, 1.0, 3.0}) {
    const auto response = detail::step_response(shape, 90.0, 0.999, 100000);
    for (const double head :
         detail::respond(response, 1.0, x, 0.25, std::vector<int>{0, 3, 3000})) {
      EXPECT_NEAR(head, 0.25, 1e-12);
    }
    EXPECT_GE(response.steps.back(), 0.999);
    EXPECT_LT(response.steps[response.length() - 1], 0.999);
  }
}

TEST(WellResponse, DerivativesAreThoseOfTheSteps) {
  const auto response = detail::step_response(1.3, 25.0, 0.999, 100000);
  const auto by_shape = detail::derivative_to_log_shape(response);
  const auto by_scale = detail::derivative_to_log_scale(response);
  const double h = 1e-3;
  const auto at = [&](double shape, double scale, std::size_t k) {
    return detail::step_response(1.3 * std::exp(shape), 25.0 * std::exp(scale), 1.0, 400).steps[k];
  };
  for (const std::size_t k : {1U, 10U, 60U, 150U}) {
    EXPECT_NEAR(by_shape.steps[k], (at(h, 0, k) - at(-h, 0, k)) / (2 * h), 1e-6);
    EXPECT_NEAR(by_scale.steps[k], (at(0, h, k) - at(0, -h, k)) / (2 * h), 1e-6);
  }
}

}  // namespace
}  // namespace vandvagt::forecast
