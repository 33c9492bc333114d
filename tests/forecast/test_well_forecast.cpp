#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forecast/ensemble.hpp"
#include "forecast/well_verification.hpp"
#include "tests/forecast/made_well.hpp"

namespace vandvagt::forecast {
namespace {

using test::made_day;
using test::made_parameters;

/// The fit that knows the truth.
WellFit known_fit(const WellHistory& history) {
  auto fit = fit_well(history, history.rain.end());
  EXPECT_TRUE(fit && fit->usable);
  fit->parameters = made_parameters;
  fit->noise_sigma = test::made_noise;
  return *fit;
}

/// Days of `history` from `day` on, for every one of `members`.
FutureForcing what_falls(const WellHistory& history, int day, int days, std::size_t members = 1) {
  const auto from = static_cast<std::ptrdiff_t>(day);
  const std::vector<double> rain(history.rain.values.begin() + from,
                                 history.rain.values.begin() + from + days);
  const std::vector<double> evaporation(history.evaporation.values.begin() + from,
                                        history.evaporation.values.begin() + from + days);
  return {made_day(day), std::vector(members, rain), std::vector(members, evaporation)};
}

TEST(WellForecast, StartsAtTheNewestReadingAndRelaxesToTheSimulation) {
  const WellHistory history = test::made_well(21);
  const WellFit fit = known_fit(history);
  const std::size_t newest = 120;
  const Time reading = history.heads.times[newest];
  const int day = static_cast<int>((reading - test::made_start) / one_day);
  const std::vector<Time> times{reading + std::chrono::minutes{1}, made_day(day + 30),
                                made_day(day + 600)};
  const auto made = WellForecaster(fit).forecast(history, reading, what_falls(history, day, 601),
                                                 times, {.memory = 0.0});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->basis, WellForecast::Basis::model);
  EXPECT_NEAR(made->mean[0], history.heads.values[newest], 1e-4);
  EXPECT_LT(made->quantiles[4][0] - made->quantiles[0][0], 0.01);
  const auto simulated = simulate_well(fit, history, times);
  EXPECT_NEAR(made->mean[2], (*simulated)[2], 1e-5);
  EXPECT_NEAR(made->noise_error[2], test::made_noise, 1e-6);
  const double share = std::exp(-(30.0 - 0.0) / made_parameters.noise_decay);
  EXPECT_NEAR(made->noise_error[1] / test::made_noise, std::sqrt(1 - share * share), 0.02);
  const double half_width = 1.645 * std::hypot(made->noise_error[1], made->parameter_error[1]);
  EXPECT_NEAR(made->quantiles[4][1] - made->mean[1], half_width, 1e-3 * half_width);
  EXPECT_EQ(made->forcing_spread[1], 0.0);
}

TEST(WellForecast, BandsHoldTheirShareOfAKnownTruth) {
  const WellHistory history = test::made_well(22, {.years = 30, .gaps = false});
  const Time half = made_day(16 * 365);
  for (const auto weather : {WellVerificationOptions::Weather::observed,
                             WellVerificationOptions::Weather::earlier_years}) {
    const auto verified = verify_well(
        history, {},
        {.from = half, .to = history.rain.end(), .leads = {2, 14, 30}, .weather = weather});
    ASSERT_TRUE(verified) << verified.error().message;
    ASSERT_EQ(verified->leads.size(), 3U);
    for (const WellLeadScore& score : verified->leads) {
      EXPECT_GT(score.count, 330);
      EXPECT_LT(score.rmse, score.rmse_persistence);
      EXPECT_LT(score.rmse, score.rmse_climatology);
      // About 360 forecasts, neighbours correlated: ± 3 sqrt(0.9 × 0.1 / 180).
      EXPECT_NEAR(score.share_inside, 0.9, 0.067) << "lead " << score.lead;
    }
  }
}

TEST(WellForecast, MembersSpreadAsTheQuantilesSay) {
  const WellHistory history = test::made_well(23);
  const int day = 9 * 365;
  FutureForcing future = what_falls(history, day, 40, 2000);
  for (std::size_t m = 0; m < future.members(); ++m) {
    for (double& rain : future.rain[m]) rain *= m % 2 == 0 ? 0.2 : 3.0;
  }
  const std::vector<Time> times{made_day(day + 10), made_day(day + 40)};
  const auto made =
      WellForecaster(known_fit(history)).forecast(history, made_day(day), future, times);
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->members.size(), 2000U);
  for (std::size_t k = 0; k < times.size(); ++k) {
    double mean = 0.0, squares = 0.0;
    for (const auto& member : made->members) mean += member[k] / 2000.0;
    for (const auto& member : made->members) squares += std::pow(member[k] - mean, 2) / 2000.0;
    const double expected = std::pow(made->noise_error[k], 2) +
                            std::pow(made->parameter_error[k], 2) +
                            std::pow(made->forcing_spread[k], 2);
    EXPECT_NEAR(mean, made->mean[k], 4.0 * std::sqrt(expected / 2000.0));
    EXPECT_NEAR(squares / expected, 1.0, 0.13);  // 4 × sqrt(2 / 2000)
    for (std::size_t q = 0; q < 5; ++q) {
      const auto below = std::count_if(made->members.begin(), made->members.end(),
                                       [&](auto& m) { return m[k] < made->quantiles[q][k]; });
      EXPECT_NEAR(static_cast<double>(below) / 2000.0, (std::array{0.05, 0.25, 0.5, 0.75, 0.95})[q],
                  4.0 * std::sqrt(0.25 / 2000.0));
    }
  }
  EXPECT_GT(made->forcing_spread[1], made->forcing_spread[0]);
}

