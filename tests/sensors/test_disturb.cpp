#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sensors/decode.hpp"
#include "sensors/disturb.hpp"
#include "tests/sensors/stations.hpp"

namespace vandvagt::sensors {
namespace {

constexpr int count = 4000;

std::vector<Reading> calm() {
  std::vector<Reading> readings;
  for (int i = 0; i < count; ++i) {
    readings.push_back(test::reading_at(10 * i, 1.0 + 0.25 * std::sin(i / 50.0)));
    readings.back().session = 1;
    readings.back().sequence = i + 1;
  }
  return readings;
}

std::vector<Transmission> sent(const Disturbance& faults) {
  return transmissions(test::stage_station(), calm(), faults);
}

// A share of `count` draws, within five standard deviations.
void expect_share(long long number, double share) {
  EXPECT_NEAR(static_cast<double>(number), share * count,
              5.0 * std::sqrt(share * (1.0 - share) * count));
}

TEST(Disturb, WithoutFaultsEachReadingIsSentOnceAtItsTime) {
  const auto readings = calm();
  const auto all = sent({});
  ASSERT_EQ(all.size(), readings.size());
  const auto catalogue = test::catalogue_of({test::stage_station()});
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].when, readings[i].time);
    EXPECT_FALSE(all[i].altered);
    const auto read = decode(catalogue, test::stage_topic, all[i].payload, readings[i].time);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_NEAR(read->front().value, readings[i].value, 1e-14);
    EXPECT_EQ(read->front().sequence, readings[i].sequence);
  }
}

TEST(Disturb, TheSameSeedGivesTheSameAndAnotherSomethingElse) {
  const auto payloads = [](std::uint64_t seed) {
    std::string all;
    for (const auto& one : sent({.seed = seed, .drop = 0.1, .delay = 0.1, .spike = 0.1}))
      all += format_time(one.when) + one.payload;
    return all;
  };
  EXPECT_EQ(payloads(1), payloads(1));
  EXPECT_NE(payloads(1), payloads(2));
}

TEST(Disturb, DropsAndDuplicatesTheirShares) {
  expect_share(count - static_cast<long long>(sent({.drop = 0.1}).size()), 0.1);
  expect_share(static_cast<long long>(sent({.duplicate = 0.2}).size()) - count, 0.2);
}

TEST(Disturb, DelaysWithinTheLongestDelayAndInOrderOfSending) {
  const auto all = sent({.delay = 0.3, .longest_delay = std::chrono::hours{2}});
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const auto& a, const auto& b) { return a.when < b.when; }));
  const auto late = std::count_if(all.begin(), all.end(), [](const Transmission& one) {
    EXPECT_LE(one.when - one.reading.time, std::chrono::hours{2});
    return one.when > one.reading.time;
  });
  expect_share(late, 0.3);
}

TEST(Disturb, ReorderedReadingsComeAfterTheNext) {
  const auto all = sent({.reorder = 0.1});
  long long turned = 0;
  for (std::size_t i = 1; i < all.size(); ++i)
    turned += all[i].reading.time < all[i - 1].reading.time ? 1 : 0;
  EXPECT_GT(turned, count / 20);
  EXPECT_EQ(all.size(), static_cast<std::size_t>(count));
}

TEST(Disturb, AWrongUnitIsOneThatDecodeRefuses) {
  const auto catalogue = test::catalogue_of({test::stage_station()});
  long long refused = 0;
  for (const auto& one : sent({.wrong_unit = 0.1}))
    if (one.altered) {
      ++refused;
      EXPECT_FALSE(decode(catalogue, test::stage_topic, one.payload, one.reading.time));
    }
  expect_share(refused, 0.1);
}

TEST(Disturb, SpikesAndFlatLinesChangeValues) {
  expect_share(
      std::ranges::count_if(sent({.spike = 0.05, .spike_size = 2.0}), &Transmission::altered),
      0.05);
  const auto flat =
      std::ranges::count_if(sent({.flat_line = 0.01, .flat_length = 10}), &Transmission::altered);
  EXPECT_GT(flat, count / 20);
  EXPECT_LT(flat, count / 5);
}

TEST(Disturb, AFaultDoesNotShiftTheOthers) {
  const auto spiked = [](const std::vector<Transmission>& all) {
    std::vector<Time> times;
    for (const auto& one : all)
      if (one.altered) times.push_back(one.reading.time);
    return times;
  };
  const auto alone = spiked(sent({.spike = 0.1}));
  for (const auto time : spiked(sent({.drop = 0.5, .spike = 0.1})))
    EXPECT_TRUE(std::ranges::binary_search(alone, time));
}

TEST(Disturb, FaultsOfTheOrderAreAllNamed) {
  EXPECT_TRUE(check_disturbance({}).empty());
  EXPECT_EQ(
      check_disturbance({.drop = -0.1, .spike = 2.0, .spike_size = NAN, .flat_length = 1}).size(),
      4U);
}

}  // namespace
}  // namespace vandvagt::sensors
