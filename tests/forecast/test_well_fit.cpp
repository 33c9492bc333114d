#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "forecast/ensemble.hpp"
#include "forecast/well_verification.hpp"
#include "tests/forecast/made_well.hpp"

namespace vandvagt::forecast {
namespace {

using test::made_parameters;

Time end_of(const WellHistory& history) {
  return history.rain.end();
}

WellFit fitted(const WellHistory& history, const WellFitOptions& options = {}) {
  auto fit = fit_well(history, end_of(history), options);
  EXPECT_TRUE(fit) << (fit ? "" : fit.error().message);
  return fit ? *fit : WellFit{};
}

std::array<double, 6> listed(const WellParameters& p) {
  return {p.gain, p.shape, p.scale, p.evaporation_factor, p.base, p.noise_decay};
}

/// Error of the noise's decay in standard errors, on its logarithm: an error of a time that can
/// only be positive is skewed. Least squares finds it too short in short series (Marriott & Pope
/// 1954, doi:10.1093/biomet/41.3-4.390, for the correlation it stands for).
double decay_error(const WellFit& fit) {
  const double found = fit.parameters.noise_decay;
  return std::log(found / made_parameters.noise_decay) / (fit.standard_error.noise_decay / found);
}

TEST(WellFit, RecoversKnownParametersWithinTheirStandardErrors) {
  constexpr int wells = 24;  // seeds 1 to 24
  const auto truth = listed(made_parameters);
  std::array<int, 6> within_one{}, within_two{};
  double decay = 0.0, sigma = 0.0;
  for (std::uint64_t seed = 1; seed <= wells; ++seed) {
    const WellFit fit = fitted(test::made_well(seed));
    ASSERT_TRUE(fit.usable) << "seed " << seed << ": " << fit.why_not;
    EXPECT_GT(fit.explained, 0.8);
    const auto found = listed(fit.parameters);
    const auto error = listed(fit.standard_error);
    for (std::size_t k = 0; k < truth.size(); ++k) {
      const double z = k == 5 ? decay_error(fit) : (found[k] - truth[k]) / error[k];
      EXPECT_LT(std::abs(z), 4.0) << "seed " << seed << " parameter " << k;
      within_one[k] += std::abs(z) <= 1.0 ? 1 : 0;
      within_two[k] += std::abs(z) <= 2.0 ? 1 : 0;
    }
    decay += fit.parameters.noise_decay / wells;
    sigma += fit.noise_sigma / wells;
  }
  int one = 0, two = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    std::printf("parameter %zu: %d of %d within one standard error, %d within two\n", k,
                within_one[k], wells, within_two[k]);
    one += within_one[k];
    two += within_two[k];
  }
  // 144 errors, not independent within a well: 0.68 and 0.95 with about 2 × sqrt(p q / 60) to
  // spare.
  EXPECT_NEAR(one / (6.0 * wells), 0.683, 0.12);
  EXPECT_NEAR(two / (6.0 * wells), 0.954, 0.055);
  // Mean of 24: the standard error of one decay is near a fifth of it.
  EXPECT_NEAR(decay, made_parameters.noise_decay, 0.15 * made_parameters.noise_decay);
  EXPECT_NEAR(sigma, test::made_noise, 0.05 * test::made_noise);
}

TEST(WellFit, DailyReadingsRecoverTheNoiseAlike) {
  const WellFit fit =
      fitted(test::made_well(7, {.years = 14, .shortest = 1.0, .longest = 1.0, .gaps = false}));
  ASSERT_TRUE(fit.usable) << fit.why_not;
  EXPECT_EQ(fit.least_interval, 0.0);  // the noise is what the model assumes: nothing left out
  EXPECT_LT(std::abs(decay_error(fit)), 3.0);
  EXPECT_NEAR(fit.innovation_correlation, 0.0, 0.05);  // 3 / sqrt(4015)
}

TEST(WellFit, SmoothDailyHeadsAreThinnedUntilInnovationsAreIndependent) {
  WellHistory history =
      test::made_well(8, {.years = 12, .shortest = 1.0, .longest = 1.0, .gaps = false});
  ReadingSeries& heads = history.heads;
  const std::vector<double> raw = heads.values;
  for (std::size_t k = 2; k + 2 < raw.size(); ++k) {
    heads.values[k] = (raw[k - 2] + raw[k - 1] + raw[k] + raw[k + 1] + raw[k + 2]) / 5.0;
  }
  const WellFit all = fitted(history, {.least_interval = 0.0});
  EXPECT_GT(all.innovation_correlation, 0.5);
  const WellFit fit = fitted(history);
  ASSERT_TRUE(fit.usable) << fit.why_not;
  EXPECT_GE(fit.least_interval, 3.0);
  EXPECT_LT(std::abs(fit.innovation_correlation), 0.15);
}

TEST(WellFit, ExponentialResponseHasNoShapeToDetermine) {
  const WellFit fit = fitted(test::made_well(3), {.response = WellResponse::exponential});
  ASSERT_TRUE(fit.usable) << fit.why_not;
  EXPECT_EQ(fit.parameters.shape, 1.0);
  EXPECT_EQ(fit.standard_error.shape, 0.0);
  EXPECT_LT(fit.explained, fitted(test::made_well(3)).explained);
}

TEST(WellFit, UsesOnlyWhatWasKnownThen) {
  WellHistory history = test::made_well(4);
  const Time then = test::made_day(9 * 365 + 0.3);
  const auto before = fit_well(history, then);
  for (std::size_t k = 0; k < history.heads.times.size(); ++k) {
    if (history.heads.times[k] > then) history.heads.values[k] += 5.0;
  }
  for (std::size_t k = 9 * 365; k < history.rain.values.size(); ++k) history.rain.values[k] = 0.5;
  const auto after = fit_well(history, then);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(listed(before->parameters), listed(after->parameters));
}

TEST(WellFit, TooFewReadingsOrYearsAreSaid) {
  const WellHistory history = test::made_well(5);
  const auto early = fit_well(history, test::made_day(4 * 365));
  ASSERT_TRUE(early) << early.error().message;
  EXPECT_FALSE(early->usable);
  EXPECT_NE(early->why_not.find("too few"), std::string::npos) << early->why_not;
  EXPECT_NE(early->why_not.find("needs 50 over 1096 days"), std::string::npos) << early->why_not;
}

TEST(WellFit, ASearchThatDoesNotConvergeIsSaid) {
  const WellFit fit = fitted(test::made_well(5), {.most_evaluations = 2});
  EXPECT_FALSE(fit.usable);
  EXPECT_NE(fit.why_not.find("did not converge"), std::string::npos) << fit.why_not;
}

TEST(WellFit, AHeadThatRainDoesNotMoveGivesNoModel) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    WellHistory history = test::made_well(seed);
    for (std::size_t k = 0; k < history.heads.values.size(); ++k) {
      history.heads.values[k] = normal_quantile(uniform_from(seed, 9, k));
    }
    const WellFit noise = fitted(history);
    EXPECT_FALSE(noise.usable) << "seed " << seed;
    EXPECT_FALSE(noise.why_not.empty());
  }
  WellHistory still = test::made_well(1);
  for (double& head : still.heads.values) head = 3.0;
  EXPECT_EQ(fitted(still).why_not, "the head never changes");
}

