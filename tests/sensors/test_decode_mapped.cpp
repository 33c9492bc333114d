#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sensors/decode.hpp"
#include "tests/sensors/mapped_stations.hpp"
#include "tests/support/support.hpp"

/// Messages of other networks, by mapping; the real ones from shared data.
namespace vandvagt::sensors {
namespace {

using test::at;
using testing::HasSubstr;
using Format = PayloadFormat;

Station with_mapping(PayloadMapping mapping, const std::string& id = "n12") {
  auto station = test::stage_station(id);
  station.mapping = std::move(mapping);
  return station;
}

Result<std::vector<Reading>> decoded(const Station& station, std::string_view payload) {
  return decode(test::catalogue_of({station}), station.mapping.topic, payload, at(60));
}

std::string reason(const Station& station, std::string_view payload) {
  const auto readings = decoded(station, payload);
  return readings ? "accepted" : readings.error().message;
}

const std::string datastream = "v1.1/Datastreams(999)/Observations";

TEST(SensorThings, AnObservationOfItsDatastreamIsAReading) {
  const auto station = with_mapping({.format = Format::sensorthings, .topic = datastream});
  const auto readings = decoded(
      station,
      R"({"result":49,"phenomenonTime":"2020-10-11T12:13:14+02:00","Datastream":{"@iot.id":999}})");
  ASSERT_TRUE(readings) << readings.error().message;
  EXPECT_EQ(readings->front().time, parse_time("2020-10-11T10:13:14Z").value());
  EXPECT_DOUBLE_EQ(readings->front().value, 49.0);
  EXPECT_EQ(tests_text(readings->front().quality), "21222222222");
  EXPECT_THAT(reason(station, R"({"result":1,"phenomenonTime":"2020-10-11T12:13:14Z",)"
                              R"("Datastream":{"@iot.id":998}})"),
              HasSubstr("sent for another"));
  EXPECT_THAT(reason(station, R"({"phenomenonTime":"2020-10-11T12:13:14Z"})"),
              HasSubstr("no value"));
  EXPECT_THAT(reason(station, R"({"result":1,"phenomenonTime":)"
                              R"("2020-10-11T12:00:00Z/2020-10-11T13:00:00Z"})"),
              HasSubstr("interval"));
}

TEST(SensorThings, TheServersExamplesWithoutTimeNeedItsDeclaration) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  const auto read = [&](const char* name) {
    return test::read_text(data / "mqtt_sensor_payloads" / name);
  };
  auto station = with_mapping({.format = Format::sensorthings, .topic = datastream});
  EXPECT_EQ(reason(station, read("sensorthings_11_Observation.json")), "accepted");
  EXPECT_EQ(reason(station, read("sensorthings_12_Observation.json")), "accepted");
  EXPECT_THAT(reason(station, read("sensorthings_06_Observations.json")),
              HasSubstr("time missing"));
  station.mapping.time_form = TimeForm::reception;
  const auto readings = decoded(station, read("sensorthings_06_Observations.json"));
  ASSERT_TRUE(readings) << readings.error().message;
  EXPECT_EQ(readings->front().time, at(60));
}

TEST(SensorThings, ADataArrayIsABatchAndMustBeOfTheTopicsDatastream) {
  const auto station = with_mapping({.format = Format::sensorthings, .topic = datastream});
  const auto payload = [](const char* id, const char* row) {
    return std::string(R"([{"Datastream":{"@iot.id":)") + id +
           R"(},"components":["phenomenonTime","result","FeatureOfInterest/id"],)"
           R"("dataArray@iot.count":2,"dataArray":[["2010-12-23T10:20:00.000Z",20,1],)" +
           row + "]}]";
  };
  const auto readings = decoded(station, payload("999", R"(["2010-12-23T10:21:00Z",30.5,1])"));
  ASSERT_TRUE(readings) << readings.error().message;
  ASSERT_EQ(readings->size(), 2u);
  EXPECT_DOUBLE_EQ((*readings)[1].value, 30.5);
  EXPECT_THAT(reason(station, payload("1", R"(["2010-12-23T10:21:00Z",30,1])")),
              HasSubstr("sent for another"));
  EXPECT_THAT(reason(station, payload("999", R"(["2010-12-23T10:21:00Z",30])")),
              HasSubstr("another length"));
  EXPECT_THAT(reason(station, payload("999", R"(["2010-12-23T10:21:00Z","deep",1])")),
              HasSubstr("not a number"));
}

TEST(TheThingsNetwork, TheRealUplinkIsReadByPointerAndChecksItsDevice) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  const auto payload = test::read_text(data / "mqtt_sensor_payloads" / "ttn_v3_uplink.json");
  auto station = with_mapping({.format = Format::ttn,
                               .topic = "v3/app1@tenant1/devices/dev1/up",
                               .value = "/uplink_message/decoded_payload/luminosity"});
  const auto readings = decoded(station, payload);
  ASSERT_TRUE(readings) << readings.error().message;
  EXPECT_DOUBLE_EQ(readings->front().value, 0.64);
  EXPECT_EQ(readings->front().time, parse_time("2020-02-12T15:15:45.789585Z").value());
  station.mapping.time = "/uplink_message/settings/time";
  EXPECT_EQ(decoded(station, payload)->front().time,
            parse_time("2020-02-12T15:15:45.787Z").value());
  station.mapping.topic = "v3/app1@tenant1/devices/dev2/up";
  EXPECT_THAT(reason(station, payload), HasSubstr("sent for another: the message says \"dev1\""));
  station.mapping.topic = "v3/app2@tenant1/devices/dev1/up";
  EXPECT_THAT(reason(station, payload), HasSubstr("sent for another: the message says \"app1\""));
}

