#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/app/forecast_case.hpp"
#include "tests/support/program.hpp"
#include "tests/support/support.hpp"

/// The real forecasts among the examples, by the whole program, for a few of their hours.
namespace vandvagt {
namespace {

namespace fs = std::filesystem;

struct RealForecast {
  const char* example;
  const char* horizon;  // as it stands in the example
  const char* precision;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

class RealForecasts : public testing::TestWithParam<RealForecast> {};

// Every cubic metre is accounted for: rain, soil, edges, wells and the sea, in both precisions.
TEST_P(RealForecasts, VolumeCloses) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  const auto& [example, horizon, precision] = GetParam();
  const test::TemporaryFolder folder;
  fs::copy(fs::path(VANDVAGT_SOURCE_DIR) / "examples", folder / "examples",
           fs::copy_options::recursive);
  const fs::path configuration = folder / "examples" / (std::string(example) + ".toml");
  std::string text = test::read_text(configuration);
  text = replaced(text, std::string("horizon = \"") + horizon, "horizon = \"6h");
  text = replaced(text, "precision = \"single\"", std::string("precision = \"") + precision + "\"");
  test::write_text(configuration, text);
  const auto done = test::run_command(test::program() + " forecast --config " +
                                      configuration.string() + " --data " + data.string() +
                                      " --output " + (folder / "run").string() + " 2>&1");
  ASSERT_EQ(done.exit_code, 0) << done.output;
  const auto volume =
      nlohmann::json::parse(test::read_text(folder / "run" / "run.json")).at("volume");
  const auto error = volume.at("worst_relative_error").get<double>();
  std::printf("%s in %s precision: relative error of volume %.1e\n", example, precision, error);
  EXPECT_GT(volume.at("in").get<double>(), 1000.0);
  EXPECT_LE(error, std::string(precision) == "single" ? 1e-6 : 1e-12);
}

INSTANTIATE_TEST_SUITE_P(, RealForecasts,
                         testing::Values(RealForecast{"maas-peel", "72h", "single"},
                                         RealForecast{"maas-peel", "72h", "double"},
                                         RealForecast{"nissum-surge", "18h", "single"},
                                         RealForecast{"nissum-surge", "18h", "double"}),
                         [](const auto& p) {
                           return std::string(p.param.example).substr(0, 4) + "_" +
                                  p.param.precision;
                         });

}  // namespace
}  // namespace vandvagt
