#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "tests/app/measured_case.hpp"

/// The dam break against an isolated building (Soares-Frazao and Zech 2007,
/// doi:10.1080/00221686.2007.9521830), against gauges and maps of the surface's velocity.
namespace vandvagt {
namespace {

using test::FigureData;
using test::MeasuredCase;
using test::rows_of;
using test::run_example;

constexpr double gate = 7.55;  // [m] where x of the velocity maps begins
constexpr double axis = 1.8;   // [m] where their y begins
constexpr double moves = 0.5;  // [m/s] faster than what stands, slower than any front or jet
constexpr double wet = 0.022;  // [m] more than the film of 0.02 m that lies there

// Rows along which the velocity maps and the run are compared [m from the axis].
constexpr double row_of_g2 = -0.6;
constexpr double middle_row = 0.0;
// Within what distance of a row a measured velocity belongs to it [m].
constexpr double half_row = 0.1;

/// Measured velocity along the flume [m/s] at the places of one map near a row, by x [m].
std::vector<std::pair<double, double>> measured_row(const std::filesystem::path& data, int second,
                                                    double row, double half_width) {
  std::vector<std::pair<double, double>> found;
  const auto name = fmt::format("dambreak_isolated_building/building_vel_t{:02d}.txt", second);
  for (const auto& at : rows_of(data / name, 4))
    if (std::abs(at[1] - row) <= half_width) found.emplace_back(at[0], at[2]);
  std::ranges::sort(found);
  return found;
}

/// Median of the velocities with from <= x < from + 0.1 m; nothing where there is none.
std::optional<double> median_at(const std::vector<std::pair<double, double>>& row, double from) {
  std::vector<double> values;
  for (const auto& [x, u] : row)
    if (x >= from && x < from + 0.1) values.push_back(u);
  if (values.empty()) return std::nullopt;
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

/// Where a jump's roller begins and ends, by the surface's velocity: it falls below `moves`, runs
/// backwards, and forwards again.
struct Roller {
  double toe, end;  // [m] below the gate
};

Roller measured_roller(const std::filesystem::path& data, int second, double row) {
  const auto velocity = measured_row(data, second, row, half_row);
  Roller roller{test::unknown, test::unknown};
  bool backwards = false;
  for (int k = 20; k < 35; ++k) {
    const auto u = median_at(velocity, 0.1 * k);
    if (!u) continue;
    if (std::isnan(roller.toe)) {
      if (*u < moves) roller.toe = 0.1 * k;
    } else if (backwards && *u >= 0.0) {
      roller.end = 0.1 * k;
      break;
    }
    backwards = backwards || *u < 0.0;
  }
  return roller;
}

/// How far the water has come in the map of 1 s, within 0.8 m of the axis [m below the gate], and
/// the velocity that 99 % of it does not exceed [m/s].
struct FirstMap {
  double front, speed;
};

FirstMap first_map(const std::filesystem::path& data) {
  const auto map = measured_row(data, 1, middle_row, 0.8);
  FirstMap found{0.0, 0.0};
  for (int k = 24; k < 42; ++k)
    if (const auto u = median_at(map, 0.1 * k); u && *u > moves) found.front = 0.1 * (k + 1);
  std::vector<double> velocities;
  for (const auto& [x, u] : map)
    if (x > 0.5 && x < found.front) velocities.push_back(u);
  std::ranges::sort(velocities);
  if (!velocities.empty()) found.speed = velocities[velocities.size() * 99 / 100];
  return found;
}

forecast::GaugeInput watch(const std::string& id, double x, double y) {
  forecast::GaugeInput gauge;
  gauge.id = id;
  gauge.position = {gate + x, axis + y};
  return gauge;
}

std::string name_of(double row, int k) {
  return fmt::format("{}-{}", row < 0.0 ? "g2s-row" : "middle", k);
}

/// Centres of cells along both rows and across the flume where the measured front is at 1 s.
std::vector<forecast::GaugeInput> watched() {
  std::vector<forecast::GaugeInput> gauges;
  for (const double row : {row_of_g2, middle_row})
    for (int k = 20; k < 35; ++k) gauges.push_back(watch(name_of(row, k), 0.1 * k, row - 0.05));
  for (int k = 0; k < 16; ++k)
    gauges.push_back(watch(fmt::format("across-{}", k), 3.3, -0.75 + 0.1 * k));
  return gauges;
}

class IsolatedBuilding : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data = test::shared_data();
    if (!data.empty()) done = run_example("isolated-building.toml", data, watched());
  }
  static void TearDownTestSuite() { done.reset(); }
  void SetUp() override {
    if (data.empty()) GTEST_SKIP() << "no shared data";
    ASSERT_TRUE(done.has_value());
  }
  static const std::vector<double>& depth(const std::string& id) { return done->series(id).depth; }
  static double mean(const std::string& id, double from, double to) {
    return done->mean(depth(id), from, to);
  }
  static double arrival(const std::string& id) {
    const auto& values = depth(id);
    const auto k = std::ranges::find_if(values, [](double h) { return h > wet; });
    return k == values.end() ? test::unknown
                             : done->seconds(static_cast<std::size_t>(k - values.begin()));
  }
  /// Where the speed along a row falls most from one cell to the next [m below the gate].
  static double computed_jump(double row, double second) {
    double place = test::unknown;
    double most = 0.0;
    for (int k = 21; k < 35; ++k) {
      const auto speed = [&](int cell) {
        return done->at(done->series(name_of(row, cell)).speed, second);
      };
      if (const double fall = speed(k - 1) - speed(k); fall > most) {
        most = fall;
        place = 0.1 * k;
      }
    }
    return place;
  }
  inline static std::filesystem::path data;
  inline static std::optional<MeasuredCase> done;
};

TEST_F(IsolatedBuilding, DepthsAreAsMeasured) {
  for (const char* id : {"g1", "g2", "g3", "g4", "g5", "g6"})
    fmt::print("{}: mean depth 15-25 s {:.3f} m, 20-30 s {:.3f} m\n", id, mean(id, 15, 25),
               mean(id, 20, 30));
  EXPECT_NEAR(mean("g1", 15, 25), 0.082, 0.015);
  EXPECT_NEAR(mean("g4", 15, 25), 0.085, 0.015);
  EXPECT_NEAR(mean("g6", 18, 23), 0.211, 0.015);
  const auto rows = rows_of(data / "dambreak_isolated_building/building_gauges_h.txt", 7);
  ASSERT_GT(rows.size(), 3000U);
  for (std::size_t g = 1; g <= 6; ++g) {
    const std::string id = fmt::format("g{}", g);
    FigureData figure("building_" + id, "time measured computed");
    for (std::size_t k = 0; k < rows.size(); k += 5)
      figure.row({rows[k][0], rows[k][g], done->at(depth(id), rows[k][0])});
  }
}

// The record's clock starts after the gate: its first map, of 1 s, shows water 3.4 m below the gate
// that runs at 2.2 m/s and less, and so has been under way for 1.5 s. One shift of the clock, the
// mean over the gauges, brings every arrival to the measured; the first map asks for the same
// shift.
TEST_F(IsolatedBuilding, ArrivalsAreAsMeasuredButForOneShiftOfTheClock) {
  const std::vector<double> measured{1.09, 0.85, 1.81, 1.66, 2.71};
  double shift = 0.0;
  for (std::size_t g = 1; g <= 5; ++g)
    shift += (arrival(fmt::format("g{}", g)) - measured[g - 1]) / 5.0;
  for (std::size_t g = 1; g <= 5; ++g) {
    const std::string id = fmt::format("g{}", g);
    fmt::print("{}: arrival {:.2f} s, by the shifted clock {:.2f} s, measured {:.2f} s\n", id,
               arrival(id), arrival(id) - shift, measured[g - 1]);
    EXPECT_NEAR(arrival(id) - shift, measured[g - 1], 0.3) << id;
    // Without any clock: after the first gauge that it reaches.
    EXPECT_NEAR(arrival(id) - arrival("g2"), measured[g - 1] - measured[1], 0.3) << id;
  }
  const FirstMap map = first_map(data);
  std::vector<double> reached;
  for (int k = 0; k < 16; ++k) reached.push_back(arrival(fmt::format("across-{}", k)));
  std::ranges::sort(reached);
  const double late = reached[reached.size() / 2] - 1.0;
  fmt::print(
      "shift {:.2f} s; front at {:.2f} m in the map of 1 s, 99 % of it below {:.2f} m/s, computed "
      "there {:.2f} s later\n",
      shift, map.front, map.speed, late);
  EXPECT_NEAR(map.front, 3.35, 0.1);  // where `watched` looks
  EXPECT_GT(map.front / map.speed, 1.3) << "the record's clock would need no shift";
  EXPECT_NEAR(late, shift, 0.3);
}

// G2 is missed (docs/validation.md) and its depth not asserted: it stands in the roller of the jump
// before the building, which the equations draw together to a line. That line must lie where the
// surface runs backwards.
TEST_F(IsolatedBuilding, TheJumpStandsInTheMeasuredRoller) {
  for (const double row : {row_of_g2, middle_row}) {
    const Roller roller = measured_roller(data, 15, row);
    ASSERT_FALSE(std::isnan(roller.toe) || std::isnan(roller.end));
    const double jump = computed_jump(row, 15.0);
    fmt::print("y = {:+.1f} m: roller from {:.2f} to {:.2f} m, computed jump at {:.2f} m\n", row,
               roller.toe, roller.end, jump);
    EXPECT_GE(jump, roller.toe);
    EXPECT_LE(jump, roller.end);
  }
}

}  // namespace
}  // namespace vandvagt
