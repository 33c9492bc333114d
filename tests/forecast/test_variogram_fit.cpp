#include <gtest/gtest.h>

#include <cmath>
#include <iostream>

#include "forecast/detail/likelihood.hpp"
#include "forecast/ensemble.hpp"
#include "tests/forecast/made_field.hpp"

namespace vandvagt::forecast::detail {
namespace {

/// Wells on 20 km × 20 km that read a random field of L = 2.5 km with a noise of 0.1 m.
KrigingWells wells_of(int count, std::uint64_t seed, double sigma = 0.5) {
  const test::MadeField field(seed, 2500.0);
  KrigingWells wells;
  wells.departure.resize(count);
  wells.prior_error = Eigen::VectorXd::Constant(count, 0.5);
  wells.variance = Eigen::VectorXd::Constant(count, 0.01);
  wells.drift.resize(count, 0);
  for (int k = 0; k < count; ++k) {
    const auto u = [&](std::uint64_t n) {
      return uniform_from(seed, 5000 + static_cast<std::uint64_t>(k), n);
    };
    wells.at.push_back({20'000.0 * u(0), 20'000.0 * u(1)});
    wells.departure[k] = sigma * field(wells.at.back()) + 0.1 * normal_quantile(u(2));
  }
  return wells;
}

const Variogram guess{.correlation_length = 800.0, .sill_factor = 0.3};

TEST(VariogramFit, FindsLengthAndSillOfManyWellsFromAWrongGuess) {
  double log_length = 0.0, log_sill = 0.0;
  constexpr int seeds = 4;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto fit = fit_variogram(wells_of(300, seed), guess, 64);
    ASSERT_TRUE(fit.variogram) << "seed " << seed << ": " << fit.why_not;
    std::cout << "seed " << seed << ": " << fit.variogram->correlation_length << " m, "
              << fit.variogram->sill_factor << ", " << fit.variogram->nugget << "\n";
    log_length += std::log(fit.variogram->correlation_length / 2500.0) / seeds;
    log_sill += std::log(fit.variogram->sill_factor) / seeds;
    EXPECT_LT(fit.variogram->nugget, 0.15);
    EXPECT_GT(fit.gain, 20.0);
  }
  // One field of eight lengths across tells its sill to a fifth or so; the mean of four, a tenth.
  EXPECT_NEAR(log_length, 0.0, 0.25);
  EXPECT_NEAR(log_sill, 0.0, 0.25);
}

TEST(VariogramFit, LikelihoodIsExactWhereAllWellsAreGiven) {
  const auto wells = wells_of(40, 3);
  const auto all = Likelihood(wells, 39).deviance(guess);
  const Drift none{.coefficients = Eigen::VectorXd::Zero(0), .covariance = {}};
  const auto system = solve_wells(wells, guess, none, all_of(wells));
  ASSERT_TRUE(all && system);
  double exact = system->whitened.squaredNorm();
  for (Eigen::Index k = 0; k < 40; ++k) exact += 2.0 * std::log(system->lower(k, k));
  EXPECT_NEAR(*all, exact, 1e-9);
  EXPECT_NEAR(*Likelihood(wells, 24).deviance(guess), exact, 0.5);
}

TEST(VariogramFit, AWrongWellDoesNotSpoilIt) {
  auto wells = wells_of(200, 4);
  const auto sound = fit_variogram(wells, guess, 64);
  wells.departure[17] += 12.0;  // a datum mistaken
  const auto spoilt = fit_variogram(wells, guess, 64);
  ASSERT_TRUE(sound.variogram && spoilt.variogram);
  EXPECT_EQ(sound.outliers, 0);
  EXPECT_GE(spoilt.outliers, 1);
  EXPECT_NEAR(spoilt.variogram->correlation_length / sound.variogram->correlation_length, 1.0, 0.2);
  EXPECT_NEAR(spoilt.variogram->sill_factor / sound.variogram->sill_factor, 1.0, 0.2);
}

TEST(VariogramFit, SaysWhyItCannotBeUsed) {
  const auto few = fit_variogram(wells_of(19, 1), guess, 64);
  EXPECT_FALSE(few.variogram);
  EXPECT_EQ(few.why_not, "19 wells enter, 20 are needed for a fit");
  auto equal = wells_of(30, 1);
  for (int k = 0; k < 30; ++k) equal.departure[k] = 1e-4 * (k % 2);  // nothing but the prior
  const auto flat = fit_variogram(equal, guess, 64);
  EXPECT_FALSE(flat.variogram);
  EXPECT_NE(flat.why_not.find("do not determine"), std::string::npos) << flat.why_not;
  auto together = wells_of(30, 1);
  for (auto& at : together.at) at = {1.0, 2.0};
  EXPECT_EQ(fit_variogram(together, guess, 64).why_not,
            "the wells stand too close together for a fit");
}

}  // namespace
}  // namespace vandvagt::forecast::detail
