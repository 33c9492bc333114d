#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numbers>
#include <set>
#include <utility>

#include "forecast/detail/kriging.hpp"
#include "forecast/ensemble.hpp"
#include "forecast/water_table.hpp"
#include "tests/forecast/made_field.hpp"

/// Maps by neighbourhoods against the system of all wells.
namespace vandvagt::forecast {
namespace {

constexpr double prior_error = 0.5;  // [m]
const grids::Geometry plain{240, 200, 0.0, 0.0, 50.0, "", ""};

/// Wells that read a random field; a third of them in one corner's well field.
std::vector<WellReading> readings(int count, double length) {
  const test::MadeField departure(5, length);
  std::vector<WellReading> wells;
  for (int k = 0; k < count; ++k) {
    const auto u = [&](std::uint64_t n) {
      return uniform_from(99, static_cast<std::uint64_t>(k), n);
    };
    const double part = k % 3 == 0 ? 0.25 : 1.0;
    const grids::Point at{part * plain.nx * plain.dx * u(0), part * plain.ny * plain.dx * u(1)};
    wells.push_back({"w" + std::to_string(k), at, Time{},
                     3.0 + prior_error * departure(at) + 0.05 * normal_quantile(u(2)), 0.05});
  }
  return wells;
}

WaterTable map_of(const std::vector<WellReading>& wells, WaterTableOptions options,
                  int neighbours) {
  const Field<float> prior(plain.nx, plain.ny, 3.0F);
  const Field<float> error(plain.nx, plain.ny, static_cast<float>(prior_error));
  Field<double> ground(plain.nx, plain.ny);
  for (int j = 0; j < plain.ny; ++j) {
    for (int i = 0; i < plain.nx; ++i) ground(i, j) = 0.05 * i + std::sin(0.1 * j);
  }
  options.neighbours = neighbours;
  auto table = correct_water_table(
      plain, {.depth = prior.view(), .error = error.view(), .ground = std::as_const(ground).view()},
      wells, options);
  EXPECT_TRUE(table) << (table ? "" : table.error().message);
  return std::move(*table);
}

struct Difference {
  double depth = 0.0;           // greatest [m]
  double standard_error = 0.0;  // greatest [m]
  double jump = 0.0;  // greatest difference between two cells beside each other that the map by
                      // neighbourhoods has more than the exact one [m]
};

Difference difference(const WaterTable& local, const WaterTable& exact) {
  Difference d;
  const auto off = [&](int i, int j) {
    return static_cast<double>(local.depth(i, j)) - static_cast<double>(exact.depth(i, j));
  };
  for (int j = 0; j < plain.ny; ++j) {
    for (int i = 0; i < plain.nx; ++i) {
      d.depth = std::max(d.depth, std::abs(off(i, j)));
      d.standard_error =
          std::max(d.standard_error, std::abs(static_cast<double>(local.standard_error(i, j)) -
                                              static_cast<double>(exact.standard_error(i, j))));
      if (i > 0) d.jump = std::max(d.jump, std::abs(off(i, j) - off(i - 1, j)));
      if (j > 0) d.jump = std::max(d.jump, std::abs(off(i, j) - off(i, j - 1)));
    }
  }
  return d;
}

Difference told(const char* what, const WaterTable& local, const WaterTable& exact) {
  const Difference d = difference(local, exact);
  std::cout << what << ": depth " << 1000 * d.depth << " mm, standard error "
            << 1000 * d.standard_error << " mm, jump " << 1000 * d.jump << " mm\n";
  return d;
}

TEST(WaterTableNeighbours, ShowNoSeamAndMissTheExactMapByMillimetres) {
  const auto wells = readings(400, 2000.0);
  WaterTableOptions options{.variogram = {.correlation_length = 2000.0}};
  for (const auto drift : {WaterTableDrift::none, WaterTableDrift::terrain}) {
    options.drift = drift;
    const auto exact = map_of(wells, options, 400);
    const auto local = map_of(wells, options, 96);
    EXPECT_EQ(exact.neighbours, 400);
    EXPECT_EQ(local.neighbours, 96);
    const auto d = told("96 of 400 wells", local, exact);
    // A reading is known to 50 mm, the map to some 100 mm; a seam under 1 mm is seen by nobody.
    EXPECT_LT(d.depth, 0.005);
    EXPECT_LT(d.standard_error, 0.001);
    EXPECT_LT(d.jump, 0.001);
    EXPECT_NEAR(local.leave_one_out_rmse, exact.leave_one_out_rmse, 0.001);
    EXPECT_NEAR(local.share_within_one, exact.share_within_one, 0.011);
    EXPECT_NEAR(local.share_within_two, exact.share_within_two, 0.011);
  }
}

TEST(WaterTableNeighbours, ComeCloserToTheExactMapTheMoreTheyAre) {
  const auto wells = readings(400, 6000.0);
  const WaterTableOptions options{.variogram = {.correlation_length = 6000.0}};
  const auto exact = map_of(wells, options, 400);
  double before = 1.0;
  for (const int neighbours : {16, 48, 144}) {
    const auto d =
        told(std::to_string(neighbours).c_str(), map_of(wells, options, neighbours), exact);
    EXPECT_LT(d.depth, 0.7 * before);
    before = d.depth;
  }
}

TEST(WaterTableNeighbours, StandOnAllSidesOfAClusteredPlace) {
  detail::KrigingWells wells;
  for (int k = 0; k < 100; ++k) wells.at.push_back({1.0 + 0.1 * (k % 10), 0.01 * k});  // east
  for (int k = 0; k < 8; ++k) {  // all round, in the middle of each octant
    const double angle = (k + 0.5) * std::numbers::pi / 4;
    wells.at.push_back({500.0 * std::cos(angle), 500.0 * std::sin(angle)});
  }
  wells.departure = Eigen::VectorXd::Zero(108);
  const grids::Point origin{0.0, 0.0};
  const auto chosen = detail::neighbours_of(wells, {origin, origin}, 16);
  ASSERT_EQ(chosen.size(), 16U);
  EXPECT_TRUE(std::ranges::is_sorted(chosen));
  EXPECT_EQ(std::set<int>(chosen.begin(), chosen.end()).size(), 16U);
  EXPECT_EQ(std::ranges::count_if(chosen, [](int well) { return well >= 100; }), 7);
  EXPECT_EQ(detail::neighbours_of(wells, {origin, origin}, 200).size(), 108U);
  // Those inside enter besides.
  EXPECT_EQ(detail::neighbours_of(wells, {origin, {1.55, 1.0}}, 16).size(), 60U + 16U);
}

TEST(WaterTableNeighbours, ReadingsAtOnePlaceAreEachJudgedByTheOthers) {
  std::vector<WellReading> wells;
  for (int k = 0; k < 60; ++k) {
    wells.push_back({"w" + std::to_string(k), {6000.0, 5000.0}, Time{}, k < 30 ? 2.9 : 3.1, 0.05});
  }
  const auto table = map_of(wells, {}, 16);
  EXPECT_EQ(table.wells_used, 60);
  for (const auto& well : table.wells) {
    EXPECT_GT(well.leave_one_out_standard_error, 0.05);
    EXPECT_LT(std::abs(well.leave_one_out_error), 0.25);
  }
}

}  // namespace
}  // namespace vandvagt::forecast
