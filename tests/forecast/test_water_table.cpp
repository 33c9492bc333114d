#include <gtest/gtest.h>
#include <omp.h>

#include <Eigen/LU>
#include <cmath>
#include <cstring>
#include <numbers>
#include <utility>

#include "forecast/ensemble.hpp"
#include "forecast/water_table.hpp"

namespace vandvagt::forecast {
namespace {

const grids::Geometry square{50, 40, 0.0, 0.0, 100.0, "", ""};
const WaterTableOptions usual{.variogram = {.correlation_length = 800}};

Field<float> level(float depth) {
  return {square.nx, square.ny, depth};
}

/// A slope to the north-east with a hollow.
Field<double> hills() {
  Field<double> ground(square.nx, square.ny);
  for (int j = 0; j < square.ny; ++j) {
    for (int i = 0; i < square.nx; ++i) {
      ground(i, j) = 10.0 + 0.2 * i + 0.1 * j - 3.0 * std::exp(-0.01 * (i - 20) * (i - 20));
    }
  }
  return ground;
}

Result<WaterTable> correct(const Field<float>& prior, const std::vector<WellReading>& wells,
                           const WaterTableOptions& options = usual) {
  const Field<float> error(square.nx, square.ny, 0.5F);
  const Field<double> ground = hills();
  return correct_water_table(
      square, {.depth = prior.view(), .error = error.view(), .ground = ground.view()}, wells,
      options);
}

WaterTable corrected(const Field<float>& prior, const std::vector<WellReading>& wells,
                     const WaterTableOptions& options = usual) {
  auto table = correct(prior, wells, options);
  EXPECT_TRUE(table) << (table ? "" : table.error().message);
  return std::move(*table);
}

WellReading well(const std::string& name, grids::Point at, double depth) {
  return {name, at, Time{}, depth, 0.1};
}

/// Wells all over the square.
std::vector<WellReading> scattered(int count, std::uint64_t seed) {
  std::vector<WellReading> wells;
  for (int k = 0; k < count; ++k) {
    const auto n = static_cast<std::uint64_t>(k);
    wells.push_back(well("w" + std::to_string(k),
                         {5000 * uniform_from(seed, n, 0), 4000 * uniform_from(seed, n, 1)},
                         1.0 + 2.0 * uniform_from(seed, n, 2)));
  }
  return wells;
}

TEST(WaterTable, OneWellIsTheWeightedMeanAtItsPlaceAndFadesAsTheCovariance) {
  const auto table = corrected(level(2.0F), {well("a", square.centre(10, 10), 1.0)});
  const double gain = 0.25 / (0.25 + 0.01);
  EXPECT_NEAR(table.depth(10, 10), 2.0 - gain, 1e-6);
  EXPECT_NEAR(table.depth(18, 10), 2.0 - gain * std::exp(-1.0), 1e-6);
  EXPECT_NEAR(table.standard_error(10, 10), 0.5 * std::sqrt(1 - gain), 1e-6);
  EXPECT_NEAR(table.standard_error(49, 39), 0.5, 1e-3);
  EXPECT_EQ(table.wells_used, 1);
  EXPECT_NEAR(table.wells[0].leave_one_out, 2.0, 1e-12);  // alone, the others are the prior
  EXPECT_NEAR(table.wells[0].leave_one_out_error, -1.0, 1e-12);
}

/// All with one well left out must say what the table says of it.
void expect_left_out(const std::vector<WellReading>& wells, const WaterTableOptions& options) {
  const auto all = corrected(level(2.0F), wells, options);
  for (std::size_t k = 0; k < wells.size(); ++k) {
    auto others = wells;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
    const auto without = corrected(level(2.0F), others, options);
    const auto cell = *grids::cell_at(square, wells[k].position);
    EXPECT_NEAR(all.wells[k].leave_one_out, without.depth(cell.i, cell.j), 1e-6);
    const double variance = std::pow(without.standard_error(cell.i, cell.j), 2) + 0.01;
    EXPECT_NEAR(all.wells[k].leave_one_out_standard_error, std::sqrt(variance), 1e-6);
  }
}

/// Wells in the middle of cells.
std::vector<WellReading> in_a_zigzag(int count) {
  std::vector<WellReading> wells;
  for (int k = 0; k < count; ++k) {
    wells.push_back(well("w" + std::to_string(k), square.centre(3 + 3 * k, 5 + (k * 17) % 30),
                         1.5 + 0.3 * std::sin(k)));
  }
  return wells;
}

TEST(WaterTable, LeaveOneOutIsWhatLeavingOneOutGives) {
  expect_left_out(in_a_zigzag(7), usual);
  auto spherical = usual;
  spherical.variogram.model = CorrelationModel::spherical;
  expect_left_out(in_a_zigzag(7), spherical);
}

TEST(WaterTable, LeaveOneOutWithADriftIsWhatLeavingOneOutGives) {
  auto options = usual;
  for (const auto drift : {WaterTableDrift::constant, WaterTableDrift::terrain}) {
    options.drift = drift;
    // Each refit finds its own mean ground; the drift's span is the same.
    expect_left_out(in_a_zigzag(14), options);
  }
}

/// The map at one cell by the augmented system of universal kriging (Chilès & Delfiner 2012,
/// equation 3.17), solved by Gauss's elimination.
std::pair<double, double> universal(const std::vector<WellReading>& wells, grids::Cell cell) {
  const Field<double> ground = hills();
  const auto n = static_cast<Eigen::Index>(wells.size());
  const auto covariance = [](grids::Point a, grids::Point b) {
    return 0.25 * std::exp(-std::hypot(a.x - b.x, a.y - b.y) / 800.0);
  };
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(n + 2, n + 2);
  Eigen::VectorXd right(n + 2);
  Eigen::VectorXd departure = Eigen::VectorXd::Zero(n + 2);
  const auto centre = square.centre(cell.i, cell.j);
  for (Eigen::Index k = 0; k < n; ++k) {
    const auto& one = wells[static_cast<std::size_t>(k)];
    for (Eigen::Index m = 0; m < n; ++m) {
      a(k, m) = covariance(one.position, wells[static_cast<std::size_t>(m)].position);
    }
    a(k, k) += 0.01;
    const auto at = *grids::cell_at(square, one.position);
    a(k, n) = a(n, k) = 1.0;
    a(k, n + 1) = a(n + 1, k) = ground(at.i, at.j);
    right[k] = covariance(one.position, centre);
    departure[k] = one.water_table_depth - 2.0;
  }
  right[n] = 1.0;
  right[n + 1] = ground(cell.i, cell.j);
  const Eigen::VectorXd weights = a.fullPivLu().solve(right);
  return {2.0 + weights.dot(departure), std::sqrt(0.25 - weights.dot(right))};
}

TEST(WaterTable, ADriftWithTheTerrainIsUniversalKriging) {
  auto options = usual;
  options.drift = WaterTableDrift::terrain;
  const auto wells = in_a_zigzag(15);
  const auto table = corrected(level(2.0F), wells, options);
  EXPECT_EQ(table.drift.drift, WaterTableDrift::terrain);
  for (const grids::Cell cell : {grids::Cell{0, 0}, {25, 20}, {49, 39}, {3, 35}}) {
    const auto [depth, error] = universal(wells, cell);
    EXPECT_NEAR(table.depth(cell.i, cell.j), depth, 2e-6);
    EXPECT_NEAR(table.standard_error(cell.i, cell.j), error, 2e-6);
  }
}

TEST(WaterTable, ADriftThatTheWellsCannotCarryIsLeftOutAndSaysSo) {
  auto options = usual;
  options.drift = WaterTableDrift::terrain;
  const auto five = corrected(level(2.0F), in_a_zigzag(5), options);
  EXPECT_EQ(five.drift.drift, WaterTableDrift::constant);
  EXPECT_EQ(five.drift.why_not, "a drift with the terrain needs 10 wells");
  const auto two = corrected(level(2.0F), in_a_zigzag(2), options);
  EXPECT_EQ(two.drift.drift, WaterTableDrift::none);
  EXPECT_EQ(two.drift.why_not, "a drift needs 3 wells");
}

TEST(WaterTable, ABiasOfThePriorIsFoundAndReachesWhereNoWellStands) {
  auto options = usual;
  options.drift = WaterTableDrift::constant;
  options.variogram.correlation_length = 50.0;
  std::vector<WellReading> wells;
  for (int k = 0; k < 16; ++k) wells.push_back(well("w", square.centre(k, k), 1.3));
  const auto table = corrected(level(2.0F), wells, options);
  EXPECT_NEAR(table.drift.bias, -0.7, 1e-9);
  EXPECT_NEAR(table.depth(49, 0), 1.3, 1e-5);
  EXPECT_NEAR(table.standard_error(49, 0), std::hypot(0.5, table.drift.bias_standard_error), 1e-5);
}

TEST(WaterTable, AnUncertainReadingMovesTheMapLess) {
  auto old = well("a", square.centre(10, 10), 1.0);
  old.standard_error = error_at_age(0.05, 0.04, std::chrono::hours{9 * 24});
  EXPECT_NEAR(old.standard_error, 0.13, 1e-12);  // sqrt(0.0025 + 9 × 0.0016)
  const auto table = corrected(level(2.0F), {old});
  EXPECT_NEAR(table.depth(10, 10), 2.0 - 0.25 / (0.25 + 0.0169), 1e-6);
  EXPECT_NEAR(table.wells[0].observed_standard_error, 0.13, 1e-12);
}

TEST(WaterTable, ACertainPriorMovesLess) {
  const Field<float> prior = level(2.0F);
  Field<float> error(square.nx, square.ny, 0.5F);
  for (int j = 0; j < square.ny; ++j) error(14, j) = 0.1F;
  const auto table = correct_water_table(
      square, {.depth = prior.view(), .error = std::as_const(error).view(), .ground = {}},
      {well("a", square.centre(10, 10), 1.0)}, usual);
  ASSERT_TRUE(table) << table.error().message;
  const double weight = 0.5 * std::exp(-0.5) / (0.25 + 0.01);  // 400 m away, half of s(x) s_i
  EXPECT_NEAR(table->depth(14, 10), 2.0 - 0.1 * weight, 1e-6);
  EXPECT_NEAR(table->standard_error(14, 39), 0.1, 1e-3);
  error(14, 3) = 0.0F;
  EXPECT_FALSE(correct_water_table(
      square, {.depth = prior.view(), .error = std::as_const(error).view(), .ground = {}}, {},
      usual));
}

TEST(WaterTable, ANuggetIsAVarianceThatNoWellExplains) {
  auto options = usual;
  options.variogram.nugget = 0.2;
  const auto table = corrected(level(2.0F), {well("a", square.centre(10, 10), 1.0)}, options);
  const double explained = 0.2 / (0.25 + 0.01);  // 0.8 of the prior's variance
  EXPECT_NEAR(table.depth(10, 10), 2.0 - explained, 1e-6);
  EXPECT_NEAR(table.standard_error(10, 10), std::sqrt(0.25 - 0.2 * explained), 1e-6);
}

TEST(WaterTable, CorrectionsReachFurtherAlongTheDirection) {
  auto options = usual;
  options.variogram.anisotropy = 4.0;
  options.variogram.direction = std::numbers::pi / 2;  // eastwards
  const auto table = corrected(level(2.0F), {well("a", square.centre(20, 20), 1.0)}, options);
  const double gain = 0.25 / 0.26;
  EXPECT_NEAR(table.depth(28, 20), 2.0 - gain * std::exp(-1.0), 1e-6);
  EXPECT_NEAR(table.depth(20, 22), 2.0 - gain * std::exp(-1.0), 1e-6);
  options.variogram.direction = std::numbers::pi / 4 + 3 * std::numbers::pi;  // north-east
  const auto turned = corrected(level(2.0F), {well("a", square.centre(20, 20), 1.0)}, options);
  EXPECT_NEAR(turned.depth(24, 24), 2.0 - gain * std::exp(-std::sqrt(0.5)), 1e-6);
  EXPECT_NEAR(turned.depth(24, 16), 2.0 - gain * std::exp(-4.0 * std::sqrt(0.5)), 1e-6);
}

TEST(WaterTable, StaysBelowGroundUnlessAReadingSaysOtherwise) {
  const auto wet = corrected(
      level(0.3F), {well("a", square.centre(10, 10), 0.0), well("b", square.centre(12, 10), 0.0),
                    well("c", square.centre(11, 12), 0.0)});
  for (const float depth : wet.depth.values()) EXPECT_GE(depth, 0.0F);
  const auto artesian = corrected(level(0.3F), {well("a", square.centre(10, 10), -0.6)});
  EXPECT_LT(artesian.depth(10, 10), -0.5F);
  EXPECT_GE(artesian.depth(40, 35), 0.0F);
  const auto none = corrected(level(-0.4F), {});
  EXPECT_EQ(none.depth(3, 3), 0.0F);
  EXPECT_EQ(none.standard_error(3, 3), 0.5F);
}

TEST(WaterTable, WellsOutsideOrOnNodataAreLeftOutAndSaySo) {
  Field<float> prior = level(1.0F);
  prior(5, 5) = std::nanf("");
  const auto table =
      corrected(prior, {well("far", {-50, 3}, 1), well("hole", square.centre(5, 5), 1),
                        well("bad", square.centre(6, 6), std::nan(""))});
  EXPECT_EQ(table.wells_used, 0);
  for (const WellResult& well : table.wells) {
    EXPECT_FALSE(well.used);
    EXPECT_FALSE(well.why_not.empty());
  }
  EXPECT_TRUE(std::isnan(table.depth(5, 5)));
  EXPECT_FALSE(correct(level(1.0F), {}, {.variogram = {.correlation_length = 0.0}}));
  EXPECT_FALSE(correct(level(1.0F), {}, {.variogram = {.nugget = 1.0}}));
  EXPECT_FALSE(correct(level(1.0F), {}, {.variogram = {.anisotropy = 0.5}}));
  EXPECT_FALSE(correct(level(1.0F), {}, {.variogram = {}, .neighbours = 7}));
}

TEST(WaterTable, DoesNotDependOnTheNumberOfThreads) {
  const auto wells = scattered(60, 1);
  auto options = usual;
  options.neighbours = 16;  // in neighbourhoods, and all at once
  options.fit_variogram = true;
  options.drift = WaterTableDrift::terrain;
  const int most = omp_get_max_threads();
  for (const int neighbours : {16, 64}) {
    options.neighbours = neighbours;
    omp_set_num_threads(1);
    const auto one = corrected(level(2.0F), wells, options);
    omp_set_num_threads(5);
    const auto five = corrected(level(2.0F), wells, options);
    omp_set_num_threads(most);
    EXPECT_EQ(0, std::memcmp(one.depth.values().data(), five.depth.values().data(),
                             one.depth.size() * sizeof(float)));
    EXPECT_EQ(0,
              std::memcmp(one.standard_error.values().data(), five.standard_error.values().data(),
                          one.depth.size() * sizeof(float)));
    EXPECT_EQ(one.variogram.variogram, five.variogram.variogram);
    EXPECT_EQ(one.leave_one_out_rmse, five.leave_one_out_rmse);
  }
}

TEST(Variogram, ModelsAreTheirFormulas) {
  std::vector<double> squares;
  for (int k = 0; k < 400; ++k) squares.push_back(std::pow(0.0173 * k, 2));
  const auto of = [&](CorrelationModel model) {
    auto values = squares;
    correlate(model, values);
    return values;
  };
  const auto exponential = of(CorrelationModel::exponential);
  const auto spherical = of(CorrelationModel::spherical);
  const auto gaussian = of(CorrelationModel::gaussian);
  for (std::size_t k = 0; k < squares.size(); ++k) {
    const double h = std::sqrt(squares[k]);
    EXPECT_NEAR(exponential[k], std::exp(-h), 4e-16);
    EXPECT_NEAR(gaussian[k], std::exp(-squares[k]), 4e-16);
    EXPECT_NEAR(spherical[k], h < 1.0 ? 1.0 - 1.5 * h + 0.5 * h * h * h : 0.0, 4e-16);
  }
  std::vector<double> far{1e9};
  correlate(CorrelationModel::exponential, far);
  EXPECT_LT(far[0], 1e-300);
}

}  // namespace
}  // namespace vandvagt::forecast
