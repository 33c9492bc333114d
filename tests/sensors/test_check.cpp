#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "sensors/check.hpp"
#include "sensors/encode.hpp"
#include "sensors/intake.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::sensors {
namespace {

using test::at;
using test::reading_at;
using namespace std::chrono_literals;

Station station_with(QualityLimits limits) {
  auto station = test::stage_station();
  station.limits = limits;
  return station;
}

std::vector<Reading> series(std::initializer_list<double> values, int step = 10) {
  std::vector<Reading> readings;
  for (const double value : values)
    readings.push_back(reading_at(static_cast<int>(readings.size()) * step, value));
  return readings;
}

// The last of `values` is the candidate.
Verdict judged(const QualityLimits& limits, std::initializer_list<double> values, int step = 10) {
  auto readings = series(values, step);
  const auto candidate = readings.back();
  readings.pop_back();
  return check(station_with(limits), readings, candidate, at(10'000));
}

TEST(Check, ATestThatIsNotDeclaredDoesNotRun) {
  const auto verdict = judged({}, {1.0, 1.0, 1.0, 1000.0});
  EXPECT_EQ(tests_text(verdict.quality), "22222222222");
  EXPECT_EQ(verdict.quality.overall, Flag::not_evaluated);
  EXPECT_FALSE(verdict.previous);
}

TEST(Check, GrossRangeFailsOutsideTheSensorAndSuspectsOutsideTheOperators) {
  const QualityLimits limits{
      .sensor_min = -1.0, .sensor_max = 5.0, .operator_min = 0.0, .operator_max = 4.0};
  EXPECT_EQ(judged(limits, {4.0}).quality.overall, Flag::pass);
  EXPECT_EQ(judged(limits, {4.1}).quality.overall, Flag::suspect);
  EXPECT_EQ(judged(limits, {-0.5}).quality.overall, Flag::suspect);
  EXPECT_EQ(judged(limits, {5.1}).quality.overall, Flag::fail);
  EXPECT_EQ(judged(limits, {-1.1}).quality[QcTest::gross_range], Flag::fail);
}

TEST(Check, TheSpikeIsSoughtInThePointBeforeTheNewest) {
  const QualityLimits limits{.spike_suspect = 0.1, .spike_fail = 0.2};
  const auto spike = judged(limits, {1.0, 1.5, 1.0});
  EXPECT_EQ(spike.quality[QcTest::spike], Flag::not_evaluated);
  ASSERT_TRUE(spike.previous);
  EXPECT_EQ(spike.previous->overall, Flag::fail);
  EXPECT_EQ(judged(limits, {1.0, 1.15, 1.0}).previous->overall, Flag::suspect);
  EXPECT_EQ(judged(limits, {1.0, 1.05, 1.0}).previous->overall, Flag::pass);
  EXPECT_EQ(judged(limits, {1.0, 0.5, 1.0}).previous->overall, Flag::fail);
  EXPECT_FALSE(judged(limits, {1.0, 1.5}).previous);
}

TEST(Check, AStepOrASteepFloodWaveIsNoSpike) {
  const QualityLimits limits{.spike_suspect = 0.1, .spike_fail = 0.2};
  EXPECT_EQ(judged(limits, {1.0, 1.0, 3.0}).previous->overall, Flag::pass);
  EXPECT_EQ(judged(limits, {1.0, 3.0, 3.0}).previous->overall, Flag::pass);
  EXPECT_EQ(judged(limits, {1.0, 2.0, 4.0}).previous->overall, Flag::pass);
}

TEST(Check, ASpikeIsJudgedOnceAndNotAcrossAGap) {
  const QualityLimits limits{.spike_fail = 0.2, .expected_interval = 10min};
  EXPECT_TRUE(judged(limits, {1.0, 1.5, 1.0}).previous);
  EXPECT_FALSE(judged(limits, {1.0, 1.5, 1.0}, 30).previous);
  auto readings = series({1.0, 1.5});
  readings[1].quality[QcTest::spike] = Flag::pass;  // judged before, by a later reading
  EXPECT_FALSE(check(station_with(limits), readings, reading_at(20, 1.0), at(20)).previous);
}

TEST(Check, RateOfChangeSuspectsAndNeverFails) {
  const QualityLimits limits{.rate_per_second = 0.5 / 600.0};
  EXPECT_EQ(judged(limits, {1.0, 1.4}).quality.overall, Flag::pass);
  EXPECT_EQ(judged(limits, {1.0, 0.4}).quality.overall, Flag::suspect);
  EXPECT_EQ(judged(limits, {1.0, 9.0}).quality.overall, Flag::suspect);
  EXPECT_EQ(judged(limits, {1.0}).quality.overall, Flag::not_evaluated);
}

TEST(Check, TheReadingAfterASpikeIsComparedWithTheOneBeforeIt) {
  const QualityLimits limits{.spike_fail = 0.2, .rate_per_second = 0.5 / 600.0};
  const auto verdict = judged(limits, {1.0, 9.0, 1.1});
  EXPECT_EQ(verdict.quality[QcTest::rate_of_change], Flag::pass);
  EXPECT_EQ(verdict.previous->overall, Flag::fail);
}

TEST(Check, AFlatLineIsCountedInDistinctTimes) {
  const QualityLimits limits{.flat_tolerance = 0.001};
  EXPECT_EQ(judged(limits, {1.0, 1.0}).quality[QcTest::flat_line], Flag::not_evaluated);
  EXPECT_EQ(judged(limits, {2.0, 1.0, 1.0}).quality[QcTest::flat_line], Flag::pass);
  EXPECT_EQ(judged(limits, {2.0, 1.0, 1.0, 1.0}).quality[QcTest::flat_line], Flag::suspect);
  EXPECT_EQ(judged(limits, {1.0, 1.0, 1.0, 1.0, 1.0}).quality[QcTest::flat_line], Flag::fail);
  // A slow drift of less than the tolerance a step is not flat.
  EXPECT_EQ(judged(limits, {1.0, 1.0008, 1.0016}).quality[QcTest::flat_line], Flag::pass);
  auto twice = series({1.0, 1.0});
  twice.insert(twice.begin() + 1, 3, twice[0]);  // the same stamp again and again
  const auto verdict = check(station_with(limits), twice, reading_at(20, 2.0), at(20));
  EXPECT_EQ(verdict.quality[QcTest::flat_line], Flag::pass);
  const auto two = check(station_with(limits), twice, reading_at(10, 1.0), at(20));
  EXPECT_EQ(two.quality[QcTest::flat_line], Flag::not_evaluated);
}

TEST(Check, AGapIsMarkedAndDoesNotLowerTheReadingAfterIt) {
  const QualityLimits limits{.sensor_max = 10.0, .expected_interval = 10min};
  EXPECT_EQ(judged(limits, {1.0, 1.0}, 20).quality[QcTest::gap], Flag::pass);
  const auto after = judged(limits, {1.0, 1.0}, 21).quality;
  EXPECT_EQ(after[QcTest::gap], Flag::suspect);
  EXPECT_EQ(after.overall, Flag::pass);
  EXPECT_TRUE(after.usable());
}

TEST(Check, AStampFromTheFutureFails) {
  const auto verdict = [](Duration ahead) {
    return check(station_with({.sensor_max = 10.0}), {}, reading_at(0, 1.0), at(0) - ahead);
  };
  EXPECT_EQ(verdict(5min).quality.overall, Flag::pass);
  EXPECT_EQ(verdict(5min + 1s).quality.overall, Flag::fail);
  EXPECT_EQ(verdict(5min + 1s).quality[QcTest::gap], Flag::fail);
}

// Declared for a tidal river gauge of 15-minute values: rises by at most 0.16 m in a step, stands
// at its extremes within 1 mm for three values.
QualityLimits tidal_limits() {
  return {.sensor_min = -5.0,
          .sensor_max = 10.0,
          .operator_min = -1.5,
          .operator_max = 3.0,
          .spike_suspect = 0.3,
          .spike_fail = 0.6,
          .rate_per_second = 0.5 / 900.0,
          .flat_tolerance = 0.001,
          .flat_suspect_count = 6,
          .flat_fail_count = 12,
          .expected_interval = 15min};
}

// The Environment Agency's series, newest first in the file, oldest first here.
std::vector<Reading> agency_series(const std::filesystem::path& file) {
  std::vector<Reading> readings;
  std::ifstream in(file);
  for (const auto& entry : nlohmann::json::parse(in)) {
    auto stamp = entry["ts"].get<std::string>();
    stamp.insert(stamp.size() - 1, ":00");  // it leaves the seconds out
    readings.push_back(
        {.station = "n12", .time = parse_time(stamp).value(), .value = entry["_"].get<double>()});
  }
  std::reverse(readings.begin(), readings.end());
  return readings;
}

std::vector<Time> flagged(const std::vector<Reading>& readings, bool in_batches) {
  const test::TemporaryFolder folder;
  auto store = Store::open(folder / "readings.db").value();
  const auto station = station_with(tidal_limits());
  Intake intake(test::catalogue_of({station}), store);
  const auto take = [&](const std::string& payload, Time now) {
    const auto outcome = intake.receive(test::stage_topic, payload, now);
    ASSERT_TRUE(outcome) << outcome.error().message;
    ASSERT_FALSE(outcome->quarantined) << outcome->quarantined->reason;
  };
  if (in_batches)
    for (const auto& payload : encode_batches(station, readings))
      take(payload, readings.back().time);
  else
    for (const auto& r : readings) take(encode(station, r), r.time);
  std::vector<Time> bad;
  const auto stored =
      store.read("n12", Parameter::stage, readings.front().time, readings.back().time).value();
  EXPECT_EQ(stored.size(), readings.size());
  for (const auto& r : stored)
    if (!r.quality.usable()) bad.push_back(r.time);
  return bad;
}

TEST(Check, ARealSeriesIsFlaggedExactlyAtItsSpikeOfAThousandMetres) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  const auto folder = data / "gauge_series_and_warnings" / "uk_ea";
  const auto spiked = agency_series(folder / "spikeTelem.json");
  const auto clean = agency_series(folder / "nonSpikeTelem.json");
  ASSERT_EQ(spiked.size(), 480u);
  const std::vector<Time> spike{parse_time("2020-10-13T16:00:00Z").value()};
  for (const bool in_batches : {false, true}) {
    EXPECT_EQ(flagged(spiked, in_batches), spike);
    EXPECT_EQ(flagged(clean, in_batches), std::vector<Time>{});
  }
}

TEST(Check, ASpikeInTheMiddleOfTheRealSeriesIsFlaggedAndItsNeighboursAreNot) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  auto readings =
      agency_series(data / "gauge_series_and_warnings" / "uk_ea" / "nonSpikeTelem.json");
  readings[200].value += 1.0;  // within every range
  for (const bool in_batches : {false, true})
    EXPECT_EQ(flagged(readings, in_batches), std::vector<Time>{readings[200].time});
}

}  // namespace
}  // namespace vandvagt::sensors