TEST(TheThingsNetwork, WhatIsNoReadingOfTheDeviceIsRefused) {
  const auto station = with_mapping({.format = Format::ttn,
                                     .topic = "v3/a@t/devices/d/up",
                                     .value = "/uplink_message/decoded_payload/level"});
  const auto uplink = [](std::string_view rest) {
    return R"({"end_device_ids":{"device_id":"d","application_ids":{"application_id":"a"}},)" +
           std::string(rest) + "}";
  };
  const std::string level =
      R"("uplink_message":{"received_at":"2026-11-23T04:10:00Z","decoded_payload":{"level":1}})";
  EXPECT_EQ(reason(station, uplink(level)), "accepted");
  EXPECT_EQ(reason(station, uplink(R"("simulated":true,)" + level)), "simulated uplink");
  EXPECT_THAT(reason(station, uplink(R"("join_accept":{})")), HasSubstr("no value"));
}

TEST(TheThingsNetwork, AZeroThatIsLeftOutIsReadWhereDeclared) {
  auto station = with_mapping({.format = Format::ttn,
                               .topic = "v3/a@t/devices/d/up",
                               .value = "/uplink_message/decoded_payload/level"});
  const std::string payload =
      R"({"end_device_ids":{"device_id":"d","application_ids":{"application_id":"a"}},)"
      R"("uplink_message":{"received_at":"2026-11-23T04:10:00Z","decoded_payload":{"other":1}}})";
  EXPECT_THAT(reason(station, payload), HasSubstr("no value"));
  station.mapping.absent_is_zero = true;
  ASSERT_TRUE(decoded(station, payload));
  EXPECT_EQ(decoded(station, payload)->front().value, 0.0);
  // Without the object it would stand in, nothing is known to be zero.
  station.mapping.value = "/uplink_message/elsewhere/level";
  EXPECT_THAT(reason(station, payload), HasSubstr("no value"));
}

