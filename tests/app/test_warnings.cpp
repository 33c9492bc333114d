// `vandvagt warnings` and `vandvagt check --rules` as a forecaster types them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alerts/outbox.hpp"
#include "alerts/service.hpp"
#include "config/configuration.hpp"
#include "tests/app/watch_case.hpp"
#include "tests/support/program.hpp"
#include "tests/support/support.hpp"

namespace vandvagt {
namespace {

using test::run_command;
using test::WatchCase;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string first = "vandvagt-test-test-bridge-o20261123t041000z-r1";

class WarningsProgram : public testing::Test {
 protected:
  WarningsProgram()
      : case_(folder_.path(), "url = \"tcp://127.0.0.1:1\"\n",
              "\n[alerts.approval]\nmode = \"approve\"\nby = [\"anna\"]\n") {}

  // Two readings above the level, as the service would judge them.
  void propose() const {
    Faults faults;
    const auto configuration = config::load(case_.configuration(), {}, faults);
    for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
    std::filesystem::create_directories(case_.store());
    auto outbox = alerts::Outbox::open(case_.store() / "warnings.db");
    ASSERT_TRUE(outbox);
    auto service = alerts::AlertService::create({.rules = configuration->rules,
                                                 .areas = configuration->areas,
                                                 .station_names = {},
                                                 .options = configuration->alerts},
                                                *outbox);
    ASSERT_TRUE(service) << service.error().message;
    for (const char* time : {"2026-11-23T04:00:00Z", "2026-11-23T04:10:00Z"}) {
      const Time now = *parse_time(time);
      const alerts::Evidence evidence{std::nullopt, {{now, 1'000'000.0, true, "d"}}};
      ASSERT_TRUE(service->evaluate_all({{"bridge", evidence}}, now));
    }
  }
  test::CommandResult warnings(const std::string& words) const {
    return run_command(fmt::format("{} warnings {} --config {}", test::program(), words,
                                   case_.configuration().string()));
  }

