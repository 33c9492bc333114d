#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include <algorithm>
#include <cmath>

#include "app/demo_catchment.hpp"
#include "app/demo_terrain.hpp"
#include "app/demo_weather.hpp"
#include "config/configuration.hpp"
#include "config/rules_test.hpp"
#include "forecast/built_case.hpp"
#include "grids/geometry.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::app {
namespace {

namespace fs = std::filesystem;

double ground_at(const DemoTerrain& terrain, grids::Point local) {
  const auto cell = grids::cell_at(terrain.geometry, demo_position(terrain, local));
  return cell ? terrain.ground(cell->i, cell->j) : std::nan("");
}

TEST(DemoTerrain, IsTheSameEveryTime) {
  const auto once = demo_terrain(), again = demo_terrain();
  EXPECT_TRUE(std::ranges::equal(once.ground.values(), again.ground.values()));
  EXPECT_TRUE(
      std::ranges::equal(once.water_table_depth.values(), again.water_table_depth.values()));
}

TEST(DemoTerrain, StreamFallsAllTheWayToTheFjord) {
  const auto stream = demo_stream();
  ASSERT_GT(stream.size(), 100U);
  for (std::size_t k = 1; k < stream.size(); ++k)
    ASSERT_LE(stream[k].bed, stream[k - 1].bed) << "at " << stream[k].position.y;
  EXPECT_LT(stream.front().position.y, 0.0) << "begins outside the south edge";
  EXPECT_LT(stream.back().bed, -0.3) << "ends under water";
}

TEST(DemoTerrain, StreamIsCarvedIntoTheGround) {
  const auto terrain = demo_terrain();
  for (const auto& point : terrain.stream) {
    const double ground = ground_at(terrain, point.position);
    if (std::isnan(ground)) continue;  // begins and ends outside
    ASSERT_LE(ground, point.bed + 0.05) << point.position.x << ", " << point.position.y;
  }
}

TEST(DemoTerrain, HillsHaveNoSpikes) {
  const auto terrain = demo_terrain();
  const auto& z = terrain.ground;
  for (int j = 1; j + 1 < z.ny(); ++j)
    for (int i = 1; i + 1 < z.nx(); ++i) {
      const double around = 0.25 * (z(i - 1, j) + z(i + 1, j) + z(i, j - 1) + z(i, j + 1));
      // A bluff at the shore bends most: 2 m in 10 m.
      ASSERT_LT(std::abs(z(i, j) - around), 2.0) << i << ", " << j;
    }
  const auto [lowest, highest] = std::ranges::minmax(z.values());
  EXPECT_LT(lowest, -1.0F);
  EXPECT_GT(highest, 25.0F);
  EXPECT_LT(highest, 60.0F);
}

TEST(DemoTerrain, WaterTableIsNeverAboveGround) {
  const auto terrain = demo_terrain();
  EXPECT_GE(std::ranges::min(terrain.water_table_depth.values()), 0.0F);
  EXPECT_LE(std::ranges::max(terrain.water_table_depth.values()), 5.0F);
}

TEST(DemoWeather, ReadingsCoverADayUpToTheReferenceTime) {
  const auto readings = demo_readings();
  EXPECT_EQ(readings.front().time, demo_reference_time() - std::chrono::hours{24});
  EXPECT_EQ(readings.back().time, demo_reference_time());
  EXPECT_TRUE(std::ranges::is_sorted(readings, {}, &DemoReading::time));
}

TEST(DemoCatchment, ConfigurationHasNoFaultAndBuilds) {
  const test::TemporaryFolder folder;
  const auto file = write_demo_catchment(folder / "demo");
  ASSERT_TRUE(file) << file.error().message;
  Faults faults;
  const auto configuration = config::load(*file, {}, faults);
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  ASSERT_TRUE(configuration);
  const auto built = forecast::build_case(configuration->scenario, faults);
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  ASSERT_TRUE(built);
  // What the rules must say is played as `vandvagt check --rules` does.
  const auto tests = config::rules_tests_of(*file);
  ASSERT_EQ(tests.size(), 1U);
  std::set<std::string> tested;
  for (const auto& test : config::load_rules_test(tests[0], configuration->rules, faults)) {
    tested.insert(test.rule);
    for (const auto& rule : configuration->rules)
      if (rule.id == test.rule)
        for (const auto& fault : alerts::run_rules_test(test, rule))
          ADD_FAILURE() << to_string(fault);
  }
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  EXPECT_EQ(tested.size(), 4U) << "each rule has a test";
  EXPECT_EQ(configuration->rules.size(), 4U);
  EXPECT_FALSE(configuration->broker);

  const auto terrain = demo_terrain();
  const auto bed = [&](grids::Point local) {
    const auto cell = grids::cell_at(built->geometry, demo_position(terrain, local));
    return cell ? built->model.bed_elevation(cell->i, cell->j) : std::nan("");
  };
  const double road = 0.5 * (terrain.culvert.front().y + terrain.culvert.back().y);
  const double middle = terrain.culvert.front().x;
  EXPECT_LE(bed({middle, road}), terrain.culvert_inlet) << "the culvert is open";
  EXPECT_GE(bed({middle + 60.0, road}), terrain.embankment_crest - 1e-6) << "beside it the road";
  EXPECT_GE(bed({middle - 60.0, road}), terrain.embankment_crest - 1e-6);
  const auto& house = terrain.buildings.front();
  const grids::Point inside{0.5 * (house[0].x + house[2].x), house[0].y + 5.0};
  EXPECT_NEAR(bed(inside) - ground_at(terrain, inside), 6.0, 1e-5);
}

TEST(DemoCatchment, RemovesOnlyWhatADemonstrationMade) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(write_demo_catchment(folder / "demo"));
  for (const char* name : {"store/readings.db", "states/x.state.nc", "notes/mine.txt"})
    test::write_text(folder / "demo" / name, "x");
  ASSERT_TRUE(write_demo_catchment(folder / "demo"));
  EXPECT_FALSE(fs::exists(folder / "demo" / "store"));
  EXPECT_FALSE(fs::exists(folder / "demo" / "states"));
  EXPECT_TRUE(fs::exists(folder / "demo" / "notes" / "mine.txt"));
}

TEST(DemoCatchment, LeavesAForeignFolderAlone) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "demo" / "store" / "readings.db", "an operator's");
  ASSERT_TRUE(write_demo_catchment(folder / "demo"));
  EXPECT_TRUE(fs::exists(folder / "demo" / "store" / "readings.db"));
}

TEST(DemoCatchment, FolderThatCannotBeWrittenIsAnError) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "demo", "a file");
  const auto file = write_demo_catchment(folder / "demo");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::io);
  EXPECT_THAT(file.error().message, ::testing::HasSubstr("demo"));
}

}  // namespace
}  // namespace vandvagt::app
