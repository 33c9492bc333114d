// What a server may meet: it is away, killed, read-only, another's, or does not wait for its disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <random>
#include <thread>

#include "sensors/store.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/postgresql_server.hpp"

namespace vandvagt::sensors {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::PostgresqlServer;
using test::reading_at;
using testing::HasSubstr;

TEST(StoreLocationTest, IsDescribedWithoutSecretsAndChecked) {
  EXPECT_EQ(StoreLocation("a/readings.db").description(), "a/readings.db");
  EXPECT_EQ(StoreLocation::on_server("host=db dbname=water user=me").description(),
            "PostgreSQL water at db");
  EXPECT_EQ(StoreLocation::on_server("postgresql://me@db/water").description(),
            "PostgreSQL water at db");
  EXPECT_TRUE(check_connection_string("host=db dbname=water"));
  EXPECT_TRUE(check_connection_string("service=water"));
  EXPECT_THAT(check_connection_string("host=db dbname=water password=x").error().message,
              HasSubstr("passfile="));
  EXPECT_THAT(check_connection_string("host=db").error().message, HasSubstr("names no database"));
  EXPECT_THAT(check_connection_string("hast=db").error().message, HasSubstr("hast"));
  EXPECT_EQ(Store::open(StoreLocation::on_server("hast=db")).error().code,
            ErrorCode::invalid_input);
}

class PostgresqlStore : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresqlServer::installed()) GTEST_SKIP() << "PostgreSQL is not installed";
    server_.emplace();
  }
  StoreLocation location() { return StoreLocation::on_server(server_->database()); }
  Result<Store> open(StoreOptions options = {}) { return Store::open(location(), options); }
  std::optional<PostgresqlServer> server_;
};

TEST_F(PostgresqlStore, IsTestedHere) {
  EXPECT_TRUE(open());
}

TEST_F(PostgresqlStore, KeepsReadingsInPartitionsByMonth) {
  auto store = open().value();
  ASSERT_TRUE(store.add({reading_at(0, 1.0), reading_at(60 * 24 * 30, 1.0)}));
  EXPECT_EQ(server_->sql("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
                         " ORDER BY 1"),
            "reading_2026_11\nreading_2026_12\n");
  EXPECT_EQ(server_->sql("SELECT count(*) FROM vandvagt.reading_2026_12"), "1\n");
}

TEST_F(PostgresqlStore, WaitsForTheDiskWhateverTheServerIsSetTo) {
  server_->sql("CREATE DATABASE lazy; ALTER DATABASE lazy SET synchronous_commit = off",
               "template1");
  const auto lazy = StoreLocation::on_server(server_->database("lazy"));
  auto store = Store::open(lazy).value();
  ASSERT_TRUE(store.add({reading_at(0, 1.0)}));
  server_->kill();  // what had only been promised would be gone
  server_->start();
  EXPECT_EQ(Store::open(lazy).value().count_readings().value(), 1);
  server_->stop();
  server_->start("-c fsync=off");
  const auto refused = Store::open(lazy);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_THAT(refused.error().message, HasSubstr("fsync"));
}

TEST_F(PostgresqlStore, AServerThatIsAwayIsAnErrorAndIsFoundAgain) {
  const auto where = location();
  auto store = Store::open(where).value();
  ASSERT_TRUE(store.add({reading_at(0, 1.0)}));
  server_->stop();
  const auto away = store.add({reading_at(10, 1.0)});
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, ErrorCode::io);
  EXPECT_THAT(away.error().message, HasSubstr("the server is away"));
  EXPECT_FALSE(store.last("n12", Parameter::stage, at(100), 1));
  EXPECT_FALSE(Store::open(where));
  server_->start();
  Result<std::vector<Stored>> back = fail(ErrorCode::io, "");
  for (int i = 0; i < 200 && !back; ++i) {  // the pause between attempts is below a second so far
    back = store.add({reading_at(10, 1.0)});
    if (!back) std::this_thread::sleep_for(50ms);
  }
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(store.count_readings().value(), 2);
}

TEST_F(PostgresqlStore, AnIdleSessionThatTheServerEndedIsMadeAnew) {
  auto store = open().value();
  ASSERT_TRUE(store.add({reading_at(0, 1.0)}));
  server_->kill();
  server_->start();
  EXPECT_EQ(store.last("n12", Parameter::stage, at(100), 1).value().size(), 1u);
  server_->stop();
  server_->start();
  EXPECT_TRUE(store.add({reading_at(10, 1.0)}));
  EXPECT_EQ(store.count_readings().value(), 2);
}

