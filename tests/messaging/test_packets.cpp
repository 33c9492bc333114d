#include <gtest/gtest.h>

#include <random>

#include "messaging/detail/packets.hpp"

namespace vandvagt::messaging::detail {
namespace {

// A PUBLISH of QoS 1 as a broker sends it (MQTT 3.1.1, 3.3).
std::string publish(const std::string& topic, std::uint16_t id, const std::string& payload) {
  std::string body;
  body += static_cast<char>(topic.size() >> 8U);
  body += static_cast<char>(topic.size() & 0xffU);
  body += topic;
  body += static_cast<char>(id >> 8U);
  body += static_cast<char>(id & 0xffU);
  body += payload;
  std::string out = "\x32";
  std::size_t rest = body.size();
  do {
    out += static_cast<char>(rest >= 128 ? rest % 128 + 128 : rest);
    rest /= 128;
  } while (rest > 0);
  return out + body;
}

std::vector<Packet> read_all(PacketReader& reader, std::string_view bytes) {
  std::vector<Packet> packets;
  reader.feed(bytes);
  while (auto packet = reader.next().value()) packets.push_back(std::move(*packet));
  return packets;
}

TEST(PacketReader, FindsTheSamePacketsWhereverTheStreamIsCut) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::string stream;
  std::vector<std::string> payloads;
  for (std::uint16_t id = 1; id <= 300; ++id) {
    payloads.emplace_back(random() % 20'000, static_cast<char>('a' + id % 26));
    stream += publish("vv/v1/obs/a/b/stage", id, payloads.back());
  }
  PacketReader reader(1U << 20U);
  std::vector<Packet> packets;
  for (std::size_t at = 0; at < stream.size();) {
    const auto count = std::min<std::size_t>(1 + random() % 5000, stream.size() - at);
    for (auto& packet : read_all(reader, std::string_view(stream).substr(at, count)))
      packets.push_back(std::move(packet));
    at += count;
  }
  ASSERT_EQ(packets.size(), payloads.size());
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const auto published = parse_publish(packets[i]).value();
    EXPECT_EQ(published.id, i + 1);
    EXPECT_EQ(published.message.topic, "vv/v1/obs/a/b/stage");
    EXPECT_EQ(published.message.payload, payloads[i]);
  }
}

TEST(PacketReader, KeepsTheBeginningOfWhatIsTooLargeAndGoesOnBehindIt) {
  const auto large = publish("a", 7, std::string(5000, 'x'));
  const auto after = publish("b", 8, "next");
  for (const std::size_t cut :
       {std::size_t{50}, std::size_t{100}, large.size(), large.size() + 3}) {
    PacketReader reader(100);
    const auto stream = large + after;
    auto packets = read_all(reader, stream.substr(0, cut));
    for (auto& packet : read_all(reader, stream.substr(cut))) packets.push_back(std::move(packet));
    ASSERT_EQ(packets.size(), 2U) << cut;
    EXPECT_EQ(packets[0].body.size(), 100U);
    EXPECT_EQ(packets[0].size, 5005U);
    EXPECT_EQ(parse_publish(packets[0]).value().id, 7);
    EXPECT_EQ(parse_publish(packets[1]).value().message.payload, "next");
  }
}

TEST(PacketReader, RefusesALengthOfFiveBytes) {
  PacketReader reader(100);
  reader.feed("\x30\xff\xff\xff\xff\x01");
  EXPECT_FALSE(reader.next());
}

TEST(PacketReader, WaitsForTheRestOfALength) {
  PacketReader reader(100);
  EXPECT_TRUE(read_all(reader, "\x30").empty());
  EXPECT_TRUE(read_all(reader, "\x80").empty());
}

TEST(ParsePublish, RefusesATopicLongerThanThePacket) {
  EXPECT_FALSE(parse_publish({.type = PacketType::publish,
                              .flags = 2,
                              .body = {"\x00\x05"
                                       "abc",
                                       5},
                              .size = 5}));
  EXPECT_FALSE(parse_publish({.type = PacketType::publish, .flags = 0, .body = "a", .size = 1}));
  EXPECT_FALSE(parse_publish(
      {.type = PacketType::publish, .flags = 6, .body = {"\0\1a\0\1", 5}, .size = 5}));
}

TEST(Packets, CarryWhatTheStandardSays) {
  using namespace std::string_literals;
  EXPECT_EQ(puback_packet(0x0102), "\x40\x02\x01\x02"s);
  EXPECT_EQ(subscribe_packet(1, {"a/b"}, 1), "\x82\x08\x00\x01\x00\x03"s + "a/b\x01"s);
  Options options;
  options.client_id = "x";
  options.user = "u";
  options.clean_session = false;
  EXPECT_EQ(connect_packet(options, "p"),
            "\x10\x13\x00\x04MQTT\x04\xc0\x00\x14\x00\x01x\x00\x01u\x00\x01p"s);
}

TEST(ParseConnack, SaysWhyTheBrokerRefuses) {
  const auto refused =
      parse_connack({.type = PacketType::connack, .flags = 0, .body = {"\x00\x05", 2}, .size = 2});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("not authorised"), std::string::npos);
}

}  // namespace
}  // namespace vandvagt::messaging::detail
