#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "messaging/private_broker.hpp"
#include "tests/app/forecast_case.hpp"

namespace vandvagt {
namespace {

namespace fs = std::filesystem;
using test::ForecastCase;
using test::read_text;
using test::run_command;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

nlohmann::json run_json(const fs::path& output) {
  return nlohmann::json::parse(read_text(output / "run.json"));
}

/// The one warning of a run.
fs::path warning_in(const fs::path& output) {
  for (const auto& entry : fs::directory_iterator(output / "warnings")) return entry.path();
  return {};
}

class BrokenBroker : public ::testing::Test {
 protected:
  static std::string nobody() {
    return "url = \"tcp://127.0.0.1:1\"\nconnect_timeout = \"1s\"\nlisten = \"0s\"\n";
  }
  test::TemporaryFolder folder_;
};

TEST(Forecast, GoesFromReadingsToAWarningThatASubscriberReceives) {
  const test::TemporaryFolder folder;
  const ForecastCase made(folder.path());
  const auto result = made.forecast();
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("Received by a subscriber: 1"));
  EXPECT_THAT(result.output, HasSubstr("The land"));
  EXPECT_THAT(result.output, HasSubstr("cold start"));
  for (const char* file :
       {"forecast.nc", "gauges.nc", "max_depth.tif", "arrival_time.tif", "max_speed.tif",
        "max_hazard.tif", "duration.tif", "areas.geojson", "overview.png", "run.json"})
    EXPECT_TRUE(fs::exists(made.output() / file)) << file;
  EXPECT_FALSE(fs::exists(made.output().string() + ".partial"));
}

TEST(Forecast, RunJsonNamesWhatItUsedAndFound) {
  const test::TemporaryFolder folder;
  const ForecastCase made(folder.path());
  const auto result = made.forecast();
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto run = run_json(made.output());
  for (const char* key :
       {"run", "reference_time", "state", "volume", "wall_seconds", "simulated_seconds", "steps",
        "cell_updates", "threads", "precision", "inputs", "warnings"})
    EXPECT_TRUE(run.contains(key)) << key;
  EXPECT_EQ(run["reference_time"], "2026-11-01T06:00:00Z");
  EXPECT_EQ(run["state"]["used"], "cold");
  EXPECT_LT(run["volume"]["relative_error"].get<double>(), 1e-9);
  EXPECT_GT(run["volume"]["in"].get<double>(), 0.0);
  ASSERT_EQ(run["warnings"].size(), 1U);
  EXPECT_EQ(run["warnings"][0]["area"], "land");
}

TEST(Forecast, WarningsAreValidAgainstTheOasisSchema) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data with the CAP 1.2 schema";
  const test::TemporaryFolder folder;
  const ForecastCase made(folder.path());
  ASSERT_EQ(made.forecast().exit_code, 0);
  const auto checked = run_command(fmt::format("xmllint --nonet --noout --schema '{}' '{}'",
                                               (data / "cap12" / "cap12_google_copy.xsd").string(),
                                               warning_in(made.output()).string()));
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
}

/// [least, greatest] longitude of the polygon in a CAP message.
std::pair<double, double> longitudes_of(const std::string& cap) {
  const std::string opening = "<polygon>";
  const auto from = cap.find(opening) + opening.size();
  std::istringstream vertices(cap.substr(from, cap.find("</polygon>") - from));
  std::pair<double, double> range{180.0, -180.0};
  for (std::string vertex; vertices >> vertex;) {
    const double longitude = std::stod(vertex.substr(vertex.find(',') + 1));
    range = {std::min(range.first, longitude), std::max(range.second, longitude)};
  }
  return range;
}

