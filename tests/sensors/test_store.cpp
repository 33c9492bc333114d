#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <thread>

#include "sensors/store.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/sensors/store_place.hpp"

namespace vandvagt::sensors {
namespace {

using test::at;
using test::reading_at;
using testing::HasSubstr;

class StoreTest : public test::OnBackEnd {
 protected:
  Store open(StoreOptions options = {}) { return place_.open("vandvagt", options); }
};
INSTANTIATE_TEST_SUITE_P(On, StoreTest, testing::ValuesIn(test::back_ends()), test::name_of);

Reading numbered(int minutes, double value, std::int64_t session, std::int64_t sequence) {
  auto reading = reading_at(minutes, value);
  reading.session = session;
  reading.sequence = sequence;
  return reading;
}

std::vector<Reading> all_of(const Store& store) {
  return store.read("n12", Parameter::stage, at(-100'000), at(100'000)).value();
}

TEST_P(StoreTest, GivesBackWhatItWasGivenBitForBit) {
  auto reading = numbered(10, 0.1 + 0.2, 7, 1234);
  reading.quality.overall = Flag::suspect;
  reading.quality[QcTest::gross_range] = Flag::suspect;
  reading.late = true;
  {
    auto store = open();
    EXPECT_EQ(store.add({reading}).value(), std::vector{Stored::added});
  }
  const auto store = open();
  const auto back = all_of(store);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].value, reading.value);
  EXPECT_EQ(back[0].time, reading.time);
  EXPECT_EQ(back[0].session, 7);
  EXPECT_EQ(back[0].sequence, 1234);
  EXPECT_EQ(back[0].quality, reading.quality);
  EXPECT_EQ(back[0].received, reading.received);
  EXPECT_TRUE(back[0].late);
  EXPECT_EQ(digest(back), digest(std::vector{reading}));
}

TEST_P(StoreTest, AnotherValueIsARevisionAndBothAreKept) {
  auto store = open();
  EXPECT_EQ(store.add({reading_at(0, 1.0), reading_at(0, 1.0), reading_at(0, 1.1)}).value(),
            (std::vector{Stored::added, Stored::duplicate, Stored::revision}));
  const auto newest = all_of(store);
  ASSERT_EQ(newest.size(), 1u);
  EXPECT_EQ(newest[0].value, 1.1);
  EXPECT_EQ(newest[0].revision, 2);
  const auto both = store.revisions("n12", Parameter::stage, at(0)).value();
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].value, 1.0);
  EXPECT_EQ(store.count_readings().value(), 2);
}

TEST_P(StoreTest, ARedeliveryDoesNotUndoACorrectionAndANewNumberDoes) {
  auto store = open();
  ASSERT_TRUE(store.add({numbered(0, 1.0, 1, 1), numbered(0, 1.1, 1, 2)}));
  EXPECT_EQ(store.add({numbered(0, 1.0, 1, 1)}).value(), std::vector{Stored::duplicate});
  EXPECT_EQ(store.add({reading_at(0, 1.0)}).value(), std::vector{Stored::duplicate});
  EXPECT_EQ(all_of(store)[0].value, 1.1);
  EXPECT_EQ(store.add({numbered(0, 1.0, 1, 3)}).value(), std::vector{Stored::revision});
  EXPECT_EQ(all_of(store)[0].value, 1.0);
}

TEST_P(StoreTest, ALaterVerdictIsASecondFlagSet) {
  auto store = open();
  ASSERT_TRUE(store.add({reading_at(0, 1.0)}));
  Quality bad;
  bad.overall = Flag::fail;
  bad[QcTest::spike] = Flag::fail;
  ASSERT_TRUE(store.add({}, {{.station = "n12", .time = at(0), .quality = bad, .made = at(10)}}));
  EXPECT_EQ(all_of(store)[0].quality, bad);
  EXPECT_EQ(store.revisions("n12", Parameter::stage, at(0)).value()[0].quality, Quality{});
  EXPECT_TRUE(store.read_good("n12", Parameter::stage, at(0), at(0)).value().empty());
  ASSERT_TRUE(store.add({}, {{.station = "n12",
                              .time = at(0),
                              .quality = {},
                              .made = at(20),
                              .by = "the duty officer"}}));
  const auto reviews = store.reviews("n12", Parameter::stage, at(0)).value();
  ASSERT_EQ(reviews.size(), 2u);
  EXPECT_EQ(reviews[0].quality, bad);
  EXPECT_EQ(reviews[1].by, "the duty officer");
  EXPECT_TRUE(all_of(store)[0].quality.usable());
}

