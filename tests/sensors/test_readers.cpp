#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sensors/reader_cases.hpp"

/// Files of other networks, each with its traps; the real ones from shared data.
namespace vandvagt::sensors {
namespace {

using testing::HasSubstr;

// --- Environment Agency --------------------------------------------------------------------------

TEST(EnvironmentAgency, TheRealSeriesIsReadWholeAndNewestFirst) {
  const auto folder = series_folder();
  if (folder.empty()) GTEST_SKIP() << "no shared data";
  const auto station = with_file({.format = FileFormat::uk_ea}, Parameter::stage, "m");
  const auto file = read_file(station, folder / "uk_ea" / "nonSpikeTelem.json", at(0));
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->readings.size(), 480u);
  EXPECT_EQ(file->readings.front().time, time("2020-10-13T16:00:00Z"));
  EXPECT_EQ(file->readings.back().time, time("2020-10-08T16:15:00Z"));
  const auto value = [](const Reading& a, const Reading& b) { return a.value < b.value; };
  const auto [low, high] = std::minmax_element(file->readings.begin(), file->readings.end(), value);
  EXPECT_DOUBLE_EQ(low->value, -0.933);
  EXPECT_DOUBLE_EQ(high->value, 1.346);
}

TEST(EnvironmentAgency, AStationsPageIsReadForItsOwnStationWithItsGaugeZero) {
  const auto folder = series_folder();
  if (folder.empty()) GTEST_SKIP() << "no shared data";
  auto station = with_file({.format = FileFormat::uk_ea, .series = "E9140"}, Parameter::stage, "m");
  station.datum_offset = 0.66;
  const auto text = test::read_text(folder / "uk_ea" / "stationRiver.json");
  const auto file = read(station, text);
  ASSERT_EQ(file.readings.size(), 2u);
  EXPECT_DOUBLE_EQ(file.readings[0].value, 0.805 + 0.66);
  station.file->series = "E9141";
  EXPECT_THAT(reason(station, text), HasSubstr("station \"E9140\", declared is \"E9141\""));
}

TEST(EnvironmentAgency, RainOfAQuarterOfAnHourIsScaledToARate) {
  const auto folder = series_folder();
  if (folder.empty()) GTEST_SKIP() << "no shared data";
  const auto station =
      with_file({.format = FileFormat::uk_ea, .scale = 4.0}, Parameter::rain, "mm/h");
  const auto file = read_file(station, folder / "uk_ea" / "rainfallStationTelemetry.json", at(0));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->refused_count, 0);
  EXPECT_GT(file->readings.size(), 90u);
  EXPECT_EQ(file->readings.front().time, time("2022-02-09T09:15:00Z"));
}

TEST(EnvironmentAgency, WhatItMarksAsErredIsKeptAndSuspect) {
  const auto station = with_file({.format = FileFormat::uk_ea}, Parameter::stage, "m");
  const auto file = read(station, R"([{"ts":"2020-10-13T16:00Z","_":1.5,"err":true},)"
                                  R"({"ts":"2020-10-13T15:45Z","_":null,"err":false},)"
                                  R"({"ts":"2020-10-13T15:61Z","_":1,"err":false}])");
  ASSERT_EQ(file.readings.size(), 1u);
  EXPECT_EQ(file.readings[0].quality[QcTest::syntax], Flag::suspect);
  EXPECT_EQ(file.none, 1);
  ASSERT_EQ(file.refused.size(), 1u);
  EXPECT_EQ(file.refused[0].place, "file: row 3");
}

TEST(EnvironmentAgency, TheApisItemsAreReadByMeasure) {
  const auto station =
      with_file({.format = FileFormat::uk_ea, .series = "1491TH-level-stage-i-15_min-mASD"},
                Parameter::stage, "m");
  const auto file = read(
      station, R"({"items":[{"dateTime":"2026-11-23T04:15:00Z","measure":)"
               R"("http://environment.data.gov.uk/flood-monitoring/id/measures/)"
               R"(1491TH-level-stage-i-15_min-mASD","value":0.5},)"
               R"({"dateTime":"2026-11-23T04:15:00Z","measure":"http://x/other","value":9}]})");
  ASSERT_EQ(file.readings.size(), 1u);
  EXPECT_EQ(file.others, 1);
}

// --- USGS ----------------------------------------------------------------------------------------

