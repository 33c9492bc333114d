#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "forecast/detail/member_maps.hpp"
#include "forecast/ensemble.hpp"
#include "forecast/products.hpp"
#include "grids/raster.hpp"
#include "grids/transform.hpp"
#include "tests/forecast/made_case.hpp"

namespace vandvagt::forecast {
namespace {

using std::chrono::hours;
using test::first_night;
using ::testing::HasSubstr;
using vandvagt::test::read_text;
using vandvagt::test::run_command;
using vandvagt::test::TemporaryFolder;
namespace fs = std::filesystem;

std::string output_of(const std::string& command) {
  return run_command(command + " 2>&1").output;
}

/// The town's surroundings, in longitude and latitude.
std::vector<grids::Point> town_ring(const grids::Geometry& g) {
  const std::vector<grids::Point> box{g.centre(5, 4), g.centre(5, 20), g.centre(25, 20),
                                      g.centre(25, 4)};
  return *grids::transform(box, g.crs, grids::lon_lat_crs);
}

Presentation present(const test::MadeCase& made) {
  Presentation shown;
  MapArea town;
  town.id = "town";
  town.name = "Town by the stream";
  town.rings = {town_ring(made.built.geometry)};
  town.level = "moderate";
  town.queries = {"town-rule"};
  town.properties = {{"lead_time", "2 h"}};
  shown.areas.push_back(town);
  shown.warnings.push_back({"w-1.xml", "<alert/>", {{"area", "town"}, {"level", "moderate"}}});
  return shown;
}

/// A whole forecast of the made case, published to `output`.
Result<RunOutcome> publish(const test::MadeCase& made, const fs::path& output) {
  const auto plan = plan_forecast(made.scenario, first_night());
  auto products = Products::begin(made.scenario, made.built, *plan, output);
  if (!products) return fail(products.error());
  const TemporaryFolder folder;
  test::MadeStore store(folder.path());
  test::fill_weather(store, made, first_night() - hours{6}, first_night());
  RunRequest request;
  request.reference_time = first_night();
  request.stations = made.stations;
  request.areas = {{"town-rule", {town_ring(made.built.geometry)}, 0.1, 0.05}};
  request.maps = products->map_sink();
  auto outcome = run_forecast(made.scenario, made.built, &store.get(), request);
  if (!outcome) return outcome;
  if (auto done = products->write(*outcome, present(made)); !done) return fail(done.error());
  if (auto done = products->publish(); !done) return fail(done.error());
  return outcome;
}

test::MadeCase short_case(int members) {
  auto made = test::make_case({.infiltration = true, .members = members});
  made.scenario.time.spin_up = hours{1};
  made.scenario.time.horizon = hours{1};
  return made;
}

/// One run with all products, shared by the tests that only read.
struct Published : ::testing::Test {
  static void SetUpTestSuite() {
    folder = std::make_unique<TemporaryFolder>();
    made = std::make_unique<test::MadeCase>(short_case(3));
    auto result = publish(*made, run());
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_TRUE(result->usable()) << result->why_failed;
    outcome = std::make_unique<RunOutcome>(std::move(*result));
  }
  static void TearDownTestSuite() {
    outcome.reset();
    made.reset();
    folder.reset();
  }
  static fs::path run() { return *folder / "run"; }
  inline static std::unique_ptr<TemporaryFolder> folder;
  inline static std::unique_ptr<test::MadeCase> made;
  inline static std::unique_ptr<RunOutcome> outcome;
};

TEST_F(Published, FolderHoldsEveryProductAndNothingElse) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(run())) {
    if (entry.is_regular_file()) found.push_back(fs::relative(entry.path(), run()).string());
  }
  EXPECT_THAT(found,
              ::testing::UnorderedElementsAre(
                  "forecast.nc", "gauges.nc", "max_depth.tif", "arrival_time.tif", "max_speed.tif",
                  "max_hazard.tif", "duration.tif", "probability_0.1.tif", "probability_0.5.tif",
                  "water_table_depth.tif", "groundwater_standard_error.tif", "areas.geojson",
                  "warnings/w-1.xml", "overview.png", "run.json"));
  EXPECT_FALSE(fs::exists(*folder / "run.partial"));
}

