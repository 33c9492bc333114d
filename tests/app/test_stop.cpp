#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/stop_signal.hpp"
#include "messaging/private_broker.hpp"
#include "tests/app/forecast_case.hpp"
#include "tests/app/running_program.hpp"
#include "tests/support/program.hpp"

/// A run that is ended by a signal leaves nothing half-written, and says that it was stopped.
namespace vandvagt {
namespace {

namespace fs = std::filesystem;
using test::ForecastCase;
using test::run_command;
using test::RunningProgram;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int failed = 1;

/// Still water under rain for a hundred days of the model: longer than any test waits.
const std::string pond = R"(
[project]
name = "pond"
[terrain]
flat = 0.0
extent = [500000, 6206000, 500500, 6206500]
cell_size = 10
crs = "EPSG:25832"
[manning]
value = 0.03
[initial]
depth = 1.0
[rain]
rate = "1 mm/h"
[time]
start = 2026-11-23T00:00:00Z
duration = "2400h"
[output]
interval = "24h"
map_interval = "24h"
)";

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  return names;
}

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait(lock, stop, [] { return false; });
}

class StoppedSimulation : public ::testing::Test {
 protected:
  void SetUp() override { test::write_text(folder_ / "pond.toml", pond); }
  void stop_by(int signal_number) {
    RunningProgram run({test::program(), "simulate", "--config", (folder_ / "pond.toml").string(),
                        "--output", (folder_ / "out").string()});
    ASSERT_TRUE(run.wait_for(" %")) << run.output();
    EXPECT_TRUE(fs::exists(folder_ / "out.partial"));
    run.send(signal_number);
    EXPECT_EQ(run.wait(), failed);
    EXPECT_THAT(run.output(), HasSubstr("\nstopped on request: nothing was published, " +
                                        (folder_ / "out").string() + " is as it was before\n"));
    EXPECT_FALSE(fs::exists(folder_ / "out.partial"));
  }
  test::TemporaryFolder folder_;
};

TEST_F(StoppedSimulation, LeavesNothingOfItsOutput) {
  stop_by(SIGTERM);
  EXPECT_THAT(names_in(folder_.path()), ::testing::ElementsAre("pond.toml"));
}

TEST_F(StoppedSimulation, KeepsTheRunThatStoodThere) {
  test::write_text(folder_ / "out/run.json", "{\"run\": \"before\"}");
  stop_by(SIGINT);
  EXPECT_EQ(test::read_text(folder_ / "out/run.json"), "{\"run\": \"before\"}");
  EXPECT_THAT(names_in(folder_ / "out"), ::testing::ElementsAre("run.json"));
}

/// The same coast with a horizon of weeks.
void look_far_ahead(const ForecastCase& made) {
  auto text = test::read_text(made.configuration());
  const std::string horizon = "horizon = \"6h\"";
  text.replace(text.find(horizon), horizon.size(), "horizon = \"2400h\"");
  test::write_text(made.configuration(), text);
}

TEST(StoppedForecast, LeavesItsReadingsStoredAndNothingElse) {
  const test::TemporaryFolder folder;
  const ForecastCase made(folder.path());
  const auto sound = test::read_text(made.configuration());
  look_far_ahead(made);
  const auto scratch = folder / "scratch";
  fs::create_directories(scratch);
  {
    RunningProgram run({"/usr/bin/env", "TMPDIR=" + scratch.string(), test::program(), "forecast",
                        "--config", made.configuration().string(), "--output",
                        made.output().string()});
    ASSERT_TRUE(run.wait_for(" %")) << run.output();
    EXPECT_EQ(names_in(scratch).size(), 1U) << "the private broker's folder";
    run.send(SIGTERM);
    EXPECT_EQ(run.wait(), failed);
    EXPECT_THAT(run.output(), HasSubstr("\nstopped on request: nothing was published"));
  }
  EXPECT_THAT(names_in(scratch), IsEmpty()) << "the private broker is gone with its folder";
  EXPECT_FALSE(fs::exists(made.output()));
  EXPECT_FALSE(fs::exists(made.output().string() + ".partial"));
  EXPECT_FALSE(fs::exists(made.store() / "readings.db-wal")) << "the store was not closed";
  test::write_text(made.configuration(), sound);
  const auto again = made.forecast();
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_THAT(again.output, HasSubstr("0 new, 37 known"));
}

TEST(StoppedForecast, DoesNotListenToTheEndAndTellsItsWatchers) {
  const test::TemporaryFolder folder;
  auto broker = messaging::PrivateBroker::start(folder / "broker");
  ASSERT_TRUE(broker) << broker.error().message;
  const ForecastCase made(folder.path(),
                          fmt::format("url = \"{}\"\nlisten = \"1h\"\n", broker->url()));
  const auto told = [&](const std::string& topic) {
    const auto heard =
        run_command(fmt::format("mosquitto_sub -p {} -t '{}' -C 1 -W 60", broker->port(), topic));
    return nlohmann::json::parse(heard.output, nullptr, false);
  };
  RunningProgram run({test::program(), "forecast", "--config", made.configuration().string(),
                      "--output", made.output().string()});
  ASSERT_EQ(told("vv/v1/run/coast/status").value("stage", ""), "readings");
  run.send(SIGTERM);
  EXPECT_EQ(run.wait(), failed) << run.output();
  const auto status = told("vv/v1/run/coast/status");
  EXPECT_EQ(status.value("stage", ""), "stopped");
  EXPECT_TRUE(status["finished"].is_string());
  EXPECT_FALSE(fs::exists(made.output().string() + ".partial"));
}

TEST(StoppedDemo, KeepsTheCatchmentAndNoHalfForecast) {
  const test::TemporaryFolder folder;
  RunningProgram run({test::program(), "demo", "--output", (folder / "demo").string()});
  ASSERT_TRUE(run.wait_for(" %")) << run.output();
  run.send(SIGINT);
  EXPECT_EQ(run.wait(), failed) << run.output();
  EXPECT_TRUE(fs::exists(folder / "demo/demo.toml"));
  EXPECT_FALSE(fs::exists(folder / "demo/forecast"));
  EXPECT_FALSE(fs::exists(folder / "demo/forecast.partial"));
}

TEST(StopSignal, AsksForAStop) {
  const app::StopSignal signals;
  EXPECT_FALSE(signals.token().stop_requested());
  ::kill(::getpid(), SIGTERM);
  wait_for(signals.token());
  EXPECT_TRUE(signals.token().stop_requested());
}

TEST(StopSignal, AskedForAgainAfterASecondEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto again_and_again = [] {
    const app::StopSignal signals;
    const auto began = std::chrono::steady_clock::now();
    for (std::chrono::steady_clock::duration since{}; since < std::chrono::seconds{60};
         since = std::chrono::steady_clock::now() - began) {
      if (since > std::chrono::milliseconds{900} && signals.token().stop_requested())
        std::fputs("alive for 0.9 s", stderr);
      ::kill(::getpid(), SIGTERM);
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  };
  EXPECT_EXIT(again_and_again(), ::testing::KilledBySignal(SIGTERM), "alive for 0.9 s");
}

TEST(StopSignal, LeavesIgnoredSignalsIgnored) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto under_nohup = [] {
    ::signal(SIGHUP, SIG_IGN);
    const app::StopSignal signals;
    ::kill(::getpid(), SIGHUP);  // were it heard, the next would be the second and end this
    ::kill(::getpid(), SIGTERM);
    wait_for(signals.token());
    std::_Exit(0);
  };
  EXPECT_EXIT(under_nohup(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace vandvagt