TEST(Usgs, TheRealSeriesIsReadWithItsUnitAndOffset) {
  const auto folder = series_folder();
  if (folder.empty()) GTEST_SKIP() << "no shared data";
  const auto text = test::read_text(folder / "usgs" / "nwis_test_data.json");
  // The file holds two answers, one after the other; each is a document.
  auto station = with_file({.format = FileFormat::usgs, .series = "01491000", .variable = "00065"},
                           Parameter::stage, "ft");
  const auto half = text.find("}{\"name\"");
  const auto potomac = text.substr(0, half == std::string::npos ? text.size() : half + 1);
  auto discharge =
      with_file({.format = FileFormat::usgs, .series = "01646500", .variable = "00060"},
                Parameter::discharge, "ft3/s");
  const auto file = read(discharge, potomac);
  ASSERT_EQ(file.readings.size(), 92u);
  EXPECT_EQ(file.readings[0].time, time("2020-08-17T21:00:00Z"));
  EXPECT_NEAR(file.readings[0].value, 5980 * 0.028316846592, 1e-9);
  discharge.unit = "m3/s";
  EXPECT_THAT(reason(discharge, potomac), HasSubstr("unit not declared: \"ft3/s\""));
  discharge.unit = "ft3/s";
  discharge.file->series = "1646500";
  EXPECT_THAT(reason(discharge, potomac), HasSubstr("no series of site"));
}

const std::string usgs_head =
    R"({"value":{"timeSeries":[{"sourceInfo":{"siteCode":[{"value":"01"}]},"variable":)"
    R"({"variableCode":[{"value":"00065"}],"unit":{"unitCode":"ft"},"noDataValue":-999999.0},)";

TEST(Usgs, ItsNumberForNoneIsNoReadingAndTwoSensorsAreNotMixed) {
  const auto station = with_file({.format = FileFormat::usgs, .series = "01", .variable = "00065"},
                                 Parameter::stage, "ft");
  const std::string good = R"({"value":"6.48","dateTime":"2019-02-14T00:00:00.000-05:00"})";
  const auto file = read(
      station, usgs_head + R"("values":[{"value":[)" + good +
                   R"(,{"value":"-999999","dateTime":"2019-02-14T00:15:00.000-05:00"}]}]}]}})");
  ASSERT_EQ(file.readings.size(), 1u);
  EXPECT_EQ(file.none, 1);
  EXPECT_NEAR(file.readings[0].value, 6.48 * 0.3048, 1e-12);
  EXPECT_EQ(file.readings[0].time, time("2019-02-14T05:00:00Z"));
  EXPECT_THAT(reason(station, usgs_head + R"("values":[{"value":[)" + good + R"(]},{"value":[)" +
                                  good + R"(]}]}]}})"),
              HasSubstr("several sensors"));
}

// --- WaterML 2.0 ---------------------------------------------------------------------------------

TEST(WaterMl, TheRealDailyValuesNeedTheirDayDeclared) {
  const auto folder = series_folder();
  if (folder.empty()) GTEST_SKIP() << "no shared data";
  const auto text = test::read_text(folder / "waterml2" / "WaterML2Example_usgs.xml");
  auto station = with_file({.format = FileFormat::waterml2,
                            .series = "USGS.MP.USGS.01646500.00060.1.00003",
                            .variable = "00060"},
                           Parameter::discharge, "ft3/s");
  const auto undeclared = read(station, text);
  EXPECT_TRUE(undeclared.readings.empty());
  EXPECT_EQ(undeclared.refused_count, 8);
  EXPECT_THAT(undeclared.refused[0].what, HasSubstr("without an offset"));
  station.file->local_time = LocalTime{std::chrono::hours{-5}};
  const auto file = read(station, text);
  ASSERT_EQ(file.readings.size(), 8u);
  EXPECT_EQ(file.none, 1);  // its first point is empty
  EXPECT_EQ(file.readings[0].time, time("2014-09-01T05:00:00Z"));
  EXPECT_NEAR(file.readings[0].value, 2690.0 * 0.028316846592, 1e-9);
  station.unit = "m3/s";
  EXPECT_THAT(reason(station, text), HasSubstr("unit not declared: \"ft3/s\""));
}

TEST(WaterMl, OneOfSeveralSeriesIsChosenByItsStation) {
  const auto folder = series_folder();
  if (folder.empty()) GTEST_SKIP() << "no shared data";
  const auto text = test::read_text(folder / "waterml2" / "sos_52n_get_observation_ioos_wml2.xml");
  const auto station = with_file({.format = FileFormat::waterml2}, Parameter::stage, "m");
  EXPECT_THAT(reason(station, text), HasSubstr("several series fit"));
  auto chosen = station;
  chosen.file->series = "urn:ioos:station:test:8(height-80.0m)";
  EXPECT_THAT(reason(chosen, text), HasSubstr("unit not declared"));  // it is of temperature
}