// The eastern half of the area stands high above the sea: who lives there is not told to go.
TEST(Forecast, AWarningCanBeForThePartThatIsExpectedToBeFlooded) {
  const auto warned = [](const std::string& extent) {
    const test::TemporaryFolder folder;
    const ForecastCase made(folder.path());
    auto text = read_text(made.configuration());
    text.insert(text.find("[manning]"),
                "[[terrain.change]]\nraise_by = 5.0\n"
                "rectangle = [560250, 6278000, 560400, 6278200]\n\n");
    text.insert(text.find("rectangle = [560100, 6278000, 560400, 6278200]"), extent);
    test::write_text(made.configuration(), text);
    const auto result = made.forecast();
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return longitudes_of(read_text(warning_in(made.output())));
  };
  const auto whole = warned("");
  const auto flooded = warned("extent = \"forecast\"\n");
  const double cell = (whole.second - whole.first) / 30.0;
  EXPECT_NEAR(flooded.first, whole.first, cell);
  EXPECT_NEAR(flooded.second, 0.5 * (whole.first + whole.second), cell);
}

TEST(Forecast, DebiansSubscriberReceivesCapStateAndRunStatus) {
  const test::TemporaryFolder folder;
  auto broker = messaging::PrivateBroker::start(folder / "broker");
  ASSERT_TRUE(broker) << broker.error().message;
  const ForecastCase made(folder.path(),
                          fmt::format("url = \"{}\"\nlisten = \"0s\"\n", broker->url()));
  // A session that is kept: the broker queues for it what comes while it is away.
  const std::string subscriber = fmt::format(
      "mosquitto_sub -p {} -i debian -c -q 1 -t 'vv/v1/test/warn/+/cap'", broker->port());
  ASSERT_EQ(run_command(subscriber + " -E").exit_code, 0);
  const auto result = made.forecast();
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto cap = run_command(subscriber + " -C 1 -W 20");
  ASSERT_EQ(cap.exit_code, 0) << cap.output;
  EXPECT_EQ(cap.output, read_text(warning_in(made.output())) + "\n");

  const auto retained = [&](const std::string& topic) {
    return run_command(
        fmt::format("mosquitto_sub -p {} -t '{}' -C 1 -W 20", broker->port(), topic));
  };
  const auto state = nlohmann::json::parse(retained("vv/v1/test/warn/land/state").output);
  EXPECT_EQ(state["level"], "minor");
  const auto dry = nlohmann::json::parse(retained("vv/v1/test/warn/pier-head/state").output);
  EXPECT_EQ(dry["level"], "none");
  const auto status = nlohmann::json::parse(retained("vv/v1/run/coast/status").output);
  EXPECT_EQ(status["stage"], "done");
  EXPECT_EQ(status["state_used"], "cold");
  EXPECT_TRUE(status["finished"].is_string());
  const auto heartbeat = nlohmann::json::parse(retained("vv/v1/sys/heartbeat").output);
  EXPECT_EQ(heartbeat["last_run"], "2026-11-01T06:00:00Z");
  const auto ack = nlohmann::json::parse(retained("vv/v1/ack/test/pier").output);
  EXPECT_EQ(ack["stored_to"], 37) << "all readings up to the reference time, every 10 minutes";
  const auto latest = nlohmann::json::parse(retained("vv/v1/latest/test/pier/stage").output);
  EXPECT_EQ(latest["t"], "2026-11-01T06:00:00Z");
}

TEST(Forecast, SecondNightStartsFromTheStateOfTheFirst) {
  const test::TemporaryFolder folder;
  const ForecastCase made(folder.path());
  const auto first = made.forecast({}, "first");
  ASSERT_EQ(first.exit_code, 0) << first.output;
  EXPECT_THAT(first.output, HasSubstr("cold start"));
  const auto second = made.forecast("--at 2026-11-01T09:00:00Z", "second");
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_THAT(second.output, HasSubstr("warm"));
  EXPECT_THAT(second.output, Not(HasSubstr("cold start,")));
  const auto run = run_json(made.output("second"));
  EXPECT_EQ(run["state"]["used"], "2026-11-01T06:00:00Z");
  EXPECT_THAT(run["state"]["coldness"].get<std::string>(), HasSubstr("warm"));
  EXPECT_LT(run["volume"]["relative_error"].get<double>(), 1e-9);
}

