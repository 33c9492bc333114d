#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <thread>

#include "sensors/store.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::sensors {
namespace {

using test::at;
using test::reading_at;
using testing::HasSubstr;

class StoreTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_ / "readings.db"; }
  Store open(StoreOptions options = {}) const {
    auto store = Store::open(file(), options);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }
  test::TemporaryFolder folder_;
};

Reading numbered(int minutes, double value, std::int64_t session, std::int64_t sequence) {
  auto reading = reading_at(minutes, value);
  reading.session = session;
  reading.sequence = sequence;
  return reading;
}

std::vector<Reading> all_of(const Store& store) {
  return store.read("n12", Parameter::stage, at(-100'000), at(100'000)).value();
}

TEST_F(StoreTest, GivesBackWhatItWasGivenBitForBit) {
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

TEST_F(StoreTest, AnotherValueIsARevisionAndBothAreKept) {
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

TEST_F(StoreTest, ARedeliveryDoesNotUndoACorrectionAndANewNumberDoes) {
  auto store = open();
  ASSERT_TRUE(store.add({numbered(0, 1.0, 1, 1), numbered(0, 1.1, 1, 2)}));
  EXPECT_EQ(store.add({numbered(0, 1.0, 1, 1)}).value(), std::vector{Stored::duplicate});
  EXPECT_EQ(store.add({reading_at(0, 1.0)}).value(), std::vector{Stored::duplicate});
  EXPECT_EQ(all_of(store)[0].value, 1.1);
  EXPECT_EQ(store.add({numbered(0, 1.0, 1, 3)}).value(), std::vector{Stored::revision});
  EXPECT_EQ(all_of(store)[0].value, 1.0);
}

TEST_F(StoreTest, ALaterVerdictIsASecondFlagSet) {
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

TEST_F(StoreTest, TheLastReadingsComeInOrderAndTheNewestGoodOneIsFound) {
  auto store = open();
  auto bad = reading_at(40, 1000.0);
  bad.quality.overall = Flag::fail;
  ASSERT_TRUE(store.add({reading_at(30, 3.0), reading_at(10, 1.0), bad, reading_at(20, 2.0)}));
  const auto last = store.last("n12", Parameter::stage, at(30), 2).value();
  ASSERT_EQ(last.size(), 2u);
  EXPECT_EQ(last[0].value, 2.0);
  EXPECT_EQ(last[1].value, 3.0);
  EXPECT_EQ(store.latest_good("n12", Parameter::stage, at(60)).value()->value, 3.0);
  EXPECT_FALSE(store.latest_good("n12", Parameter::stage, at(5)).value());
  EXPECT_FALSE(store.latest_good("other", Parameter::stage, at(60)).value());
  EXPECT_EQ(store.read_good("n12", Parameter::stage, at(0), at(60)).value().size(), 3u);
}

TEST_F(StoreTest, ProgressNamesTheGapsAndClosesThem) {
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

TEST_F(StoreTest, ProgressAgreesWithASetOfNumbersInAnyOrder) {
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

TEST_F(StoreTest, AnyOrderWithAnyDuplicatesGivesTheSameSet) {
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

TEST_F(StoreTest, QuarantineIsBoundedAndKeepsTheRawBytes) {
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

TEST_F(StoreTest, AFullFileIsAnErrorAndTheStoreStaysSound) {
  auto store = open({.largest_file = 256 * 1024});
  int added = 0;
  Result<std::vector<Stored>> result = std::vector<Stored>{};
  while (added < 100'000) {
    std::vector<Reading> batch;
    for (int i = 0; i < 50; ++i) batch.push_back(reading_at(added + i, 1.0));
    result = store.add(batch);
    if (!result) break;
    added += 50;
  }
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::io);
  EXPECT_THAT(result.error().message, HasSubstr("full; free space"));
  EXPECT_EQ(store.count_readings().value(), added);
  EXPECT_TRUE(store.check_integrity());
  store = open();  // space has returned
  EXPECT_TRUE(store.add({reading_at(-1, 1.0)}));
}

TEST_F(StoreTest, AWriteThatTheSystemRefusesLeavesTheStoreSound) {
  { ASSERT_TRUE(open().add({reading_at(0, 1.0)})); }
  const pid_t child = ::fork();
  if (child == 0) {
    // The limit on a file's size stands in for a full disk: it fails in the middle of a write.
    ::signal(SIGXFSZ, SIG_IGN);
    auto store = Store::open(file());
    if (!store) ::_exit(1);
    const rlimit limit{16 * 1024, 16 * 1024};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    bool failed = false;
    for (int i = 1; i < 2000 && !failed; ++i) failed = !store->add({reading_at(i, 1.0)});
    const bool readable = store->count_readings().has_value();
    ::_exit(failed && readable ? 42 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 42);
  auto store = open();
  EXPECT_TRUE(store.check_integrity());
  EXPECT_GE(store.count_readings().value(), 1);
  EXPECT_TRUE(store.add({reading_at(5000, 1.0)}));
}

TEST_F(StoreTest, ATornLogLosesAtMostWhatWasNotWhole) {
  const auto copy = folder_ / "copy.db";
  const std::string wal = file().string() + "-wal", wal_copy = copy.string() + "-wal";
  {
    auto store = open();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(store.add({reading_at(i, i)}));
    std::filesystem::copy_file(wal, folder_ / "whole-wal");
    std::filesystem::copy_file(file(), folder_ / "base");
  }
  const auto size = std::filesystem::file_size(folder_ / "whole-wal");
  long long before = 0;
  for (std::uintmax_t cut = 0; cut <= size; cut += std::max<std::uintmax_t>(1, size / 40)) {
    std::filesystem::copy_file(folder_ / "base", copy,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(folder_ / "whole-wal", wal_copy,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::remove(copy.string() + "-shm");
    std::filesystem::resize_file(wal_copy, cut);
    auto store = Store::open(copy);
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(store->check_integrity());
    const auto count = store->count_readings().value();
    EXPECT_GE(count, before);  // a longer log never holds less
    for (const auto& r : all_of(*store)) EXPECT_EQ(r.value, to_seconds(r.time - at(0)) / 60.0);
    before = count;
  }
  EXPECT_GE(before, 19);
}

TEST_F(StoreTest, ALockedStoreIsWaitedForAndThenAnError) {
  auto store = open({.busy_timeout = std::chrono::milliseconds{50}});
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto result = store.add({reading_at(0, 1.0)});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("another process holds it"));
  EXPECT_TRUE(store.count_readings());  // readers are not held up
  auto patient = open();
  std::jthread release([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr);
    sqlite3_close(other);
  });
  EXPECT_TRUE(patient.add({reading_at(0, 1.0)}));
}

TEST_F(StoreTest, OtherFilesAreRefusedAndLeftAlone) {
  test::write_text(file(), std::string(5000, 'x'));
  EXPECT_THAT(Store::open(file()).error().message, HasSubstr("no store of readings"));
  EXPECT_EQ(test::read_text(file()), std::string(5000, 'x'));
  const auto foreign = folder_ / "foreign.db";
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(foreign.c_str(), &other), SQLITE_OK);
  sqlite3_exec(other, "CREATE TABLE t (x)", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  EXPECT_EQ(Store::open(foreign).error().code, ErrorCode::refused);
  { ASSERT_TRUE(Store::open(folder_ / "newer.db")); }
  ASSERT_EQ(sqlite3_open((folder_ / "newer.db").c_str(), &other), SQLITE_OK);
  sqlite3_exec(other, "PRAGMA user_version = 99", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  EXPECT_THAT(Store::open(folder_ / "newer.db").error().message, HasSubstr("newer vandvagt"));
  EXPECT_EQ(Store::open(folder_ / "absent" / "r.db").error().code, ErrorCode::io);
}

TEST_F(StoreTest, ManyThreadsAndTwoConnectionsShareOneFile) {
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

}  // namespace
}  // namespace vandvagt::sensors
