#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "messaging/message.hpp"
#include "messaging/options.hpp"

/// The packets of MQTT 3.1.1 (OASIS Standard, 29 October 2014) that a receiver needs; numbers in
/// comments are its sections.
namespace vandvagt::messaging::detail {

enum class PacketType : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  subscribe = 8,
  suback = 9,
  pingreq = 12,
  pingresp = 13,
  disconnect = 14
};

struct Packet {
  PacketType type{};
  std::uint8_t flags = 0;
  std::string body{};    // variable header and payload, as much as is kept of them
  std::size_t size = 0;  // of the body as it was sent
};

/// Bytes of a stream to packets. Of a packet larger than `most_kept` only the first bytes are kept:
/// it must be acknowledged like any other, or the broker sends it again for ever.
class PacketReader {
 public:
  explicit PacketReader(std::size_t most_kept) : most_kept_(most_kept) {}
  void feed(std::string_view bytes);
  /// The next whole packet, or nothing yet. Error{unavailable}: this is no MQTT.
  Result<std::optional<Packet>> next();

 private:
  std::size_t most_kept_;
  std::string buffer_;
  std::size_t at_ = 0;    // read so far
  std::size_t skip_ = 0;  // rest of a packet that was too large
};

/// A PUBLISH (3.3) as a message. Error{unavailable} where it is malformed.
struct Published {
  Message message;
  std::uint16_t id = 0;  // of QoS 1
};
Result<Published> parse_publish(Packet packet);

std::string connect_packet(const Options& options, const std::string& password);  // 3.1
std::string subscribe_packet(std::uint16_t id, const std::vector<std::string>& filters, int qos);
std::string puback_packet(std::uint16_t id);  // 3.4
std::string pingreq_packet();                 // 3.12
std::string disconnect_packet();              // 3.14

/// What a CONNACK says (3.2). Error{unavailable} with the reason of a refusal.
Result<void> parse_connack(const Packet& packet);
/// Error{unavailable} where a filter was refused (3.9).
Result<void> parse_suback(const Packet& packet, const std::vector<std::string>& filters);

}  // namespace vandvagt::messaging::detail
