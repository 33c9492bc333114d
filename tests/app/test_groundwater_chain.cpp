// From wells that publish over MQTT to the flood and the warnings of groundwater, by the whole
// program against a broker of its own.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "core/time.hpp"
#include "messaging/private_broker.hpp"
#include "tests/app/groundwater_case.hpp"
#include "tests/app/running_program.hpp"

namespace vandvagt {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::GroundwaterCase;
using test::read_text;
using test::run_command;
using test::RunningProgram;
using ::testing::HasSubstr;

class GroundwaterChain : public testing::Test {
 protected:
  GroundwaterChain()
      : broker_(messaging::PrivateBroker::start(folder_ / "broker").value()),
        now_(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())) {}

  void publish(const std::string& well, const std::string& parameter, const std::string& payload) {
    const auto sent =
        run_command(fmt::format("mosquitto_pub -q 1 -p {} -t vv/v1/obs/kommune/{}/{} -m '{}'",
                                broker_.port(), well, parameter, payload));
    ASSERT_EQ(sent.exit_code, 0) << sent.output;
  }
  /// Both wells tell of one depth below ground, twice: enough to raise.
  void publish_depth(double depth) {
    for (const int minutes : {20, 10}) {
      const std::string time = format_time(now_ - std::chrono::minutes{minutes});
      publish("well-west", "groundwater-depth",
              fmt::format(R"({{"t":"{}","value":{:.3f},"unit":"m"}})", time, depth));
      publish("well-east", "groundwater-head",
              fmt::format(R"({{"t":"{}","value":{:.3f},"unit":"m","datum":"EPSG:5799"}})", time,
                          1.0 - depth));
    }
  }
  /// The retained payload of a topic, once it holds `part`.
  std::string hear(const std::string& topic, const std::string& part) {
    for (int attempt = 0; attempt < 50; ++attempt) {
      const auto heard =
          run_command(fmt::format("mosquitto_sub -p {} -t '{}' -C 1 -W 1", broker_.port(), topic));
      if (heard.output.find(part) != std::string::npos) return heard.output;
      last_ = heard.output;
    }
    ADD_FAILURE() << topic << " never held " << part << "; it held " << last_;
    return {};
  }
  /// What is made of wells that read `depth`: published to `vandvagt watch`, then a forecast.
  json flood_after(const std::string& name, double depth, const std::string& level) {
    const GroundwaterCase made(folder_ / name, broker_.url());
    RunningProgram watch(made.watch());
    EXPECT_TRUE(watch.wait_for("receiving")) << watch.output();
    publish_depth(depth);
    hear("vv/v1/latest/kommune/well-west/groundwater-depth",
         format_time(now_ - std::chrono::minutes{10}));
    hear("vv/v1/test/warn/meadow/state", "\"level\":\"" + level + "\"");
    watch.send(SIGTERM);
    EXPECT_EQ(watch.wait(), 0) << watch.output();
    const auto done = made.forecast();
    EXPECT_EQ(done.exit_code, 0) << done.output;
    return made.run_json();
  }

  test::TemporaryFolder folder_;
  messaging::PrivateBroker broker_;
  Time now_;
  std::string last_;
};

/// Inputs but for the wells' readings.
json without_readings(const json& run) {
  json inputs = json::array();
  for (const auto& input : run.at("inputs"))
    if (!input.at("path").get<std::string>().starts_with("readings")) inputs.push_back(input);
  return inputs;
}

double peak(const json& run, const std::string& query, const std::string& what) {
  for (const auto& area : run.at("areas"))
    if (area.at("query") == query) return area.at("peak_" + what).get<double>();
  throw std::runtime_error("no query " + query);
}

TEST_F(GroundwaterChain, WetReadingsOverMqttAloneRaiseTheFlood) {
  const json dry = flood_after("dry", 0.9, "none");
  const json wet = flood_after("wet", 0.05, "moderate");
  ASSERT_EQ(dry.at("configuration_digest"), wet.at("configuration_digest"));
  EXPECT_EQ(without_readings(dry), without_readings(wet));
  for (const json* run : {&dry, &wet}) {
    EXPECT_EQ(run->at("groundwater").at("wells_used"), 2);
    EXPECT_EQ(run->at("state").at("used"), "cold");
    EXPECT_LT(run->at("volume").at("relative_error").get<double>(), 1e-9);
    EXPECT_NEAR(run->at("volume").at("rain").get<double>(), 0.06 * 400 * 200, 1.0);
  }
  // Dry ground takes the rain; wet ground takes what its pores above the water table hold.
  EXPECT_LT(peak(dry, "hollow-flooded", "depth"), 0.01);
  EXPECT_GT(peak(wet, "hollow-flooded", "depth"), 0.1);
  EXPECT_LT(peak(dry, "hollow-flooded", "share"), 0.01);
  EXPECT_GT(peak(wet, "hollow-flooded", "share"), 0.9);
  EXPECT_LT(wet.at("volume").at("infiltration").get<double>(),
            0.6 * dry.at("volume").at("infiltration").get<double>());
  std::printf("hollow, deepest: dry %.3f m, wet %.3f m; infiltration %.0f and %.0f m3\n",
              peak(dry, "hollow-flooded", "depth"), peak(wet, "hollow-flooded", "depth"),
              dry.at("volume").at("infiltration").get<double>(),
              wet.at("volume").at("infiltration").get<double>());
}

TEST_F(GroundwaterChain, TheForecastWarnsOfShallowGroundwaterInTheArea) {
  const json wet = flood_after("wet", 0.2, "minor");
  const auto& warnings = wet.at("warnings");
  const auto shallow = std::find_if(warnings.begin(), warnings.end(), [](const json& warning) {
    return warning.at("rule") == "meadow-shallow";
  });
  ASSERT_NE(shallow, warnings.end()) << warnings.dump(1);
  EXPECT_EQ(shallow->at("level"), "minor");
  EXPECT_GT(peak(wet, "meadow-shallow", "shallow_groundwater_share"), 0.9);
  const std::string cap =
      read_text(folder_ / "wet" / "out" / "run" / shallow->at("file").get<std::string>());
  EXPECT_THAT(cap, HasSubstr("Højt grundvand"));
  EXPECT_THAT(cap, HasSubstr("groundwater less than 0.30 m below ground"));
  EXPECT_THAT(cap, HasSubstr("<value>shallow_groundwater_share</value>"));
}

}  // namespace
}  // namespace vandvagt
