#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "tests/app/measured_case.hpp"

/// Examples that were measured, from configuration alone, against the measurements.
namespace vandvagt {
namespace {

using test::FigureData;
using test::MeasuredCase;
using test::rows_of;
using test::run_example;

/// Highest water [m above datum] in the wet cells within `radius` of a place; nothing where dry.
std::vector<double> wet_levels(const MeasuredCase& done, grids::Point place, double radius,
                               double wet) {
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
  std::filesystem::path data;
  std::optional<MeasuredCase> done;
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
    FigureData figure("monai_" + ids[g], "time measured computed");
    for (const auto& row : rows) {
      figure.row({row[0], row[g + 1] / 100.0, done->at(done->series(ids[g]).stage, row[0])});
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
  FigureData figure("merewether", "point observed computed");
  for (const auto& row : rows) {
    // A surveyed point may stand just dry beside the flow: the wet cells nearest to it count.
    std::vector<double> levels;
    for (double radius = 1.5; levels.empty() && radius <= 3.0; radius += 0.5)
      levels = wet_levels(*done, {row[0], row[1]}, radius, 0.01);
    ASSERT_FALSE(levels.empty()) << "point " << row[2] << " is dry";
    double level = 0.0;
    for (const double value : levels) level += value / static_cast<double>(levels.size());
    fmt::print("point {:.0f}: {:.2f} m, observed {:.2f} m\n", row[2], level, row[3]);
    figure.row({row[2], row[3], level});
    error += std::abs(level - row[3]) / 5.0;
  }
  fmt::print("mean error {:.3f} m\n", error);
  EXPECT_LE(error, 0.16);  // TUFLOW: 0.124 (1 m cells) to 0.202 m (0.5 m)
}

}  // namespace
}  // namespace vandvagt