TEST_F(Published, MapsAreCloudOptimizedWithStatistics) {
  for (const char* name : {"max_depth.tif", "arrival_time.tif", "probability_0.1.tif",
                           "water_table_depth.tif", "groundwater_standard_error.tif"}) {
    const std::string info = output_of("gdalinfo " + (run() / name).string());
    EXPECT_THAT(info, HasSubstr("LAYOUT=COG")) << name;
    EXPECT_THAT(info, HasSubstr("STATISTICS_MEAN")) << name;
    EXPECT_THAT(info, HasSubstr("ETRS89 / UTM zone 32N")) << name;
    EXPECT_THAT(info, HasSubstr("run=made-20260110T000000Z")) << name;
  }
}

TEST_F(Published, GreatestDepthIsWhatTheRunFound) {
  const auto raster = grids::read_raster(run() / "max_depth.tif");
  ASSERT_TRUE(raster) << raster.error().message;
  for (int j = 0; j < 24; ++j) {
    for (int i = 0; i < 40; ++i) {
      const float expected = outcome->maxima->max_depth(i, j);
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(raster->values(i, j)));
      } else {
        EXPECT_EQ(raster->values(i, j), static_cast<double>(expected));
      }
    }
  }
}

TEST_F(Published, ForecastFollowsTheConventions) {
  const std::string header = output_of("ncdump -h " + (run() / "forecast.nc").string());
  for (const char* text :
       {":Conventions = \"CF-1.10\"", "forecast_reference_time", "flood_water_thickness",
        "flood_water_speed", "water_surface_height_above_reference_datum", "ground_level_altitude",
        "grid_mapping", "depth_quantile(quantile, time, y, x)", "time = 3",
        "projection_x_coordinate"}) {
    EXPECT_THAT(header, HasSubstr(text));
  }
  const std::string info =
      output_of("gdalinfo NETCDF:" + (run() / "forecast.nc").string() + ":depth");
  EXPECT_THAT(info, HasSubstr("UTM zone 32N"));
  EXPECT_THAT(info, HasSubstr("Origin = (445000"));
}

/// Values of a variable of a NetCDF file in its own order, NaN where missing.
std::vector<double> values_of(const fs::path& file, const std::string& name) {
  const std::string text = output_of("ncdump -p 9,17 -v " + name + " " + file.string());
  const std::string mark = "\n " + name + " =";
  const auto begin = text.find(mark, text.find("\ndata:"));
  std::istringstream list(text.substr(begin + mark.size()));
  std::vector<double> values;
  for (std::string word; list >> word && word != ";";) {
    const std::string number = word.substr(0, word.find_first_of(",;"));
    const bool missing = number == "_" || number == "NaN" || number == "NaNf";
    if (!number.empty())
      values.push_back(missing ? std::numeric_limits<double>::quiet_NaN() : std::stod(number));
    if (word.find(';') != std::string::npos) break;
  }
  return values;
}

TEST_F(Published, TheWaterTableIsAMapOverTimeAndAHydrographAtEveryPlace) {
  const std::string header = output_of("ncdump -h " + (run() / "forecast.nc").string());
  EXPECT_THAT(header, HasSubstr("float water_table_depth(time, y, x)"));
  EXPECT_THAT(header, HasSubstr("water_table_depth:standard_name = \"water_table_depth\""));
  EXPECT_THAT(header, HasSubstr("water_table_depth:units = \"m\""));
  const auto map = values_of(run() / "forecast.nc", "water_table_depth");
  ASSERT_EQ(map.size(), std::size_t{3 * 24 * 40});
  const auto& analysed = outcome->water_table->depth;
  for (int j = 0; j < 24; ++j) {
    for (int i = 0; i < 40; ++i) {
      const double first = map[static_cast<std::size_t>(j * 40 + i)];
      if (std::isnan(analysed(i, j))) {
        EXPECT_TRUE(std::isnan(first)) << i << ' ' << j;
      } else {
        EXPECT_FLOAT_EQ(static_cast<float>(first), analysed(i, j)) << i << ' ' << j;
      }
    }
  }
  const auto series = values_of(run() / "gauges.nc", "water_table_depth");
  const std::size_t places = outcome->gauges.size(), times = outcome->times.size();
  ASSERT_EQ(series.size(), 3 * places * times);
  for (std::size_t m = 0; m < 3; ++m) {
    for (std::size_t g = 0; g < places; ++g) {
      const auto& expected = outcome->gauges[g].members[m].water_table_depth;
      for (std::size_t k = 0; k < times; ++k)
        EXPECT_EQ(series[(m * places + g) * times + k], expected[k]);
    }
  }
}

