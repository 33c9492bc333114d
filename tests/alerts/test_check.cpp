#include <gtest/gtest.h>

#include "alerts/check.hpp"
#include "tests/alerts/history.hpp"

namespace vandvagt {
namespace {

using alerts::Quantity;
using alerts::Rule;
using alerts::StationFacts;
using alerts::validate;

const std::vector<alerts::Area>& areas() {
  static const std::vector<alerts::Area> known = {test::town()};
  return known;
}
const std::map<std::string, StationFacts> stations = {{"bridge", {"EPSG:5799", Quantity::stage}},
                                                      {"well", {"", Quantity::groundwater_depth}}};

std::string faults_of(const Rule& rule) {
  std::string all;
  for (const auto& fault : validate(rule, areas(), &stations)) all += to_string(fault) + "\n";
  return all;
}

void expect_fault(const Rule& rule, const std::string& place, const std::string& what) {
  const std::string all = faults_of(rule);
  EXPECT_NE(all.find(place), std::string::npos) << "got: " << all;
  EXPECT_NE(all.find(what), std::string::npos) << "got: " << all;
}

TEST(RuleCheck, TheTestsOwnRulesAreSound) {
  EXPECT_EQ(faults_of(test::gauge_rule()), "");
  EXPECT_EQ(faults_of(test::well_rule()), "");
  EXPECT_EQ(faults_of(test::area_rule()), "");
  EXPECT_EQ(faults_of(test::shallow_rule()), "");
}

TEST(RuleCheck, ClearMustLieOnTheSafeSideOfRaise) {
  auto rule = test::gauge_rule();
  rule.levels[0].clear = 2.0;
  expect_fault(rule, "rules.\"bridge-stage\".levels.minor", "safe side");
  auto well = test::well_rule();
  well.levels[0].clear = 0.3;
  expect_fault(well, "levels.minor", "safe side");
}

TEST(RuleCheck, LevelsMustBeOrdered) {
  auto rule = test::gauge_rule();
  std::swap(rule.levels[0], rule.levels[1]);
  expect_fault(rule, "levels.minor", "not worse than the level before");
}

TEST(RuleCheck, DatumMustBeTheStations) {
  auto rule = test::gauge_rule();
  rule.datum = "EPSG:5733";
  expect_fault(rule, "rules.\"bridge-stage\".datum", "the station's is EPSG:5799");
}

TEST(RuleCheck, AreaAndStationMustExist) {
  auto rule = test::gauge_rule();
  rule.area = "village";
  rule.station = "brige";
  expect_fault(rule, ".area", "\"village\" is not an area");
  expect_fault(rule, ".station", "\"brige\" is not a station");
  rule.station.clear();
  expect_fault(rule, ".station", "is missing");
}

TEST(RuleCheck, TheStationMustMeasureWhatTheRuleWatches) {
  auto rule = test::gauge_rule();
  rule.station = "well";
  expect_fault(rule, ".quantity", "the station measures groundwater_depth");
}

TEST(RuleCheck, AShareOfShallowGroundwaterNeedsADepthAndNoStation) {
  auto rule = test::shallow_rule();
  rule.shallower_than = 0.0;
  expect_fault(rule, ".shallower_than", "give a depth below ground above 0 m");
  rule = test::shallow_rule();
  rule.levels[1].raise = 1.5;
  expect_fault(rule, "levels.severe", "give a share in (0, 1]");
  rule = test::shallow_rule();
  rule.station = "well";
  expect_fault(rule, ".station", "is given for an area's quantity");
}

TEST(RuleCheck, EveryNumberHasItsBounds) {
  auto rule = test::gauge_rule();
  rule.raise_probability = 0.0;
  rule.runs_needed = 3;
  rule.clear_after = Duration::zero();
  rule.lead_window = -std::chrono::hours{1};
  rule.fresh = std::chrono::hours{13};
  rule.levels[1].name = "bad";
  rule.id = "Bridge Stage";
  const std::string all = faults_of(rule);
  for (const char* what :
       {"raise_probability", "3 of the last 1 runs", "clear_after", "lead_window",
        "longer than hold_max", "has no severity", "cannot be part of a topic"}) {
    EXPECT_NE(all.find(what), std::string::npos) << what << "\n" << all;
  }
}

TEST(RuleCheck, ARuleWithoutLevelsIsAFault) {
  auto rule = test::gauge_rule();
  rule.levels.clear();
  expect_fault(rule, ".levels", "there is none");
}

TEST(RuleCheck, IdsUsedTwiceAreFaults) {
  const std::vector<Rule> rules = {test::gauge_rule(), test::gauge_rule()};
  const std::vector<alerts::Area> twice = {test::town(), test::town()};
  EXPECT_EQ(validate(rules, twice, nullptr).size(), 2u);
}

TEST(AreaCheck, NeedsNameAndPlace) {
  alerts::Area area;
  area.id = "a";
  EXPECT_EQ(validate(area).size(), 2u);
  area = test::town();
  std::swap(area.rings.front()[1], area.rings.front()[2]);  // a bow tie
  EXPECT_EQ(validate(area).size(), 1u);
}

TEST(OptionsCheck, SenderAndPrefixMustFitCapAndTopics) {
  alerts::Options options;
  EXPECT_TRUE(validate(options).empty());
  options.sender = "a b";
  options.identifier_prefix = "Vandvagt";
  options.topic_prefix = "vv/#";
  EXPECT_EQ(validate(options).size(), 3u);
}

}  // namespace
}  // namespace vandvagt
