#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sensors/retention.hpp"
#include "sensors/transfer.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/sensors/store_place.hpp"

namespace vandvagt::sensors {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::reading_at;

/// A store with something in every table.
void fill(const StoreLocation& where) {
  auto store = Store::open(where).value();
  std::vector<Reading> readings;
  for (int i = 0; i < 500; ++i) {
    auto reading = reading_at(i * 200, i / 8.0, i % 3 == 0 ? "q1" : "n12");
    reading.session = 3;
    reading.sequence = i + (i > 100 ? 5 : 1);  // a gap
    reading.late = i % 7 == 0;
    reading.quality[QcTest::spike] = Flag::pass;
    readings.push_back(reading);
  }
  readings.push_back(reading_at(200, 7.0));  // a revision
  ASSERT_TRUE(store.add(readings));
  ASSERT_TRUE(store.add(
      {}, {{.station = "n12", .time = at(200), .quality = {}, .made = at(300), .by = "ann"}}));
  ASSERT_TRUE(store.quarantine(
      {.received = at(1), .topic = "t", .reason = "r", .payload = std::string("\0\xff", 2)}));
  ASSERT_TRUE(tidy(where, {.keep_all = 24h, .thin_to = 12h}, at(50'000)));
}

class Transfer : public testing::TestWithParam<std::pair<test::BackEnd, test::BackEnd>> {};

TEST_P(Transfer, CarriesEverythingOverAndRefusesAStoreThatHoldsSomething) {
  test::StorePlace here(GetParam().first), there(GetParam().second);
  const auto from = here.location("vandvagt"), to = there.location("other");
  fill(from);
  const auto copied = copy_store(from, to);
  ASSERT_TRUE(copied) << copied.error().message;
  const auto a = Store::open(from).value(), b = Store::open(to).value();
  EXPECT_EQ(*copied, a.count_readings().value());
  EXPECT_EQ(*copied, b.count_readings().value());
  for (const char* station : {"n12", "q1"}) {
    const auto all = a.read(station, Parameter::stage, at(-10), at(200'000)).value();
    EXPECT_GT(all.size(), 50u);
    EXPECT_EQ(digest(all), digest(b.read(station, Parameter::stage, at(-10), at(200'000)).value()));
    const auto p = a.progress(station).value(), q = b.progress(station).value();
    EXPECT_EQ(p->stored_to, q->stored_to);
    EXPECT_EQ(p->gaps, q->gaps);
    EXPECT_FALSE(p->gaps.empty());
  }
  EXPECT_EQ(digest(a.revisions("n12", Parameter::stage, at(200)).value()),
            digest(b.revisions("n12", Parameter::stage, at(200)).value()));
  EXPECT_EQ(b.reviews("n12", Parameter::stage, at(200)).value().at(0).by, "ann");
  EXPECT_EQ(b.quarantined(9).value().at(0).payload, std::string("\0\xff", 2));
  EXPECT_EQ(read_thinned(to).value().size(), read_thinned(from).value().size());
  EXPECT_TRUE(b.check_integrity());
  const auto again = copy_store(from, to);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::refused);
  EXPECT_EQ(b.count_readings().value(), *copied);
}

std::vector<std::pair<test::BackEnd, test::BackEnd>> ways() {
  using test::BackEnd;
  if (!test::PostgresqlServer::installed()) return {{BackEnd::sqlite, BackEnd::sqlite}};
  return {{BackEnd::sqlite, BackEnd::postgresql}, {BackEnd::postgresql, BackEnd::sqlite}};
}
INSTANTIATE_TEST_SUITE_P(To, Transfer, testing::ValuesIn(ways()), [](const auto& one) {
  return one.param.second == test::BackEnd::sqlite ? "SQLite" : "PostgreSQL";
});

}  // namespace
}  // namespace vandvagt::sensors