  test::TemporaryFolder folder_;
  WatchCase case_;
};

TEST_F(WarningsProgram, SaysWhereThereIsNothing) {
  const auto said = warnings("list");
  EXPECT_EQ(said.exit_code, 2) << said.output;
  EXPECT_THAT(said.output, HasSubstr("there are no warnings yet"));
}

TEST_F(WarningsProgram, ListsShowsReleasesAndExplains) {
  propose();
  const auto listed = warnings("list");
  EXPECT_EQ(listed.exit_code, 0);
  EXPECT_THAT(listed.output, AllOf(HasSubstr("waiting"), HasSubstr(first), HasSubstr("minor")));
  const auto shown = warnings("show " + first);
  EXPECT_THAT(shown.output, AllOf(HasSubstr("proposal 1"), HasSubstr("<status>Test</status>"),
                                  HasSubstr("rule         bridge, version 1 (content ")));
  test::write_text(folder_ / "words.toml",
                   "[en-GB]\nheadline = \"Stay away from the bridge & the quay\"\n");
  const auto released = warnings(fmt::format("approve {} --by anna --proposal 1 --edit {}", first,
                                             (folder_ / "words.toml").string()));
  EXPECT_EQ(released.exit_code, 0) << released.output;
  EXPECT_THAT(released.output, HasSubstr(first));
  const auto after = warnings("show " + first);
  EXPECT_THAT(after.output,
              AllOf(HasSubstr("released"), HasSubstr("by anna"),
                    HasSubstr("<headline>TEST: Stay away from the bridge &amp; the quay")));
  const auto explained = warnings("explain " + first);
  EXPECT_EQ(explained.exit_code, 0) << explained.output;
  EXPECT_THAT(explained.output,
              AllOf(HasSubstr("rule bridge, version 1 (content "), HasSubstr("): stage at n12"),
                    HasSubstr("digest d"), HasSubstr("state before: "),
                    HasSubstr("the same, byte for byte")));
  EXPECT_THAT(explained.output, Not(HasSubstr("differs")));
}

TEST_F(WarningsProgram, RejectsWithAReasonAndCancelsWhatWasAnError) {
  propose();
  EXPECT_EQ(warnings("reject " + first + " --by anna").exit_code, 2) << "a reason is needed";
  const auto rejected = warnings("reject " + first + " --by anna --why 'a boat at the gauge'");
  EXPECT_EQ(rejected.exit_code, 0) << rejected.output;
  EXPECT_THAT(warnings("show " + first).output,
              AllOf(HasSubstr("rejected"), HasSubstr("a boat at the gauge")));
  EXPECT_EQ(warnings("cancel " + first + " --by anna --why error").exit_code, 2);
  EXPECT_EQ(warnings("approve " + first + " --by anna").exit_code, 2);
}

TEST_F(WarningsProgram, CancelsWhatIsInForce) {
  propose();
  EXPECT_EQ(warnings("approve " + first + " --by anna").exit_code, 0);
  const auto cancelled = warnings("cancel " + first + " --by anna --why 'the gauge was moved'");
  EXPECT_EQ(cancelled.exit_code, 0) << cancelled.output;
  EXPECT_THAT(warnings("list --all").output, HasSubstr("-r2"));
}

TEST_F(WarningsProgram, RefusesWhoMayNotDecideAndWhatIsNotThere) {
  propose();
  const auto refused = warnings("approve " + first + " --by eve");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output, HasSubstr("those who may: anna"));
  for (const char* command : {"show nothing", "explain nothing", "approve nothing --by anna"})
    EXPECT_EQ(warnings(command).exit_code, 2) << command;
  test::write_text(folder_ / "words.toml",
                   "[en-GB]\nheadlines = \"x\"\n[fr-FR]\nheadline = \"y\"\n");
  const auto faulty = warnings(
      fmt::format("approve {} --by anna --edit {}", first, (folder_ / "words.toml").string()));
  EXPECT_EQ(faulty.exit_code, 2);
  EXPECT_THAT(faulty.output, AllOf(HasSubstr("headlines"), HasSubstr("fr-FR")));
}

TEST_F(WarningsProgram, CheckAsksForANewVersionOfARuleThatWasChanged) {
  const auto check = [&] {
    return run_command(
        fmt::format("{} check --config {}", test::program(), case_.configuration().string()));
  };
  const auto change = [&](const std::string& from, const std::string& to) {
    auto text = test::read_text(case_.configuration());
    text.replace(text.find(from), from.size(), to);
    test::write_text(case_.configuration(), text);
  };
  EXPECT_THAT(warnings("rules").output, HasSubstr("there are no warnings yet"));
  propose();
  EXPECT_EQ(check().exit_code, 0) << check().output;
  EXPECT_FALSE(std::filesystem::exists(case_.store() / "warnings.db-shm")) << "it writes nothing";
  EXPECT_THAT(warnings("rules").output,
              HasSubstr("in force since 2026-11-23T04:00:00Z  bridge, version 1 (content "));
  change("clear = 999998.0", "clear = 999997.0");
  const auto refused = check();
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output,
              HasSubstr("watch.toml: rule \"bridge\": version 1 no longer says what it said when "
                        "it came into force at 2026-11-23T04:00:00Z (levels); raise its version"));
  EXPECT_THAT(warnings("rules").output,
              AllOf(HasSubstr("not in force yet"), HasSubstr("raise its version")));
  change("id = \"bridge\"", "id = \"bridge\"\nversion = 2");
  EXPECT_EQ(check().exit_code, 0) << check().output;
  EXPECT_THAT(warnings("rules").output,
              AllOf(HasSubstr("not in force yet"), HasSubstr("bridge, version 2 (content "),
                    Not(HasSubstr("raise its version"))));
  change("version = 2", "version = 0");
  EXPECT_THAT(check().output, HasSubstr("rule.version"));
}

TEST_F(WarningsProgram, CheckPlaysTheTestsOfTheRules) {
  const auto check = [&](const std::string& more) {
    return run_command(fmt::format("{} check --config {} {}", test::program(),
                                   case_.configuration().string(), more));
  };
  EXPECT_EQ(check("").exit_code, 0) << check("").output;
  const auto without = check("--rules");
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.output, HasSubstr("watch.rules-test.toml"));
  const std::string test = R"(format = 1
[[case]]
name = "high"
rule = "bridge"
readings = [["0min", 1e6], ["10min", 1e6]]
[[case.message]]
at = "10min"
type = "alert"
level = "minor"
waits = )";
  test::write_text(folder_ / "watch.rules-test.toml", test + "true\n");
  const auto good = check("--rules");
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_THAT(good.output, HasSubstr("1 test of the rules holds"));
  test::write_text(folder_ / "other.toml", test + "false\n");
  const auto bad = check("--rules-test " + (folder_ / "other.toml").string());
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_THAT(bad.output,
              AllOf(HasSubstr("other.toml:6: case.message: case \"high\": expected alert minor at"),
                    HasSubstr("that waits at"), HasSubstr("1 fault")));
}

}  // namespace
}  // namespace vandvagt