TEST(WaterMl, HostileXmlIsRefused) {
  const auto station = with_file({.format = FileFormat::waterml2}, Parameter::stage, "m");
  EXPECT_THAT(reason(station, ""), HasSubstr("not XML"));
  EXPECT_THAT(reason(station, "<a>"), HasSubstr("not XML"));
  EXPECT_THAT(reason(station, "<a/>"), HasSubstr("no WaterML 2.0 series"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_THAT(reason(station, deep), HasSubstr("not XML"));
  EXPECT_THAT(
      reason(station, R"(<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>)"),
      HasSubstr("no WaterML 2.0 series"));
}

// --- CSV: Kystdirektoratet, JUPITER, Rijkswaterstaat ---------------------------------------------

Station kyst_station() {
  auto station = with_file({.format = FileFormat::kystdirektoratet,
                            .separator = ';',
                            .time_format = "%d-%m-%Y %H:%M",
                            .local_time = LocalTime{std::chrono::hours{1}}},
                           Parameter::stage, "cm");
  station.mapping.position_crs = "EPSG:25832";
  return station;
}

TEST(Kystdirektoratet, ASubstitutedGaugeIsKeptAndSuspect) {
  const auto file = read(kyst_station(),
                         "\xef\xbb\xbf"
                         "Datotid;Vandstand;Source_ident;North;East\r\n"
                         "23-11-2026 05:10;43;;6238005;445005\r\n"
                         "23-11-2026 05:20;44;6401;6238005;445005\r\n"
                         "23-11-2026 05:30;;;6238005;445005\r\n"
                         "23-11-2026;46;;6238005;445005\r\n");
  ASSERT_EQ(file.readings.size(), 2u);
  EXPECT_EQ(file.readings[0].time, time("2026-11-23T04:10:00Z"));
  EXPECT_DOUBLE_EQ(file.readings[0].value, 0.43);
  EXPECT_EQ(file.readings[0].quality[QcTest::location], Flag::not_evaluated);
  EXPECT_EQ(file.readings[0].position, (std::pair{445005.0, 6238005.0}));
  EXPECT_EQ(file.readings[1].quality[QcTest::location], Flag::suspect);
  EXPECT_EQ(file.none, 1);
  EXPECT_EQ(file.refused_count, 1);
  EXPECT_EQ(file.refused[0].place, "file:5");
}

TEST(Kystdirektoratet, LocalTimeMustBeDeclared) {
  auto station = kyst_station();
  station.file->local_time.reset();
  ASSERT_FALSE(check_stations({station}).empty());
  EXPECT_THAT(check_stations({station}).front().what, HasSubstr("name no offset"));
}

TEST(Jupiter, IntakesArePickedAndPumpedReadingsAreMarked) {
  auto station = with_file({.format = FileFormat::jupiter,
                            .series = "65. 1234",
                            .local_time = LocalTime{std::chrono::hours{1}}},
                           Parameter::groundwater_depth, "m");
  station.well = Well{"65. 1234", 2};
  const char* text =
      "BOREHOLENO,INTAKENO,TIMEOFMEAS,WATERLEVEL,WATLEVGRSU,WATLEVMSL,REFPOINT,SITUATION\n"
      "65. 1234,1,2020-05-01 12:00:00,7.1,7.0,12.3,t,0\n"
      "65. 1234,2,2020-05-01 12:00:00,4.1,4.0,15.3,t,0\n"
      "65. 1234,2,2020-05-02 12:00:00,9.1,9.0,10.3,t,1\n"
      "65. 1234,2,2020-05-03 12:00:00,4.1,4.0,15.3,t,\n"
      "65. 9999,2,2020-05-01 12:00:00,1.1,1.0,1.3,t,0\n";
  const auto file = read(station, text);
  ASSERT_EQ(file.readings.size(), 3u);
  EXPECT_EQ(file.others, 2);
  EXPECT_DOUBLE_EQ(file.readings[0].value, 4.0);
  EXPECT_EQ(file.readings[0].time, time("2020-05-01T11:00:00Z"));
  EXPECT_EQ(file.readings[0].quality[QcTest::multi_variate], Flag::pass);
  EXPECT_EQ(file.readings[1].quality[QcTest::multi_variate], Flag::suspect);
  EXPECT_EQ(file.readings[2].quality[QcTest::multi_variate], Flag::suspect);  // not told
  station.parameter = Parameter::groundwater_head;
  EXPECT_DOUBLE_EQ(read(station, text).readings[0].value, 15.3);
  EXPECT_TRUE(check_stations({station}).empty());
  station.well.reset();
  EXPECT_FALSE(check_stations({station}).empty());
}

TEST(Csv, RijkswaterstaatsRealFileIsReadByItsColumns) {
  const auto folder = series_folder();
  if (folder.empty()) GTEST_SKIP() << "no shared data";
  const auto station =
      with_file({.format = FileFormat::csv,
                 .series = "Krimpen a/d Lek",
                 .columns = {.time = {"WAARNEMINGDATUM", "WAARNEMINGTIJD (MET/CET)"},
                             .value = "NUMERIEKEWAARDE",
                             .series = "MEETPUNT_IDENTIFICATIE",
                             .unit = "EENHEID_CODE"},
                 .separator = ';',
                 .decimal_comma = true,
                 .time_format = "%d-%m-%Y %H:%M:%S",
                 .local_time = LocalTime{std::chrono::hours{1}},
                 .missing = {999999999}},
                Parameter::stage, "cm");
  const auto text = test::read_text(folder / "nl_waterinfo" / "20231023_017.csv");
  const auto file = read(station, text);
  ASSERT_GE(file.readings.size(), 5u);
  EXPECT_EQ(file.refused_count, 0);
  EXPECT_EQ(file.readings[0].time, time("2021-12-31T23:00:00Z"));
  EXPECT_DOUBLE_EQ(file.readings[0].value, 0.43);
  EXPECT_DOUBLE_EQ(file.readings[4].value, 0.82);
}

TEST(Csv, DinosRealFileHasNotesAboveItsHeader) {
  const auto folder = series_folder();
  if (folder.empty()) GTEST_SKIP() << "no shared data";
  const auto station = with_file(
      {.format = FileFormat::csv,
       .series = "P58A0001",
       .columns = {.time = {"Peildatum"}, .value = "Stand (cm t.o.v. NAP)", .series = "Locatie"},
       .time_format = "%d-%m-%Y",
       .local_time = LocalTime{std::chrono::hours{1}}},
      Parameter::stage, "cm");
  const auto file =
      read_file(station, folder / "nl_waterinfo" / "dino_peilschaal_P58A0001.csv", at(0));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_GT(file->readings.size(), 700u);
  EXPECT_EQ(file->readings[0].time, time("1963-06-13T23:00:00Z"));
  EXPECT_DOUBLE_EQ(file->readings[0].value, 27.51);
}

TEST(Csv, QuotesAndOddRowsAreReadStrictly) {
  const auto station = with_file(
      {.format = FileFormat::csv, .columns = {.time = {"t"}, .value = "v"}}, Parameter::stage, "m");
  const auto file = read(station,
                         "note,\"a \"\"quoted\"\"\nline\",v\nt,v,note\n"
                         "2026-11-23T04:10:00Z,1.5,\"x,y\"\n"
                         "2026-11-23T04:20:00Z,\"1.6\"\n\n"
                         "2026-11-23T04:30:00,1.7,\n"
                         "2026-11-23T04:40:00Z\n"
                         "2026-11-23T04:50:00Z,nan,\n");
  ASSERT_EQ(file.readings.size(), 2u);
  EXPECT_EQ(file.refused_count, 3);
  EXPECT_THAT(reason(station, "a,b\n1,2\n"), HasSubstr("no line holds the declared columns t, v"));
}

TEST(Csv, SummerTimeFollowsTheEuropeanRule) {
  auto station = with_file({.format = FileFormat::csv,
                            .columns = {.time = {"t"}, .value = "v"},
                            .time_format = "%Y-%m-%d %H:%M",
                            .local_time = LocalTime{std::chrono::hours{1}, true}},
                           Parameter::stage, "m");
  const auto file = read(station,
                         "t,v\n"
                         "2026-03-29 01:30,1\n"    // 00:30 UTC
                         "2026-03-29 02:30,2\n"    // never was
                         "2026-03-29 03:30,3\n"    // 01:30 UTC
                         "2026-10-25 01:30,4\n"    // 23:30 UTC
                         "2026-10-25 02:00,5\n"    // 00:00 UTC, the first time
                         "2026-10-25 02:30,6\n"    // 00:30 UTC
                         "2026-10-25 02:00,7\n"    // 01:00 UTC, the second time
                         "2026-10-25 02:30,8\n"    // 01:30 UTC
                         "2026-10-25 03:00,9\n");  // 02:00 UTC
  std::vector<std::string> times;
  for (const auto& r : file.readings) times.push_back(format_time(r.time));
  EXPECT_THAT(times, testing::ElementsAre("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z",
                                          "2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z",
                                          "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z",
                                          "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"));
  EXPECT_EQ(file.refused_count, 1);
  // Alone, an hour that comes twice says nothing.
  EXPECT_EQ(read(station, "t,v\n2026-10-25 02:30,1\n").refused_count, 1);
}

}  // namespace
}  // namespace vandvagt::sensors
