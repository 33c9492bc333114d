#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sensors/bridge.hpp"
#include "sensors/export.hpp"
#include "sensors/readers.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::sensors {
namespace {

using test::at;
using test::reading_at;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Export : public testing::Test {
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
  Store store_ = Store::open(folder_ / "readings.db").value();
  Catalogue catalogue_;
  ExportRequest all_{.stations = {}, .from = at(0), .to = at(100)};
};

TEST_F(Export, CsvHoldsTheNewestRevisionsInTheStationsOwnUnitAndDatum) {
  const auto file = folder_ / "out.csv";
  ASSERT_TRUE(export_csv(catalogue_, store_, all_, file));
  const auto text = test::read_text(file);
  EXPECT_THAT(text, HasSubstr("n12,stage,2026-11-23T00:00:00Z,34,cm,EPSG:5799,2,21222222222,1,0,"
                              "2026-11-23T00:00:00Z,7,1\n"));
  EXPECT_THAT(text, HasSubstr("n12,stage,2026-11-23T00:10:00Z,44,cm,EPSG:5799,3,"));
  EXPECT_THAT(text, HasSubstr("n12,stage,2026-11-23T00:20:00Z,834,cm,EPSG:5799,2,21222222222,2,"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
}

TEST_F(Export, CsvIsReadBackByTheReaderOfFiles) {
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

TEST_F(Export, WaterMlIsWellFormedAndReadBack) {
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

TEST_F(Export, WhatCannotBeDoneIsToldAndLeavesNothing) {
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

}  // namespace
}  // namespace vandvagt::sensors
