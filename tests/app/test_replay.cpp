// `vandvagt replay` to `vandvagt watch`: what was ordered to go wrong is found and told.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

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

constexpr int count = 500;

class Replay : public testing::Test {
 protected:
  Replay()
      : broker_(PrivateBroker::start(folder_ / "broker").value()),
        case_(folder_.path(), "url = \"" + broker_.url() + "\"\n") {
    std::string csv = "time,station,value\n";
    const auto start = parse_time("2026-11-01T00:00:00Z").value();
    for (int i = 0; i < count; ++i)
      csv += fmt::format("{},n12,{}\n", format_time(start + i * std::chrono::minutes{10}),
                         1.0 + i / 1000.0);
    test::write_text(folder_ / "readings.csv", csv);
  }
  test::CommandResult replay(const std::string& more) const {
    return run_command(fmt::format("{} replay --config {} {}", test::program(),
                                   case_.configuration().string(), more));
  }
  std::string file() const { return (folder_ / "readings.csv").string(); }
  /// The store of a service that has heard what `send` sends.
  template <class Send>
  sensors::Store after(Send&& send) {
    RunningProgram watch(case_.command());
    EXPECT_TRUE(watch.wait_for("receiving")) << watch.output();
    send();
    // A ping of its own each time: what was published before it is stored when this one is told of.
    const int minute = ++pings_;
    EXPECT_EQ(
        run_command(
            fmt::format("mosquitto_pub -q 1 -p {} -t vv/v1/obs/kommune/q1/discharge -m "
                        "'{{\"t\":\"2026-11-23T04:{:02}:00Z\",\"value\":7,\"unit\":\"l/s\"}}'",
                        broker_.port(), minute))
            .exit_code,
        0);
    const auto told = fmt::format("2026-11-23T04:{:02}:00Z", minute);
    const auto latest = fmt::format(
        "mosquitto_sub -p {} -t vv/v1/latest/kommune/q1/discharge -C 1 -W 30", broker_.port());
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (run_command(latest).output.find(told) == std::string::npos)
      if (std::chrono::steady_clock::now() > end) {
        ADD_FAILURE() << "the ping of " << told << " was not told of\n" << watch.output();
        break;
      }
    watch.send(SIGTERM);
    EXPECT_EQ(watch.wait(), 0) << watch.output();
    log_ = watch.output();
    return sensors::Store::open(case_.readings()).value();
  }

  test::TemporaryFolder folder_;
  PrivateBroker broker_;
  WatchCase case_;
  std::string log_;
  int pings_ = 0;
};

TEST_F(Replay, SendsAFileAndTheStoreHoldsIt) {
  const auto store = after([&] {
    const auto done = replay(file());
    EXPECT_EQ(done.exit_code, 0) << done.output;
    EXPECT_THAT(done.output, HasSubstr("500 messages sent of 500 readings from 1 stations"));
  });
  const auto progress = store.progress("n12").value();
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->stored_to, count);
  EXPECT_EQ(store.count_readings().value(), count + 1);
}

TEST_F(Replay, WhatWasDroppedIsAGapThatARepeatCloses) {
  const auto gaps = after([&] {
    EXPECT_EQ(replay(file() + " --drop 0.1 --duplicate 0.1 --reorder 0.1 --seed 5").exit_code, 0);
  });
  const auto progress = gaps.progress("n12").value();
  ASSERT_TRUE(progress);
  EXPECT_FALSE(progress->gaps.empty());
  const auto missing = count + 1 - gaps.count_readings().value();
  EXPECT_GT(missing, count / 20);
  const auto whole = after([&] { EXPECT_EQ(replay(file()).exit_code, 0); });
  EXPECT_EQ(whole.progress("n12").value()->stored_to, count);
  EXPECT_TRUE(whole.progress("n12").value()->gaps.empty());
  EXPECT_EQ(whole.count_readings().value(), count + 2);  // and two pings
}

TEST_F(Replay, AWrongUnitIsQuarantinedAndAnotherSeedSendsOthers) {
  const auto store = after([&] { EXPECT_EQ(replay(file() + " --wrong-unit 0.2").exit_code, 0); });
  const auto quarantined = store.quarantined(1000).value().size();
  EXPECT_GT(quarantined, count / 10U);
  EXPECT_EQ(store.count_readings().value(), count + 1 - static_cast<long long>(quarantined));
  EXPECT_THAT(log_, HasSubstr("quarantined: vv/v1/obs/kommune/n12/stage"));
}

TEST_F(Replay, SendsAStoreAgainToAnother) {
  after([&] { EXPECT_EQ(replay(file()).exit_code, 0); });
  std::filesystem::rename(case_.store(), folder_ / "old");
  const auto copy = after([&] {
    EXPECT_EQ(replay("--station n12 --store " + (folder_ / "old/readings.db").string()).exit_code,
              0);
  });
  const auto old = sensors::Store::open(folder_ / "old/readings.db").value();
  const auto from = parse_time("2026-11-01T00:00:00Z").value(), to = from + std::chrono::hours{999};
  const auto first = old.read("n12", sensors::Parameter::stage, from, to).value();
  const auto again = copy.read("n12", sensors::Parameter::stage, from, to).value();
  ASSERT_EQ(first.size(), static_cast<std::size_t>(count));
  ASSERT_EQ(again.size(), first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(again[i].time, first[i].time);
    EXPECT_EQ(again[i].value, first[i].value);
    EXPECT_EQ(again[i].sequence, first[i].sequence);
  }
}

TEST_F(Replay, KeepsToItsSpeed) {
  const auto began = std::chrono::steady_clock::now();
  // 500 readings every 10 minutes are 299,400 s.
  EXPECT_EQ(replay(file() + " --speed 100000").exit_code, 0);
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(took, std::chrono::milliseconds{2990});
}

TEST_F(Replay, RefusesWhatItCannotSendWithEveryFault) {
  test::write_text(folder_ / "bad.csv", "2026-11-01T00:00:00Z,nowhere,1\nyesterday,n12,1\n");
  const auto refused = replay((folder_ / "bad.csv").string() + " --drop 2");
  EXPECT_EQ(refused.exit_code, 2) << refused.output;
  EXPECT_THAT(refused.output, AllOf(HasSubstr("drop: is no share"), HasSubstr("bad.csv:1"),
                                    HasSubstr("bad.csv:2")));
}

}  // namespace
}  // namespace vandvagt