TEST_F(Published, GaugesHoldMembersAndReadings) {
  const std::string header = output_of("ncdump -h " + (run() / "gauges.nc").string());
  for (const char* text : {"featureType = \"timeSeries\"", "timeseries_id", "observed_stage",
                           "realization = 3", "observed_water_table_depth", "stage("}) {
    EXPECT_THAT(header, HasSubstr(text));
  }
}

TEST_F(Published, RunJsonSaysWhatTheRunWas) {
  const auto json = nlohmann::json::parse(read_text(run() / "run.json"));
  for (const char* key :
       {"run", "reference_time", "state", "volume", "wall_seconds", "simulated_seconds", "steps",
        "cell_updates", "threads", "precision", "inputs", "warnings", "version",
        "configuration_digest", "forcing", "timings", "members", "status"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json["state"]["used"], "cold");
  EXPECT_THAT(json["state"]["coldness"].get<std::string>(), HasSubstr("cold start"));
  for (const char* key : {"in", "out", "stored", "relative_error"}) {
    EXPECT_TRUE(json["volume"][key].is_number()) << key;
  }
  EXPECT_LT(json["volume"]["relative_error"].get<double>(), 1e-9);
  EXPECT_EQ(json["simulated_seconds"], 7200.0);
  EXPECT_EQ(json["groundwater"]["wells_used"], 2);
  EXPECT_EQ(json["warnings"][0]["file"], "warnings/w-1.xml");
  EXPECT_EQ(json["forcing"][0]["stations_used"][0], "sea-gauge");
  EXPECT_EQ(json["inputs"][0]["digest"].get<std::string>().size(), 64U);
}

TEST_F(Published, AreasTellTheirPeaks) {
  const auto json = nlohmann::json::parse(read_text(run() / "areas.geojson"));
  const auto& properties = json["features"][0]["properties"];
  EXPECT_EQ(properties["level"], "moderate");
  EXPECT_EQ(properties["lead_time"], "2 h");
  EXPECT_GT(properties["peak_share"].get<double>(), 0.0);
  EXPECT_TRUE(properties.contains("peak_depth_median"));
  EXPECT_EQ(properties["shallower_than"], 0.3);
  EXPECT_TRUE(properties["peak_shallow_groundwater_share"].is_number());
  EXPECT_TRUE(properties["time_of_peak_depth"].is_string());
  EXPECT_THAT(output_of("ogrinfo -al " + (run() / "areas.geojson").string()), HasSubstr("WGS 84"));
}

TEST_F(Published, PictureIsAMapOfSensibleSize) {
  const std::string info = output_of("gdalinfo " + (run() / "overview.png").string());
  EXPECT_THAT(info, HasSubstr("Driver: PNG"));
  const auto size = info.find("Size is ");
  ASSERT_NE(size, std::string::npos);
  EXPECT_GT(std::stoi(info.substr(size + 8)), 900);
}

TEST(Products, AnOlderRunIsReplacedAndAnythingElseIsLeftAlone) {
  const TemporaryFolder folder;
  const auto made = short_case(1);
  ASSERT_TRUE(publish(made, folder / "run"));
  vandvagt::test::write_text(folder / "run" / "stale.txt", "of the run before");
  const auto again = publish(made, folder / "run/");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(fs::exists(folder / "run" / "stale.txt"));
  EXPECT_TRUE(fs::exists(folder / "run" / "run.json"));
  EXPECT_FALSE(fs::exists(folder / "run.partial"));

  vandvagt::test::write_text(folder / "home" / "thesis.txt", "not ours");
  const auto refused = publish(made, folder / "home");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("no run's folder"));
  EXPECT_TRUE(fs::exists(folder / "home" / "thesis.txt"));
}

TEST(Products, AFolderThatCannotBeMadeIsNamedAndNothingIsLeft) {
  const TemporaryFolder folder;
  vandvagt::test::write_text(folder / "file", "a file");
  const auto refused = publish(short_case(1), folder / "file" / "run");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::io);
  EXPECT_THAT(refused.error().message, HasSubstr("file"));
}

