#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "forecast/water_table.hpp"
#include "forecast/well_intakes.hpp"
#include "tests/forecast/made_case.hpp"

namespace vandvagt::forecast {
namespace {

using std::chrono::hours;

/// The made valley with its two wells, and readings of them.
class WaterTableAnalysis : public ::testing::Test {
 protected:
  WaterTable analyse() {
    auto table = analyse_water_table(made_.scenario, made_.built,
                                     Observations(&store_.get(), made_.stations), now_);
    EXPECT_TRUE(table) << (table ? "" : table.error().message);
    return std::move(*table);
  }
  sensors::Station& well_a() { return made_.stations[4]; }
  sensors::Station& well_b() { return made_.stations[5]; }
  double ground_at_b() { return made_.built.model.bed_elevation(30, 15); }

  static const WellResult& of(const WaterTable& table, const std::string& station) {
    return *std::ranges::find(table.wells, station, &WellResult::station);
  }

  const vandvagt::test::TemporaryFolder folder_;
  test::MadeStore store_{folder_.path()};
  test::MadeCase made_ = test::make_case({.infiltration = true});
  const Time now_ = test::first_night();
};

TEST_F(WaterTableAnalysis, UsesOnlyReadingsOfItsWindow) {
  store_.add(well_a(), now_ - hours{80}, 0.1);
  store_.add(well_b(), now_ - hours{1}, ground_at_b() - 0.5);
  store_.add(well_b(), now_ + hours{1}, ground_at_b() + 3.0);
  const auto table = analyse();
  EXPECT_EQ(table.wells_used, 1);
  EXPECT_EQ(table.wells[0].station, "well-b");
  EXPECT_NEAR(table.wells[0].observed, 0.5, 1e-12);
  EXPECT_EQ(table.wells[1].station, "well-a");
  EXPECT_FALSE(table.wells[1].used);
  EXPECT_EQ(table.wells[1].why_not, "no usable reading within 72 h");
}

TEST_F(WaterTableAnalysis, TrustsAReadingLessTheOlderItIs) {
  store_.add(well_a(), now_, 0.1);
  store_.add(well_b(), now_ - hours{48}, ground_at_b() - 0.5);
  const auto table = analyse();
  EXPECT_NEAR(of(table, "well-a").observed_standard_error, 0.05, 1e-12);
  EXPECT_NEAR(of(table, "well-b").observed_standard_error, std::sqrt(0.05 * 0.05 + 2 * 0.04 * 0.04),
              1e-12);
}

TEST_F(WaterTableAnalysis, LeavesOutAWellThatIsDeclaredAsPumped) {
  well_a().well = sensors::Well{.borehole = "12.3", .pumped = true};
  store_.add(well_a(), now_, 2.1);
  store_.add(well_b(), now_, ground_at_b() - 0.5);
  const auto table = analyse();
  EXPECT_EQ(table.wells_used, 1);
  EXPECT_EQ(of(table, "well-a").why_not, "it is declared as pumped");
}

TEST_F(WaterTableAnalysis, TakesTheNewestReadingFromBeforeThePumpRan) {
  well_a().mapping.pumping = "/pump";
  store_.add(well_a(), now_ - hours{5}, 0.4);
  store_.add_pumped(well_a(), now_ - hours{4}, 3.0);
  store_.add_pumped(well_a(), now_ - hours{3}, 3.1);
  auto table = analyse();
  EXPECT_TRUE(of(table, "well-a").used);
  EXPECT_NEAR(of(table, "well-a").observed, 0.4, 1e-12);
  EXPECT_EQ(*of(table, "well-a").time, now_ - hours{5});

  store_.add(well_a(), now_ - hours{1}, 1.2);  // still rising
  EXPECT_NEAR(of(analyse(), "well-a").observed, 1.2, 1e-12);
  made_.scenario.groundwater.pump_recovery = hours{3};
  EXPECT_NEAR(of(analyse(), "well-a").observed, 0.4, 1e-12);
  made_.scenario.groundwater.pump_recovery = hours{1};
  EXPECT_NEAR(of(analyse(), "well-a").observed, 1.2, 1e-12);
}

TEST_F(WaterTableAnalysis, SaysThatThePumpRanAllTheTime) {
  well_a().mapping.pumping = "/pump";
  store_.add_pumped(well_a(), now_ - hours{4}, 3.0);
  EXPECT_EQ(of(analyse(), "well-a").why_not, "its pump ran at every reading within 72 h");
  store_.add(well_a(), now_ - hours{2}, 1.2);
  made_.scenario.groundwater.pump_recovery = hours{3};
  EXPECT_EQ(of(analyse(), "well-a").why_not,
            "within 72 h it was pumped or recovered from that (3 h)");
}

TEST_F(WaterTableAnalysis, OfOneBoreholeThePhreaticIntakeEnters) {
  well_a().well = sensors::Well{.borehole = "12.3", .intake = 1, .screen_depth = 20.0};
  well_b().well = sensors::Well{.borehole = "12.3", .intake = 2, .screen_depth = 3.0};
  store_.add(well_a(), now_, 2.1);
  store_.add(well_b(), now_, ground_at_b() - 0.5);
  const auto table = analyse();
  EXPECT_EQ(table.wells_used, 1);
  EXPECT_EQ(of(table, "well-a").why_not, "of borehole 12.3 the phreatic intake 2 (well-b) enters");
}

TEST_F(WaterTableAnalysis, AStationThatIsNoWellIsAnError) {
  made_.scenario.groundwater.wells.push_back("sea-gauge");
  store_.add(made_.stations[0], now_, 0.3);
  const auto table = analyse_water_table(made_.scenario, made_.built,
                                         Observations(&store_.get(), made_.stations), now_);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().message, "groundwater: station \"sea-gauge\" measures stage; name wells");
}

sensors::Station intake(const std::string& id, int number, std::optional<double> depth,
                        bool phreatic = false) {
  auto made = test::station(id, sensors::Parameter::groundwater_head);
  made.well = {.borehole = "7", .intake = number, .screen_depth = depth, .phreatic = phreatic};
  return made;
}

TEST(WellIntakes, TheDeclaredOneEntersElseTheShallowest) {
  const auto deep = intake("deep", 1, 30.0), shallow = intake("shallow", 2, 2.0);
  const auto choice = choose_intakes({&deep, &shallow});
  EXPECT_TRUE(choice.unclear.empty());
  ASSERT_EQ(choice.left_out.size(), 1U);
  EXPECT_TRUE(choice.left_out.contains("deep"));
  const auto declared = intake("deep", 1, 30.0, true);
  EXPECT_TRUE(choose_intakes({&declared, &shallow}).left_out.contains("shallow"));
}

TEST(WellIntakes, WhatNothingDeclaresIsUnclear) {
  const auto one = intake("one", 1, {}), two = intake("two", 2, 3.0);
  const auto choice = choose_intakes({&two, &one});
  EXPECT_EQ(choice.unclear, std::vector<std::string>{"7"});
  EXPECT_TRUE(choice.left_out.contains("two"));
  const auto both = intake("both", 3, {}, true), again = intake("again", 4, {}, true);
  EXPECT_EQ(choose_intakes({&both, &again}).unclear.size(), 1U);
}

TEST(WellIntakes, OtherBoreholesAndOwnersAreLeftAlone) {
  auto mine = intake("mine", 1, {}), theirs = intake("theirs", 2, {}), plain = intake("p", 1, {});
  theirs.op = "another";
  plain.well.reset();
  const auto choice = choose_intakes({&mine, &theirs, &plain});
  EXPECT_TRUE(choice.left_out.empty());
  EXPECT_TRUE(choice.unclear.empty());
}

}  // namespace
}  // namespace vandvagt::forecast
