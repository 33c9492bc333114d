#include <gtest/gtest.h>

#include <cmath>

#include "core/portable_math.hpp"
#include "forecast/ensemble.hpp"

namespace vandvagt::forecast {
namespace {

TEST(PortableMath, AgreesWithTheLibraryToAFewUnitsInTheLastPlace) {
  for (int k = 1; k < 200'000; ++k) {
    const double u = uniform_from(3, 0, static_cast<std::uint64_t>(k));
    const double x = -60.0 + 80.0 * u;
    EXPECT_NEAR(portable::exp(x) / std::exp(x), 1.0, 2e-15);
    const double y = std::exp(x);
    EXPECT_NEAR(portable::log(y), std::log(y), 2e-15 * std::max(1.0, std::abs(x)));
  }
  EXPECT_EQ(portable::exp(0.0), 1.0);
  EXPECT_EQ(portable::exp(-1e300), 0.0);
  EXPECT_TRUE(std::isinf(portable::exp(1e300)));
  EXPECT_TRUE(std::isnan(portable::exp(std::nan(""))));
  EXPECT_EQ(portable::log(1.0), 0.0);
}

TEST(NormalQuantile, HitsTabulatedValues) {
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(0.25), -0.6744897501960817, 1e-14);
  EXPECT_NEAR(normal_quantile(0.001), -3.0902323061678132, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798408, 1e-12);
}

TEST(NormalQuantile, InvertsTheDistributionFunction) {
  for (double z = -5.0; z <= 5.0; z += 0.01) {
    const double p = 0.5 * std::erfc(-z / std::sqrt(2.0));
    EXPECT_NEAR(normal_quantile(p), z, z > 3.0 ? 1e-9 : 1e-12);  // p loses digits near 1
  }
}

TEST(Uniform, IsWhatItIsOnEveryMachine) {
  // Integer arithmetic and one exact multiplication: these bits are the definition.
  EXPECT_EQ(uniform_from(1, 2, 3), uniform_from(1, 2, 3));
  EXPECT_NE(uniform_from(1, 2, 3), uniform_from(1, 3, 2));
  EXPECT_NE(uniform_from(1, 2, 3), uniform_from(2, 2, 3));
  double sum = 0.0;
  double squares = 0.0;
  constexpr int n = 100'000;
  for (int k = 0; k < n; ++k) {
    const double u = uniform_from(42, 7, static_cast<std::uint64_t>(k));
    ASSERT_GT(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    squares += u * u;
  }
  // Four standard errors of the sample's mean (1/sqrt(12 n)) and of its second moment.
  EXPECT_NEAR(sum / n, 0.5, 4 * 0.2887 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1.0 / 3.0, 4 * 0.2981 / std::sqrt(n));
}

TEST(Perturbation, MemberZeroIsTheBestGuess) {
  const auto none = perturbation_of_member({.seed = 5, .rain_factor_sigma = 1}, 0);
  EXPECT_EQ(none.rain_factor, 1.0);
  EXPECT_EQ(none.stage_offset, 0.0);
  EXPECT_EQ(none.discharge_factor, 1.0);
}

TEST(Perturbation, FactorsHaveMeanOneAndOffsetsTheirSpread) {
  const EnsembleInput ensemble{.members = 1,
                               .seed = 11,
                               .rain_factor_sigma = 0.5,
                               .stage_offset_sigma = 0.2,
                               .discharge_factor_sigma = 0.3};
  constexpr int n = 40'000;
  double rain = 0.0, flow = 0.0, stage = 0.0, squares = 0.0, both = 0.0;
  for (int m = 1; m <= n; ++m) {
    const Perturbation p = perturbation_of_member(ensemble, m);
    rain += p.rain_factor;
    flow += p.discharge_factor;
    stage += p.stage_offset;
    squares += p.stage_offset * p.stage_offset;
    both += p.stage_offset * std::log(p.rain_factor);
  }
  const double root = std::sqrt(n);
  EXPECT_NEAR(rain / n, 1.0, 4 * 0.533 / root);  // sd of the factor: sqrt(exp(s²) - 1)
  EXPECT_NEAR(flow / n, 1.0, 4 * 0.307 / root);
  EXPECT_NEAR(stage / n, 0.0, 4 * 0.2 / root);
  EXPECT_NEAR(squares / n, 0.04, 4 * 0.04 * std::sqrt(2.0) / root);
  EXPECT_NEAR(both / n / (0.2 * 0.5), 0.0, 4 / root + 0.01);
}

TEST(Quantile, IsLinearBetweenOrderStatistics) {
  const std::vector<float> values{1, 2, 4, 8};
  EXPECT_EQ(quantile(values, 0.0), 1.0);
  EXPECT_EQ(quantile(values, 1.0), 8.0);
  EXPECT_EQ(quantile(values, 0.5), 3.0);
  EXPECT_NEAR(quantile(values, 0.9), 6.8, 1e-12);
  EXPECT_EQ(quantile(std::vector<float>{7}, 0.3), 7.0);
}

}  // namespace
}  // namespace vandvagt::forecast
