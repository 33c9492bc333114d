#include <gtest/gtest.h>

#include <cmath>

#include "sensors/check.hpp"
#include "sensors/encode.hpp"
#include "sensors/intake.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/support.hpp"

/// The tests that look back, aside and by season.
namespace vandvagt::sensors {
namespace {

using test::at;
using test::reading_at;
using namespace std::chrono_literals;

Station station_with(QualityLimits limits) {
  auto station = test::stage_station();
  station.limits = std::move(limits);
  return station;
}

// One value every ten minutes from minute 0.
std::vector<Reading> series(int count, double (*value)(int), const std::string& id = "n12") {
  std::vector<Reading> readings;
  for (int i = 0; i < count; ++i) readings.push_back(reading_at(10 * i, value(i), id));
  return readings;
}
double still(int) {
  return 1.0;
}
double tide(int i) {
  return std::sin(i / 12.0);
}

Quality checked(const Station& station, const std::vector<Reading>& history, double value,
                const Surroundings& around = {}) {
  const int minutes = static_cast<int>(history.size()) * 10;
  return check(station, history, reading_at(minutes, value), at(minutes), around).quality;
}

TEST(CheckBySeason, TheSeasonsLimitsReplaceTheStationsOwn) {
  auto station = station_with({.sensor_max = 5.0, .climatology_max = 2.0});
  station.seasons = {{.first_month = 11, .last_month = 3, .limits = {.climatology_max = 3.0}}};
  const auto flags = [&](const char* time) {
    Reading reading = reading_at(0, 2.5);
    reading.time = parse_time(time).value();
    return check(station, {}, reading, at(10'000'000)).quality;
  };
  EXPECT_EQ(flags("2026-11-01T00:00:00Z").overall, Flag::pass);
  EXPECT_EQ(flags("2026-03-31T23:59:59Z").overall, Flag::pass);
  EXPECT_EQ(flags("2026-04-01T00:00:00Z")[QcTest::climatology], Flag::suspect);
  EXPECT_EQ(flags("2026-10-31T23:59:59Z").overall, Flag::suspect);
  EXPECT_EQ(flags("2026-10-31T23:59:59Z")[QcTest::gross_range], Flag::pass);
}

TEST(CheckAttenuated, ASignalThatNoLongerMovesIsFound) {
  const auto station =
      station_with({.attenuated_suspect = 0.5, .attenuated_fail = 0.1, .expected_interval = 10min});
  EXPECT_EQ(history_needed(station), 73);
  const auto flag = [&](const std::vector<Reading>& history, double value) {
    return checked(station, history, value)[QcTest::attenuated_signal];
  };
  EXPECT_EQ(flag(series(72, tide), 0.0), Flag::pass);
  EXPECT_EQ(flag(series(72, still), 1.05), Flag::fail);
  EXPECT_EQ(flag(series(72, still), 1.3), Flag::suspect);
  EXPECT_EQ(flag(series(30, still), 1.0), Flag::not_evaluated);  // not half a window
  auto spiked = series(72, still);
  spiked[40].value = 1000.0;  // found before: it does not make the signal move
  spiked[40].quality.overall = Flag::fail;
  EXPECT_EQ(flag(spiked, 1.0), Flag::fail);
}

TEST(CheckRate, DeviationsOfTheLastDayAndAnHourAreAMeasure) {
  const auto station = station_with({.rate_deviations = 3.0, .expected_interval = 10min});
  const auto flag = [&](double value) {
    return checked(station, series(150, tide), value)[QcTest::rate_of_change];
  };
  EXPECT_EQ(flag(tide(150)), Flag::pass);
  EXPECT_EQ(flag(tide(150) + 2.0), Flag::pass);  // the tide's own deviation is 0.7
  EXPECT_EQ(flag(tide(150) + 2.5), Flag::suspect);
  EXPECT_EQ(checked(station, series(70, tide), 9.0)[QcTest::rate_of_change], Flag::not_evaluated);
}

TEST(CheckNeighbour, IsComparedAtTheSameTimeWithTheDeclaredDifference) {
  const auto station = station_with({.neighbour = "n13",
                                     .neighbour_difference = 0.5,
                                     .neighbour_tolerance = 0.05,
                                     .expected_interval = 10min});
  auto neighbour = series(12, tide, "n13");
  const auto flag = [&](double value) {
    const std::vector<Reading> none;
    return check(station, none, reading_at(55, value), at(100), {.neighbour = neighbour})
        .quality[QcTest::neighbour];
  };
  const double between = (tide(5) + tide(6)) / 2.0 + 0.5;
  EXPECT_EQ(flag(between + 0.049), Flag::pass);
  EXPECT_EQ(flag(between - 0.051), Flag::suspect);
  neighbour.erase(neighbour.begin() + 4, neighbour.end());  // silent for 25 minutes
  EXPECT_EQ(flag(between), Flag::not_evaluated);
  neighbour.clear();
  EXPECT_EQ(flag(between), Flag::not_evaluated);
}

TEST(CheckNeighbour, ABadNeighbourIsNoMeasure) {
  const auto station =
      station_with({.neighbour = "n13", .neighbour_tolerance = 0.05, .expected_interval = 10min});
  auto neighbour = series(1, still, "n13");
  neighbour[0].quality.overall = Flag::fail;
  EXPECT_EQ(check(station, {}, reading_at(0, 7.0), at(0), {.neighbour = neighbour})
                .quality[QcTest::neighbour],
            Flag::not_evaluated);
}

TEST(CheckMultiVariate, AFastRiseMustBeSharedByTheCompanion) {
  const auto station = station_with({.companion = "q1",
                                     .companion_from_rate = 0.1 / 600.0,
                                     .companion_rate = 1.0 / 600.0,
                                     .expected_interval = 10min});
  const auto flag = [&](double rise, double companion_rise) {
    const std::vector<Reading> companion{reading_at(0, 5.0, "q1"),
                                         reading_at(10, 5.0 + companion_rise, "q1")};
    return check(station, series(1, still), reading_at(10, 1.0 + rise), at(10),
                 {.companion = companion})
        .quality[QcTest::multi_variate];
  };
  EXPECT_EQ(flag(0.05, 0.0), Flag::pass);
  EXPECT_EQ(flag(0.2, 2.0), Flag::pass);
  EXPECT_EQ(flag(0.2, 0.5), Flag::suspect);
}

class LateReading : public testing::Test {
 protected:
  Outcome take(int minutes, double value) {
    const auto reading = reading_at(minutes, value);
    return intake_.receive(test::stage_topic, encode(station_, reading), at(200)).value();
  }
  Quality stored(int minutes) {
    return store_.read("n12", Parameter::stage, at(minutes), at(minutes)).value().front().quality;
  }
  // What was said when it came.
  Quality first_said(int minutes) {
    return store_.revisions("n12", Parameter::stage, at(minutes)).value().front().quality;
  }

