#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "config/configuration.hpp"
#include "forecast/run.hpp"
#include "tests/support/support.hpp"

/// The examples that were measured, from configuration alone, against the measurements.
/// docs/validation.md says what is missed and why.
namespace vandvagt {
namespace {

namespace fs = std::filesystem;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Case {
  forecast::BuiltCase built;
  forecast::RunOutcome outcome;

  const forecast::GaugeOutcome& gauge(const std::string& id) const {
    return *std::ranges::find(outcome.gauges, id, [](const auto& g) { return g.gauge.id; });
  }
  const forecast::PlaceSeries& series(const std::string& id) const {
    return gauge(id).members.front();
  }
  double seconds(std::size_t k) const { return to_seconds(outcome.times[k] - outcome.start); }
  /// Value at the output time nearest to `time`.
  double at(const std::vector<double>& values, double time) const {
    const double interval = seconds(1) - seconds(0);
    const auto k = static_cast<std::size_t>(std::lround(time / interval));
    return k < values.size() ? values[k] : unknown;
  }
  double mean(const std::vector<double>& values, double from, double to) const {
    double sum = 0.0;
    int count = 0;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (seconds(k) < from || seconds(k) > to) continue;
      sum += values[k];
      ++count;
    }
    return sum / count;
  }
};

std::optional<Case> run_example(const std::string& name, const fs::path& data) {
  Faults faults;
  const auto configuration =
      config::load(fs::path(VANDVAGT_SOURCE_DIR) / "examples" / name, data, faults);
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  if (!configuration) return std::nullopt;
  auto built = forecast::build_case(configuration->scenario, faults);
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  if (!built) return std::nullopt;
  auto outcome = forecast::run_simulation(configuration->scenario, *built);
  if (!outcome || !outcome->usable()) {
    ADD_FAILURE() << (outcome ? outcome->why_failed : outcome.error().message);
    return std::nullopt;
  }
  EXPECT_LT(outcome->volume.relative_error, 1e-12);
  return Case{std::move(*built), std::move(*outcome)};
}

/// Rows of numbers; lines that hold something else are passed over.
std::vector<std::vector<double>> rows_of(const fs::path& file, std::size_t columns) {
  std::vector<std::vector<double>> rows;
  std::ifstream stream(file);
  for (std::string text; std::getline(stream, text);) {
    std::replace(text.begin(), text.end(), ',', ' ');
    std::istringstream line(text);
    std::vector<double> row;
    for (double value = 0.0; line >> value;) row.push_back(value);
    if (row.size() >= columns) rows.push_back(std::move(row));
  }
  return rows;
}

/// Highest water [m above datum] in the wet cells within `radius` of a place; nothing where dry.
std::vector<double> wet_levels(const Case& done, grids::Point place, double radius, double wet) {
  std::vector<double> levels;
  const auto& geometry = done.built.geometry;
  for (int j = 0; j < geometry.ny; ++j)
    for (int i = 0; i < geometry.nx; ++i) {
      const auto centre = geometry.centre(i, j);
      const double depth = static_cast<double>(done.outcome.maxima->max_depth(i, j));
      if (std::hypot(centre.x - place.x, centre.y - place.y) <= radius && depth > wet)
        levels.push_back(done.built.model.bed_elevation(i, j) + depth);
    }
  return levels;
}

class Monai : public testing::Test {
 protected:
  void SetUp() override {
    data = test::shared_data();
    if (data.empty()) GTEST_SKIP() << "no shared data";
    done = run_example("monai.toml", data);
    ASSERT_TRUE(done.has_value());
  }
  fs::path data;
  std::optional<Case> done;
};

TEST_F(Monai, GaugesFollowTheMeasuredWave) {
  const auto rows = rows_of(data / "monai_valley_runup/observed_gauges_ch5_7_9_cm.txt", 4);
  ASSERT_GT(rows.size(), 400U);
  const std::vector<std::string> ids{"ch5", "ch7", "ch9"};
  for (std::size_t g = 0; g < ids.size(); ++g) {
    double error = 0.0;
    double low = 1.0;
    double high = -1.0;
    int count = 0;
    for (const auto& row : rows) {
      if (row[0] <= 8.0 || row[0] > 22.5) continue;
      const double measured = row[g + 1] / 100.0;  // cm
      error += std::abs(done->at(done->series(ids[g]).stage, row[0]) - measured);
      low = std::min(low, measured);
      high = std::max(high, measured);
      ++count;
    }
    const double share = error / count / (high - low);
    fmt::print("{}: mean error {:.3f} of the measured range of {:.3f} m\n", ids[g], share,
               high - low);
    EXPECT_LT(share, 0.1) << ids[g];
  }
  // A measured place is known to about one cell of 14 mm, over which the valley's sides rise by
  // centimetres: the levels of the cells around it must meet the range of the six measured runs.
  const double around = 1.5 * done->built.geometry.dx;
  const auto meets = [&](grids::Point place, double least, double most) {
    const auto levels = wet_levels(*done, place, around, 2e-4);
    ASSERT_FALSE(levels.empty());
    const auto [low, high] = std::ranges::minmax(levels);
    fmt::print("run-up at ({:.4f}, {:.4f}): {:.4f} to {:.4f} m, measured {:.4f} to {:.4f} m\n",
               place.x, place.y, low, high, least, most);
    EXPECT_LE(low, most);
    EXPECT_GE(high, least);
  };
  meets({5.1575, 1.8800}, 0.0800, 0.1000);
  meets({5.0300, 2.2062}, 0.0525, 0.0675);
  meets({4.9975, 2.3200}, 0.0525, 0.0575);
}

TEST(Merewether, PeakLevelsAreAsNearToTheObservedAsOtherModelsAre) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  const auto done = run_example("merewether.toml", data);
  ASSERT_TRUE(done.has_value());
  const auto rows = rows_of(data / "merewether_2007_urban/observed_peak_levels.csv", 4);
  ASSERT_EQ(rows.size(), 5U);
  double error = 0.0;
  for (const auto& row : rows) {
    // A surveyed point may stand just dry beside the flow: the wet cells nearest to it count.
    std::vector<double> levels;
    for (double radius = 1.5; levels.empty() && radius <= 3.0; radius += 0.5)
      levels = wet_levels(*done, {row[0], row[1]}, radius, 0.01);
    ASSERT_FALSE(levels.empty()) << "point " << row[2] << " is dry";
    double level = 0.0;
    for (const double value : levels) level += value / static_cast<double>(levels.size());
    fmt::print("point {:.0f}: {:.2f} m, observed {:.2f} m\n", row[2], level, row[3]);
    error += std::abs(level - row[3]) / 5.0;
  }
  fmt::print("mean error {:.3f} m\n", error);
  EXPECT_LE(error, 0.16);  // TUFLOW: 0.124 (1 m cells) to 0.202 m (0.5 m)
}

