// What a file of SQLite may meet: a full disk, a torn log, a lock, a file of something else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "sensors/store.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::sensors {
namespace {

using test::at;
using test::reading_at;
using testing::HasSubstr;

class SqliteStore : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_ / "readings.db"; }
  Store open(StoreOptions options = {}) const {
    auto store = Store::open(file(), options);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }
  test::TemporaryFolder folder_;
};

std::vector<Reading> all_of(const Store& store) {
  return store.read("n12", Parameter::stage, at(-100'000), at(100'000)).value();
}

TEST_F(SqliteStore, AFullFileIsAnErrorAndTheStoreStaysSound) {
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

TEST_F(SqliteStore, AWriteThatTheSystemRefusesLeavesTheStoreSound) {
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

TEST_F(SqliteStore, ATornLogLosesAtMostWhatWasNotWhole) {
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

// What each reading is checked against must cost the same in a series of years as in one of a day:
// the database is to walk back from the end, and not through all that is older.
TEST_F(SqliteStore, TheLastReadingsOfALongSeriesAreFoundAsFastAsThoseOfAShortOne) {
  auto store = open();
  for (const auto& [station, count] : {std::pair{"short", 1'000}, {"long", 64'000}}) {
    std::vector<Reading> readings;
    for (int i = 0; i < count; ++i) readings.push_back(reading_at(-i, 1.0, station));
    ASSERT_TRUE(store.add(readings));
  }
  const auto fastest = [&](const std::string& station, int count) {
    auto least = std::chrono::steady_clock::duration::max();
    for (int attempt = 0; attempt < 5; ++attempt) {
      const auto began = std::chrono::steady_clock::now();
      for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(store.last(station, Parameter::stage, at(0), 3).value().size(), 3u);
        EXPECT_TRUE(store.latest_good(station, Parameter::stage, at(0)).value());
        // What a late reading is judged by.
        const auto later = store.first(station, Parameter::stage, at(1 - count), at(0), 2);
        EXPECT_EQ(later.value().size(), 2u);
      }
      least = std::min(least, std::chrono::steady_clock::now() - began);
    }
    return least;
  };
  EXPECT_LT(fastest("long", 64'000), 10 * fastest("short", 1'000));
}

TEST_F(SqliteStore, ALockedStoreIsWaitedForAndThenAnError) {
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

TEST_F(SqliteStore, OtherFilesAreRefusedAndLeftAlone) {
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

}  // namespace
}  // namespace vandvagt::sensors
