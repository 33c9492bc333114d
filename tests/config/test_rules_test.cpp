// Tests of rules as data: what they may say, what they are told when they are wrong, and that the
// examples' own hold.
#include <gtest/gtest.h>

#include <set>

#include "alerts/rules_test.hpp"
#include "config/configuration.hpp"
#include "config/rules_test.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::config {
namespace {

namespace fs = std::filesystem;

alerts::Rule stage_rule() {
  alerts::Rule rule;
  rule.id = "bridge";
  rule.area = "town";
  rule.station = "n12";
  rule.datum = "EPSG:5799";
  rule.levels = {{"minor", 2.0, 1.8}, {"severe", 3.0, 2.8}};
  return rule;
}

alerts::Rule rise_rule() {
  auto rule = stage_rule();
  rule.id = "rise";
  rule.quantity = alerts::Quantity::rate_of_rise;
  rule.levels = {{"minor", 0.3 / 3600.0, 0.1 / 3600.0}};
  return rule;
}

alerts::Rule approved_rule() {
  auto rule = stage_rule();
  rule.id = "approved";
  rule.approval.needed = true;
  return rule;
}

const std::vector<alerts::Rule>& rules() {
  static const std::vector<alerts::Rule> known = {stage_rule(), rise_rule(), approved_rule()};
  return known;
}

// All that is wrong with the file or fails in it, one line each.
std::string outcome(const std::string& text) {
  test::TemporaryFolder folder;
  const auto file = folder / "t.rules-test.toml";
  test::write_text(file, "format = 1\n" + text);
  Faults faults;
  const auto cases = load_rules_test(file, rules(), faults);
  for (const auto& test : cases)
    for (const auto& rule : rules())
      if (rule.id == test.rule)
        for (auto& fault : alerts::run_rules_test(test, rule)) faults.push_back(std::move(fault));
  std::string all;
  for (const auto& fault : faults) {
    std::string line = to_string(fault);
    const std::string path = file.string();
    if (line.rfind(path, 0) == 0) line.erase(0, path.size() - file.filename().string().size());
    all += line + "\n";
  }
  return all;
}

constexpr const char* two_readings = R"(
[[case]]
name = "two readings"
rule = "bridge"
start = 2026-11-23T00:00:00Z
readings = [["0min", 2.1], ["10min", "210 cm"]]
)";

TEST(TestOfARule, HoldsWhereTheMessageComes) {
  EXPECT_EQ(outcome(std::string(two_readings) + R"(
[[case.message]]
at = "10min"
type = "alert"
level = "minor"
basis = "observed"
certainty = "observed"
urgency = "immediate"
)"),
            "");
}

TEST(TestOfARule, NamesAMessageThatNobodyExpected) {
  EXPECT_EQ(outcome(two_readings),
            "t.rules-test.toml:3: case: case \"two readings\": expected no further message, got "
            "alert minor (observed, Observed, Immediate) at 2026-11-23T00:10:00Z\n");
}

TEST(TestOfARule, NamesWhatDiffersWithBothSides) {
  EXPECT_EQ(outcome(std::string(two_readings) + R"(
[[case.message]]
at = "10min"
type = "alert"
level = "severe"
basis = "forecast"
)"),
            "t.rules-test.toml:9: case.message: case \"two readings\": expected alert severe "
            "(forecast) at 2026-11-23T00:10:00Z, got alert minor (observed, Observed, Immediate) "
            "at 2026-11-23T00:10:00Z\n");
}

TEST(TestOfARule, NamesAMessageThatDoesNotCome) {
  const auto said = outcome(R"(
[[case]]
name = "calm"
rule = "bridge"
readings = [["0min", 1.0]]
[[case.message]]
at = "0min"
type = "alert"
level = "minor"
)");
  EXPECT_NE(said.find("expected alert minor at 2026-01-01T00:00:00Z, got nothing"),
            std::string::npos)
      << said;
}

TEST(TestOfARule, LooksAtTheTimeToTheSecond) {
  EXPECT_NE(outcome(std::string(two_readings) +
                    "[[case.message]]\nat = \"11min\"\ntype = \"alert\"\nlevel = \"minor\"\n"),
            "");
}

TEST(TestOfARule, LooksAtStandings) {
  const std::string calm = R"(
[[case]]
name = "silence"
rule = "bridge"
readings = [["0min", 1.0]]
every = "1h"
until = "20h"
)";
  EXPECT_EQ(outcome(calm + "[[case.standing]]\nat = \"2h\"\nlevel = \"none\"\nstale = true\n"
                           "[[case.standing]]\nat = \"20h\"\nlevel = \"unknown\"\n"),
            "");
  const auto said = outcome(calm + "[[case.standing]]\nat = \"20h\"\nlevel = \"none\"\n");
  EXPECT_NE(said.find("expected standing none at 2026-01-01T20:00:00Z, got standing unknown"),
            std::string::npos)
      << said;
}

