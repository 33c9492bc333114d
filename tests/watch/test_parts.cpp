#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/sensors/stations.hpp"
#include "watch/board.hpp"
#include "watch/health.hpp"
#include "watch/limits.hpp"
#include "watch/station_book.hpp"

namespace vandvagt::watch {
namespace {

using namespace std::chrono_literals;

TEST(Board, KeepsTheNewestOfEachTopic) {
  Board board;
  board.put("a", "1");
  board.put("a", "2");
  const auto taken = board.take(10);
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken.front().second, "2");
  EXPECT_TRUE(board.empty());
}

TEST(Board, WhatIsPutBackGivesWayToSomethingNewer) {
  Board board;
  board.put("a", "1");
  auto taken = board.take(1);
  board.put("a", "2");
  board.put_back(std::move(taken.front()));
  EXPECT_EQ(board.take(1).front().second, "2");
}

TEST(Board, GivesEachTopicItsTurn) {
  Board board;
  for (const auto* topic : {"a", "b", "c"}) board.put(topic, "1");
  EXPECT_EQ(board.take(1).front().first, "a");
  board.put("a", "2");
  EXPECT_EQ(board.take(1).front().first, "b");
  EXPECT_EQ(board.take(1).front().first, "c");
  EXPECT_EQ(board.take(1).front().first, "a");
}

TEST(Limits, AdmitABurstAndThenTheRate) {
  Options options;
  options.station_rate = 2.0;
  options.station_burst = 3;
  Limits limits(options);
  const auto start = Limits::Clock::now();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limits.admit("t", start));
  EXPECT_FALSE(limits.admit("t", start));
  EXPECT_TRUE(limits.admit("other", start));
  EXPECT_TRUE(limits.admit("t", start + 500ms));
  EXPECT_FALSE(limits.admit("t", start + 600ms));
}

TEST(Health, LogsBeginningChangeAndEndOnce) {
  std::vector<std::string> lines;
  Health health([&](const std::string& line) { lines.push_back(line); });
  health.well("store");
  health.degraded("store", "full");
  health.degraded("store", "full");
  EXPECT_EQ(health.reasons(), std::vector<std::string>{"store: full"});
  health.well("store");
  health.well("store");
  EXPECT_EQ(lines, (std::vector<std::string>{"store: full", "store: as it should be again"}));
  EXPECT_TRUE(health.reasons().empty());
}

class StationBookTest : public testing::Test {
 protected:
  StationBookTest() {
    auto station = test::stage_station();
    station.limits.expected_interval = 10min;
    catalogue_ = test::catalogue_of({station});
    book_.emplace(catalogue_, Options{});
  }
  nlohmann::json told(Time now) {
    const auto changed = book_->changed(now);
    return changed.empty() ? nlohmann::json{} : nlohmann::json::parse(changed.front().payload);
  }
  sensors::Catalogue catalogue_;
  std::optional<StationBook> book_;
  messaging::Topics topics_ = messaging::Topics::make().value();
};

TEST_F(StationBookTest, ASilentStationIsNotOnline) {
  book_->heard("n12", test::at(0));
  EXPECT_EQ(told(test::at(20)).at("online"), true);
  EXPECT_TRUE(told(test::at(20)).is_null()) << "nothing has changed";
  EXPECT_EQ(told(test::at(21)).at("online"), false);
}

TEST_F(StationBookTest, AFloodIsShownAndEnds) {
  EXPECT_TRUE(book_->over_limit(test::stage_topic, topics_, test::at(0)));
  EXPECT_FALSE(book_->over_limit(test::stage_topic, topics_, test::at(0)));
  const auto shown = told(test::at(0)).at("intake");
  EXPECT_EQ(shown.at("over_limit"), 2);
  EXPECT_EQ(shown.at("flooding"), true);
  EXPECT_EQ(told(test::at(2)).at("intake").at("flooding"), false);
}

TEST_F(StationBookTest, OurOwnWordComesBackAndChangesNothing) {
  book_->heard("n12", test::at(0));
  const auto ours = told(test::at(1)).dump();
  book_->network_says("kommune", "n12", ours);
  EXPECT_TRUE(told(test::at(1)).is_null());
  EXPECT_EQ(told(test::at(30)).at("by"), "vandvagt");
}

TEST_F(StationBookTest, TheNetworksWordOutlivesARestart) {
  book_->network_says("kommune", "n12", R"({"online":false,"session":3})");
  const auto ours = told(test::at(0)).dump();
  StationBook later(catalogue_, Options{});
  later.network_says("kommune", "n12", ours);
  later.heard("n12", test::at(5));
  const auto now = nlohmann::json::parse(later.all(test::at(6)).front().payload);
  EXPECT_EQ(now.at("online"), false);
  EXPECT_EQ(now.at("by"), "network");
  EXPECT_EQ(now.at("session"), 3);
}

}  // namespace
}  // namespace vandvagt::watch
