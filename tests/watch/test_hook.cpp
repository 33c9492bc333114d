#include "watch/hook.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "tests/alerts/issued.hpp"

namespace vandvagt {
namespace {

using namespace std::chrono_literals;
using test::at;

class Hook : public testing::Test {
 protected:
  /// A gateway: its arguments, one a line, and its input, into files.
  std::string script(const std::string& more = "") {
    const auto file = folder_ / "gateway";
    test::write_text(file, "#!/bin/sh\nprintf '%s\\n' \"$@\" > '" +
                               (folder_ / "arguments").string() + "'\ncat > '" +
                               (folder_ / "input").string() + "'\n" + more + "\n");
    ::chmod(file.c_str(), 0755);
    return file.string();
  }
  alerts::OutboxMessage message(const std::string& name = "Stone bridge") {
    auto setup = test::Issued::town_and_meadow();
    setup.areas.front().name_en = name;
    test::Issued issued(std::move(setup), folder_ / "one.db");
    issued.read(0.25, 2.6);
    return issued.outbox->messages()->front();
  }
  test::TemporaryFolder folder_;
};

TEST_F(Hook, GetsTheMessageAndItsArguments) {
  const auto one = message();
  const auto done =
      watch::run_hook({.command = {script(), "{area}", "{level}/{revision}", "--id={identifier}",
                                   "{severity} {status} {type}", "plain"}},
                      one);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(test::read_text(folder_ / "input"), one.xml);
  EXPECT_EQ(test::read_text(folder_ / "arguments"),
            "town\nmoderate/1\n--id=" + one.identifier + "\nModerate Actual Alert\nplain\n");
}

TEST_F(Hook, NoTextFromOutsideReachesAShellOrBecomesAnOption) {
  const auto proof = folder_ / "broken";
  const std::string evil =
      "--output=x; touch '" + proof.string() + "' $(touch " + proof.string() + ") `id` \n\x1b[1m|&";
  const auto done = watch::run_hook({.command = {script(), "{headline}", "{area}"}}, message(evil));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(std::filesystem::exists(proof));
  const auto arguments = test::read_text(folder_ / "arguments");
  EXPECT_EQ(std::count(arguments.begin(), arguments.end(), '\n'), 2);  // two arguments, two lines
  EXPECT_EQ(arguments.find('\x1b'), std::string::npos);
  EXPECT_NE(arguments.front(), '-');
}

TEST_F(Hook, ValuesAreNotLookedAtAgainForPlaceholders) {
  auto one = message("the {identifier}");
  const auto arguments = watch::hook_arguments({"x", "{headline}"}, one);
  ASSERT_TRUE(arguments);
  EXPECT_NE(arguments->at(1).find("{identifier}"), std::string::npos);
}

TEST_F(Hook, SaysWhatAGatewayThatFailsHasSaid) {
  const auto failed =
      watch::run_hook({.command = {script("echo 'no such number' >&2; exit 3")}}, message());
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("code 3"), std::string::npos) << failed.error().message;
  EXPECT_NE(failed.error().message.find("no such number"), std::string::npos);
  EXPECT_FALSE(watch::run_hook({.command = {(folder_ / "none").string()}}, message()));
}

TEST_F(Hook, IsEndedWithAllItStartedWhenItTakesTooLong) {
  const auto began = std::chrono::steady_clock::now();
  const auto late = watch::run_hook(
      {.command = {script("sleep 60 & echo $! > '" + (folder_ / "child").string() + "'\nwait")},
       .time_limit = 1500ms},
      message());
  ASSERT_FALSE(late);
  EXPECT_NE(late.error().message.find("longer than"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
  const auto child = std::stoi(test::read_text(folder_ / "child"));
  for (int i = 0; i < 200 && ::kill(child, 0) == 0; ++i) std::this_thread::sleep_for(20ms);
  EXPECT_NE(::kill(child, 0), 0);
}

TEST_F(Hook, PlaceholdersThatAreNotKnownAreFaults) {
  EXPECT_TRUE(watch::unknown_placeholders({"a", "{area}-{level}", "{"}).empty());
  EXPECT_EQ(watch::unknown_placeholders({"a", "{areas}"}), std::vector<std::string>{"areas"});
}

TEST_F(Hook, TheRunnerTriesAgainUntilTheGatewayWorks) {
  const auto ready = folder_ / "ready";
  test::Issued issued(test::Issued::town_and_meadow(), folder_ / "w.db");
  issued.read(0.25, 2.6);
  std::mutex mutex;
  std::string log;
  watch::Health health([&](const std::string& line) {
    const std::lock_guard lock(mutex);
    log += line + "\n";
  });
  watch::HookRunner runner(
      {.hook = {.command = {script("test -e '" + ready.string() + "'"), "{identifier}"},
                .backoff = {.first = 1ms, .most = 10ms}},
       .warnings = folder_ / "w.db",
       .now =
           [began = std::chrono::steady_clock::now()] {
             return at(0.3) +
                    std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
           },
       .look_every = 10ms},
      health);
  std::jthread thread([&](const std::stop_token& stop) { runner.run(stop); });
  const auto until = [&](const std::function<bool()>& holds) {
    for (int i = 0; i < 1000 && !holds(); ++i) std::this_thread::sleep_for(10ms);
    return holds();
  };
  EXPECT_TRUE(until([&] { return !health.reasons().empty(); }));
  test::write_text(ready, "");
  EXPECT_TRUE(until([&] { return health.reasons().empty(); }));
}

}  // namespace
}  // namespace vandvagt