TEST(Products, ADiskThatFillsUpLeavesNothingAndNamesThePath) {
  const TemporaryFolder folder;
  const auto made = short_case(1);
  ASSERT_TRUE(publish(made, folder / "run"));
  const std::string before = read_text(folder / "run" / "run.json");
  // A limit on the size of files stands in for a full disk: a write beyond it fails likewise.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const auto plan = plan_forecast(made.scenario, first_night());
  auto products = Products::begin(made.scenario, made.built, *plan, folder / "run");
  ASSERT_TRUE(products);
  RunRequest request;
  request.reference_time = first_night();
  request.maps = products->map_sink();
  auto quiet = made;
  quiet.scenario.edges[0].series.from = SeriesInput::From::constant;
  quiet.scenario.rain.from = RainInput::From::none;
  quiet.scenario.groundwater.wells.clear();
  const rlimit small{6000, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto outcome = run_forecast(quiet.scenario, quiet.built, nullptr, request);
  const auto written = outcome ? products->write(*outcome, present(made)) : Result<void>{};
  setrlimit(RLIMIT_FSIZE, &old);
  ASSERT_TRUE(!outcome || !written);
  const Error error = outcome ? written.error() : outcome.error();
  EXPECT_EQ(error.code, ErrorCode::io);
  EXPECT_THAT(error.message, HasSubstr("run.partial"));
  { const auto gone = std::move(products); }
  EXPECT_FALSE(fs::exists(folder / "run.partial"));
  EXPECT_EQ(read_text(folder / "run" / "run.json"), before);
}

TEST(Products, AFailedRunSaysSoAndHasNoMaps) {
  const TemporaryFolder folder;
  auto made = short_case(1);
  made.scenario.solver.min_dt = 50.0;
  const auto outcome = publish(made, folder / "run");
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_FALSE(outcome->usable());
  const auto json = nlohmann::json::parse(read_text(folder / "run" / "run.json"));
  EXPECT_EQ(json["status"], "failed");
  EXPECT_FALSE(json["why_failed"].get<std::string>().empty());
  EXPECT_FALSE(fs::exists(folder / "run" / "max_depth.tif"));
}

TEST(Products, ASimulationWithGroundwaterShowsItToo) {
  auto made = test::make_case({.infiltration = true, .stations = false});
  made.scenario.time.duration = std::chrono::minutes{30};
  const TemporaryFolder folder;
  const auto plan = plan_simulation(made.scenario);
  auto products = Products::begin(made.scenario, made.built, *plan, folder / "run");
  ASSERT_TRUE(products) << products.error().message;
  SimulationRequest request;
  request.maps = products->map_sink();
  const auto outcome = run_simulation(made.scenario, made.built, request);
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_TRUE(products->write(*outcome, {}));
  ASSERT_TRUE(products->publish());
  for (const char* file : {"forecast.nc", "gauges.nc"}) {
    const auto values = values_of(folder / "run" / file, "water_table_depth");
    EXPECT_TRUE(std::ranges::any_of(values, [](double v) { return std::abs(v - 0.8) < 1e-6; }))
        << file;
  }
}

TEST(MemberMaps, QuantilesAreThoseOfTheMembers) {
  const TemporaryFolder folder;
  constexpr std::size_t cells = 150'000;  // more than two pieces
  auto maps = detail::MemberMaps::create(folder / "maps", 5, cells);
  ASSERT_TRUE(maps);
  const auto depth = [](std::size_t m, std::size_t t, std::size_t c) {
    const double u = uniform_from(m, t, c / 7);
    return static_cast<float>(u < 0.6 ? 0.0 : u);
  };
  for (std::size_t m = 0; m < 5; ++m) {
    for (std::size_t t = 0; t < 3; ++t) {
      if (m == 4 && t == 2) continue;  // the last member failed before its last map
      std::vector<float> values(cells);
      for (std::size_t c = 0; c < cells; ++c) values[c] = depth(m, t, c);
      ASSERT_TRUE(maps->add(static_cast<int>(m), values));
    }
  }
  ASSERT_TRUE(maps->rewind());
  const std::vector<double> wanted{0.1, 0.5, 0.9};
  for (std::size_t t = 0; t < 2; ++t) {
    ASSERT_TRUE(maps->more());
    const auto fields = maps->next(wanted);
    ASSERT_TRUE(fields) << fields.error().message;
    for (std::size_t c = 0; c < cells; c += 13) {
      std::vector<float> sorted;
      for (std::size_t m = 0; m < 5; ++m) sorted.push_back(depth(m, t, c));
      std::ranges::sort(sorted);
      for (std::size_t q = 0; q < 3; ++q) {
        ASSERT_EQ((*fields)[q][c], static_cast<float>(quantile(sorted, wanted[q])));
      }
    }
  }
  EXPECT_FALSE(maps->more());
}

}  // namespace
}  // namespace vandvagt::forecast