  Station station_ = station_with({.spike_fail = 0.2, .expected_interval = 10min});
  test::TemporaryFolder folder_;
  Store store_ = Store::open(folder_ / "readings.db").value();
  Intake intake_{test::catalogue_of({station_}), store_};
};

TEST_F(LateReading, IsItselfFoundToBeASpikeAtOnce) {
  for (const int minutes : {0, 10, 30, 40}) take(minutes, 1.0);
  const auto outcome = take(20, 2.0);
  EXPECT_TRUE(outcome.readings.front().reading.late);
  EXPECT_EQ(stored(20)[QcTest::spike], Flag::fail);
  EXPECT_EQ(stored(20).overall, Flag::fail);
}

TEST_F(LateReading, ClosesTheHoleThatKeptItsNeighboursFromBeingJudged) {
  take(0, 1.0);
  take(10, 1.5);
  take(40, 1.5);  // a hole of three intervals: neither neighbour of it can be judged
  take(50, 1.0);
  EXPECT_EQ(stored(10)[QcTest::spike], Flag::not_evaluated);
  EXPECT_EQ(stored(40)[QcTest::spike], Flag::not_evaluated);
  const auto outcome = take(25, 1.0);
  EXPECT_EQ(outcome.reviews.size(), 2u);
  EXPECT_EQ(stored(10)[QcTest::spike], Flag::fail);
  EXPECT_EQ(stored(40)[QcTest::spike], Flag::fail);
  EXPECT_EQ(first_said(10)[QcTest::spike], Flag::not_evaluated);  // never rewritten
  EXPECT_EQ(first_said(40)[QcTest::spike], Flag::not_evaluated);
}

TEST(CheckAcrossRestarts, TheSameFlagsComeFromOneRunAndFromARestartAfterEachReading) {
  auto station = station_with({.spike_fail = 0.4,
                               .rate_deviations = 3.0,
                               .rate_window = 2h,
                               .flat_tolerance = 0.001,
                               .attenuated_suspect = 0.3,
                               .attenuated_window = 2h,
                               .expected_interval = 10min});
  const auto flags = [&](bool restart) {
    const test::TemporaryFolder folder;
    std::optional<Store> store;
    std::optional<Intake> intake;
    for (int i = 0; i < 60; ++i) {
      if (!store || restart) {
        intake.reset();
        store.reset();
        store.emplace(Store::open(folder / "readings.db").value());
        intake.emplace(test::catalogue_of({station}), *store);
      }
      const double value = i == 30 ? 9.0 : i > 45 ? 1.0 : tide(i);
      const auto reading = reading_at(10 * i, value);
      EXPECT_TRUE(intake->receive(test::stage_topic, encode(station, reading), at(10 * i)));
    }
    std::string all;
    for (const auto& r : store->read("n12", Parameter::stage, at(0), at(600)).value())
      all += tests_text(r.quality) + "\n";
    return all;
  };
  const auto continuous = flags(false);
  EXPECT_EQ(continuous, flags(true));
  EXPECT_NE(continuous.find('4'), std::string::npos);
}

}  // namespace
}  // namespace vandvagt::sensors
