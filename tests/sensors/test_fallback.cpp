#include <gtest/gtest.h>

#include "sensors/intake.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::sensors {
namespace {

using test::at;
using test::reading_at;
using namespace std::chrono_literals;

class FallbackTest : public testing::Test {
 protected:
  static Catalogue catalogue() {
    auto main = test::stage_station("main");
    main.fallback = {"second", "third"};
    return test::catalogue_of({main, test::stage_station("second"), test::stage_station("third")});
  }
  Result<std::optional<ChosenSeries>> choose() {
    return series_with_fallback(catalogue(), store_, "main", at(0), at(100), 30min);
  }
  test::TemporaryFolder folder_;
  Store store_ = Store::open(folder_ / "readings.db").value();
};

TEST_F(FallbackTest, AStationThatSpeaksIsUsed) {
  ASSERT_TRUE(store_.add({reading_at(80, 1.0, "main"), reading_at(99, 2.0, "second")}));
  const auto chosen = choose().value();
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->station, "main");
  EXPECT_FALSE(chosen->fallback);
  EXPECT_EQ(chosen->age, 20min);
  EXPECT_TRUE(chosen->passed_over.empty());
}

TEST_F(FallbackTest, ASilentStationGivesWayInTheDeclaredOrder) {
  auto bad = reading_at(99, 1.0, "second");
  bad.quality.overall = Flag::fail;
  ASSERT_TRUE(store_.add({reading_at(60, 1.0, "main"), bad, reading_at(95, 3.0, "third")}));
  const auto chosen = choose().value();
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->station, "third");
  EXPECT_TRUE(chosen->fallback);
  EXPECT_EQ(chosen->passed_over,
            (std::vector<std::string>{"main: silent for 40 min", "second: no good reading"}));
}

TEST_F(FallbackTest, IfAllAreSilentTheYoungestIsUsedAndSaysSo) {
  ASSERT_TRUE(store_.add({reading_at(10, 1.0, "main"), reading_at(50, 2.0, "second")}));
  const auto chosen = choose().value();
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->station, "second");
  EXPECT_EQ(chosen->age, 50min);
  EXPECT_EQ(chosen->passed_over.size(), 3u);
}

TEST_F(FallbackTest, NothingIsKnownWhereNothingWasRead) {
  EXPECT_FALSE(choose().value());
  EXPECT_EQ(series_with_fallback(catalogue(), store_, "gone", at(0), at(1), 1min).error().code,
            ErrorCode::invalid_input);
}

}  // namespace
}  // namespace vandvagt::sensors
