#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/support/program.hpp"
#include "tests/support/support.hpp"

/// `vandvagt simulate` and the words of the program, as a user meets them.
namespace vandvagt {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const std::string program = test::program();

/// A basin with a sloping floor, half of it under water, a house, rain and an open edge.
const std::string basin = R"(
[project]
name = "basin"
title = "A basin"
[terrain]
flat = 0.0
extent = [500000, 6206000, 500400, 6206200]
cell_size = 10
crs = "EPSG:25832"
vertical_datum = "EPSG:5799"
[[terrain.change]]
set_to = 0.0
end_value = 4.0
ramp = [[500000, 6206000], [500400, 6206000]]
rectangle = [500000, 6206000, 500400, 6206200]
[[terrain.change]]
raise_by = 3.0
rectangle = [500150, 6206080, 500190, 6206120]
[manning]
value = 0.03
[initial]
stage = 2.0
[rain]
rate = "30 mm/h"
[[edge]]
name = "outlet"
kind = "open"
side = "west"
along = [6206080, 6206120]
[[source]]
name = "spring"
point = [500350, 6206100]
discharge = 0.5
[[gauge]]
id = "middle"
position = [500100, 6206100]
[time]
start = 2026-11-23T00:00:00Z
duration = "10min"
[output]
interval = "1min"
map_interval = "5min"
)";

std::string quoted(const fs::path& path) {
  return "'" + path.string() + "'";
}

TEST(Simulate, RunsACaseFromItsConfigurationAlone) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "basin.toml", basin);
  const auto result =
      test::run_command(program + " simulate --config " + quoted(folder / "basin.toml") +
                        " --output " + quoted(folder / "out"));
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("A basin"), HasSubstr("spring"),
                                   HasSubstr("rain 400, edges 0, sources 300, ground 0\n")));
  std::set<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder / "out"))
    files.insert(entry.path().filename().string());
  for (const char* name : {"run.json", "forecast.nc", "gauges.nc", "max_depth.tif", "max_speed.tif",
                           "max_hazard.tif", "arrival_time.tif", "duration.tif", "overview.png"})
    EXPECT_TRUE(files.count(name) == 1) << name << " is missing";
  EXPECT_FALSE(fs::exists(folder / "out.partial"));

  const auto run = nlohmann::json::parse(test::read_text(folder / "out/run.json"));
  EXPECT_LT(run.at("volume").at("relative_error").get<double>(), 1e-12);
  EXPECT_DOUBLE_EQ(run.at("simulated_seconds").get<double>(), 600.0);
  // 30 mm/h on 400 m × 200 m for 10 minutes, and 0.5 m3/s.
  EXPECT_NEAR(run.at("volume").at("rain").get<double>(), 0.030 / 6.0 * 400 * 200, 1e-6);
  EXPECT_NEAR(run.at("volume").at("source_in").get<double>(), 300.0, 1e-9);
  EXPECT_GT(run.at("volume").at("edge_out").get<double>(), 0.0);
}

/// A tank of 2 m by 1 m: five digits of the largest volume, so that nothing comes out as 0 litres.
TEST(Simulate, PrintsVolumesOfALaboratoryTankInItsOwnMeasure) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "tank.toml", R"(
[project]
name = "tank"
[terrain]
flat = 0.0
extent = [0, 0, 2, 1]
cell_size = 0.1
crs = "local"
[manning]
value = 0.01
[initial]
depth = 0.02
[rain]
rate = "36 mm/h"
[time]
start = 2026-11-23T00:00:00Z
duration = "2min"
[output]
interval = "1min"
map_interval = "1min"
)");
  const auto result =
      test::run_command(program + " simulate --config " + quoted(folder / "tank.toml") +
                        " --output " + quoted(folder / "out"));
  ASSERT_EQ(result.exit_code, 0) << result.output;
  // 2 m2 under 0.02 m, then 36 mm/h for two minutes.
  EXPECT_THAT(result.output, testing::ContainsRegex("at the start +0\\.040000\n"));
  EXPECT_THAT(
      result.output,
      testing::ContainsRegex("in +0\\.002400 +rain 0\\.002400, edges 0, sources 0, ground 0\n"));
  EXPECT_THAT(result.output,
              testing::ContainsRegex("out +0 +edges 0, infiltration 0, sinks 0, evaporation 0\n"));
  EXPECT_THAT(result.output, testing::ContainsRegex("stored +0\\.042400 +relative error"));
  EXPECT_THAT(result.output, HasSubstr("\n2 min simulated in "));
}

