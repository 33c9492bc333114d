#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sensors/decode.hpp"
#include "sensors/encode.hpp"
#include "tests/sensors/stations.hpp"

namespace vandvagt::sensors {
namespace {

using test::at;
using test::stage_topic;
using testing::HasSubstr;

const Catalogue& catalogue() {
  static const Catalogue all = [] {
    auto stage = test::stage_station();
    stage.datum_offset = 0.66;
    Station rain{.id = "rain-1",
                 .op = "dmi",
                 .name = "",
                 .parameter = Parameter::rain,
                 .unit = "mm/h",
                 .datum = "",
                 .crs = "",
                 .limits = {},
                 .fallback = {}};
    Station well{.id = "b1-2",
                 .op = "kommune",
                 .name = "",
                 .parameter = Parameter::groundwater_depth,
                 .unit = "cm",
                 .datum = "",
                 .crs = "",
                 .limits = {},
                 .fallback = {}};
    return test::catalogue_of({stage, rain, well, test::discharge_station()});
  }();
  return all;
}

Result<std::vector<Reading>> decoded(std::string_view payload,
                                     std::string_view topic = stage_topic) {
  return decode(catalogue(), topic, payload, at(60));
}

std::string reason(std::string_view payload, std::string_view topic = stage_topic) {
  const auto readings = decoded(payload, topic);
  return readings ? "accepted" : readings.error().message;
}

std::string with(std::string_view part) {
  return fmt::format(
      R"({{"t":"2026-11-23T04:10:00Z","value":1.0,"unit":"m","datum":"EPSG:5799",{}}})", part);
}

TEST(Decode, AReadingOfTheDesignBecomesSiInTheGridsDatum) {
  const auto readings = decoded(
      R"({"session":7,"seq":1234,"t":"2026-11-23T04:10:00Z","value":1.482,"unit":"m","datum":"EPSG:5799"})");
  ASSERT_TRUE(readings) << readings.error().message;
  ASSERT_EQ(readings->size(), 1u);
  const auto& r = readings->front();
  EXPECT_EQ(r.station, "n12");
  EXPECT_EQ(r.time, parse_time("2026-11-23T04:10:00Z").value());
  EXPECT_DOUBLE_EQ(r.value, 1.482 + 0.66);
  EXPECT_EQ(r.session, 7);
  EXPECT_EQ(r.sequence, 1234);
  EXPECT_EQ(r.received, at(60));
  EXPECT_EQ(tests_text(r.quality), "21222222222");
  EXPECT_EQ(r.quality.overall, Flag::not_evaluated);
}

TEST(Decode, UnitsAreConvertedAndDepthBelowTerrainHasNoDatum) {
  const auto rain = decoded(R"({"t":"2026-11-23T04:10:00Z","value":3.6,"unit":"mm/h"})",
                            "vv/v1/obs/dmi/rain-1/rain");
  ASSERT_TRUE(rain) << rain.error().message;
  EXPECT_DOUBLE_EQ(rain->front().value, 1e-6);
  EXPECT_FALSE(rain->front().session);
  const auto well = decoded(R"({"t":"2026-11-23T05:10:00+01:00","value":-25,"unit":"cm"})",
                            "other/prefix/obs/kommune/b1-2/groundwater-depth");
  ASSERT_TRUE(well) << well.error().message;
  EXPECT_DOUBLE_EQ(well->front().value, -0.25);
  EXPECT_EQ(well->front().time, parse_time("2026-11-23T04:10:00Z").value());
}

TEST(Decode, ABatchIsReadInItsOrder) {
  const auto readings =
      decoded(R"({"session":7,"cols":["seq","t","value"],"rows":[[2,"2026-11-23T04:20:00Z",2],)"
              R"([1,"2026-11-23T04:10:00Z",1.5]],"unit":"m","datum":"EPSG:5799"})");
  ASSERT_TRUE(readings) << readings.error().message;
  ASSERT_EQ(readings->size(), 2u);
  EXPECT_EQ((*readings)[0].sequence, 2);
  EXPECT_DOUBLE_EQ((*readings)[1].value, 1.5 + 0.66);
}

TEST(Decode, WhatIsNotDeclaredIsRefusedWithItsReason) {
  const std::string good = with("\"x\":0");
  EXPECT_EQ(reason(good), "accepted");
  EXPECT_THAT(reason(good, "vv/v1/obs/kommune/n13/stage"), HasSubstr("unknown station: \"n13\""));
  EXPECT_THAT(reason(good, "vv/v1/obs/dmi/n12/stage"), HasSubstr("another operator"));
  EXPECT_THAT(reason(good, "vv/v1/obs/kommune/n12/depth"), HasSubstr("parameter not declared"));
  EXPECT_THAT(reason(good, "vv/v1/latest/kommune/n12/stage"), HasSubstr("not an observation"));
  EXPECT_THAT(reason(good, "vv/v1/obs/+/#/stage"), HasSubstr("unknown station"));
  EXPECT_THAT(reason(good, "n12"), HasSubstr("not an observation"));
  EXPECT_THAT(reason(R"({"t":"2026-11-23T04:10:00Z","value":1})"), HasSubstr("unit missing"));
  EXPECT_THAT(reason(R"({"t":"2026-11-23T04:10:00Z","value":1,"unit":"cm","datum":"EPSG:5799"})"),
              HasSubstr("unit not declared: \"cm\""));
  EXPECT_THAT(reason(R"({"t":"2026-11-23T04:10:00Z","value":1,"unit":"m"})"),
              HasSubstr("datum missing"));
  EXPECT_THAT(reason(R"({"t":"2026-11-23T04:10:00Z","value":1,"unit":"m","datum":"EPSG:5733"})"),
              HasSubstr("datum not declared: \"EPSG:5733\""));
}

TEST(Decode, NumbersThatAreNoneAreRefused) {
  const auto value = [](std::string_view v) {
    return reason(fmt::format(
        R"({{"t":"2026-11-23T04:10:00Z","value":{},"unit":"m","datum":"EPSG:5799"}})", v));
  };
  EXPECT_EQ(value("1e300"), "accepted");
  EXPECT_THAT(value("1e400"), HasSubstr("number out of range"));
  EXPECT_THAT(value("-1e400"), HasSubstr("number out of range"));
  for (const auto* none : {"NaN", "Infinity", "nan", "", "0x10", "1,5"})
    EXPECT_THAT(value(none), HasSubstr("not JSON")) << none;
  for (const auto* none : {"null", "true", "\"1.0\"", "[1]", "{}"})
    EXPECT_THAT(value(none), HasSubstr("value is not a number")) << none;
}

TEST(Decode, TimesThatAreNoneAreRefused) {
  const auto time = [](std::string_view t) {
    return reason(fmt::format(R"({{"t":{},"value":1,"unit":"m","datum":"EPSG:5799"}})", t));
  };
  for (const auto* none : {"\"9999-01-01T00:00:00Z\"", "\"2026-02-30T00:00:00Z\"",
                           "\"2026-11-23T04:10:00\"", "\"2026-11-23\"", "\"+292277026596-01-01\""})
    EXPECT_THAT(time(none), HasSubstr("impossible time")) << none;
  for (const auto* none : {"1795464592", "null"})
    EXPECT_THAT(time(none), HasSubstr("time missing")) << none;
}

TEST(Decode, SequenceNumbersAreWholeAndComeWithTheirSession) {
  EXPECT_EQ(reason(with(R"("session":1,"seq":0)")), "accepted");
  EXPECT_THAT(reason(with(R"("seq":1)")), HasSubstr("come together"));
  EXPECT_THAT(reason(with(R"("session":1)")), HasSubstr("come together"));
  EXPECT_THAT(reason(with(R"("session":1,"seq":1.0)")), HasSubstr("seq is not an integer"));
  EXPECT_THAT(reason(with(R"("session":"a","seq":1)")), HasSubstr("session is not an integer"));
  EXPECT_THAT(reason(with(R"("session":1,"seq":-1)")), HasSubstr("seq out of range"));
  EXPECT_THAT(reason(with(R"("session":1,"seq":18446744073709551615)")),
              HasSubstr("seq out of range"));
}

TEST(Decode, HostileTextIsRefusedAndHarmless) {
  EXPECT_THAT(reason(""), HasSubstr("not JSON"));
  EXPECT_THAT(reason("{"), HasSubstr("not JSON"));
  EXPECT_THAT(reason("[1]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(reason(with("\"x\":\"\xff\xfe\"")), HasSubstr("not JSON"));
  EXPECT_THAT(reason(with("\"value\":2.0")), HasSubstr("key given twice"));
  EXPECT_THAT(reason(with("\"x\":[[[[[0]]]]]")), HasSubstr("nested too deep"));
  EXPECT_THAT(reason(std::string(4000, '[')), HasSubstr("not JSON"));
  EXPECT_THAT(reason(std::string(4000, '[') + std::string(4000, ']')),
              HasSubstr("nested too deep"));
  EXPECT_THAT(reason(with("\"x\":\"" + std::string(largest_payload, 'a') + "\"")),
              HasSubstr("payload too large"));
  EXPECT_THAT(reason(with("\"x\":0"), "vv/v1/obs/kommune/\x01\xff/stage"),
              HasSubstr("unknown station: \"??\""));
}

TEST(Decode, ABatchIsTakenWholeOrNotAtAll) {
  const auto batch = [](std::string_view cols, std::string_view rows) {
    return reason(fmt::format(
        R"({{"session":1,"cols":{},"rows":{},"unit":"m","datum":"EPSG:5799"}})", cols, rows));
  };
  constexpr auto cols = R"(["seq","t","value"])";
  EXPECT_EQ(batch(cols, R"([[1,"2026-11-23T04:10:00Z",1]])"), "accepted");
  EXPECT_THAT(batch(cols, "[]"), HasSubstr("no rows"));
  EXPECT_THAT(batch(cols, R"([[1,"2026-11-23T04:10:00Z",1],[2,"2026-11-23T04:20:00Z"]])"),
              HasSubstr("another length"));
  EXPECT_THAT(batch(cols, R"([[1,"2026-11-23T04:10:00Z",1],[2,"2026-11-23T04:20:00Z",null]])"),
              HasSubstr("value is not a number"));
  EXPECT_THAT(batch(R"(["t","t","value"])", "[[1,2,3]]"), HasSubstr("different names"));
  EXPECT_THAT(batch(R"("t")", "[[1]]"), HasSubstr("must be arrays"));
  std::string rows = "[";
  for (int i = 0; i < 201; ++i) rows += i > 0 ? ",[0,0,0]" : "[0,0,0]";
  EXPECT_THAT(batch(cols, rows + "]"), HasSubstr("too many rows"));
}

TEST(Encode, WhatIsEncodedIsDecodedAgain) {
  for (const auto& station : catalogue().stations()) {
    const std::string topic =
        "vv/v1/obs/" + station.op + "/" + station.id + "/" + to_string(station.parameter);
    Reading reading{.station = station.id,
                    .parameter = station.parameter,
                    .time = at(10),
                    .value = 0.123456789,
                    .session = 3,
                    .sequence = 9};
    const auto back = decode(catalogue(), topic, encode(station, reading), at(60));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_NEAR(back->front().value, reading.value, 1e-14);
    EXPECT_EQ(back->front().time, reading.time);
    EXPECT_EQ(back->front().sequence, 9);
  }
}

TEST(Encode, BatchesKeepTheLimitsAndTheOrder) {
  const auto& station = *catalogue().find("n12");
  std::vector<Reading> readings;
  for (int i = 0; i < 1000; ++i) {
    auto r = test::reading_at(i, 1.0 + i / 7.0);
    r.session = i < 600 ? 1 : 2;
    r.sequence = i;
    readings.push_back(r);
  }
  readings.push_back(test::reading_at(1000, 1.0));  // without number
  std::vector<Reading> back;
  for (const auto& payload : encode_batches(station, readings)) {
    EXPECT_LE(payload.size(), largest_payload);
    const auto part = decode(catalogue(), stage_topic, payload, at(60));
    ASSERT_TRUE(part) << part.error().message << payload;
    EXPECT_LE(part->size(), most_rows);
    back.insert(back.end(), part->begin(), part->end());
  }
  ASSERT_EQ(back.size(), readings.size());
  for (std::size_t i = 0; i < back.size(); ++i) {
    EXPECT_EQ(back[i].time, readings[i].time);
    EXPECT_EQ(back[i].session, readings[i].session);
    EXPECT_NEAR(back[i].value, readings[i].value, 1e-12);
  }
  EXPECT_TRUE(encode_batches(station, {}).empty());
}

}  // namespace
}  // namespace vandvagt::sensors