TEST(WellForecast, AMemberDependsOnSeedAndItsOwnNumberAlone) {
  const WellHistory history = test::made_well(24);
  const WellForecaster forecaster(known_fit(history));
  const int day = 8 * 365;
  const std::vector<Time> times{made_day(day + 5), made_day(day + 20)};
  const auto few =
      forecaster.forecast(history, made_day(day), what_falls(history, day, 20, 3), times);
  const auto many =
      forecaster.forecast(history, made_day(day), what_falls(history, day, 20, 9), times);
  const auto other = forecaster.forecast(history, made_day(day), what_falls(history, day, 20, 3),
                                         times, {.seed = 2});
  ASSERT_TRUE(few && many && other);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(few->members[2][k], many->members[2][k], 1e-12);
    EXPECT_NE(few->members[2][k], other->members[2][k]);
  }
}

TEST(WellForecast, WithoutAReadingTheNoiseIsAtRest) {
  WellHistory history = test::made_well(25);
  const WellFit fit = known_fit(history);
  history.heads = {};
  const int day = 8 * 365;
  const std::vector<Time> times{made_day(day + 1), made_day(day + 20)};
  const auto made =
      WellForecaster(fit).forecast(history, made_day(day), what_falls(history, day, 20), times);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_NEAR(made->noise_error[0], test::made_noise, 1e-12);
  EXPECT_NEAR(made->mean[1], (*simulate_well(fit, history, times))[1], 1e-5);
}

TEST(WellForecast, AWellThatDriftsFromItsFitIsFollowedWithWiderBands) {
  WellHistory history = test::made_well(26);
  const WellFit fit = known_fit(history);
  const Time change = made_day(9 * 365);
  for (std::size_t k = 0; k < history.heads.times.size(); ++k) {
    if (history.heads.times[k] > change) history.heads.values[k] -= 0.5;
  }
  const int day = 13 * 365;
  const std::vector<Time> times{made_day(day + 30)};
  const WellForecaster forecaster(fit);
  const auto deaf = forecaster.forecast(history, made_day(day), what_falls(history, day, 40), times,
                                        {.memory = 0.0});
  const auto made =
      forecaster.forecast(history, made_day(day), what_falls(history, day, 40), times);
  ASSERT_TRUE(deaf && made);
  const double lost = 0.5 * (1.0 - std::exp(-30.0 / made_parameters.noise_decay));
  EXPECT_LT(made->mean[0], deaf->mean[0] - 0.6 * lost);
  EXPECT_GT(made->noise_error[0], deaf->noise_error[0]);
}

TEST(WellForecast, WithoutAUsableFitTheHeadPersistsAndSaysWhy) {
  const WellHistory history = test::made_well(27);
  const auto fit = fit_well(history, made_day(4 * 365));
  ASSERT_TRUE(fit && !fit->usable);
  const int day = 9 * 365;
  const std::vector<Time> times{made_day(day + 14), made_day(day + 30)};
  const auto made = WellForecaster(*fit).forecast(history, made_day(day),
                                                  what_falls(history, day, 30, 11), times);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->basis, WellForecast::Basis::persistence);
  EXPECT_EQ(made->why_persistence, fit->why_not);
  EXPECT_EQ(made->mean[0], made->mean[1]);
  EXPECT_GT(made->quantiles[4][1] - made->quantiles[0][1],
            made->quantiles[4][0] - made->quantiles[0][0]);
  EXPECT_EQ(made->members.size(), 11U);
  EXPECT_TRUE(std::is_sorted(made->members.begin(), made->members.end()));
}

