#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "messaging/detail/packets.hpp"
#include "sensors/decode.hpp"
#include "sensors/readers.hpp"

namespace vandvagt::fuzz {
namespace {

using sensors::FileFormat;
using sensors::PayloadFormat;
using sensors::Station;

const Time received = parse_time("2026-11-23T05:00:00Z").value();

void promise(bool kept, const char* what) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

Station station_of(const std::string& id, const std::string& unit) {
  Station station;
  station.id = id;
  station.op = "op";
  station.unit = unit;
  station.datum = "EPSG:5799";
  station.datum_offset = 0.5;
  station.datum_offset_declared = true;
  return station;
}

Station mapped(const std::string& id, sensors::PayloadMapping mapping) {
  auto station = station_of(id, "cm");
  station.mapping = std::move(mapping);
  return station;
}

sensors::ByteLayout layout(sensors::ByteLayout::Kind kind) {
  return {.kind = kind,
          .flags_at = 3,
          .blocks = {8, 2},
          .tags = {{"0175", 1}, {"0377", 2}},
          .tag = "0377",
          .type = "u16be",
          .zero = 32768,
          .divide_by = 10};
}

const sensors::Catalogue& catalogue() {
  using Kind = sensors::ByteLayout::Kind;
  static const auto made =
      sensors::Catalogue::make({station_of("n", "m"),
                                mapped("st", {.format = PayloadFormat::sensorthings,
                                              .topic = "v1.1/Datastreams(1)/Observations"}),
                                mapped("ttn", {.format = PayloadFormat::ttn,
                                               .topic = "v3/a@t/devices/d/up",
                                               .value = "/uplink_message/decoded_payload/level",
                                               .absent_is_zero = true}),
                                mapped("cs", {.format = PayloadFormat::chirpstack,
                                              .topic = "application/a/device/00/event/up",
                                              .layout = layout(Kind::flagged)}),
                                mapped("js", {.format = PayloadFormat::json,
                                              .topic = "js",
                                              .rows = "/data",
                                              .value = "/v",
                                              .time = "/t",
                                              .time_form = sensors::TimeForm::unix_s,
                                              .session = "/addr",
                                              .sequence = "/n",
                                              .x = "/x",
                                              .y = "/y",
                                              .missing_at_or_below = -777.0}),
                                mapped("b0", {.format = PayloadFormat::bytes,
                                              .topic = "b0",
                                              .time_form = sensors::TimeForm::reception,
                                              .layout = layout(Kind::fixed)}),
                                mapped("b1", {.format = PayloadFormat::bytes,
                                              .topic = "b1",
                                              .time_form = sensors::TimeForm::reception,
                                              .layout = layout(Kind::flagged)}),
                                mapped("b2", {.format = PayloadFormat::hex,
                                              .topic = "b2",
                                              .time_form = sensors::TimeForm::reception,
                                              .layout = layout(Kind::tagged)})});
  promise(made.has_value(), made ? "" : made.error().message.c_str());
  return *made;
}

void look_at(const sensors::Reading& reading, const Station& station) {
  promise(reading.station == station.id && reading.parameter == station.parameter, "its station");
  promise(std::isfinite(reading.value), "a finite value");
  static const Time first = parse_time("1900-01-01T00:00:00Z").value() - std::chrono::days{1};
  static const Time last = parse_time("2199-12-31T23:59:59Z").value() + std::chrono::days{1};
  promise(reading.time >= first && reading.time <= last, "a believable time");
  promise(reading.session.has_value() == reading.sequence.has_value(), "both numbers or none");
}

void look_at(const Error& error) {
  promise(!error.message.empty() && error.code == ErrorCode::invalid_input, "a reason");
  for (const char c : error.message) promise(c >= ' ' && c <= '~', "a printable reason");
}

void decode(const std::string& topic, std::string_view payload) {
  const auto readings = sensors::decode(catalogue(), topic, payload, received);
  if (!readings) return look_at(readings.error());
  promise(!readings->empty() && readings->size() <= sensors::most_rows, "1 to 200 readings");
  const Station* station = catalogue().find(readings->front().station);
  promise(station != nullptr, "a known station");
  for (const auto& reading : *readings) look_at(reading, *station);
}

void read(const Station& station, std::string_view text) {
  const auto file = sensors::read_text(station, text, "file", received);
  if (!file) return look_at(file.error());
  for (const auto& reading : file->readings) look_at(reading, station);
  promise(file->refused.size() <= 100, "at most 100 faults");
}

Station with_file(sensors::FileSource source) {
  auto station = station_of("f", "cm");
  station.file = std::move(source);
  return station;
}

constexpr std::size_t most_kept = 1000;

/// The packets of a stream that arrives in pieces, and what ended it.
struct Stream {
  std::vector<messaging::detail::Packet> packets;
  bool malformed = false;
};

Stream packets_of(std::string_view bytes, std::size_t piece) {
  Stream stream;
  messaging::detail::PacketReader reader(most_kept);
  for (std::size_t at = 0; at < bytes.size() && !stream.malformed; at += piece) {
    reader.feed(bytes.substr(at, piece));
    for (;;) {
      auto packet = reader.next();
      stream.malformed = !packet;
      if (!packet || !*packet) break;
      stream.packets.push_back(std::move(**packet));
    }
  }
  return stream;
}

void look_at(const messaging::detail::Packet& packet) {
  using messaging::detail::PacketType;
  promise(packet.body.size() == std::min(packet.size, most_kept), "what is kept of a packet");
  if (packet.type == PacketType::publish) {
    const auto published = messaging::detail::parse_publish(packet);
    if (!published) return promise(!published.error().message.empty(), "a reason");
    const auto& message = published->message;
    promise(message.qos == 0 || message.qos == 1, "QoS 0 or 1");
    promise(message.topic.size() + message.payload.size() + 2 <= packet.body.size(), "its bytes");
  }
  if (packet.type == PacketType::connack)
    static_cast<void>(messaging::detail::parse_connack(packet));
  if (packet.type == PacketType::suback)
    static_cast<void>(messaging::detail::parse_suback(packet, {"a/#", "b/+"}));
}

}  // namespace

void native(std::string_view bytes) {
  decode("vv/v1/obs/op/n/stage", bytes);
  const auto line = bytes.find('\n');
  if (line != std::string_view::npos)
    decode(std::string(bytes.substr(0, line)), bytes.substr(line + 1));
}
void sensorthings(std::string_view bytes) {
  decode("v1.1/Datastreams(1)/Observations", bytes);
}
void ttn(std::string_view bytes) {
  decode("v3/a@t/devices/d/up", bytes);
}
void chirpstack(std::string_view bytes) {
  decode("application/a/device/00/event/up", bytes);
}
void json(std::string_view bytes) {
  decode("js", bytes);
}
void device_bytes(std::string_view bytes) {
  for (const char* topic : {"b0", "b1", "b2"}) decode(topic, bytes);
}
void csv(std::string_view bytes) {
  static const auto station =
      with_file({.format = FileFormat::kystdirektoratet,
                 .separator = ';',
                 .decimal_comma = true,
                 .time_format = "%d-%m-%Y %H:%M",
                 .local_time = sensors::LocalTime{std::chrono::hours{1}, true}});
  read(station, bytes);
  static const auto plain = with_file({.columns = {.time = {"t"}, .value = "v"}});
  read(plain, bytes);
}
void waterml(std::string_view bytes) {
  static const auto station = with_file(
      {.format = FileFormat::waterml2, .local_time = sensors::LocalTime{std::chrono::hours{-5}}});
  read(station, bytes);
}
void agency_json(std::string_view bytes) {
  static const std::vector<Station> stations{
      with_file({.format = FileFormat::usgs, .series = "01", .variable = "00065"}),
      with_file({.format = FileFormat::uk_ea, .series = "E1"}),
      with_file({.format = FileFormat::vanda, .series = "21", .variable = "25"}),
      with_file({.format = FileFormat::dmi, .series = "30336", .variable = "sealev_dvr"})};
  for (const auto& station : stations) read(station, bytes);
}

void mqtt(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto piece = 1 + static_cast<std::size_t>(static_cast<unsigned char>(bytes[0]));
  bytes.remove_prefix(1);
  const auto whole = packets_of(bytes, bytes.size() + 1);
  const auto cut = packets_of(bytes, piece);
  promise(whole.malformed == cut.malformed && whole.packets.size() == cut.packets.size(),
          "the same packets however they arrive");
  for (std::size_t i = 0; i < whole.packets.size(); ++i) {
    promise(whole.packets[i].body == cut.packets[i].body, "the same bytes however they arrive");
    look_at(whole.packets[i]);
  }
}

const std::vector<std::pair<std::string_view, Target>>& targets() {
  static const std::vector<std::pair<std::string_view, Target>> all{{"native", native},
                                                                    {"sensorthings", sensorthings},
                                                                    {"ttn", ttn},
                                                                    {"chirpstack", chirpstack},
                                                                    {"json", json},
                                                                    {"device_bytes", device_bytes},
                                                                    {"csv", csv},
                                                                    {"waterml", waterml},
                                                                    {"agency_json", agency_json},
                                                                    {"mqtt", mqtt}};
  return all;
}

}  // namespace vandvagt::fuzz