TEST(WellFit, UnsoundSeriesAreErrorsThatNameWellAndPlace) {
  const auto said = [](const WellHistory& history) {
    const auto fit = fit_well(history, end_of(test::made_well(6)));
    return fit ? std::string("no error") : fit.error().message;
  };
  const WellHistory good = test::made_well(6);
  WellHistory bad = good;
  bad.heads.values[3] = std::nan("");
  EXPECT_NE(said(bad).find("well \"made\": the head at "), std::string::npos) << said(bad);
  bad = good;
  std::swap(bad.heads.times[4], bad.heads.times[5]);
  EXPECT_NE(said(bad).find("does not come after"), std::string::npos) << said(bad);
  bad = good;
  bad.rain.values[10] = -0.001;
  EXPECT_NE(said(bad).find("negative rain"), std::string::npos) << said(bad);
  bad = good;
  bad.evaporation = {};
  EXPECT_NE(said(bad).find("has no evaporation"), std::string::npos) << said(bad);
  bad = good;
  for (std::size_t k = 0; k < 400; ++k) bad.rain.values[k] = std::nan("");
  EXPECT_NE(said(bad).find("rain: 400 of "), std::string::npos) << said(bad);
  bad = good;
  for (std::size_t k = 0; k < 40; ++k) bad.rain.values[k] = std::nan("");
  const auto filled = fit_well(bad, end_of(bad));
  ASSERT_TRUE(filled) << filled.error().message;
  EXPECT_EQ(filled->filled_days, 40);
}

TEST(WellFit, SimulationIsTheHeadWithoutNoise) {
  const WellHistory quiet = test::made_well(11, {.noise = 1e-6});
  const WellHistory history = test::made_well(11);
  WellFit fit = fitted(history);
  fit.parameters = made_parameters;
  const auto heads = simulate_well(fit, history, quiet.heads.times);
  ASSERT_TRUE(heads) << heads.error().message;
  double worst = 0.0;
  for (std::size_t k = 0; k < heads->size(); ++k) {
    worst = std::max(worst, std::abs((*heads)[k] - quiet.heads.values[k]));
  }
  // Linear between ends of days, and the last thousandth of the response at the mean: millimetres
  // of a head that moves by more than a metre.
  EXPECT_LT(worst, 0.004);
  EXPECT_FALSE(simulate_well(fit, history, std::vector<Time>{test::made_day(-3)}));
}

}  // namespace
}  // namespace vandvagt::forecast