TEST_P(StoreTest, TheLastReadingsComeInOrderAndTheNewestGoodOneIsFound) {
  auto store = open();
  auto bad = reading_at(40, 1000.0);
  bad.quality.overall = Flag::fail;
  ASSERT_TRUE(store.add({reading_at(30, 3.0), reading_at(10, 1.0), bad, reading_at(20, 2.0)}));
  const auto last = store.last("n12", Parameter::stage, at(30), 2).value();
  ASSERT_EQ(last.size(), 2u);
  EXPECT_EQ(last[0].value, 2.0);
  EXPECT_EQ(last[1].value, 3.0);
  const auto first = store.first("n12", Parameter::stage, at(1), at(30), 1).value();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].value,
            store.read("n12", Parameter::stage, at(1), at(30)).value().front().value);
  EXPECT_EQ(store.latest_good("n12", Parameter::stage, at(60)).value()->value, 3.0);
  EXPECT_FALSE(store.latest_good("n12", Parameter::stage, at(5)).value());
  EXPECT_FALSE(store.latest_good("other", Parameter::stage, at(60)).value());
  EXPECT_EQ(store.read_good("n12", Parameter::stage, at(0), at(60)).value().size(), 3u);
}

TEST_P(StoreTest, ProgressNamesTheGapsAndClosesThem) {
  auto store = open();
  EXPECT_FALSE(store.progress("n12").value());
  using Gaps = std::vector<std::pair<std::int64_t, std::int64_t>>;
  const auto add = [&](std::initializer_list<int> numbers) {
    std::vector<Reading> readings;
    for (const int n : numbers) readings.push_back(numbered(n, n, 7, n));
    ASSERT_TRUE(store.add(readings));
  };
  add({3, 4});
  EXPECT_EQ(store.progress("n12").value()->stored_to, 0);
  EXPECT_EQ(store.progress("n12").value()->gaps, (Gaps{{1, 2}}));
  add({1, 9});
  EXPECT_EQ(store.progress("n12").value()->stored_to, 1);
  EXPECT_EQ(store.progress("n12").value()->gaps, (Gaps{{2, 2}, {5, 8}}));
  add({2, 5, 6, 8});
  EXPECT_EQ(store.progress("n12").value()->stored_to, 6);
  EXPECT_EQ(store.progress("n12").value()->gaps, (Gaps{{7, 7}}));
  add({7, 7, 1});
  EXPECT_EQ(store.progress("n12").value()->stored_to, 9);
  EXPECT_TRUE(store.progress("n12").value()->gaps.empty());
  ASSERT_TRUE(store.add({numbered(20, 1.0, 8, 1)}));
  EXPECT_EQ(store.progress("n12").value()->session, 8);
  EXPECT_EQ(store.progress("n12").value()->stored_to, 1);
}

TEST_P(StoreTest, ProgressAgreesWithASetOfNumbersInAnyOrder) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  auto store = open();
  std::set<std::int64_t> reference;
  for (int round = 0; round < 40; ++round) {
    std::vector<Reading> readings;
    for (int i = 0; i < 5; ++i) {
      const int n = 1 + static_cast<int>(random() % 120);
      readings.push_back(numbered(n, n, 1, n));
      reference.insert(n);
    }
    ASSERT_TRUE(store.add(readings));
    std::int64_t stored_to = 0;
    while (reference.contains(stored_to + 1)) ++stored_to;
    std::set<std::int64_t> missing;
    for (std::int64_t n = 1; n < *reference.rbegin(); ++n)
      if (!reference.contains(n)) missing.insert(n);
    const auto progress = store.progress("n12").value();
    ASSERT_EQ(progress->stored_to, stored_to);
    std::set<std::int64_t> told;
    for (const auto& [first, last] : progress->gaps)
      for (auto n = first; n <= last; ++n) told.insert(n);
    ASSERT_EQ(told, missing);
  }
}

