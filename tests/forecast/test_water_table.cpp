#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <cstring>
#include <numbers>
#include <numeric>
#include <utility>

#include "forecast/ensemble.hpp"
#include "forecast/water_table.hpp"
#include "tests/forecast/made_case.hpp"

namespace vandvagt::forecast {
namespace {

const grids::Geometry square{50, 40, 0.0, 0.0, 100.0, "", ""};
const WaterTableErrors errors{.prior_error = 0.5, .reading_error = 0.1, .correlation_length = 800};

Field<float> level(float depth) {
  return {square.nx, square.ny, depth};
}

WaterTable corrected(const Field<float>& prior, const std::vector<WellReading>& wells) {
  auto table = correct_water_table(square, prior.view(), wells, errors);
  EXPECT_TRUE(table) << (table ? "" : table.error().message);
  return std::move(*table);
}

TEST(WaterTable, OneWellIsTheWeightedMeanAtItsPlaceAndFadesAsTheCovariance) {
  const auto table = corrected(level(2.0F), {{"a", square.centre(10, 10), Time{}, 1.0}});
  const double gain = 0.25 / (0.25 + 0.01);
  EXPECT_NEAR(table.depth(10, 10), 2.0 - gain, 1e-6);
  EXPECT_NEAR(table.depth(18, 10), 2.0 - gain * std::exp(-1.0), 1e-6);
  EXPECT_NEAR(table.standard_error(10, 10), 0.5 * std::sqrt(1 - gain), 1e-6);
  EXPECT_NEAR(table.standard_error(49, 39), 0.5, 1e-3);
  EXPECT_EQ(table.wells_used, 1);
  EXPECT_NEAR(table.wells[0].leave_one_out, 2.0, 1e-12);  // alone, the others are the prior
  EXPECT_NEAR(table.wells[0].leave_one_out_error, -1.0, 1e-12);
}

TEST(WaterTable, LeaveOneOutIsWhatLeavingOneOutGives) {
  std::vector<WellReading> wells;
  for (int k = 0; k < 7; ++k) {
    wells.push_back({"w" + std::to_string(k), square.centre(3 + 6 * k, 5 + (k * 17) % 30), Time{},
                     1.5 + 0.3 * std::sin(k)});
  }
  const auto all = corrected(level(2.0F), wells);
  for (std::size_t k = 0; k < wells.size(); ++k) {
    auto others = wells;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
    const auto without = corrected(level(2.0F), others);
    const auto cell = *grids::cell_at(square, wells[k].position);
    EXPECT_NEAR(all.wells[k].leave_one_out, without.depth(cell.i, cell.j), 1e-6);
    const double variance = std::pow(without.standard_error(cell.i, cell.j), 2) + 0.01;
    EXPECT_NEAR(all.wells[k].leave_one_out_standard_error, std::sqrt(variance), 1e-6);
  }
}

/// A smooth random field with the assumed covariance, from its Fourier modes: the exponential
/// covariance in the plane has the spectrum (1 + k² L²)^(-3/2).
Field<float> random_field(std::uint64_t seed, double length) {
  constexpr int modes = 600;
  std::vector<std::array<double, 3>> waves;
  for (int m = 0; m < modes; ++m) {
    const auto u = [&](std::uint64_t n) {
      return uniform_from(seed, static_cast<std::uint64_t>(m), n);
    };
    // P(|k| > x) = (1 + x² L²)^(-1/2) inverts in closed form.
    const double k = std::sqrt(1.0 / std::pow(u(0), 2) - 1.0) / length;
    const double angle = 2 * std::numbers::pi * u(1);
    waves.push_back({k * std::cos(angle), k * std::sin(angle), 2 * std::numbers::pi * u(2)});
  }
  Field<float> field(square.nx, square.ny);
  for (int j = 0; j < square.ny; ++j) {
    for (int i = 0; i < square.nx; ++i) {
      const grids::Point p = square.centre(i, j);
      double sum = 0.0;
      for (const auto& [kx, ky, phase] : waves) sum += std::cos(kx * p.x + ky * p.y + phase);
      field(i, j) = static_cast<float>(errors.prior_error * std::sqrt(2.0 / modes) * sum);
    }
  }
  return field;
}

TEST(WaterTable, WellsHalveTheErrorAndStandardErrorsAreHonest) {
  double before = 0.0, after = 0.0;
  int one = 0, two = 0, cells = 0, wells_in_one = 0, wells_in_two = 0, wells_seen = 0;
  WaterTableErrors smooth = errors;
  smooth.correlation_length = 2000;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Field<float> departure = random_field(seed, smooth.correlation_length);
    const Field<float> prior = level(4.0F);
    std::vector<WellReading> wells;
    for (int k = 0; k < 60; ++k) {
      const auto n = static_cast<std::uint64_t>(k);
      const int i = static_cast<int>(50 * uniform_from(seed, 1000 + n, 0));
      const int j = static_cast<int>(40 * uniform_from(seed, 1000 + n, 1));
      const double noise = 0.1 * normal_quantile(uniform_from(seed, 1000 + n, 2));
      wells.push_back(
          {"w", square.centre(i, j), Time{}, 4.0 + static_cast<double>(departure(i, j)) + noise});
    }
    const auto made = correct_water_table(square, prior.view(), wells, smooth);
    ASSERT_TRUE(made) << made.error().message;
    const WaterTable& table = *made;
    for (std::size_t c = 0; c < departure.size(); ++c) {
      const double truth = 4.0 + static_cast<double>(departure.values()[c]);
      const double error = static_cast<double>(table.depth.values()[c]) - truth;
      const double sigma = static_cast<double>(table.standard_error.values()[c]);
      before += std::pow(departure.values()[c], 2);
      after += error * error;
      one += std::abs(error) <= sigma ? 1 : 0;
      two += std::abs(error) <= 2 * sigma ? 1 : 0;
      ++cells;
    }
    wells_in_one += static_cast<int>(std::lround(table.share_within_one * 60));
    wells_in_two += static_cast<int>(std::lround(table.share_within_two * 60));
    wells_seen += 60;
  }
  EXPECT_LT(std::sqrt(after / before), 0.5);
  // A normal error lies within one standard error in 68 %, within two in 95 %; the fields' cells
  // are correlated (a few independent patches in each of 30), hence the width.
  EXPECT_NEAR(static_cast<double>(one) / cells, 0.683, 0.08);
  EXPECT_NEAR(static_cast<double>(two) / cells, 0.954, 0.04);
  EXPECT_NEAR(static_cast<double>(wells_in_one) / wells_seen, 0.683, 0.08);
  EXPECT_NEAR(static_cast<double>(wells_in_two) / wells_seen, 0.954, 0.04);
}

TEST(WaterTable, StaysBelowGroundUnlessAReadingSaysOtherwise) {
  const auto wet = corrected(level(0.3F), {{"a", square.centre(10, 10), Time{}, 0.0},
                                           {"b", square.centre(12, 10), Time{}, 0.0},
                                           {"c", square.centre(11, 12), Time{}, 0.0}});
  for (const float depth : wet.depth.values()) EXPECT_GE(depth, 0.0F);
  const auto artesian = corrected(level(0.3F), {{"a", square.centre(10, 10), Time{}, -0.6}});
  EXPECT_LT(artesian.depth(10, 10), -0.5F);
  EXPECT_GE(artesian.depth(40, 35), 0.0F);
  const auto none = corrected(level(-0.4F), {});
  EXPECT_EQ(none.depth(3, 3), 0.0F);
  EXPECT_EQ(none.standard_error(3, 3), 0.5F);
}

TEST(WaterTable, WellsOutsideOrOnNodataAreLeftOutAndSaySo) {
  Field<float> prior = level(1.0F);
  prior(5, 5) = std::nanf("");
  const auto table = corrected(prior, {{"far", {-50, 3}, Time{}, 1},
                                       {"hole", square.centre(5, 5), Time{}, 1},
                                       {"bad", square.centre(6, 6), Time{}, std::nan("")}});
  EXPECT_EQ(table.wells_used, 0);
  for (const WellResult& well : table.wells) {
    EXPECT_FALSE(well.used);
    EXPECT_FALSE(well.why_not.empty());
  }
  EXPECT_TRUE(std::isnan(table.depth(5, 5)));
  EXPECT_FALSE(correct_water_table(square, std::as_const(prior).view(), {}, {.prior_error = 0}));
}

TEST(WaterTable, DoesNotDependOnTheNumberOfThreads) {
  std::vector<WellReading> wells;
  for (int k = 0; k < 40; ++k) {
    const auto n = static_cast<std::uint64_t>(k);
    wells.push_back({"w",
                     {5000 * uniform_from(1, n, 0), 4000 * uniform_from(1, n, 1)},
                     Time{},
                     2 * uniform_from(1, n, 2)});
  }
  const int most = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto one = corrected(level(2.0F), wells);
  omp_set_num_threads(5);
  const auto five = corrected(level(2.0F), wells);
  omp_set_num_threads(most);
  EXPECT_EQ(0, std::memcmp(one.depth.values().data(), five.depth.values().data(),
                           one.depth.size() * sizeof(float)));
  EXPECT_EQ(0, std::memcmp(one.standard_error.values().data(), five.standard_error.values().data(),
                           one.depth.size() * sizeof(float)));
}

TEST(WaterTable, AnalysisUsesOnlyReadingsOfItsWindow) {
  const vandvagt::test::TemporaryFolder folder;
  test::MadeStore store(folder.path());
  const auto made = test::make_case({.infiltration = true});
  const Time now = test::first_night();
  const double ground = made.built.model.bed_elevation(30, 15);
  store.add(made.stations[4], now - std::chrono::hours{80}, 0.1);
  store.add(made.stations[5], now - std::chrono::hours{1}, ground - 0.5);
  store.add(made.stations[5], now + std::chrono::hours{1}, ground + 3.0);
  const auto table = analyse_water_table(made.scenario, made.built,
                                         Observations(&store.get(), made.stations), now);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->wells_used, 1);
  EXPECT_EQ(table->wells[0].station, "well-b");
  EXPECT_NEAR(table->wells[0].observed, 0.5, 1e-12);
  EXPECT_EQ(table->wells[1].station, "well-a");
  EXPECT_FALSE(table->wells[1].used);
}

}  // namespace
}  // namespace vandvagt::forecast