TEST_F(PostgresqlStore, ASessionLostWithinAGroupLosesTheWholeGroup) {
  auto store = open().value();
  const auto done = store.together([&]() -> Result<void> {
    EXPECT_TRUE(store.add({reading_at(0, 1.0)}));
    server_->sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ="
        " 'vandvagt'");
    EXPECT_FALSE(store.add({reading_at(10, 1.0)}));
    const auto late = store.add({reading_at(20, 1.0)});  // not outside of the transaction
    EXPECT_FALSE(late);
    return {};
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(store.count_readings().value(), 0);
  EXPECT_TRUE(store.add({reading_at(0, 1.0)}));
}

TEST_F(PostgresqlStore, AStatementThatFailedIsNeverTakenForACommit) {
  auto store = open().value();
  ASSERT_TRUE(store.add({reading_at(0, 1.0)}));
  server_->sql("ALTER TABLE vandvagt.review ADD CHECK (made_by <> 'nobody')");
  const auto done = store.together([&]() -> Result<void> {
    EXPECT_TRUE(store.add({reading_at(10, 1.0)}));
    EXPECT_FALSE(store.add(
        {}, {{.station = "n12", .time = at(0), .quality = {}, .made = at(0), .by = "nobody"}}));
    return {};
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(store.count_readings().value(), 1);
}

TEST_F(PostgresqlStore, AReadOnlyServerAcknowledgesNothing) {
  auto store = open().value();
  ASSERT_TRUE(store.add({reading_at(0, 1.0)}));
  server_->sql("ALTER DATABASE vandvagt SET default_transaction_read_only = on");
  server_->stop();
  server_->start();
  const auto refused = store.add({reading_at(10, 1.0)});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("takes no writes"));
  EXPECT_EQ(store.count_readings().value(), 1);
}

TEST_F(PostgresqlStore, AnotherWriterIsWaitedForAndThenAnError) {
  auto store = open().value();
  auto hasty = open({.busy_timeout = 50ms}).value();
  ASSERT_TRUE(store.together([&]() -> Result<void> {
    EXPECT_TRUE(store.add({reading_at(0, 1.0)}));
    const auto refused = hasty.add({reading_at(10, 1.0)});
    EXPECT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("another process holds it"));
    EXPECT_TRUE(hasty.count_readings());  // readers are not held up
    return {};
  }));
  EXPECT_TRUE(hasty.add({reading_at(10, 1.0)}));
}

TEST_F(PostgresqlStore, ASchemaOfSomethingElseIsRefusedAndLeftAlone) {
  static_cast<void>(location());
  server_->sql("CREATE SCHEMA vandvagt; CREATE TABLE vandvagt.other (x int)");
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_EQ(server_->sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'vandvagt'"), "1\n");
}

TEST_F(PostgresqlStore, WhatIsNotTextIsQuarantinedAllTheSame) {
  auto store = open().value();
  const std::string bytes("\xff\xfe\0\x01", 4);
  ASSERT_TRUE(store.quarantine(
      {.received = at(0), .topic = "a" + bytes, .reason = "no " + bytes, .payload = bytes}));
  const auto kept = store.quarantined(1).value().front();
  EXPECT_EQ(kept.payload, bytes);
  EXPECT_EQ(kept.topic, "a\\xff\\xfe\\x00\\x01");
}

TEST_F(PostgresqlStore, TwoThatOpenAnEmptyDatabaseAtOnceBothSucceed) {
  const auto where = location();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      auto store = Store::open(where);
      ASSERT_TRUE(store) << store.error().message;
      EXPECT_TRUE(store->add({reading_at(t, 1.0, "s" + std::to_string(t))}));
    });
  threads.clear();
  EXPECT_EQ(open().value().count_readings().value(), 4);
}

// A writer is told of each commit; the server is killed, with all its processes, while it writes.
TEST_F(PostgresqlStore, KilledAtRandomInstantsItHoldsWhatItSaidItHolds) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  auto store = open().value();
  int told = 0;
  for (int round = 0; round < 5; ++round) {
    std::atomic<int> reached = told;
    std::jthread writer([&](const std::stop_token& stop) {
      for (int i = told; !stop.stop_requested(); ++i) {
        auto reading = reading_at(i, i / 8.0);
        reading.session = 1;
        reading.sequence = i + 1;
        if (!store.add({reading})) return;
        reached = i + 1;
      }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 100));
    server_->kill();
    writer.join();
    told = reached;
    server_->start();
    store = open().value();
    ASSERT_GE(store.progress("n12").value().value_or(Progress{}).stored_to, told);
    ASSERT_TRUE(store.check_integrity());
  }
  EXPECT_GT(told, 10);
  const auto all = store.read("n12", Parameter::stage, at(0), at(100'000)).value();
  ASSERT_GE(static_cast<int>(all.size()), told);
  for (int i = 0; i < told; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)].value, i / 8.0);
}

}  // namespace
}  // namespace vandvagt::sensors
