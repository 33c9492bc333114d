#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sensors/bridge.hpp"
#include "sensors/export.hpp"
#include "sensors/readers.hpp"
#include "sensors/review.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/sensors/store_place.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::sensors {
namespace {

using test::at;
using test::reading_at;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Export : public test::OnBackEnd {
 protected:
  void SetUp() override {
    auto stage = test::stage_station();
    stage.name = "Town <bridge> & \"weir\"";
    stage.datum_offset = 0.66;
    stage.unit = "cm";
    catalogue_ = test::catalogue_of({stage, test::discharge_station()});
    std::vector<Reading> readings;
    for (int i = 0; i < 3; ++i) {
      auto reading = reading_at(10 * i, 1.0 + 0.1 * i);
      reading.session = 7;
      reading.sequence = i + 1;
      reading.quality[QcTest::syntax] = Flag::pass;
      readings.push_back(reading);
    }
    readings[1].quality.overall = Flag::suspect;
    ASSERT_TRUE(store_.add(readings));
    readings[2].value = 9.0;  // a revision
    readings[2].sequence = 4;
    ASSERT_TRUE(store_.add({readings[2]}));
  }

  test::TemporaryFolder folder_;
  Store store_ = place_.open();
  Catalogue catalogue_;
  ExportRequest all_{.stations = {}, .from = at(0), .to = at(100)};
};
INSTANTIATE_TEST_SUITE_P(On, Export, testing::ValuesIn(test::back_ends()), test::name_of);

TEST_P(Export, CsvHoldsTheNewestRevisionsInTheStationsOwnUnitAndDatum) {
  const auto file = folder_ / "out.csv";
  ASSERT_TRUE(export_csv(catalogue_, store_, all_, file));
  const auto text = test::read_text(file);
  EXPECT_THAT(text, HasSubstr("n12,stage,2026-11-23T00:00:00Z,34,cm,EPSG:5799,2,21222222222,1,0,"
                              "2026-11-23T00:00:00Z,7,1\n"));
  EXPECT_THAT(text, HasSubstr("n12,stage,2026-11-23T00:10:00Z,44,cm,EPSG:5799,3,"));
  EXPECT_THAT(text, HasSubstr("n12,stage,2026-11-23T00:20:00Z,834,cm,EPSG:5799,2,21222222222,2,"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
}

TEST_P(Export, CsvIsReadBackByTheReaderOfFiles) {
  const auto file = folder_ / "out.csv";
  ASSERT_TRUE(export_csv(catalogue_, store_, all_, file));
  auto station = *catalogue_.find("n12");
  station.file = {
      .format = FileFormat::csv,
      .series = "n12",
      .columns = {.time = {"time"}, .value = "value", .series = "station", .unit = "unit"}};
  const auto back = read_file(station, file, at(0));
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_EQ(back->readings.size(), 3u);
  EXPECT_NEAR(back->readings[1].value, 1.1, 1e-12);
}

TEST_P(Export, WaterMlIsWellFormedAndReadBack) {
  const auto file = folder_ / "out.xml";
  ASSERT_TRUE(export_waterml(catalogue_, store_, all_, file, at(50)));
  const auto lint = test::run_command("xmllint --noout '" + file.string() + "'");
  EXPECT_EQ(lint.exit_code, 0) << lint.output;
  auto station = *catalogue_.find("n12");
  station.file = {.format = FileFormat::waterml2, .series = "n12", .variable = "stage"};
  const auto back = read_file(station, file, at(0));
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_EQ(back->readings.size(), 3u);
  EXPECT_NEAR(back->readings[2].value, 9.0, 1e-12);
  EXPECT_THAT(test::read_text(file), HasSubstr("tests:21222222222"));
}

TEST_P(Export, WhatCannotBeDoneIsToldAndLeavesNothing) {
  EXPECT_FALSE(export_csv(catalogue_, store_, {.stations = {"n13"}}, folder_ / "out.csv"));
  EXPECT_FALSE(export_csv(catalogue_, store_, all_, folder_ / "no" / "folder.csv"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.csv"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.csv.partial"));
}

TEST(Bridge, AShortHoleIsALineALongOneTheFallbackAndNeitherIsMeasured) {
  std::vector<Reading> readings{reading_at(0, 1.0), reading_at(10, 1.0), reading_at(40, 1.3),
                                reading_at(200, 2.0)};
  std::vector<Reading> fallback;
  for (int m = 0; m <= 200; m += 50) fallback.push_back(reading_at(m, 5.0, "n13"));
  fallback[2].quality.overall = Flag::fail;  // at 100 min
  const auto series = bridge(readings, fallback,
                             {.interval = 10min, .longest_linear = 1h, .fallback_offset = -4.0});
  std::vector<std::pair<long, Origin>> origins;
  for (const auto& v : series)
    origins.emplace_back(std::chrono::duration_cast<std::chrono::minutes>(v.time - at(0)).count(),
                         v.origin);
  constexpr auto measured = Origin::measured, linear = Origin::linear;
  constexpr auto filled = Origin::fallback;
  EXPECT_THAT(origins, testing::ElementsAre(std::pair{0L, measured}, std::pair{10L, measured},
                                            std::pair{20L, linear}, std::pair{30L, linear},
                                            std::pair{40L, measured}, std::pair{50L, filled},
                                            std::pair{150L, filled}, std::pair{200L, measured}));
  EXPECT_DOUBLE_EQ(series[2].value, 1.1);
  EXPECT_DOUBLE_EQ(series[5].value, 1.0);
}

TEST(Bridge, ABadReadingIsAHoleAndAnOpenEndStaysOpen) {
  std::vector<Reading> readings{reading_at(0, 1.0), reading_at(10, 99.0), reading_at(20, 99.0),
                                reading_at(30, 4.0)};
  readings[1].quality.overall = readings[2].quality.overall = Flag::fail;
  const auto series = bridge(readings, {}, {.interval = 10min, .longest_linear = 30min});
  ASSERT_EQ(series.size(), 4u);
  EXPECT_EQ(series[1], (BridgedValue{at(10), 2.0, Origin::linear}));
  EXPECT_EQ(bridge(readings, {}, {.interval = 10min, .longest_linear = 20min}).size(), 2u);
  EXPECT_TRUE(bridge({}, readings, {.interval = 10min}).empty());
}

TEST_P(Export, AClosedSeriesMarksWhatWasNotMeasuredAndStoresNothing) {
  auto stage = *catalogue_.find("n12");
  stage.limits.expected_interval = std::chrono::minutes{10};
  stage.fallback = {"n13"};
  stage.limits.neighbour = "n13";
  stage.limits.neighbour_difference = 0.5;
  stage.limits.neighbour_tolerance = 1.0;
  auto other = stage;
  other.id = "n13";
  other.fallback = {};
  other.limits = {};
  const auto catalogue = test::catalogue_of({stage, other});
  // A hole of half an hour after the readings of the fixture, and one of two hours.
  ASSERT_TRUE(
      store_.add({reading_at(50, 6.0), reading_at(170, 3.0), reading_at(100, 1.75, "n13")}));
  const auto before = store_.count_readings().value();
  const auto file = folder_ / "closed.csv";
  ASSERT_TRUE(export_closed_csv(catalogue, store_,
                                {.stations = {"n12"}, .from = at(0), .to = at(200)},
                                std::chrono::hours{1}, file));
  const auto text = test::read_text(file);
  EXPECT_THAT(text, HasSubstr("n12,stage,2026-11-23T00:00:00Z,34,cm,EPSG:5799,measured\n"));
  EXPECT_THAT(text, HasSubstr("n12,stage,2026-11-23T00:30:00Z,734,cm,EPSG:5799,linear\n"));
  EXPECT_THAT(text, HasSubstr("n12,stage,2026-11-23T01:40:00Z,159,cm,EPSG:5799,fallback\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 8);  // a suspect reading is none
  EXPECT_EQ(store_.count_readings().value(), before);
  EXPECT_EQ(export_closed_csv(catalogue_, store_, all_, std::chrono::hours{1}, file).error().code,
            ErrorCode::invalid_input);
}

TEST_P(Export, APersonsVerdictIsASecondFlagSetWithItsName) {
  const auto& station = *catalogue_.find("n12");
  EXPECT_FALSE(review(store_, station, {.from = at(0), .to = at(10)}, at(500)));
  const auto done = review(store_, station,
                           {.from = at(0), .to = at(10), .flag = Flag::fail, .by = "ann"}, at(500));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(*done, 2);
  const auto first = store_.revisions("n12", Parameter::stage, at(0)).value().front().quality;
  EXPECT_EQ(first.overall, Flag::not_evaluated);
  const auto now = store_.read("n12", Parameter::stage, at(0), at(20)).value();
  EXPECT_EQ(now[0].quality.overall, Flag::fail);
  EXPECT_EQ(now[0].quality.tests, first.tests);
  EXPECT_TRUE(now[2].quality.usable());
  EXPECT_EQ(store_.reviews("n12", Parameter::stage, at(0)).value().back().by, "ann");
}

}  // namespace
}  // namespace vandvagt::sensors
