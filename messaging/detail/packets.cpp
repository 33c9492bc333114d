#include "messaging/detail/packets.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace vandvagt::messaging::detail {
namespace {

constexpr std::size_t compact_beyond = 1U << 16U;  // bytes read before the buffer is moved up

tl::unexpected<Error> malformed(const std::string& what) {
  return fail(ErrorCode::unavailable, "the broker sent what is no MQTT 3.1.1: " + what);
}

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint16_t>(byte_at(bytes, i) << 8U | byte_at(bytes, i + 1));
}

void put_number(std::string& out, std::size_t number) {
  out += static_cast<char>(number >> 8U & 0xffU);
  out += static_cast<char>(number & 0xffU);
}

// 1.5.3; what is longer than the format allows was refused before.
void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

std::string packet(PacketType type, unsigned flags, std::string_view body) {
  std::string out(1, static_cast<char>(static_cast<unsigned>(type) << 4U | flags));
  std::size_t rest = body.size();
  do {  // 2.2.3
    const auto seven = rest % 128;
    rest /= 128;
    out += static_cast<char>(rest > 0 ? seven | 128U : seven);
  } while (rest > 0);
  return out.append(body);
}

}  // namespace

void PacketReader::feed(std::string_view bytes) {
  if (at_ > compact_beyond) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  const auto skipped = std::min(skip_, bytes.size());
  skip_ -= skipped;
  buffer_ += bytes.substr(skipped);
}

Result<std::optional<Packet>> PacketReader::next() {
  const auto rest = std::string_view(buffer_).substr(at_);
  std::size_t size = 0, header = 1;
  for (unsigned shift = 0;; shift += 7, ++header) {
    if (header >= rest.size()) return std::nullopt;
    if (shift > 21) return malformed("a length of more than four bytes");
    size |= static_cast<std::size_t>(byte_at(rest, header) & 127U) << shift;
    if ((byte_at(rest, header) & 128U) == 0) break;
  }
  ++header;
  const auto kept = std::min(size, most_kept_);
  if (rest.size() - header < kept) return std::nullopt;
  Packet found{.type = static_cast<PacketType>(byte_at(rest, 0) >> 4U),
               .flags = static_cast<std::uint8_t>(byte_at(rest, 0) & 15U),
               .body = std::string(rest.substr(header, kept)),
               .size = size};
  at_ += header + kept;
  const auto here = std::min(size - kept, buffer_.size() - at_);
  at_ += here;
  skip_ = size - kept - here;
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  return found;
}

Result<Published> parse_publish(Packet packet) {
  const std::string_view body = packet.body;
  const auto qos = static_cast<int>(packet.flags >> 1U & 3U);
  if (body.size() < 2 || qos > 1) return malformed("a PUBLISH of QoS " + std::to_string(qos));
  const std::size_t topic = number_at(body, 0);
  const std::size_t payload = 2 + topic + (qos > 0 ? 2 : 0);
  if (body.size() < payload) return malformed("a PUBLISH shorter than its topic");
  Published published;
  published.message = {.topic = std::string(body.substr(2, topic)),
                       .payload = {},
                       .qos = qos,
                       .retained = (packet.flags & 1U) != 0,
                       .duplicate = (packet.flags & 8U) != 0};
  if (qos > 0) published.id = number_at(body, 2 + topic);
  packet.body.erase(0, payload);
  published.message.payload = std::move(packet.body);
  return published;
}

std::string connect_packet(const Options& options, const std::string& password) {
  std::string body;
  put_text(body, "MQTT");
  body += '\x04';  // 3.1.1
  unsigned flags = options.clean_session ? 2U : 0U;
  if (!options.user.empty()) flags |= 128U;
  if (!options.user.empty() && !password.empty()) flags |= 64U;
  body += static_cast<char>(flags);
  put_number(body, static_cast<std::size_t>(
                       std::clamp<std::int64_t>(options.keep_alive.count(), 1, 65'535)));
  put_text(body, options.client_id);
  if (!options.user.empty()) put_text(body, options.user);
  if (!options.user.empty() && !password.empty()) put_text(body, password);
  return packet(PacketType::connect, 0, body);
}

std::string subscribe_packet(std::uint16_t id, const std::vector<std::string>& filters, int qos) {
  std::string body;
  put_number(body, id);
  for (const auto& filter : filters) {
    put_text(body, filter);
    body += static_cast<char>(qos);
  }
  return packet(PacketType::subscribe, 2, body);
}

std::string puback_packet(std::uint16_t id) {
  std::string body;
  put_number(body, id);
  return packet(PacketType::puback, 0, body);
}

std::string pingreq_packet() {
  return packet(PacketType::pingreq, 0, {});
}

std::string disconnect_packet() {
  return packet(PacketType::disconnect, 0, {});
}

Result<void> parse_connack(const Packet& packet) {
  if (packet.type != PacketType::connack || packet.body.size() != 2)
    return malformed("no answer to CONNECT");
  static constexpr std::array reasons{"",
                                      "it does not speak MQTT 3.1.1",
                                      "it does not accept this client id",
                                      "unavailable",
                                      "bad user or password",
                                      "not authorised"};
  const auto code = byte_at(packet.body, 1);
  if (code == 0) return {};
  return fail(ErrorCode::unavailable,
              std::string("refused: ") + (code < reasons.size() ? reasons.at(code) : "unknown"));
}

Result<void> parse_suback(const Packet& packet, const std::vector<std::string>& filters) {
  if (packet.body.size() != 2 + filters.size()) return malformed("a SUBACK of another length");
  for (std::size_t i = 0; i < filters.size(); ++i)
    if (byte_at(packet.body, 2 + i) > 2)
      return fail(ErrorCode::unavailable, "subscribing to " + filters[i] + ": refused");
  return {};
}

}  // namespace vandvagt::messaging::detail