TEST_P(StoreTest, AnyOrderWithAnyDuplicatesGivesTheSameSet) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<Reading> once;
  for (int i = 0; i < 200; ++i) once.push_back(numbered(i, std::sin(i), 1, i + 1));
  auto many = once;
  for (int i = 0; i < 300; ++i) many.push_back(once[random() % once.size()]);
  std::shuffle(many.begin(), many.end(), random);
  auto store = open();
  for (std::size_t i = 0; i < many.size();) {
    const auto end = std::min(many.size(), i + 1 + random() % 20);
    const auto from = many.begin() + static_cast<std::ptrdiff_t>(i);
    ASSERT_TRUE(store.add({from, many.begin() + static_cast<std::ptrdiff_t>(end)}));
    i = end;
  }
  EXPECT_EQ(store.count_readings().value(), 200);
  EXPECT_EQ(digest(all_of(store)), digest(once));
  EXPECT_EQ(store.progress("n12").value()->stored_to, 200);
}

TEST_P(StoreTest, QuarantineIsBoundedAndKeepsTheRawBytes) {
  auto store = open({.most_quarantined = 10});
  for (int i = 0; i < 25; ++i)
    ASSERT_TRUE(store.quarantine({.received = at(i),
                                  .topic = "t",
                                  .reason = "not JSON",
                                  .payload = std::string("\0\xff", 2) + std::to_string(i)}));
  const auto kept = store.quarantined(100).value();
  ASSERT_EQ(kept.size(), 10u);
  EXPECT_EQ(kept[0].payload, std::string("\0\xff", 2) + "24");
  EXPECT_EQ(kept[9].received, at(15));
  ASSERT_TRUE(store.quarantine({.payload = std::string(100'000, 'x')}));
  EXPECT_EQ(store.quarantined(1).value()[0].payload.size(), 8192u);
}

TEST_P(StoreTest, QuarantineIsSearchedByNumberTimeTopicAndReason) {
  auto store = open();
  for (int i = 0; i < 6; ++i)
    ASSERT_TRUE(store.quarantine({.received = at(i),
                                  .topic = i % 2 == 0 ? "obs/n12" : "obs/Q_1%",
                                  .reason = i < 3 ? "not JSON" : "unknown unit",
                                  .payload = std::to_string(i)}));
  const auto found = [&](const QuarantineFilter& filter, int most = 100) {
    std::string payloads;
    const auto messages = store.quarantined(most, filter).value();
    for (const auto& one : messages) payloads += one.payload;
    return payloads;
  };
  EXPECT_EQ(found({}), "543210");
  EXPECT_EQ(found({.from = at(1), .to = at(4)}), "4321");
  EXPECT_EQ(found({.topic = "n12"}), "420");
  EXPECT_EQ(found({.topic = "Q_1%"}), "531");
  EXPECT_EQ(found({.topic = "q_1"}), "") << "as it is written, on either database";
  EXPECT_EQ(found({.topic = "n12", .reason = "unit"}, 1), "4");
  const auto third = store.quarantined(1, {.to = at(2)}).value().at(0).number;
  EXPECT_EQ(found({.number = third}), "2");
  EXPECT_EQ(found({.number = third + 100}), "");
}

TEST_P(StoreTest, ManyReadingsAtOnceAreJudgedAsOneByOne) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<Reading> all;
  for (int i = 0; i < 300; ++i)
    all.push_back(numbered(static_cast<int>(random() % 60), static_cast<double>(random() % 3), 1,
                           1 + static_cast<int>(random() % 200)));
  auto at_once = open(), one_by_one = place_.open("other");
  const auto outcome = at_once.add(all).value();
  std::vector<Stored> singly;
  for (const auto& reading : all) singly.push_back(one_by_one.add({reading}).value().front());
  EXPECT_EQ(outcome, singly);
  EXPECT_EQ(digest(all_of(at_once)), digest(all_of(one_by_one)));
  EXPECT_EQ(at_once.count_readings().value(), one_by_one.count_readings().value());
  EXPECT_TRUE(at_once.check_integrity());
}

TEST_P(StoreTest, ReadingsOfManyMonthsAndWrongClocksAreFound) {
  auto store = open();
  std::vector<Reading> all;
  for (const char* time :
       {"1900-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z",
        "2024-02-29T12:00:00Z", "2026-10-31T23:59:59Z", "2026-11-01T00:00:00Z",
        "2069-12-31T23:59:59Z", "2199-12-31T23:59:59Z"}) {
    auto reading = reading_at(0, static_cast<double>(all.size()));
    reading.time = parse_time(time).value();
    all.push_back(reading);
  }
  ASSERT_TRUE(store.add(all));
  const auto back = store.read("n12", Parameter::stage, all.front().time, all.back().time).value();
  EXPECT_EQ(digest(back), digest(all));
  const auto last = store.last("n12", Parameter::stage, at(0), 5).value();
  ASSERT_EQ(last.size(), 5u);
  EXPECT_EQ(last.front().time, all[1].time);
  EXPECT_EQ(last.back().time, all[5].time);
  EXPECT_EQ(store.latest_good("n12", Parameter::stage, at(-100'000))->value().time, all[3].time);
  EXPECT_TRUE(store.check_integrity());
}

TEST_P(StoreTest, AGroupIsStoredAsAWholeOrNotAtAll) {
  auto store = open();
  ASSERT_TRUE(store.together([&]() -> Result<void> {
    EXPECT_TRUE(store.add({numbered(0, 1.0, 1, 1)}));
    EXPECT_TRUE(store.add({numbered(10, 1.0, 1, 2)}));
    EXPECT_EQ(all_of(store).size(), 2u);
    return {};
  }));
  EXPECT_EQ(store.progress("n12").value()->stored_to, 2);
  const auto failed = store.together([&]() -> Result<void> {
    EXPECT_TRUE(store.add({numbered(20, 1.0, 1, 3), reading_at(0, 1.0, "new")}));
    EXPECT_TRUE(store.quarantine({.received = at(0), .topic = "t", .reason = "r"}));
    return fail(ErrorCode::io, "no more");
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "no more");
  const auto thrown = store.together([&]() -> Result<void> { throw std::runtime_error("thrown"); });
  EXPECT_THAT(thrown.error().message, HasSubstr("thrown"));
  EXPECT_EQ(all_of(store).size(), 2u);
  EXPECT_EQ(store.progress("n12").value()->stored_to, 2);
  EXPECT_TRUE(store.quarantined(10).value().empty());
  EXPECT_TRUE(store.add({reading_at(0, 1.0, "new")}));
  EXPECT_TRUE(store.check_integrity());
}

TEST_P(StoreTest, DamageIsNamedByTheCheck) {
  const std::vector<std::pair<std::string, std::string>> damage{
      {"DELETE FROM reading WHERE revision = 1", "lost a revision"},
      {"DELETE FROM series", "belong to no series"},
      {"UPDATE review SET revision = 7", "belong to no reading"},
      {"INSERT INTO sequence_range SELECT station, session, last, last + 5 FROM sequence_range",
       "ranges of sequence numbers overlap"}};
  for (std::size_t i = 0; i < damage.size(); ++i) {
    const auto name = "damaged" + std::to_string(i);
    auto store = place_.open(name);
    ASSERT_TRUE(store.add({numbered(0, 1.0, 1, 1), numbered(0, 2.0, 1, 2)},
                          {{.station = "n12", .time = at(0), .quality = {}, .made = at(1)}}));
    ASSERT_TRUE(store.check_integrity());
    place_.run_sql(damage[i].first, name);
    const auto checked = store.check_integrity();
    ASSERT_FALSE(checked) << damage[i].first;
    EXPECT_THAT(checked.error().message, HasSubstr(damage[i].second));
  }
}

TEST_P(StoreTest, ManyThreadsAndTwoConnectionsShareOneStore) {
  auto a = open(), b = open();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 25; ++i)
          EXPECT_TRUE((t % 2 == 0 ? a : b).add({reading_at(100 * t + i, 1.0)}));
      });
  }
  EXPECT_EQ(a.count_readings().value(), 100);
  EXPECT_EQ(b.count_readings().value(), 100);
}

TEST(StoreLocation, IsAServerWhereTheTextSaysSo) {
  EXPECT_TRUE(StoreLocation::named("postgresql://vandvagt@db/readings").is_server());
  EXPECT_TRUE(StoreLocation::named("postgres://db/readings").is_server());
  EXPECT_EQ(StoreLocation::named("out/postgresql.db").file, "out/postgresql.db");
}

}  // namespace
}  // namespace vandvagt::sensors
