#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "sensors/encode.hpp"
#include "sensors/intake.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/sensors/store_place.hpp"

namespace vandvagt::sensors {
namespace {

using test::at;
using test::reading_at;
using test::stage_topic;
using testing::HasSubstr;

class IntakeTest : public test::OnBackEnd {
 protected:
  static Catalogue catalogue() {
    auto station = test::stage_station();
    station.limits.sensor_max = 10.0;
    station.limits.spike_fail = 0.5;
    return test::catalogue_of({station, test::discharge_station()});
  }
  Outcome take(const std::string& payload, Time now, const std::string& topic = stage_topic) {
    auto outcome = intake_.receive(topic, payload, now);
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome.value_or(Outcome{});
  }
  std::string payload(int minutes, double value, std::int64_t sequence = 0) const {
    auto reading = reading_at(minutes, value);
    if (sequence > 0) {
      reading.session = 7;
      reading.sequence = sequence;
    }
    return encode(*intake_.catalogue().find("n12"), reading);
  }
  std::vector<Reading> stored() const {
    return store_.read("n12", Parameter::stage, at(-10'000), at(10'000)).value();
  }

  Store store_ = place_.open();
  Intake intake_{catalogue(), store_};
};
INSTANTIATE_TEST_SUITE_P(On, IntakeTest, testing::ValuesIn(test::back_ends()), test::name_of);

TEST_P(IntakeTest, AReadingIsStoredFlaggedAndToldOf) {
  const auto outcome = take(payload(10, 1.482, 1), at(11));
  ASSERT_EQ(outcome.readings.size(), 1u);
  EXPECT_EQ(outcome.readings[0].stored, Stored::added);
  EXPECT_EQ(outcome.station->id, "n12");
  EXPECT_EQ(outcome.latest,
            R"({"t":"2026-11-23T00:10:00Z","value":1.482,"unit":"m","datum":"EPSG:5799","flag":1,)"
            R"("tests":"21212222222"})");
  EXPECT_EQ(outcome.ack, R"({"session":7,"stored_to":1,"gaps":[],"t":"2026-11-23T00:11:00Z"})");
  ASSERT_EQ(stored().size(), 1u);
  EXPECT_EQ(stored()[0].quality.overall, Flag::pass);
}

TEST_P(IntakeTest, GapsAreToldAndClosed) {
  take(payload(10, 1.0, 1), at(10));
  EXPECT_THAT(take(payload(40, 1.0, 4), at(40)).ack, HasSubstr(R"("stored_to":1,"gaps":[[2,3]])"));
  EXPECT_THAT(take(payload(20, 1.0, 2), at(41)).ack, HasSubstr(R"("stored_to":2,"gaps":[[3,3]])"));
  EXPECT_THAT(take(payload(30, 1.0, 3), at(41)).ack, HasSubstr(R"("stored_to":4,"gaps":[])"));
  EXPECT_EQ(take(payload(50, 1.0), at(50)).ack, "");
}

TEST_P(IntakeTest, ADuplicateIsDroppedButAcknowledged) {
  take(payload(10, 1.0, 1), at(10));
  const auto again = take(payload(10, 1.0, 1), at(12));
  EXPECT_EQ(again.readings[0].stored, Stored::duplicate);
  EXPECT_EQ(again.latest, "");
  EXPECT_THAT(again.ack, HasSubstr(R"("stored_to":1)"));
  EXPECT_EQ(store_.count_readings().value(), 1);
}

TEST_P(IntakeTest, ALateReadingIsStoredMarkedAndNotTheLatest) {
  take(payload(30, 1.0), at(30));
  const auto late = take(payload(20, 1.1), at(31));
  EXPECT_TRUE(late.readings[0].reading.late);
  EXPECT_EQ(late.latest, "");
  EXPECT_TRUE(stored()[0].late);
  EXPECT_FALSE(stored()[1].late);
}

TEST_P(IntakeTest, AStampFromTheFutureIsStoredFlaggedFailAndNeverTheLatest) {
  const auto future = take(payload(60, 1.0), at(50));
  EXPECT_EQ(future.readings[0].reading.quality.overall, Flag::fail);
  EXPECT_EQ(future.latest, "");
  EXPECT_EQ(stored().size(), 1u);
  const auto now = take(payload(50, 1.0), at(50));
  EXPECT_FALSE(now.readings[0].reading.late);
  EXPECT_NE(now.latest, "");
  EXPECT_EQ(store_.latest_good("n12", Parameter::stage, at(100)).value()->time, at(50));
}

TEST_P(IntakeTest, TheSpikeVerdictComesAsASecondFlagSetAndTheFirstStays) {
  take(payload(0, 1.0), at(0));
  take(payload(10, 2.0), at(10));
  const auto outcome = take(payload(20, 1.0), at(20));
  ASSERT_EQ(outcome.reviews.size(), 1u);
  EXPECT_EQ(outcome.reviews[0].time, at(10));
  EXPECT_EQ(outcome.reviews[0].quality.overall, Flag::fail);
  EXPECT_EQ(stored()[1].quality.overall, Flag::fail);
  const auto first = store_.revisions("n12", Parameter::stage, at(10)).value();
  EXPECT_EQ(first[0].quality.overall, Flag::pass);
  take(payload(20, 1.0), at(21));  // delivered again: nothing is judged twice
  EXPECT_EQ(store_.reviews("n12", Parameter::stage, at(10)).value().size(), 1u);
}

TEST_P(IntakeTest, ABatchGivesTheFlagsOfItsReadingsOneByOne) {
  std::vector<Reading> readings;
  for (int i = 0; i < 50; ++i)
    readings.push_back(reading_at(10 * i, i == 20 ? 3.0 : 1.0 + i % 3 / 10.0));
  for (const auto& batch : encode_batches(*intake_.catalogue().find("n12"), readings))
    take(batch, at(500));
  auto other = place_.open("other");
  Intake singly(catalogue(), other);
  for (const auto& r : readings)
    ASSERT_TRUE(singly.receive(stage_topic, encode(*singly.catalogue().find("n12"), r), at(500)));
  EXPECT_EQ(digest(stored()), digest(other.read("n12", Parameter::stage, at(0), at(1000)).value()));
  EXPECT_EQ(stored()[20].quality.overall, Flag::fail);
}

// Such a batch must not read all that is stored in between, nor judge by less than it takes.
TEST_P(IntakeTest, ALateBatchOverALongSeriesGivesTheFlagsOfItsReadingsOneByOne) {
  std::vector<Reading> dense, late;
  for (int i = 0; i < 2'500; ++i) dense.push_back(reading_at(2 * i, 1.0 + i % 3 / 10.0));
  for (const int minute : {101, 103, 1'001, 2'501, 4'001})
    late.push_back(reading_at(minute, minute == 2'501 ? 3.0 : 1.0));
  auto other = place_.open("other");
  Intake singly(catalogue(), other);
  for (auto* store : {&store_, &other}) ASSERT_TRUE(store->add(dense));
  const auto& station = *intake_.catalogue().find("n12");
  for (const auto& batch : encode_batches(station, late)) take(batch, at(5'000));
  for (const auto& r : late)
    ASSERT_TRUE(singly.receive(stage_topic, encode(station, r), at(5'000)));
  const auto all = store_.read("n12", Parameter::stage, at(0), at(5'000)).value();
  ASSERT_EQ(all.size(), dense.size() + late.size());
  EXPECT_EQ(digest(all), digest(other.read("n12", Parameter::stage, at(0), at(5'000)).value()));
  EXPECT_EQ(
      store_.read("n12", Parameter::stage, at(2'501), at(2'501)).value().front().quality.overall,
      Flag::fail);
}

TEST_P(IntakeTest, AnyOrderAndAnyDuplicatesStoreTheSameValues) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::string> messages;
  for (int i = 1; i <= 100; ++i) messages.push_back(payload(i, i / 64.0, i));
  for (int i = 0; i < 100; ++i) messages.push_back(messages[random() % 100]);
  std::shuffle(messages.begin(), messages.end(), random);
  std::string last_ack;
  for (const auto& message : messages) last_ack = take(message, at(200)).ack;
  const auto all = stored();
  ASSERT_EQ(all.size(), 100u);
  for (int i = 1; i <= 100; ++i) {
    EXPECT_EQ(all[static_cast<std::size_t>(i - 1)].time, at(i));
    EXPECT_EQ(all[static_cast<std::size_t>(i - 1)].value, i / 64.0);
  }
  EXPECT_THAT(last_ack, HasSubstr(R"("stored_to":100,"gaps":[])"));
  EXPECT_EQ(intake_.counters().duplicate, 100);
}

TEST_P(IntakeTest, BadPayloadsAreQuarantinedCountedAndServedOn) {
  const std::vector<std::string> bad = {"",
                                        "{",
                                        std::string(9000, ' '),
                                        R"({"t":"2026-11-23T00:10:00Z","value":NaN})",
                                        std::string("\xff\xfe\0", 3),
                                        payload(10, 1.0).substr(1)};
  for (const auto& message : bad) {
    const auto outcome = take(message, at(10));
    EXPECT_TRUE(outcome.quarantined);
    EXPECT_TRUE(outcome.readings.empty());
  }
  take(payload(10, 1.0), at(10), "vv/v1/obs/kommune/stranger/stage");
  take(payload(10, 1.0), at(10), std::string(3, '/'));
  const auto counters = intake_.counters();
  EXPECT_EQ(counters.quarantined, 8);
  EXPECT_EQ(counters.quarantined_by_reason.at("unknown station"), 1);
  EXPECT_EQ(counters.quarantined_by_reason.at("payload too large"), 1);
  EXPECT_EQ(store_.quarantined(100).value().size(), 8u);
  EXPECT_EQ(store_.quarantined(3).value()[2].payload, payload(10, 1.0).substr(1));
  EXPECT_EQ(take(payload(10, 1.0), at(10)).readings.size(), 1u);
}

TEST_P(IntakeTest, ADiskErrorIsReturnedSoThatTheBrokerIsNotTold) {
  auto small = place_.open("small", {.largest_file = 64 * 1024});
  Intake intake(catalogue(), small);
  if (place_.is_server()) place_.run_sql("ALTER TABLE reading ADD CHECK (sequence < 20)", "small");
  Result<Outcome> outcome = Outcome{};
  int stored = 0;
  for (; stored < 100'000 && outcome; ++stored)
    outcome = intake.receive(stage_topic, payload(stored, 1.0, stored + 1), at(stored));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::io);
  EXPECT_EQ(intake.counters().store_errors, 1);
  EXPECT_EQ(small.count_readings().value(), stored - 1);
  EXPECT_EQ(small.progress("n12").value()->stored_to, stored - 1);
}

// The sender's clock leaps an hour ahead and back; then ours goes two hours back and is put right;
// a leap second comes by.
TEST_P(IntakeTest, ClocksThatJumpDoNoHarm) {
  take(payload(10, 1.0, 1), at(10));
  const auto ahead = take(payload(80, 1.1, 2), at(20));
  EXPECT_EQ(ahead.readings[0].reading.quality.overall, Flag::fail);
  EXPECT_TRUE(ahead.latest.empty());
  const auto back = take(payload(30, 1.2, 3), at(30));
  EXPECT_FALSE(back.readings[0].reading.late);
  EXPECT_TRUE(back.readings[0].reading.quality.usable());
  EXPECT_THAT(back.latest, HasSubstr("\"value\":1.2"));
  // All that comes while our clock is wrong is kept, unused, and no `latest` goes back in time.
  const auto early = take(payload(40, 1.3, 4), at(-80));
  EXPECT_EQ(early.readings[0].reading.quality.overall, Flag::fail);
  EXPECT_TRUE(early.latest.empty());
  const auto right = take(payload(50, 1.4, 5), at(50));
  EXPECT_TRUE(right.readings[0].reading.quality.usable());
  EXPECT_THAT(right.latest, HasSubstr("\"value\":1.4"));
  EXPECT_THAT(right.ack, HasSubstr(R"("stored_to":5,"gaps":[])"));
  // 23:59:60 is the instant that follows it: the same reading, or a correction of it.
  const auto stamped = [](const char* time, double value) {
    return R"({"t":")" + std::string(time) + R"(","value":)" + std::to_string(value) +
           R"(,"unit":"m","datum":"EPSG:5799"})";
  };
  const auto midnight = at(1440);
  EXPECT_EQ(take(stamped("2026-11-23T23:59:60Z", 1.5), midnight).readings[0].stored, Stored::added);
  EXPECT_EQ(take(stamped("2026-11-24T00:00:00Z", 1.5), midnight).readings[0].stored,
            Stored::duplicate);
  EXPECT_EQ(take(stamped("2026-11-24T00:00:01Z", 1.5), midnight).readings[0].stored, Stored::added);
  EXPECT_EQ(stored().size(), 7u);
}

TEST_P(IntakeTest, WhatIsRetainedCanBePublishedAgain) {
  EXPECT_TRUE(intake_.retained(at(0)).value().empty());
  take(payload(10, 1.0, 1), at(10));
  take(payload(20, 1.5, 2), at(20));
  const auto all = intake_.retained(at(30)).value();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].station->id, "n12");
  EXPECT_THAT(all[0].latest, HasSubstr("\"value\":1.5"));
  EXPECT_THAT(all[0].ack, HasSubstr("\"stored_to\":2"));
}

}  // namespace
}  // namespace vandvagt::sensors
