#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/app/forecast_case.hpp"
#include "tests/support/program.hpp"

namespace vandvagt {
namespace {

namespace fs = std::filesystem;
using test::run_command;
using ::testing::HasSubstr;

/// The demonstration takes a minute, so one run serves all checks.
TEST(Demo, GoesFromSensorsToWarningsThatASubscriberReceives) {
  const test::TemporaryFolder folder;
  const auto demo = folder / "demo";
  const auto result =
      run_command(fmt::format("{} demo --output '{}'", test::program(), demo.string()));
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("(private)"));
  EXPECT_THAT(result.output, HasSubstr("Received by a subscriber: "));

  const fs::path products = demo / "forecast";
  for (const char* file :
       {"overview.png", "forecast.nc", "gauges.nc", "max_depth.tif", "arrival_time.tif",
        "max_speed.tif", "max_hazard.tif", "duration.tif", "probability_0.1.tif",
        "probability_0.5.tif", "areas.geojson", "run.json"})
    EXPECT_TRUE(fs::exists(products / file)) << file;
  EXPECT_TRUE(fs::exists(demo / "demo.toml"));
  EXPECT_TRUE(fs::exists(demo / "catchment" / "terrain.tif"));

  const auto run = nlohmann::json::parse(test::read_text(products / "run.json"));
  EXPECT_EQ(run["state"]["used"], "cold");
  const double bound = run["precision"] == "single" ? 1e-6 : 1e-9;
  EXPECT_LT(run["volume"]["relative_error"].get<double>(), bound);
  std::set<std::string> warned;
  for (const auto& warning : run["warnings"]) warned.insert(warning["area"].get<std::string>());
  EXPECT_TRUE(warned.contains("aabyen")) << "the town by the stream";
  EXPECT_TRUE(warned.contains("havneengen")) << "the harbour meadow";
  EXPECT_FALSE(warned.contains("oestbakken")) << "the hill stays dry";

  const auto data = test::shared_data();
  for (const auto& entry : fs::directory_iterator(products / "warnings")) {
    EXPECT_THAT(result.output, HasSubstr(entry.path().stem().string()));
    if (data.empty()) continue;
    const auto checked = run_command(
        fmt::format("xmllint --nonet --noout --schema '{}' '{}'",
                    (data / "cap12" / "cap12_google_copy.xsd").string(), entry.path().string()));
    EXPECT_EQ(checked.exit_code, 0) << checked.output;
  }
}

}  // namespace
}  // namespace vandvagt
