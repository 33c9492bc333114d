#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messaging/detail/stream.hpp"

namespace vandvagt::test {

/// Publishes at QoS 1 as fast as the broker takes it, with many messages under way: what a broker
/// with hundreds of sensors forwards. One thread.
class RawPublisher {
 public:
  /// Connects; `ok()` is false where that failed.
  explicit RawPublisher(const std::string& url, int window = 500);
  bool ok() const { return ok_; }
  /// Waits while `window` messages are unconfirmed.
  bool publish(std::string_view topic, std::string_view payload);
  /// Until everything is confirmed.
  bool finish();

 private:
  bool pump(int most_outstanding);

  int window_;
  bool ok_ = false;
  std::optional<messaging::detail::Stream> stream_;
  std::string out_;
  std::uint16_t id_ = 0;
  int outstanding_ = 0;
  std::size_t partial_ = 0;  // bytes of a PUBACK that has come in part
};

}  // namespace vandvagt::test