TEST(ChirpStack, TheRealUplinkChecksItsDevice) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  const auto payload = test::read_text(data / "mqtt_sensor_payloads" / "chirpstack_v4_up.json");
  auto station = with_mapping(
      {.format = Format::chirpstack,
       .topic = "application/17c82e96-be03-4f38-aef3-f83d48582d97/device/0101010101010101/event/up",
       .layout = ByteLayout{.type = "u8", .divide_by = 100.0}});
  const auto readings = decoded(station, payload);  // its one byte is 0xaa
  ASSERT_TRUE(readings) << readings.error().message;
  EXPECT_DOUBLE_EQ(readings->front().value, 1.7);
  EXPECT_EQ(readings->front().time, parse_time("2022-07-18T09:34:15.775023Z").value());
  station.mapping.layout.reset();
  station.mapping.value = "/object/level";
  EXPECT_THAT(reason(station, payload), HasSubstr("no value: nothing at /object/level"));
  station.mapping.topic = "application/17c82e96-be03-4f38-aef3-f83d48582d97/device/02/event/up";
  EXPECT_THAT(reason(station, payload), HasSubstr("sent for another"));
}

TEST(AnyJson, IsReadByPointersWithUnitDatumAndNumbersChecked) {
  auto station = test::json_station();
  const auto readings = decoded(station, test::json_payload);
  ASSERT_TRUE(readings) << readings.error().message;
  ASSERT_EQ(readings->size(), 2u);  // the third row says none
  const auto& first = readings->front();
  EXPECT_DOUBLE_EQ(first.value, 1.25);
  EXPECT_EQ(first.time, parse_time("2026-11-23T04:10:00Z").value());
  EXPECT_EQ(first.session, 0x00bcb929);
  EXPECT_EQ(first.sequence, 12);
  EXPECT_EQ(first.quality[QcTest::multi_variate], Flag::not_evaluated);
  station.mapping.unit = "/unit";  // a row names none
  EXPECT_THAT(reason(station, test::json_payload), HasSubstr("unit missing"));
  station.mapping.unit = "/u";
  EXPECT_EQ(reason(station, test::json_payload), "accepted");
  station.unit = "m";
  EXPECT_THAT(reason(station, test::json_payload), HasSubstr("unit not declared: \"cm\""));
}

TEST(AnyJson, AWellsReadingWhilePumpingIsKeptAndUnusable) {
  auto station = test::stage_station("b1-2");
  station.parameter = Parameter::groundwater_depth;
  station.mapping = {.format = Format::json,
                     .topic = "wells/b1/2",
                     .value = "/WATLEVGRSU",
                     .time = "/TIMEOFMEAS",
                     .pumping = "/SITUATION"};
  const auto quality = [&](const char* situation) {
    const auto readings =
        decoded(station, std::string(R"({"TIMEOFMEAS":"2026-11-23T04:10:00Z","WATLEVGRSU":3.25)") +
                             situation + "}");
    EXPECT_TRUE(readings);
    return check(station, {}, readings->front(), at(600)).quality;
  };
  EXPECT_TRUE(quality(R"(,"SITUATION":0)").usable());
  EXPECT_FALSE(quality(R"(,"SITUATION":1)").usable());
  EXPECT_FALSE(quality(R"(,"SITUATION":true)").usable());
  EXPECT_FALSE(quality("").usable());  // not told: taken as running
  EXPECT_EQ(quality(R"(,"SITUATION":1)")[QcTest::multi_variate], Flag::suspect);
}

TEST(AnyJson, AStationMovedFromItsPlaceIsSuspect) {
  auto station = test::stage_station();
  station.mapping = {.format = Format::json,
                     .topic = "a/b",
                     .value = "/v",
                     .time = "/t",
                     .x = "/lon",
                     .y = "/lat"};
  station.limits.location_radius = 50.0;
  station.position_sent = {9.5, 55.7};
  const auto flag = [&](const char* place) {
    const auto readings =
        decoded(station, std::string(R"({"t":"2026-11-23T04:10:00Z","v":1)") + place + "}");
    EXPECT_TRUE(readings);
    return check(station, {}, readings->front(), at(600)).quality[QcTest::location];
  };
  EXPECT_EQ(flag(R"(,"lon":9.5,"lat":55.7004)"), Flag::pass);     // 44 m
  EXPECT_EQ(flag(R"(,"lon":9.5,"lat":55.7006)"), Flag::suspect);  // 67 m
  EXPECT_EQ(flag(R"(,"lon":9.5,"lat":95.0)"), Flag::fail);
  EXPECT_EQ(flag(""), Flag::not_evaluated);
}