TEST(Simulate, GivesTheSameBitsOnOneThreadAndOnThree) {
  const test::TemporaryFolder folder;
  std::vector<std::string> depths;
  for (const std::string threads : {"1", "3"}) {
    test::write_text(folder / "basin.toml", basin + "[solver]\nthreads = " + threads + "\n");
    const auto result =
        test::run_command(program + " simulate --config " + quoted(folder / "basin.toml") +
                          " --output " + quoted(folder / ("out" + threads)));
    ASSERT_EQ(result.exit_code, 0) << result.output;
    depths.push_back(test::run_command("ncdump -p 9,17 -v depth,stage,speed " +
                                       quoted(folder / ("out" + threads) / "gauges.nc") +
                                       " | sed -n '/^data:/,$p'")
                         .output);
  }
  EXPECT_THAT(depths[0], HasSubstr("depth ="));
  EXPECT_EQ(depths[0], depths[1]);
}

/// Fields behind a levee that water runs over and, after five minutes, through; a pipe drains them.
const std::string polder = R"(
[project]
name = "polder"
[terrain]
flat = 0.0
extent = [0, 0, 400, 200]
cell_size = 10
crs = "local"
[manning]
value = 0.03
[initial.stage]
value = -1.0
[[initial.stage.patch]]
value = 1.9
rectangle = [0, 0, 203, 200]
[[levee]]
name = "dike"
line = [[203, 0], [203, 199]]
crest = 2.0
[[levee.breach]]
name = "gap"
point = [203, 100]
width = [["5min", 0.0], ["10min", 8.0]]
invert = [["5min", 2.0], ["10min", 0.4]]
[[structure]]
name = "inlet"
kind = "culvert"
from = [195, 45]
to = [215, 45]
diameter = 0.8
length = 12
invert_from = 0.2
invert_to = 0.1
manning = 0.013
[[gauge]]
id = "field"
position = [350, 100]
[time]
start = 2026-11-23T00:00:00Z
duration = "10min"
[output]
interval = "1min"
map_interval = "5min"
picture = false
)";

std::vector<double> numbers_in(const std::string& text) {
  std::vector<double> numbers;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    std::istringstream one(word);
    double value = std::numeric_limits<double>::quiet_NaN();
    one >> value;
    numbers.push_back(one ? value : std::numeric_limits<double>::quiet_NaN());
  }
  return numbers;
}

TEST(Simulate, WritesWhatPassesStructuresAndLevees) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "polder.toml", polder);
  const auto result =
      test::run_command(program + " simulate --config " + quoted(folder / "polder.toml") +
                        " --output " + quoted(folder / "out"));
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto run = nlohmann::json::parse(test::read_text(folder / "out/run.json"));
  EXPECT_LT(run.at("volume").at("relative_error").get<double>(), 1e-12);
  const auto gauges = quoted(folder / "out/gauges.nc");
  EXPECT_THAT(test::run_command("ncdump -v station_id " + gauges).output,
              HasSubstr("\"field\",\n  \"inlet\",\n  \"dike\""));
  const auto values = numbers_in(
      test::run_command("ncdump -v discharge " + gauges + " | sed '1,/^ discharge =/d;s/[};]//g'")
          .output);
  ASSERT_EQ(values.size(), 33U) << "three stations, eleven times";
  EXPECT_TRUE(std::isnan(values[5])) << "a gauge has no discharge";
  EXPECT_GT(values[11 + 1], 0.3) << "the pipe runs from the start";
  EXPECT_LT(values[11 + 1], 1.5);
  EXPECT_EQ(values[22 + 5], 0.0) << "the levee holds until it breaks";
  // About 1.7 × 8 m × (1.9 m - 0.4 m)^1.5 less what the lake has fallen at the gap.
  EXPECT_GT(values[22 + 10], 10.0);
  EXPECT_LT(values[22 + 10], 25.0);
}

TEST(Simulate, NeedsADuration) {
  const test::TemporaryFolder folder;
  auto text = basin;
  text.replace(text.find("duration = "), 8, "horizon");
  test::write_text(folder / "basin.toml", text);
  const auto result =
      test::run_command(program + " simulate --config " + quoted(folder / "basin.toml") +
                        " --output " + quoted(folder / "out"));
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_THAT(result.output, HasSubstr("duration"));
  EXPECT_FALSE(fs::exists(folder / "out"));
}

TEST(Program, SaysItsVersionAndHowItIsUsed) {
  const auto version = test::run_command(program + " --version");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, HasSubstr("vandvagt "));
  const auto help = test::run_command(program + " --help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* command : {"check", "simulate", "forecast", "demo"})
    EXPECT_THAT(help.output, HasSubstr(command));
}

TEST(Examples, PassTheCheck) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  int examples = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(VANDVAGT_SOURCE_DIR) / "examples")) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with(".toml") || name.ends_with(".rules-test.toml")) continue;
    ++examples;
    const auto result = test::run_command(program + " check --config " + quoted(entry.path()) +
                                          " --data " + quoted(data));
    EXPECT_EQ(result.exit_code, 0) << result.output;
  }
  EXPECT_GE(examples, 5);
}

}  // namespace
}  // namespace vandvagt
