#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sensors/reader_cases.hpp"

/// Files of Danish sources as their interfaces give them.
namespace vandvagt::sensors {
namespace {

using testing::HasSubstr;

// --- VanDa ---------------------------------------------------------------------------------------

const char* vanda_text =
    R"([{"stationId":"21000012","operatorStationId":"a","results":[
 {"measurementPointNumber":1,"examinationTypeSc":25,"measurementDateTime":"2026-11-23T04:00:00Z",
  "result":125.5,"resultElevationCorrected":1125.5,"unit":"cm","createdTimestamp":"2026-11-24T09:00:00Z",
  "reason":"corrected"},
 {"measurementPointNumber":1,"examinationTypeSc":25,"measurementDateTime":"2026-11-23T04:00:00Z",
  "result":225.5,"resultElevationCorrected":1225.5,"unit":"cm","createdTimestamp":"2026-11-23T04:05:00Z"},
 {"measurementPointNumber":1,"examinationTypeSc":25,"measurementDateTime":"2026-11-23T04:10:00Z",
  "result":-777,"resultElevationCorrected":-777,"unit":"cm","createdTimestamp":"2026-11-23T04:15:00Z"},
 {"measurementPointNumber":1,"examinationTypeSc":25,"measurementDateTime":"2026-11-23T04:20:00Z",
  "result":-999.99,"unit":"cm","createdTimestamp":"2026-11-23T04:25:00Z"},
 {"measurementPointNumber":1,"examinationTypeSc":27,"measurementDateTime":"2026-11-23T04:00:00Z",
  "result":850,"unit":"l/s","createdTimestamp":"2026-11-23T04:05:00Z"},
 {"measurementPointNumber":1,"examinationTypeSc":25,"measurementDateTime":"2026-11-23T04:30:00Z",
  "result":1.26,"unit":"m","createdTimestamp":"2026-11-23T04:35:00Z"}]},
 {"stationId":"21000013","results":[{"measurementPointNumber":1,"examinationTypeSc":25,
  "measurementDateTime":"2026-11-23T04:00:00Z","result":1,"unit":"cm"}]}])";

TEST(VanDa, CentimetresSentinelsAndOtherStationsAreMinded) {
  auto station = with_file({.format = FileFormat::vanda, .series = "21000012", .variable = "25"},
                           Parameter::stage, "cm");
  const auto file = read(station, vanda_text);
  ASSERT_EQ(file.readings.size(), 2u);  // a reading and its correction
  EXPECT_EQ(file.none, 2);
  EXPECT_EQ(file.others, 2);
  ASSERT_EQ(file.refused_count, 1);
  EXPECT_THAT(file.refused[0].what, HasSubstr("unit not declared: \"m\""));
  EXPECT_DOUBLE_EQ(file.readings[0].value, 2.255);  // as created
  EXPECT_DOUBLE_EQ(file.readings[1].value, 1.255);
  station.file->elevation_corrected = true;
  EXPECT_DOUBLE_EQ(read(station, vanda_text).readings[1].value, 11.255);
}

TEST(VanDa, LitresPerSecondAreAnotherVariableAndPointsAreNotMixed) {
  const auto station =
      with_file({.format = FileFormat::vanda, .series = "21000012", .variable = "27"},
                Parameter::discharge, "l/s");
  ASSERT_EQ(read(station, vanda_text).readings.size(), 1u);
  EXPECT_DOUBLE_EQ(read(station, vanda_text).readings[0].value, 0.85);
  auto two = std::string(vanda_text);
  two.replace(two.find("\"measurementPointNumber\":1,\"examinationTypeSc\":27"), 26,
              "\"measurementPointNumber\":2 ");
  auto stage = with_file({.format = FileFormat::vanda, .series = "21000012", .variable = "25"},
                         Parameter::stage, "cm");
  two.replace(two.find("\"measurementPointNumber\":1"), 26, "\"measurementPointNumber\":2 ");
  EXPECT_THAT(reason(stage, two), HasSubstr("several measurement points"));
  stage.file->point = 2;
  EXPECT_EQ(read(stage, two).readings.size(), 1u);
}

TEST(VanDa, ACorrectionThatArrivesLaterIsARevision) {
  const auto station =
      with_file({.format = FileFormat::vanda, .series = "21000012", .variable = "25"},
                Parameter::stage, "cm");
  const auto catalogue = test::catalogue_of({station});
  const test::TemporaryFolder folder;
  auto store = Store::open(folder / "readings.db").value();
  const auto now = time("2026-11-25T00:00:00Z");
  const auto first =
      import_readings(catalogue, store, read(station, vanda_text).readings, now).value();
  EXPECT_EQ(first.added, 1);
  EXPECT_EQ(first.revision, 1);
  const auto again =
      import_readings(catalogue, store, read(station, vanda_text).readings, now).value();
  EXPECT_EQ(again.duplicate, 2);
  const auto t = time("2026-11-23T04:00:00Z");
  EXPECT_DOUBLE_EQ(store.read("n12", Parameter::stage, t, t).value().at(0).value, 1.255);
  EXPECT_EQ(store.revisions("n12", Parameter::stage, t).value().size(), 2u);
}

// --- DMI -----------------------------------------------------------------------------------------

std::string dmi_text() {
  std::string text = R"({"type":"FeatureCollection","features":[)";
  const auto add = [&](const char* parameter, double value, const char* created) {
    text += std::string(text.ends_with('[') ? "" : ",") +
            R"({"type":"Feature","geometry":{"type":"Point","coordinates":[12.6,55.7]},)" +
            R"("properties":{"observed":"2026-11-23T04:10:00Z","created":")" + created +
            R"(","parameterId":")" + parameter + R"(","qcStatus":"none","stationId":"30336",)" +
            R"("value":)" + std::to_string(value) + "}}";
  };
  add("sealev_dvr", 43.0, "2026-11-23T04:12:00Z");
  add("sealev_ln", 47.0, "2026-11-23T04:12:00Z");
  add("sea_reg", 900.0, "2026-11-23T04:12:00Z");
  return text + "]}";
}

TEST(Dmi, ItsTwoDatumsAreNeverMixed) {
  auto station = with_file({.format = FileFormat::dmi, .series = "30336", .variable = "sealev_dvr"},
                           Parameter::stage, "cm");
  const auto file = read(station, dmi_text());
  ASSERT_EQ(file.readings.size(), 1u);
  EXPECT_DOUBLE_EQ(file.readings[0].value, 0.43);
  EXPECT_EQ(file.others, 2);
  EXPECT_EQ(file.readings[0].position, (std::pair{12.6, 55.7}));
  EXPECT_TRUE(check_stations({station}).empty());
  const auto fault = [](const Station& s) {
    const auto faults = check_stations({s});
    return faults.empty() ? "" : faults.front().what;
  };
  station.file->variable = "sealev_ln";
  EXPECT_THAT(fault(station), HasSubstr("of another datum"));
  station.datum = "local:koebenhavn";
  EXPECT_EQ(fault(station), "");
  station.unit = "m";
  EXPECT_THAT(fault(station), HasSubstr("its file is in cm"));
}

}  // namespace
}  // namespace vandvagt::sensors
