#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "sensors/decode.hpp"
#include "sensors/detail/bytes.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/support.hpp"

/// Devices' own bytes, by declared layout.
namespace vandvagt::sensors {
namespace {

using testing::HasSubstr;
using Kind = ByteLayout::Kind;

// Decentlab: version 2, device number, mask, then the blocks that the mask names.
ByteLayout decentlab(int device, std::vector<int> blocks, int block) {
  char number[5];
  std::snprintf(number, sizeof number, "%04x", device);
  return {.kind = Kind::flagged,
          .flags_at = 3,
          .blocks = std::move(blocks),
          .block = block,
          .type = "u16be",
          .expected = {{0, "02"}, {1, number}}};
}

ByteLayout milesight(const char* tag, const char* type) {
  return {.kind = Kind::tagged, .tags = {{"0175", 1}, {"0377", 2}}, .tag = tag, .type = type};
}

// The layout of each number in the vectors' device, by the name of the number.
std::map<std::string, ByteLayout> layouts_of(const std::string& device) {
  std::map<std::string, ByteLayout> layouts;
  const auto field = [&](const char* name, ByteLayout layout) { layouts[name] = layout; };
  if (device.find("DL-CTD10") != std::string::npos) {
    auto base = decentlab(2009, {8, 2}, 0);
    base.zero = 32768;
    field("water_depth_mm", base);
    base.offset = 2;
    base.divide_by = 10;
    field("temperature_C", base);
    base = decentlab(2009, {8, 2}, 0);
    base.offset = 4;
    field("electrical_conductivity_uS_cm", base);
    base.offset = 6;
    base.mask = 1;
    field("freezing_flag", base);
    base = decentlab(2009, {8, 2}, 1);
    base.divide_by = 1000;
    field("battery_V", base);
  } else if (device.find("DL-MBX") != std::string::npos) {
    auto base = decentlab(303, {4, 2}, 0);
    field("distance_mm", base);
    base.offset = 2;
    field("number_of_valid_samples", base);
    base = decentlab(303, {4, 2}, 1);
    base.divide_by = 1000;
    field("battery_V", base);
  } else {
    field("depth_cm", milesight("0377", "u16le"));
    field("battery_percent", milesight("0175", "u8"));
    return layouts;
  }
  field("protocol_version", {.type = "u8"});
  field("device_id", {.offset = 1, .type = "u16be"});
  return layouts;
}

TEST(ByteLayout, EveryNumberOfTheRealDevicesIsExact) {
  const auto data = test::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data";
  std::ifstream file(data / "mqtt_sensor_payloads" / "lorawan_level_sensor_test_vectors.json");
  const auto vectors = nlohmann::json::parse(file);
  ASSERT_EQ(vectors.size(), 5u);
  int numbers = 0;
  for (const auto& vector : vectors) {
    const auto bytes = detail::from_hex(vector["payload_hex"].get<std::string>()).value();
    const auto layouts = layouts_of(vector["device"].get<std::string>());
    for (const auto& [name, layout] : layouts) {
      EXPECT_EQ(faults_of(layout), std::vector<std::string>{}) << name;
      const auto value = decode_bytes(layout, bytes);
      if (vector["decoded"].contains(name)) {
        ASSERT_TRUE(value) << name << ": " << value.error().message;
        EXPECT_EQ(*value, vector["decoded"][name].get<double>()) << name;
        ++numbers;
      } else {
        ASSERT_FALSE(value) << name;
        EXPECT_THAT(value.error().message, HasSubstr("no value")) << name;
      }
    }
  }
  EXPECT_EQ(numbers, 20);
}

TEST(ByteLayout, ADistanceBecomesAStageWithUnitAndGaugeZero) {
  auto station = test::stage_station();
  station.unit = "mm";
  station.datum_offset = 2.0;
  station.mapping = {.format = PayloadFormat::hex,
                     .topic = "raw/n12",
                     .time_form = TimeForm::reception,
                     .scale = -1.0,
                     .offset = 5000.0,  // the sensor hangs 5 m above the gauge's zero
                     .layout = decentlab(303, {4, 2}, 0)};
  const auto catalogue = test::catalogue_of({station});
  const auto readings = decode(catalogue, "raw/n12", "02012F000304d200010bb1", test::at(5));
  ASSERT_TRUE(readings) << readings.error().message;
  EXPECT_DOUBLE_EQ(readings->front().value, 2.0 + 5.0 - 1.234);
  EXPECT_EQ(readings->front().time, test::at(5));
}

TEST(ByteLayout, BytesThatAreNotAsDeclaredAreRefused) {
  const auto reason = [](const ByteLayout& layout, std::string_view hex) {
    const auto value = decode_bytes(layout, detail::from_hex(hex).value());
    return value ? "accepted" : value.error().message;
  };
  const auto mbx = decentlab(303, {4, 2}, 0);
  EXPECT_THAT(reason(mbx, ""), HasSubstr("expected 02 at byte 0"));
  EXPECT_THAT(reason(mbx, "02012e000304d200010bb1"), HasSubstr("another device"));
  EXPECT_THAT(reason(mbx, "02012f00"), HasSubstr("no flags"));
  EXPECT_THAT(reason(mbx, "02012f000304d2"), HasSubstr("cut off"));
  EXPECT_THAT(reason(mbx, "02012f000304d200010bb100"), HasSubstr("too long"));
  EXPECT_THAT(reason(mbx, "02012f000704d200010bb1"), HasSubstr("not declared"));
  const auto swl = milesight("0377", "u16le");
  EXPECT_THAT(reason(swl, "017564"), HasSubstr("no value"));
  EXPECT_THAT(reason(swl, "01756403"), HasSubstr("cut off"));
  EXPECT_THAT(reason(swl, "0175640377"), HasSubstr("cut off"));
  EXPECT_THAT(reason(swl, "ffff01"), HasSubstr("tag not declared: ffff"));
  EXPECT_THAT(reason(swl, "0377020003770300"), HasSubstr("twice"));
  EXPECT_THAT(reason({.length = 2, .type = "u16be"}, "010203"), HasSubstr("another length"));
  EXPECT_THAT(reason({.offset = 2, .type = "u16be"}, "010203"), HasSubstr("too short"));
  EXPECT_THAT(reason({.type = "f32be"}, "7fc00000"), HasSubstr("not finite"));
}

TEST(ByteLayout, EveryTypeOfNumberIsRead) {
  const auto value = [](const char* type, std::string_view hex) {
    return decode_bytes({.type = type}, detail::from_hex(hex).value()).value();
  };
  EXPECT_EQ(value("u8", "ff"), 255.0);
  EXPECT_EQ(value("i8", "ff"), -1.0);
  EXPECT_EQ(value("u16le", "0100"), 1.0);
  EXPECT_EQ(value("i16be", "fffe"), -2.0);
  EXPECT_EQ(value("u24be", "010000"), 65536.0);
  EXPECT_EQ(value("i24le", "ffffff"), -1.0);
  EXPECT_EQ(value("u32be", "ffffffff"), 4294967295.0);
  EXPECT_EQ(value("i32le", "00000080"), -2147483648.0);
  EXPECT_EQ(value("f32be", "3fc00000"), 1.5);
}

TEST(Bytes, HexadecimalAndBase64AreReadStrictly) {
  EXPECT_EQ(detail::from_hex("0aFF").value(), "\x0a\xff");
  EXPECT_FALSE(detail::from_hex("0"));
  EXPECT_FALSE(detail::from_hex("0g"));
  EXPECT_EQ(detail::from_base64("qg==").value(), "\xaa");
  EXPECT_EQ(detail::from_base64("TWFu").value(), "Man");
  EXPECT_EQ(detail::from_base64("TWE=").value(), "Ma");
  EXPECT_EQ(detail::from_base64("").value(), "");
  for (const auto* none : {"qg=", "q===", "=g==", "q=g=", "qg==qg==", "q g=", "q\xffg="})
    EXPECT_FALSE(detail::from_base64(none)) << none;
}

}  // namespace
}  // namespace vandvagt::sensors