TEST(Mapping, AMappedStationIsReadFromItsOwnTopicOnly) {
  const auto station = test::json_station();
  const auto catalogue = test::catalogue_of({station});
  const auto native = R"({"t":"2026-11-23T04:10:00Z","value":1,"unit":"cm","datum":"EPSG:5799"})";
  const auto readings = decode(catalogue, test::stage_topic, native, at(60));
  ASSERT_FALSE(readings);
  EXPECT_THAT(readings.error().message, HasSubstr("not its topic"));
  EXPECT_FALSE(decode(catalogue, "net/x/level/more", test::json_payload, at(60)));
  EXPECT_EQ(catalogue.mapped_topics(), std::vector<std::string>{station.mapping.topic});
}

TEST(Mapping, EveryFaultIsNamed) {
  auto a = test::json_station("a");
  a.mapping.topic = "net/+/level";
  a.mapping.value = "level";
  a.mapping.scale = 0.0;
  a.mapping.session = "";
  auto b = with_mapping({.format = Format::ttn, .topic = "v3/app/up", .layout = ByteLayout{}}, "b");
  b.mapping.layout->type = "u17";
  auto c = with_mapping({.format = Format::bytes, .topic = "raw"}, "c");
  auto d = with_mapping({.format = Format::native, .topic = "raw"}, "d");
  std::string all;
  for (const auto& fault : check_stations({a, b, c, d})) all += to_string(fault) + "\n";
  for (const auto* what :
       {"no wildcards", "\"level\" is no JSON Pointer", "scale and offset must be finite",
        "session and sequence come together", "write v3/<application>@<tenant>/devices/<device>/up",
        "type is not known", "bytes need a layout", "carry no time", "its format is not",
        "its topic is that of station \"c\" too"})
    EXPECT_THAT(all, HasSubstr(what));
}

TEST(Mapping, HostileMessagesAreRefusedAndHarmless) {
  const auto station = test::json_station();
  EXPECT_THAT(reason(station, std::string(70'000, ' ')), HasSubstr("payload too large"));
  EXPECT_THAT(reason(station, std::string(100, '[') + std::string(100, ']')),
              HasSubstr("nested too deep"));
  EXPECT_THAT(reason(station, "{\"data\":[{\"v\":NaN}]}"), HasSubstr("not JSON"));
  EXPECT_THAT(reason(station, "{\"data\":[{\"v\":1e400}]}"), HasSubstr("number out of range"));
  EXPECT_THAT(reason(station, "{\"data\":[\"\xff\"]}"), HasSubstr("not JSON"));
  EXPECT_THAT(reason(station, "{\"data\":[]}"), HasSubstr("no rows"));
  EXPECT_THAT(reason(station, "{\"data\":5}"), HasSubstr("rows must be an array"));
  EXPECT_THAT(reason(station, "{}"), HasSubstr("rows must be an array"));
  EXPECT_THAT(reason(station, R"({"data":[{"v":"inf","t":1}]})"), HasSubstr("not a number"));
  EXPECT_THAT(reason(station, R"({"data":[{"v":1,"t":253370764800}]})"),
              HasSubstr("impossible time"));  // year 9999
  EXPECT_THAT(reason(station, R"({"data":[{"v":1,"t":1e308}]})"), HasSubstr("impossible time"));
}

}  // namespace
}  // namespace vandvagt::sensors