TEST(Forecast, RunAgainIssuesNothingTwice) {
  const test::TemporaryFolder folder;
  const ForecastCase made(folder.path());
  ASSERT_EQ(made.forecast({}, "first").exit_code, 0);
  const auto again = made.forecast({}, "again");
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_THAT(again.output, HasSubstr("0 new, 37 known"));
  EXPECT_THAT(again.output, HasSubstr("Sent: 0 warnings, 2 area states"));
  EXPECT_TRUE(run_json(made.output("again"))["warnings"].empty());
}

TEST_F(BrokenBroker, ForecastGoesOnWithWhatIsStoredAndSaysSo) {
  const ForecastCase made(folder_.path());
  ASSERT_EQ(made.forecast({}, "before").exit_code, 0);
  made.set_broker(nobody());
  const auto result = made.forecast({}, "alone");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("going on with the readings that are stored"));
  EXPECT_THAT(run_json(made.output("alone"))["notices"].dump(), HasSubstr("no readings came in"));
}

TEST_F(BrokenBroker, WarningsWaitAndAreSentWhenItIsBack) {
  const ForecastCase made(folder_.path());
  ASSERT_EQ(made.forecast({}, "before").exit_code, 0);
  const auto identifier = warning_in(made.output("before")).stem().string();
  for (const char* file : {"warnings.db", "warnings.db-wal", "warnings.db-shm"})
    fs::remove(made.store() / file);
  made.set_broker(nobody());
  const auto alone = made.forecast({}, "alone");
  EXPECT_EQ(alone.exit_code, 3) << alone.output;
  EXPECT_THAT(alone.output, HasSubstr("1 warnings WAIT in the outbox"));
  EXPECT_EQ(warning_in(made.output("alone")).stem().string(), identifier);
  made.set_broker({});
  const auto back = made.forecast({}, "back");
  EXPECT_EQ(back.exit_code, 0) << back.output;
  EXPECT_THAT(back.output, HasSubstr("Received by a subscriber: 1"));
  EXPECT_THAT(back.output, HasSubstr(identifier));
}

TEST(ForecastReplay, NamesEveryBadRowAndWritesNothing) {
  const test::TemporaryFolder folder;
  const ForecastCase made(folder.path());
  test::write_text(folder / "readings.csv",
                   "time,station,value\n"
                   "2026-11-01T05:00:00Z,pier,1.1\n"
                   "2026-11-01T05:10:00Z,peer,1.1\n"
                   "2026-11-01T05:20:00Z,pier,wet\n"
                   "2026-11-01 05:30,pier,1.2\n");
  const auto result = made.forecast();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("readings.csv:3: station \"peer\" is not declared"));
  EXPECT_THAT(result.output, HasSubstr("readings.csv:4: \"wet\" is no number"));
  EXPECT_THAT(result.output, HasSubstr("readings.csv:5"));
  EXPECT_FALSE(fs::exists(folder / "out"));
}

TEST(ForecastOutput, FolderThatCannotBeWrittenIsRefused) {
  const test::TemporaryFolder folder;
  const ForecastCase made(folder.path());
  test::write_text(folder / "out", "a file where the folder should be");
  const auto result = made.forecast();
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_THAT(result.output, HasSubstr("out"));
}

TEST(ForecastOutput, AFolderThatIsNoRunIsNotReplaced) {
  const test::TemporaryFolder folder;
  const ForecastCase made(folder.path());
  test::write_text(made.output() / "thesis.txt", "do not lose me");
  const auto result = made.forecast();
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_EQ(read_text(made.output() / "thesis.txt"), "do not lose me");
}

}  // namespace
}  // namespace vandvagt