TEST(WellForecast, PersistenceBandsHoldTheirShareOfARandomWalk) {
  // A head that wanders is what no recharge model can describe; 40 wells, 60 readings each.
  int inside = 0, all = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    WellHistory walk = test::made_well(28);
    double head = 5.0;
    for (std::size_t k = 0; k < walk.heads.values.size(); ++k) {
      const double interval =
          k == 0 ? 0.0 : to_seconds(walk.heads.times[k] - walk.heads.times[k - 1]) / 86400.0;
      head += 0.02 * std::sqrt(interval) * normal_quantile(uniform_from(seed, 77, k));
      walk.heads.values[k] = head;
    }
    const auto verified = verify_well(walk, {.least_readings = 1000},
                                      {.from = made_day(8 * 365),
                                       .to = walk.rain.end(),
                                       .leads = {14},
                                       .weather = WellVerificationOptions::Weather::observed});
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_FALSE(verified->fit.usable);
    all += verified->leads[0].count;
    inside +=
        static_cast<int>(std::lround(verified->leads[0].share_inside * verified->leads[0].count));
  }
  // The past of one walk is a small sample too: its own width differs from well to well.
  EXPECT_NEAR(static_cast<double>(inside) / all, 0.9, 0.025);
}

TEST(WellForecast, TooFewReadingsGiveNoBandAtAll) {
  WellHistory history = test::made_well(29);
  history.heads.times.resize(4);
  history.heads.values.resize(4);
  const auto fit = fit_well(history, history.rain.end());
  ASSERT_TRUE(fit && !fit->usable);
  const int day = 8 * 365;
  const WellForecaster forecaster(*fit);
  const std::vector<Time> times{made_day(day + 14)};
  const auto made =
      forecaster.forecast(history, made_day(day), what_falls(history, day, 20), times);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::unavailable);
  EXPECT_NE(made.error().message.find("4 readings are too few"), std::string::npos);
  history.heads = {};
  EXPECT_FALSE(forecaster.forecast(history, made_day(day), what_falls(history, day, 20), times));
}

TEST(WellForecast, ARequestThatCannotBeMetSaysWhatToChange) {
  const WellHistory history = test::made_well(30);
  const WellForecaster forecaster(known_fit(history));
  const int day = 8 * 365;
  const auto said = [&](Time issued, const FutureForcing& future, const std::vector<Time>& times) {
    const auto made = forecaster.forecast(history, issued, future, times);
    return made ? std::string("no error") : made.error().message;
  };
  const Time now = made_day(day);
  const FutureForcing future = what_falls(history, day, 20);
  EXPECT_NE(said(now, {}, {made_day(day + 1)}).find("no members"), std::string::npos);
  EXPECT_NE(said(now, future, {made_day(day + 21)}).find("until the forcing ends"),
            std::string::npos);
  EXPECT_NE(said(now, future, {now}).find("after the time of issue"), std::string::npos);
  EXPECT_NE(said(now, what_falls(history, day + 1, 20), {made_day(day + 5)}).find("begins at"),
            std::string::npos);
  FutureForcing uneven = what_falls(history, day, 20, 2);
  uneven.rain[1].pop_back();
  EXPECT_NE(said(now, uneven, {made_day(day + 5)}).find("member 1"), std::string::npos);
  FutureForcing hole = future;
  hole.evaporation[0][3] = std::nan("");
  EXPECT_NE(said(now, hole, {made_day(day + 5)}).find("is no number"), std::string::npos);
  WellHistory behind = history;
  behind.rain.values.resize(static_cast<std::size_t>(day) - 3);
  const auto late = forecaster.forecast(behind, now, future, std::vector<Time>{made_day(day + 5)});
  ASSERT_FALSE(late);
  EXPECT_NE(late.error().message.find("extend it back to there"), std::string::npos);
}

}  // namespace
}  // namespace vandvagt::forecast