TEST(TestOfARule, PlaysRatesOfRiseFromStages) {
  EXPECT_EQ(outcome(R"(
[[case]]
name = "forty centimetres an hour"
rule = "rise"
readings = [["0min", 1.0], ["30min", 1.2], ["60min", 1.4], ["90min", 1.6]]
[[case.message]]
at = "90min"
type = "alert"
level = "minor"
)"),
            "");
}

TEST(TestOfARule, PlaysPeople) {
  EXPECT_EQ(outcome(R"(
[[case]]
name = "released"
rule = "approved"
readings = [["0min", 2.1], ["10min", 2.1]]
[[case.decision]]
at = "15min"
action = "approve"
[[case.message]]
at = "10min"
type = "alert"
level = "minor"
waits = true
[[case.message]]
at = "15min"
type = "alert"
level = "minor"
[[case]]
name = "refused"
rule = "approved"
readings = [["0min", 2.1], ["10min", 2.1]]
[[case.decision]]
at = "10min"
action = "reject"
[[case.message]]
at = "10min"
type = "alert"
level = "minor"
waits = true
)"),
            "");
}

TEST(FileOfRuleTests, TellsAllThatIsWrongWithIt) {
  const auto said = outcome(R"(
[[case]]
name = "wrong"
rule = "brige"
readings = [["0min"], ["soon", 1.0], ["1min", "2 l/s"], ["2min", 1.0, "fine"]]
every = "1h"
wrong_key = 1
[[case.message]]
at = "1min"
type = "alarm"
[[case]]
name = "empty"
rule = "bridge"
[[case]]
name = "levels"
rule = "bridge"
readings = [["0min", 1.0]]
[[case.standing]]
at = "0min"
level = "huge"
[[case.run]]
at = "0min"
times = ["0h", "1h"]
members = [[1.0]]
)");
  for (const char* part : {"\"brige\" is no rule", "no reading", "is no time", "l/s", "\"fine\"",
                           "need each other", "wrong_key", "alarm", "nothing happens",
                           "\"huge\" is no level", "another number of values"})
    EXPECT_NE(said.find(part), std::string::npos) << part << "\n" << said;
}

TEST(FileOfRuleTests, OfAnotherFormatIsRefused) {
  test::TemporaryFolder folder;
  test::write_text(folder / "t.rules-test.toml", "format = 2\n[[case]]\nname = \"x\"\n");
  Faults faults;
  load_rules_test(folder / "t.rules-test.toml", rules(), faults);
  ASSERT_FALSE(faults.empty());
  EXPECT_NE(to_string(faults[0]).find("2 is not known here"), std::string::npos);
}

TEST(FilesOfRuleTests, LieBesideTheConfigurationUnderItsName) {
  test::TemporaryFolder folder;
  for (const char* name : {"town.toml", "town.rules-test.toml", "town.winter.rules-test.toml",
                           "townhall.rules-test.toml", "other.rules-test.toml"})
    test::write_text(folder / name, "");
  const auto found = rules_tests_of(folder / "town.toml");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].filename(), "town.rules-test.toml");
  EXPECT_EQ(found[1].filename(), "town.winter.rules-test.toml");
}

class Example : public testing::TestWithParam<std::string> {};

TEST_P(Example, HasATestForEachOfItsRulesAndTheyHold) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "the examples' terrain is not here";
  const auto file = fs::path(VANDVAGT_SOURCE_DIR) / "examples" / GetParam();
  Faults faults;
  const auto configuration = load(file, data, faults);
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  ASSERT_TRUE(configuration);
  std::set<std::string> tested;
  for (const auto& path : rules_tests_of(file)) {
    for (const auto& test : load_rules_test(path, configuration->rules, faults)) {
      tested.insert(test.rule);
      for (const auto& rule : configuration->rules)
        if (rule.id == test.rule)
          for (const auto& fault : alerts::run_rules_test(test, rule))
            ADD_FAILURE() << to_string(fault);
    }
  }
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  for (const auto& rule : configuration->rules) EXPECT_TRUE(tested.contains(rule.id)) << rule.id;
}

std::vector<std::string> examples() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(VANDVAGT_SOURCE_DIR) / "examples")) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".toml") && !name.ends_with(".rules-test.toml")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Shipped, Example, testing::ValuesIn(examples()), [](const auto& info) {
  std::string name = info.param.substr(0, info.param.find('.'));
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace vandvagt::config
