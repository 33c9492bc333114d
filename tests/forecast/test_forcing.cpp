#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "forecast/detail/station_series.hpp"
#include "forecast/forcing.hpp"
#include "tests/forecast/made_case.hpp"

namespace vandvagt::forecast {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::first_night;
using test::MadeStore;
using ::testing::HasSubstr;
using vandvagt::test::TemporaryFolder;
using vandvagt::test::write_text;

Time at(int minute) {
  return first_night() + minutes{minute};
}

// ---- merging a station with those that stand in for it

using detail::merge_chain;

TEST(StationChain, FallbackFillsOnlyTheSilence) {
  const std::vector<Observation> own{{at(0), 1}, {at(60), 2}, {at(600), 3}};
  const std::vector<Observation> spare{{at(30), 9}, {at(120), 5}, {at(240), 6}, {at(700), 9}};
  const auto marks = merge_chain({own, spare}, hours{3}, at(700));
  std::vector<double> readings;
  for (const auto& mark : marks) {
    if (!mark.held) readings.push_back(mark.value);
  }
  EXPECT_THAT(readings, ::testing::ElementsAre(1, 2, 5, 6, 3));
}

TEST(StationChain, LastValueIsHeldUntilTheNextReadingWhereNoneWasHeard) {
  const auto marks = merge_chain({{{at(0), 1}, {at(600), 3}}}, hours{3}, at(700));
  ASSERT_EQ(marks.size(), 3U);
  EXPECT_TRUE(marks[1].held);
  EXPECT_EQ(marks[1].value, 1);
  EXPECT_EQ(marks[1].time, at(600) - Duration{1});
}

TEST(StationChain, SilenceAtTheEndHandsOverAfterMaxAge) {
  const std::vector<Observation> own{{at(0), 1}};
  const std::vector<Observation> spare{{at(60), 5}, {at(170), 6}};
  EXPECT_EQ(merge_chain({own, spare}, hours{3}, at(179)).size(), 1U);
  EXPECT_EQ(merge_chain({own, spare}, hours{3}, at(181)).size(), 3U);
}

TEST(StationChain, WhatIsSettledDoesNotChangeWithLaterReadings) {
  // A station with gaps of all kinds and two that stand in, read at every instant of a day: up to
  // settled_until the series must equal the one made when everything is known.
  std::vector<std::vector<Observation>> all(3);
  for (int m = 0; m <= 1440; m += 10) {
    const bool silent = (m > 200 && m < 330) || (m > 500 && m < 900) || m > 1300;
    if (!silent) all[0].push_back({at(m), std::sin(m * 0.01)});
    if (m < 650 || m > 1000) all[1].push_back({at(m), 2 + std::sin(m * 0.01)});
    if (m % 60 == 0) all[2].push_back({at(m), 4 + std::sin(m * 0.01)});
  }
  const auto series_until = [&](Time now, Time& settled) {
    std::vector<std::vector<Observation>> known = all;
    for (auto& one : known) {
      std::erase_if(one, [&](const Observation& o) { return o.time > now; });
    }
    const auto marks = merge_chain(known, hours{2}, now);
    settled = detail::settled_until(marks, {true, false, false}, hours{2}, now);
    model::Series series;
    for (const auto& mark : marks) {
      series.times.push_back(mark.time);
      series.values.push_back(mark.value);
    }
    return series;
  };
  Time ignored;
  const model::Series whole = series_until(at(1440), ignored);
  int compared = 0;
  for (int now = 60; now <= 1440; now += 7) {
    Time settled;
    const model::Series part = series_until(at(now), settled);
    EXPECT_LE(settled, at(now));
    for (int t = 0; at(t) <= settled; ++t, ++compared) {
      ASSERT_EQ(part.at(at(t)), whole.at(at(t))) << "at " << t << " known until " << now;
    }
  }
  EXPECT_GT(compared, 50'000);
}

// ---- series of an edge

struct Forcing : ::testing::Test {
  TemporaryFolder folder;
  MadeStore store{folder.path()};
  std::vector<sensors::Station> stations = test::make_case().stations;
  SeriesInput input = [] {
    SeriesInput made;
    made.from = SeriesInput::From::station;
    made.station = "sea-gauge";
    return made;
  }();
  ForcingPeriod period{at(0), at(600), at(1200)};

  Result<ResolvedSeries> resolve() {
    return resolve_series(input, "edge \"sea\"", Dimension::length, period, first_night(),
                          Observations(&store.get(), stations));
  }
};

TEST_F(Forcing, ReadingsAreJoinedLinearlyAndTheLastIsHeld) {
  store.add(stations[0], at(-10), 0.0);
  store.add(stations[0], at(10), 1.0);
  store.add(stations[0], at(590), 0.5);
  input.max_age = hours{12};
  const auto resolved = resolve();
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_DOUBLE_EQ(resolved->series.at(at(0)), 0.5);
  EXPECT_DOUBLE_EQ(resolved->series.at(at(1000)), 0.5);
  EXPECT_EQ(resolved->settled_until, at(590));
  EXPECT_EQ(resolved->report.age, Duration{minutes{10}});
  EXPECT_FALSE(resolved->report.degraded);
  EXPECT_EQ(resolved->report.after, "last value held");
}

TEST_F(Forcing, FlaggedReadingsAndReadingsAfterTheReferenceTimeAreLeftOut) {
  store.add(stations[0], at(500), 1.0);
  store.add(stations[0], at(550), 1000.0, sensors::Flag::fail);
  store.add(stations[0], at(560), 50.0, sensors::Flag::suspect);
  store.add(stations[0], at(610), 7.0);
  const auto resolved = resolve();
  ASSERT_TRUE(resolved);
  EXPECT_DOUBLE_EQ(resolved->series.at(at(1200)), 1.0);
}

TEST_F(Forcing, FallbackIsNamed) {
  store.add(stations[0], at(0), 1.0);
  store.fill(stations[1], at(0), at(600), minutes{10}, [](double) { return 2.0; });
  const auto resolved = resolve();
  ASSERT_TRUE(resolved);
  EXPECT_DOUBLE_EQ(resolved->series.at(at(600)), 2.0);
  EXPECT_TRUE(resolved->report.degraded);
  EXPECT_THAT(resolved->report.stations_used, ::testing::ElementsAre("sea-gauge", "sea-spare"));
  ASSERT_FALSE(resolved->report.notices.empty());
  EXPECT_THAT(resolved->report.notices[0], HasSubstr("sea-spare stood in for sea-gauge"));
}

TEST_F(Forcing, NothingKnownIsAnErrorAndNeverZero) {
  const auto nothing = resolve();
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::unavailable);
  EXPECT_THAT(nothing.error().message, HasSubstr("edge \"sea\""));
  store.add(stations[0], at(600) - hours{30}, 1.0);  // ten times max_age: as good as nothing
  EXPECT_FALSE(resolve());
  period.reference = at(600);
  store.add(stations[0], at(600) - hours{20}, 1.5);  // held, and said
  const auto held = resolve();
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_DOUBLE_EQ(held->series.at(at(600)), 1.5);
  EXPECT_TRUE(held->report.degraded);
  EXPECT_EQ(held->settled_until, at(600));
}

TEST_F(Forcing, ForecastFileIsMovedOntoTheNewestReading) {
  store.fill(stations[0], at(0), at(590), minutes{10}, [](double) { return 1.0; });
  input.forecast_file = folder / "surge.csv";
  input.file_unit = "cm";
  write_text(input.forecast_file,
             "time,value\n2026-01-10T00:00:00Z,80\n2026-01-10T10:00:00Z,80\n"
             "2026-01-10T20:00:00Z,180\n");
  const auto resolved = resolve();
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_NEAR(resolved->series.at(at(1200)), 2.0, 1e-12);
  EXPECT_NEAR(resolved->series.at(at(900)), 1.5, 1e-12);
  EXPECT_THAT(resolved->report.after, HasSubstr("+0.200"));
  EXPECT_EQ(resolved->inputs.front().path, input.forecast_file.string());
  EXPECT_EQ(resolved->inputs.front().digest.size(), 64U);
}

TEST_F(Forcing, DischargeForecastIsScaled) {
  auto flow = test::station("flow", sensors::Parameter::discharge);
  stations.push_back(flow);
  store.add(flow, at(600), 12.0);
  input.station = "flow";
  input.forecast_file = folder / "flow.csv";
  write_text(input.forecast_file, "0 10\n36000 10\n72000 30\n");
  const auto resolved = resolve_series(input, "edge \"river\"", Dimension::discharge, period,
                                       first_night(), Observations(&store.get(), stations));
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_NEAR(resolved->series.at(at(1200)), 36.0, 1e-12);
}

TEST_F(Forcing, StationsThatAreUnknownOrMeasureSomethingElseAreRefused) {
  input.station = "nowhere";
  EXPECT_THAT(resolve().error().message, HasSubstr("not declared"));
  input.station = "rain-east";
  EXPECT_THAT(resolve().error().message, HasSubstr("measures rain"));
}

TEST_F(Forcing, PerturbedStagesGrowOverTheRampAndLeaveTheHindcastAlone) {
  auto made = test::make_case({.stations = false});
  const auto forcing = resolve_forcing(made.scenario, made.built, period, Observations({}, {}));
  ASSERT_TRUE(forcing);
  const auto given = case_of_member(made.built, *forcing, {.stage_offset = 0.2}, period);
  const model::Series& sea = given.edges[0].series;
  EXPECT_DOUBLE_EQ(sea.at(at(0)), 0.4);
  EXPECT_DOUBLE_EQ(sea.at(at(600)), 0.4);
  EXPECT_DOUBLE_EQ(sea.at(at(630)), 0.5);
  EXPECT_DOUBLE_EQ(sea.at(at(660)), 0.6);
  EXPECT_DOUBLE_EQ(sea.at(at(1200)), 0.6);
}

// ---- files

TEST(SeriesFile, TakesHeadingsCommentsSeparatorsAndUnits) {
  const TemporaryFolder folder;
  write_text(folder / "a.csv", "\xEF\xBB\xBFtime;flow\n# a comment\n\n0;100\n60;200;extra\n");
  const auto series =
      read_series_file(folder / "a.csv", "l/s", Dimension::discharge, first_night());
  ASSERT_TRUE(series) << series.error().message;
  EXPECT_EQ(series->times[1], at(1));
  EXPECT_DOUBLE_EQ(series->values[1], 0.2);
}

TEST(SeriesFile, NamesFileAndLineOfWhatIsWrong) {
  const TemporaryFolder folder;
  const auto error_of = [&](const std::string& text, const std::string& unit = "m") {
    write_text(folder / "a.csv", text);
    const auto series = read_series_file(folder / "a.csv", unit, Dimension::length, first_night());
    return series ? std::string("none") : series.error().message;
  };
  EXPECT_THAT(error_of("0,1\n0,2\n"), HasSubstr("a.csv:2: time 0 does not come after"));
  EXPECT_THAT(error_of("0,nan\n"), HasSubstr("a.csv:1"));
  EXPECT_THAT(error_of("0,1e400\n"), HasSubstr("a.csv:1"));
  EXPECT_THAT(error_of("0\n"), HasSubstr("second column"));
  EXPECT_THAT(error_of("0,1\nyesterday,2\n"), HasSubstr("a.csv:2"));
  EXPECT_THAT(error_of("# nothing\n"), HasSubstr("holds no values"));
  EXPECT_THAT(error_of("0,1\n", "furlong"), HasSubstr("furlong"));
  write_text(folder / "a.csv", "0,1\n60,-0.5\n");
  EXPECT_THAT(
      read_series_file(folder / "a.csv", "mm/h", Dimension::speed, first_night()).error().message,
      HasSubstr("a.csv:2: -0.5 is negative rain"));
  EXPECT_EQ(
      read_series_file(folder / "absent.csv", "m", Dimension::length, first_night()).error().code,
      ErrorCode::io);
}

}  // namespace
}  // namespace vandvagt::forecast
