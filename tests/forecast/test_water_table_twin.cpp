#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <utility>

#include "forecast/ensemble.hpp"
#include "forecast/water_table.hpp"
#include "tests/forecast/made_field.hpp"

/// Twin experiments: a truth is made, wells read it with a declared noise, and the map made of them
/// is held against it.
namespace vandvagt::forecast {
namespace {

using test::MadeField;

constexpr double prior_error = 0.5;    // [m]
constexpr double reading_error = 0.1;  // [m]
constexpr double length = 3000.0;      // [m]: 30 wells stand 0.8 km apart
constexpr double prior_depth = 4.0;    // [m below ground]

struct Twin {
  grids::Geometry geometry{25, 20, 0.0, 0.0, 200.0, "", ""};
  Field<float> prior{geometry.nx, geometry.ny, static_cast<float>(prior_depth)};
  Field<float> error{geometry.nx, geometry.ny, static_cast<float>(prior_error)};

  Result<WaterTable> correct(const std::vector<WellReading>& wells,
                             const WaterTableOptions& options) const {
    return correct_water_table(
        geometry, {.depth = prior.view(), .error = error.view(), .ground = {}}, wells, options);
  }
};

std::vector<WellReading> read_by(int count, const MadeField& departure, const Twin& twin,
                                 std::uint64_t seed) {
  std::vector<WellReading> wells;
  for (int k = 0; k < count; ++k) {
    const auto u = [&](std::uint64_t n) {
      return uniform_from(seed, 10'000 + static_cast<std::uint64_t>(k), n);
    };
    const grids::Point at{twin.geometry.nx * twin.geometry.dx * u(0),
                          twin.geometry.ny * twin.geometry.dx * u(1)};
    const double noise = reading_error * normal_quantile(u(2));
    wells.push_back({"w" + std::to_string(k), at, Time{},
                     prior_depth + prior_error * departure(at) + noise, reading_error});
  }
  return wells;
}

/// Shares of errors inside ±1 and ±2 standard errors.
struct Honesty {
  int one = 0, two = 0, count = 0;

  void add(double error, double standard_error) {
    one += std::abs(error) <= standard_error ? 1 : 0;
    two += std::abs(error) <= 2.0 * standard_error ? 1 : 0;
    ++count;
  }
  /// A normal error is within one standard error with p = 0.6827, within two with p = 0.9545. The
  /// number of `count` that are is binomial: 99 % of such numbers are within 2.58 deviations.
  void expect(const char* what, double besides = 0.0) const {
    const auto hold = [&](int inside, double p) {
      const double share = static_cast<double>(inside) / count;
      const double bound = 2.58 * std::sqrt(p * (1.0 - p) / count) + besides;
      std::cout << what << ": " << share << " of " << count << ", " << p << " ± " << bound << "\n";
      EXPECT_NEAR(share, p, bound) << what;
    };
    hold(one, 0.6827);
    hold(two, 0.9545);
  }
};

struct TwinResult {
  double before = 0.0, after = 0.0;  // sums of squares
  Honesty map, wells;
  int fitted = 0;
  double ratio() const { return std::sqrt(after / before); }
};

/// Of each truth one place of the map and one well are looked at: so they are independent.
TwinResult run_twins(std::uint64_t seeds, const WaterTableOptions& options) {
  TwinResult result;
  const Twin twin;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const MadeField departure(seed, length);
    const auto table = twin.correct(read_by(30, departure, twin, seed), options);
    EXPECT_TRUE(table) << table.error().message;
    if (!table) return result;
    if (options.fit_variogram && !table->variogram.fitted) continue;
    ++result.fitted;
    const int i = static_cast<int>(twin.geometry.nx * uniform_from(seed, 20'000, 0));
    const int j = static_cast<int>(twin.geometry.ny * uniform_from(seed, 20'000, 1));
    const double truth = prior_error * departure(twin.geometry.centre(i, j));
    const double error = static_cast<double>(table->depth(i, j)) - prior_depth - truth;
    result.before += truth * truth;
    result.after += error * error;
    result.map.add(error, static_cast<double>(table->standard_error(i, j)));
    const WellResult& well = table->wells.front();
    result.wells.add(well.leave_one_out_error, well.leave_one_out_standard_error);
  }
  std::cout << "seeds 1 to " << seeds << ", " << result.fitted
            << " of them looked at: root mean square error against the truth is " << result.ratio()
            << " of the prior's\n";
  return result;
}

TEST(WaterTableTwin, ThirtyWellsHalveTheErrorAndStandardErrorsAreHonest) {
  const auto result = run_twins(400, {.variogram = {.correlation_length = length}});
  EXPECT_LT(result.ratio(), 0.5);
  result.map.expect("map");
  result.wells.expect("leave one out");
}

// Every cell of 30 fields with shorter waves, read by twice as many wells. Their cells are
// correlated (a few independent patches in each field), hence the width.
TEST(WaterTableTwin, SixtyWellsHalveTheErrorOfShorterWavesInEveryCell) {
  const Twin twin{.geometry = {50, 40, 0.0, 0.0, 100.0, "", ""}};
  constexpr double shorter = 2000.0;
  double before = 0.0, after = 0.0;
  Honesty map;
  int wells_in_one = 0, wells_in_two = 0, wells_seen = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const MadeField departure(seed, shorter);
    const auto table = twin.correct(read_by(60, departure, twin, seed),
                                    {.variogram = {.correlation_length = shorter}});
    ASSERT_TRUE(table) << table.error().message;
    for (int j = 0; j < twin.geometry.ny; ++j) {
      for (int i = 0; i < twin.geometry.nx; ++i) {
        const double truth = prior_error * departure(twin.geometry.centre(i, j));
        const double error = static_cast<double>(table->depth(i, j)) - prior_depth - truth;
        before += truth * truth;
        after += error * error;
        map.add(error, static_cast<double>(table->standard_error(i, j)));
      }
    }
    wells_in_one += static_cast<int>(std::lround(table->share_within_one * 60));
    wells_in_two += static_cast<int>(std::lround(table->share_within_two * 60));
    wells_seen += 60;
  }
  EXPECT_LT(std::sqrt(after / before), 0.5);
  EXPECT_NEAR(static_cast<double>(map.one) / map.count, 0.683, 0.08);
  EXPECT_NEAR(static_cast<double>(map.two) / map.count, 0.954, 0.04);
  EXPECT_NEAR(static_cast<double>(wells_in_one) / wells_seen, 0.683, 0.08);
  EXPECT_NEAR(static_cast<double>(wells_in_two) / wells_seen, 0.954, 0.04);
}

TEST(WaterTableTwin, AFittedVariogramServesAlmostAsWellFromAWrongGuess) {
  const auto result = run_twins(
      60, {.variogram = {.correlation_length = 300.0, .sill_factor = 4.0}, .fit_variogram = true});
  EXPECT_GT(result.fitted, 36);  // where 30 wells do not determine it, it says so
  EXPECT_LT(result.ratio(), 0.55);
  // Thirty wells tell length and sill to a third or so, and the standard error takes both as known.
  constexpr double estimated = 0.02;
  result.map.expect("map", estimated);
  result.wells.expect("leave one out", estimated);
}

}  // namespace
}  // namespace vandvagt::forecast