// Missed, and so not asserted: G2 (20-30 s), where the measured jump in front of the building has
// come up the channel to the gauge, and the computed one has not. The record's clock starts after
// the gate has opened: at G2, 2.65 m below it, 0.02 m of water cannot come before 1.0 s even on a
// frictionless dry bed without spreading (Ritter 1892: x / t = 2 c - 3 sqrt(g h) = 2.63 m/s), but
// was measured at 0.85 s. Arrivals are therefore compared with each other.
TEST(IsolatedBuilding, DepthsAndTheOrderOfArrivalsAreAsMeasured) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  const auto done = run_example("isolated-building.toml", data);
  ASSERT_TRUE(done.has_value());
  const auto depth = [&](const std::string& id) { return done->series(id).depth; };
  EXPECT_NEAR(done->mean(depth("g1"), 15, 25), 0.082, 0.015);
  EXPECT_NEAR(done->mean(depth("g4"), 15, 25), 0.085, 0.015);
  EXPECT_NEAR(done->mean(depth("g6"), 18, 23), 0.211, 0.015);
  const auto arrival = [&](const std::string& id) {
    const auto values = depth(id);
    const auto k = std::ranges::find_if(values, [](double h) { return h > 0.022; });
    return done->seconds(static_cast<std::size_t>(k - values.begin()));
  };
  fmt::print("g6: mean depth 18-23 s {:.3f} m\n", done->mean(depth("g6"), 18, 23));
  for (const char* id : {"g1", "g2", "g3", "g4", "g5"})
    fmt::print("{}: mean depth 15-25 s {:.3f} m, arrival {:.2f} s\n", id,
               done->mean(depth(id), 15, 25), arrival(id));
  const double first = arrival("g2");
  EXPECT_NEAR(arrival("g1") - first, 1.09 - 0.85, 0.3);
  EXPECT_NEAR(arrival("g4") - first, 1.66 - 0.85, 0.3);
  EXPECT_NEAR(arrival("g3") - first, 1.81 - 0.85, 0.3);
  EXPECT_NEAR(arrival("g5") - first, 2.71 - 0.85, 0.3);
}

}  // namespace
}  // namespace vandvagt
