#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "messaging/message.hpp"
#include "messaging/options.hpp"

namespace vandvagt::messaging {

/// A message that waits for its acknowledgement.
struct Delivery {
  Message message;
  std::uint64_t token = 0;  // for `Receiver::acknowledge`; 0: QoS 0, nothing to acknowledge
};

/// One MQTT 3.1.1 connection that only receives, and on which the caller says when the broker is
/// told of a message: after the disk has it. The libraries at hand cannot do that (Paho tells the
/// broker when the callback returns, on one thread for all connections; libmosquitto before it), so
/// that each message would cost a wait for the disk of its own. Here messages that arrived together
/// are taken, committed and acknowledged together.
///
/// Its own state machine: on every loss it tries again with back-off and subscribes anew. With
/// `Options::clean_session` false and a fixed `client_id` the broker keeps QoS 1 messages while it
/// is away, and sends those again that were not acknowledged. Thread-safe; no exception leaves it.
class Receiver {
 public:
  /// Called on the receiver's own thread; short, and not to wait for the receiver itself.
  struct Callbacks {
    std::function<void()> on_connected{};                   // subscriptions are in place
    std::function<void(const std::string& why)> on_lost{};  // also where an attempt has failed
  };
  /// @param filters  topics to subscribe to, at QoS 1
  Receiver(Options options, std::vector<std::string> filters, Callbacks callbacks);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  /// Begins to connect. Error{invalid_input}: an address that is none, files that cannot be read,
  /// no client id although the session shall last.
  Result<void> start();

  /// What has arrived since, in order, at most `most`; waits up to `timeout` for the first. As long
  /// as many messages wait to be taken, nothing more is read from the broker.
  std::vector<Delivery> take(std::size_t most, std::chrono::milliseconds timeout);
  /// Tells the broker. Those of a connection that is gone are passed over: they come again.
  void acknowledge(std::span<const Delivery> deliveries);

  bool connected() const;
  /// Cuts the connection and makes a new one: somebody has seen that nothing comes through.
  void reconnect(const std::string& why);
  /// Sends acknowledgements that are due, says good-bye, and does not come back. `take` goes on to
  /// give what had arrived.
  void stop();

  struct Counters {
    long long received = 0, acknowledged = 0, connects = 0, losses = 0;
    long long too_large = 0;  // of which only the first 128 KiB were kept
  };
  Counters counters() const;

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace vandvagt::messaging
