// Seasons and rates of rise: what of a rule is in force, and what it is made of.
#include <gtest/gtest.h>

#include "alerts/check.hpp"
#include "alerts/season.hpp"
#include "tests/alerts/history.hpp"

namespace vandvagt {
namespace {

using alerts::in_season;
using alerts::MessageKind;
using alerts::MonthDay;
using alerts::Season;
using test::at;
using test::Life;

Time day(const char* text) {
  return *parse_time(std::string(text) + "T12:00:00Z");
}

TEST(SeasonOfTheYear, HoldsOnBothOfItsDays) {
  const Season summer{{4, 1}, {9, 30}};
  for (const char* inside : {"2026-04-01", "2026-07-15", "2026-09-30"})
    EXPECT_TRUE(in_season(summer, day(inside))) << inside;
  for (const char* outside : {"2026-03-31", "2026-10-01", "2026-01-01"})
    EXPECT_FALSE(in_season(summer, day(outside))) << outside;
  EXPECT_TRUE(in_season(std::nullopt, day("2026-01-01")));
}

TEST(SeasonOfTheYear, GoesOverNewYear) {
  const Season winter{{10, 1}, {4, 30}};
  for (const char* inside : {"2026-10-01", "2026-12-31", "2027-01-01", "2027-04-30"})
    EXPECT_TRUE(in_season(winter, day(inside))) << inside;
  for (const char* outside : {"2026-05-01", "2026-09-30"})
    EXPECT_FALSE(in_season(winter, day(outside))) << outside;
}

TEST(SeasonOfTheYear, IsReadAsMonthAndDay) {
  EXPECT_EQ(alerts::parse_month_day("02-29"), (MonthDay{2, 29}));
  for (const char* wrong : {"2-29", "02-30", "13-01", "00-10", "04-31", "0x-01", "10/01", ""})
    EXPECT_FALSE(alerts::parse_month_day(wrong)) << wrong;
}

// The histories begin on 1 June.
alerts::Rule winter_rule() {
  auto rule = test::gauge_rule();
  rule.season = Season{{10, 1}, {4, 30}};
  return rule;
}

TEST(RuleOutOfSeason, RaisesNothing) {
  Life life(winter_rule());
  life.read_steadily(0.0, 2.0, 3.5);
  life.run(test::run_of(2.0, {3.5, 3.5}, 2.0, 20.0), 2.0);
  EXPECT_TRUE(life.messages().empty());
  EXPECT_FALSE(life.state().level.active());
}

TEST(RuleOutOfSeason, IsNotMissedByOperatorsUntilItsSeasonBegins) {
  auto rule = test::gauge_rule();
  rule.season = Season{{6, 3}, {4, 30}};
  Life life(rule);
  life.read(0.0, 1.0);
  for (double t = 1.0; t < 48.0; t += 1.0) {
    EXPECT_FALSE(life.evaluate(t).tell_operators()) << t;
  }
  EXPECT_EQ(life.level(), "unknown");
  const auto& begun = life.evaluate(48.0);  // 3 June
  ASSERT_EQ(begun.operator_notes.size(), 1u);
  EXPECT_NE(begun.operator_notes[0].find("season begins"), std::string::npos);
  EXPECT_FALSE(life.evaluate(49.0).tell_operators());
}

TEST(SeasonThatEnds, LeavesWhatStandsUntilTheWaterFalls) {
  auto rule = test::gauge_rule();
  rule.season = Season{{10, 1}, {6, 1}};
  Life life(rule);
  life.read(0.0, 2.6);
  life.read(0.25, 2.6);
  ASSERT_EQ(life.level(), "moderate");
  life.read_steadily(0.25, 30.0, 2.6);  // into 2 June
  EXPECT_EQ(life.level(), "moderate");
  life.read_steadily(30.0, 30.5, 3.5);
  EXPECT_EQ(life.level(), "moderate") << "nothing is raised any more";
  life.read_steadily(30.5, 33.0, 1.0);
  EXPECT_EQ(life.level(), "none");
  EXPECT_EQ(life.messages().back().kind, MessageKind::all_clear);
}

TEST(LevelOutOfSeason, IsNeitherRaisedNorRestedOn) {
  auto rule = test::gauge_rule();
  rule.levels[0].season = Season{{10, 1}, {4, 30}};  // minor: in winter only
  Life life(rule);
  life.read_steadily(0.0, 1.0, 2.2);
  EXPECT_EQ(life.level(), "none") << "2.2 m is minor, and minor is not in force in June";
  life.read_steadily(1.0, 2.0, 2.6);
  EXPECT_EQ(life.level(), "moderate");
  life.read_steadily(2.0, 5.0, 1.9);  // below moderate's clear, above minor's
  EXPECT_EQ(life.level(), "none");
}

TEST(RateOfRise, IsTheMeanOverTheWindow) {
  Life life(test::rise_rule());
  // 0.4 m/h: a quarter of an hour brings 0.1 m.
  for (int k = 0; k <= 4; ++k) life.read(0.25 * k, 1.0 + 0.1 * k);
  ASSERT_TRUE(life.state().newest);
  EXPECT_NEAR(life.state().newest->value * 3600.0, 0.4, 1e-12);
  EXPECT_TRUE(life.messages().empty()) << "one rate is no two";
  life.read(1.25, 1.5);
  ASSERT_EQ(life.messages().size(), 1u);
  EXPECT_EQ(life.level(), "minor");
  EXPECT_NEAR(life.messages()[0].peak->value * 3600.0, 0.4, 1e-12);
}

TEST(RateOfRise, IsNotMadeOverAGap) {
  Life life(test::rise_rule());
  life.read(0.0, 1.0);
  life.read(2.5, 4.0);  // the base is older than window and fresh together
  EXPECT_FALSE(life.state().newest);
  life.read(3.0, 4.0);
  life.read(3.5, 4.0);
  ASSERT_TRUE(life.state().newest);
  EXPECT_NEAR(life.state().newest->value, 0.0, 1e-12);
}

TEST(RateOfRise, OfALateReadingIsNotUsed) {
  Life life(test::rise_rule());
  for (int k = 0; k <= 6; ++k) life.read(0.25 * k, 1.0);
  const auto newest = life.state().newest->time;
  life.read(1.1, 9.0);
  life.evaluate(1.6, {std::nullopt, {test::reading(0.6, 9.0), test::reading(1.2, 9.0)}});
  EXPECT_EQ(life.state().newest->time, newest);
  EXPECT_TRUE(life.messages().empty());
}

TEST(RateOfRise, ComesDownWithTheFloodStillHigh) {
  Life life(test::rise_rule());
  for (int k = 0; k <= 8; ++k) life.read(0.25 * k, 1.0 + 0.2 * k);
  EXPECT_EQ(life.level(), "severe");
  life.read_steadily(2.0, 6.0, 2.6);
  EXPECT_EQ(life.level(), "none") << "the water stands high but rises no more";
}

TEST(RateOfRise, IsMadeOfTheMembersOfARun) {
  Life life(test::rise_rule());
  auto forecast = test::run_of(0.0, {1.0, 1.5}, 6.0, 40.0);  // steps of 1.0 and 1.5 m within 1 h
  life.run(forecast, 0.0);
  EXPECT_EQ(life.level(), "severe");
  ASSERT_EQ(life.messages().size(), 1u);
  EXPECT_EQ(life.messages()[0].basis, alerts::Basis::forecast);
  EXPECT_EQ(*life.messages()[0].onset, at(6.0));
}

TEST(RateOfRise, KeepsFewReadingsHoweverOftenTheyCome) {
  Life life(test::rise_rule());
  for (int k = 0; k <= 3 * 3600; k += 5) life.read(k / 3600.0, 1.0 + k * 1e-5);
  // Two hours (window and fresh), one reading in 55 s: the next would come within a minute.
  EXPECT_LE(life.state().recent.size(), 7200u / 55u + 1u);
  EXPECT_NEAR(life.state().newest->value, 1e-5, 1e-9);
}

std::string faults_of(const alerts::Rule& rule, alerts::Quantity measured) {
  const std::map<std::string, alerts::StationFacts> stations = {{"bridge", {"", measured}}};
  std::string all;
  const std::vector<alerts::Area> areas = {test::town()};
  for (const auto& fault : validate(rule, areas, &stations)) all += to_string(fault) + "\n";
  return all;
}

TEST(RuleCheck, RateOfRiseNeedsAStationOfStagesOrDepths) {
  EXPECT_EQ(faults_of(test::rise_rule(), alerts::Quantity::stage), "");
  EXPECT_EQ(faults_of(test::rise_rule(), alerts::Quantity::depth), "");
  EXPECT_NE(
      faults_of(test::rise_rule(), alerts::Quantity::discharge).find("neither stage nor depth"),
      std::string::npos);
  auto rule = test::rise_rule();
  rule.datum = "EPSG:5799";
  rule.rise_window = rule.lead_window;
  const auto faults = faults_of(rule, alerts::Quantity::stage);
  EXPECT_NE(faults.find("a difference has none"), std::string::npos) << faults;
  EXPECT_NE(faults.find("rise_window"), std::string::npos) << faults;
}

TEST(RuleCheck, ApprovalMustNameALevelAndATime) {
  auto rule = test::gauge_rule();
  rule.approval.needed = true;
  rule.approval.from = "enormous";
  rule.approval.timeout = Duration{0};
  rule.approval.after_timeout = alerts::AfterTimeout::release;
  std::string all;
  const std::vector<alerts::Area> areas = {test::town()};
  for (const auto& fault : validate(rule, areas, nullptr)) all += to_string(fault) + "\n";
  EXPECT_NE(all.find("enormous"), std::string::npos) << all;
  EXPECT_NE(all.find("no time-out"), std::string::npos) << all;
}

}  // namespace
}  // namespace vandvagt
