// `vandvagt watch` as a program: how it starts, stops, and lives with a disk that refuses.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "messaging/private_broker.hpp"
#include "sensors/store.hpp"
#include "tests/app/running_program.hpp"
#include "tests/app/watch_case.hpp"
#include "tests/support/program.hpp"
#include "tests/support/support.hpp"

namespace vandvagt {
namespace {

using messaging::PrivateBroker;
using test::run_command;
using test::RunningProgram;
using test::WatchCase;
using ::testing::AllOf;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class WatchProgram : public testing::Test {
 protected:
  WatchProgram()
      : broker_(PrivateBroker::start(folder_ / "broker").value()),
        case_(folder_.path(), "url = \"" + broker_.url() + "\"\n",
              "\n[watch]\nheartbeat = \"1s\"\n") {}
  void publish(double value, int minute) const {
    const auto payload = fmt::format(
        R"({{"t":"2026-11-23T04:{:02d}:00Z","value":{},"unit":"m","datum":"EPSG:5799"}})", minute,
        value);
    ASSERT_EQ(
        run_command(fmt::format("mosquitto_pub -q 1 -p {} -t vv/v1/obs/kommune/n12/stage -m '{}'",
                                broker_.port(), payload))
            .exit_code,
        0);
  }
  std::string hear(const std::string& topic, int count = 1) const {
    return run_command(
               fmt::format("mosquitto_sub -p {} -t '{}' -C {} -W 30", broker_.port(), topic, count))
        .output;
  }

  test::TemporaryFolder folder_;
  PrivateBroker broker_;
  WatchCase case_;
};

TEST_F(WatchProgram, StopsInOrderOnASignal) {
  for (const int signal : {SIGTERM, SIGINT}) {
    RunningProgram watch(case_.command());
    ASSERT_TRUE(watch.wait_for("receiving")) << watch.output();
    watch.send(signal);
    EXPECT_EQ(watch.wait(), 0) << watch.output();
    EXPECT_THAT(watch.output(), HasSubstr("stopped: "));
    EXPECT_FALSE(fs::exists(case_.store() / "readings.db-wal")) << "the store was not closed";
    EXPECT_THAT(hear("vv/v1/sys/heartbeat"), HasSubstr("stopped on request"));
  }
}

TEST_F(WatchProgram, StartsWithoutABrokerAndFindsItLater) {
  broker_.kill();
  RunningProgram watch(case_.command());
  ASSERT_TRUE(watch.wait_for("broker: no connection")) << watch.output();
  ASSERT_TRUE(broker_.restart());
  ASSERT_TRUE(watch.wait_for("broker: as it should be again")) << watch.output();
  publish(1.5, 10);
  EXPECT_THAT(hear("vv/v1/latest/kommune/n12/stage"), HasSubstr("\"value\":1.5"));
  watch.send(SIGTERM);
  EXPECT_EQ(watch.wait(), 0) << watch.output();
}

TEST_F(WatchProgram, ItsWillSaysDeadWhenItIsKilled) {
  RunningProgram watch(case_.command());
  ASSERT_TRUE(watch.wait_for("receiving")) << watch.output();
  EXPECT_THAT(hear("vv/v1/sys/heartbeat"), HasSubstr("\"last_eval\""));
  watch.send(SIGKILL);
  EXPECT_EQ(watch.wait(), 128 + SIGKILL);
  EXPECT_THAT(hear("vv/v1/sys/heartbeat"), HasSubstr("\"dead\":true"));
}

TEST_F(WatchProgram, ReadsTheWholeConfigurationBeforeItRefuses) {
  test::write_text(folder_ / "bad/watch.toml", R"(
[project]
name = "town"
[watch]
heartbeat = "1min"
watchdog = "1s"
groop = 3
)");
  const auto refused = run_command(
      fmt::format("{} watch --config {}", test::program(), (folder_ / "bad/watch.toml").string()));
  EXPECT_EQ(refused.exit_code, 2) << refused.output;
  EXPECT_THAT(refused.output,
              AllOf(HasSubstr("watch.watchdog"), HasSubstr("watch.groop"), HasSubstr("terrain")));
}

TEST_F(WatchProgram, SaysWhatAServiceNeedsBesides) {
  auto text = test::read_text(case_.configuration());
  text.erase(text.find("[broker]"));
  const std::string store = "[store]\nfolder = \"store\"\n";
  text.erase(text.find(store), store.size());
  test::write_text(folder_ / "bare.toml", text);
  const auto refused = run_command(
      fmt::format("{} watch --config {}", test::program(), (folder_ / "bare.toml").string()));
  EXPECT_EQ(refused.exit_code, 2) << refused.output;
  EXPECT_THAT(refused.output,
              AllOf(HasSubstr("broker: is missing"), HasSubstr("store.folder: is missing")));
}

/// A full disk as the running program meets it: its files may not grow.
void limit_files(const RunningProgram& program, rlim_t bytes) {
  const rlimit limit{bytes, RLIM_INFINITY};
  ASSERT_EQ(::prlimit(program.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
}

TEST_F(WatchProgram, AFullDiskAcknowledgesNothingAndRecoversByItself) {
  RunningProgram watch(case_.command());
  ASSERT_TRUE(watch.wait_for("receiving")) << watch.output();
  publish(1.5, 1);
  EXPECT_THAT(hear("vv/v1/latest/kommune/n12/stage"), HasSubstr("\"value\":1.5"));
  limit_files(watch, 1);
  publish(2.5, 2);
  ASSERT_TRUE(watch.wait_for("store: readings cannot be stored")) << watch.output();
  EXPECT_THAT(hear("vv/v1/sys/heartbeat", 3), HasSubstr("store: readings cannot be stored"));
  publish(3.5, 3);
  limit_files(watch, RLIM_INFINITY);
  ASSERT_TRUE(watch.wait_for("store: as it should be again")) << watch.output();
  while (hear("vv/v1/latest/kommune/n12/stage").find("\"value\":3.5") == std::string::npos) {
  }
  watch.send(SIGTERM);
  EXPECT_EQ(watch.wait(), 0) << watch.output();
  const auto store = sensors::Store::open(case_.readings()).value();
  EXPECT_TRUE(store.check_integrity());
  EXPECT_EQ(store.count_readings().value(), 3);
}

TEST_F(WatchProgram, AStoreThatCannotBeOpenedIsWaitedFor) {
  test::write_text(case_.store(), "a file where the folder should be");
  RunningProgram watch(case_.command());
  ASSERT_TRUE(watch.wait_for("store: readings cannot be stored")) << watch.output();
  fs::remove(case_.store());
  fs::create_directories(case_.store());
  ASSERT_TRUE(watch.wait_for("store: as it should be again")) << watch.output();
  publish(1.5, 1);
  EXPECT_THAT(hear("vv/v1/latest/kommune/n12/stage"), HasSubstr("\"value\":1.5"));
  watch.send(SIGTERM);
  EXPECT_EQ(watch.wait(), 0) << watch.output();
}

TEST_F(WatchProgram, AnothersDatabaseIsRefused) {
  fs::create_directories(case_.store());
  ASSERT_EQ(
      run_command(fmt::format("sqlite3 '{}' 'CREATE TABLE t (x)' 2>&1 || python3 -c \"import "
                              "sqlite3; sqlite3.connect('{}').execute('CREATE TABLE t (x)')\"",
                              case_.readings().string(), case_.readings().string()))
          .exit_code,
      0);
  const auto refused = run_command(fmt::format("timeout 60 {} watch --config {}", test::program(),
                                               case_.configuration().string()));
  EXPECT_EQ(refused.exit_code, 2) << refused.output;
  EXPECT_THAT(refused.output, HasSubstr("is no store of readings"));
}

}  // namespace
}  // namespace vandvagt
