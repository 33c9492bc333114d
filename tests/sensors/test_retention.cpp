#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sensors/retention.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/sensors/store_place.hpp"

namespace vandvagt::sensors {
namespace {

using test::at;
using test::reading_at;
using namespace std::chrono_literals;

class RetentionTest : public test::OnBackEnd {
 protected:
  std::vector<int> minutes_left(const std::string& station = "n12") const {
    std::vector<int> left;
    for (const auto& r : store_.read(station, Parameter::stage, at(-1000), at(1'000'000)).value())
      left.push_back(static_cast<int>((r.time - at(0)) / 1min));
    return left;
  }
  void add(int minutes, double value, Flag flag = Flag::pass) {
    auto reading = reading_at(minutes, value);
    reading.quality.overall = flag;
    ASSERT_TRUE(store_.add({reading}));
  }

  StoreLocation where_ = place_.location();
  Store store_ = Store::open(where_).value();
};
INSTANTIATE_TEST_SUITE_P(On, RetentionTest, testing::ValuesIn(test::back_ends()), test::name_of);

TEST_P(RetentionTest, TheHighestTheLowestAndTheLastOfAnIntervalStay) {
  const double values[] = {5.0, 2.0, 9.0, 4.0, 3.0, 6.0};
  for (int i = 0; i < 6; ++i) add(10 * i, values[i]);           // one hour
  for (int i = 0; i < 6; ++i) add(60 + 10 * i, 1.0 + 0.1 * i);  // another, not old enough
  const Retention retention{.keep_all = 24h};
  const auto done = tidy(where_, retention, at(24 * 60 + 90));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->thinned, 3);
  EXPECT_EQ(done->expired, 0);
  EXPECT_THAT(minutes_left(), testing::ElementsAre(10, 20, 50, 60, 70, 80, 90, 100, 110));
  EXPECT_EQ(tidy(where_, retention, at(24 * 60 + 90))->thinned, 0);  // done again: nothing
  const auto declared = read_thinned(where_).value();
  ASSERT_EQ(declared.size(), 1u);
  EXPECT_EQ(declared[0].before, at(60));
  EXPECT_EQ(declared[0].interval, Duration{1h});
}

TEST_P(RetentionTest, ABadReadingIsNoPeakAndALaterFlagCounts) {
  add(0, 1.0);
  add(10, 1000.0, Flag::fail);
  add(20, 2.0);
  add(30, 50.0);
  Quality bad;
  bad.overall = Flag::fail;
  ASSERT_TRUE(store_.add({}, {{.station = "n12", .time = at(30), .quality = bad, .made = at(40)}}));
  add(40, 1.5);
  add(50, 1.7);
  ASSERT_TRUE(tidy(where_, {.keep_all = 1h}, at(1000)));
  EXPECT_THAT(minutes_left(), testing::ElementsAre(0, 20, 50));
}

TEST_P(RetentionTest, WhatStaysKeepsItsRevisionsAndNumbersStayAcknowledged) {
  for (int i = 0; i < 4; ++i) {
    auto reading = reading_at(10 * i, 1.0 + i % 2);
    reading.session = 1;
    reading.sequence = i + 1;
    ASSERT_TRUE(store_.add({reading}));
  }
  add(30, 3.0);  // corrected
  ASSERT_TRUE(tidy(where_, {.keep_all = 1h}, at(1000)));
  EXPECT_THAT(minutes_left(), testing::ElementsAre(0, 30));
  EXPECT_EQ(store_.revisions("n12", Parameter::stage, at(30)).value().size(), 2u);
  EXPECT_EQ(store_.revisions("n12", Parameter::stage, at(10)).value().size(), 0u);
  EXPECT_EQ(store_.progress("n12").value()->stored_to, 4);
  EXPECT_TRUE(store_.check_integrity());
}

TEST_P(RetentionTest, WhatIsTooOldGoesAltogetherOverManyMonths) {
  std::vector<Reading> readings;
  for (int day = 0; day < 400; ++day) readings.push_back(reading_at(day * 1440, 1.0));
  ASSERT_TRUE(store_.add(readings));
  const auto done =
      tidy(where_, {.keep_all = 240h, .keep_thinned = 240h * 10}, at(400 * 1440)).value();
  EXPECT_EQ(done.expired, 300);
  EXPECT_EQ(done.thinned, 0);  // one a day is within its hour alone
  EXPECT_EQ(minutes_left().size(), 100u);
}

TEST_P(RetentionTest, AContradictionIsRefusedAndNothingIsRemoved) {
  add(0, 1.0);
  EXPECT_FALSE(tidy(where_, {}, at(1'000'000)));
  EXPECT_FALSE(tidy(where_, {.keep_all = 10h, .keep_thinned = 1h}, at(1'000'000)));
  EXPECT_FALSE(tidy(where_, {.keep_all = 10h, .thin_to = 0h}, at(1'000'000)));
  EXPECT_EQ(minutes_left().size(), 1u);
}

// --- Versions of the schema ----------------------------------------------------------------------

class SchemaVersion : public test::OnBackEnd {
 protected:
  std::string schema_of(const std::string& name) {
    const auto location = place_.location(name);
    if (place_.is_server())
      return place_.server().sql(
          "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
          " WHERE table_schema = 'vandvagt' ORDER BY 1, ordinal_position;"
          " SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'vandvagt' ORDER BY 1",
          name);
    const auto shown = test::run_command(
        "python3 -c \"import sqlite3;print(*sorted(r[0] for r in sqlite3.connect('" +
        location.file.string() +
        "').execute('SELECT sql FROM sqlite_master WHERE sql IS NOT NULL')))\"");
    EXPECT_EQ(shown.exit_code, 0) << shown.output;
    return shown.output;
  }
  void set_version(int version, const std::string& name) {
    const auto number = std::to_string(version);
    place_.run_sql(place_.is_server() ? "UPDATE store_version SET version = " + number
                                      : "PRAGMA user_version = " + number,
                   name);
  }
};
INSTANTIATE_TEST_SUITE_P(On, SchemaVersion, testing::ValuesIn(test::back_ends()), test::name_of);

TEST_P(SchemaVersion, AStoreOfTheFirstVersionIsTakenOverWithAllItHolds) {
  ASSERT_TRUE(place_.open("old").add({reading_at(0, 1.5)}));
  place_.run_sql("DROP TABLE thinned", "old");  // what version 1 was
  set_version(1, "old");
  const auto taken = Store::open(place_.location("old"));
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->read("n12", Parameter::stage, at(0), at(0)).value().size(), 1u);
  ASSERT_TRUE(place_.open("fresh").add({reading_at(0, 1.5)}));
  EXPECT_EQ(schema_of("old"), schema_of("fresh"));
  EXPECT_THAT(schema_of("old"), testing::HasSubstr("thinned"));
  EXPECT_TRUE(tidy(place_.location("old"), {.keep_all = 1h}, at(1000)));
}

TEST_P(SchemaVersion, ANewerStoreIsRefused) {
  place_.open("newer");
  set_version(99, "newer");
  const auto store = Store::open(place_.location("newer"));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::refused);
  EXPECT_THAT(store.error().message, testing::HasSubstr("newer vandvagt"));
}

}  // namespace
}  // namespace vandvagt::sensors
