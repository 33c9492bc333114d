#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "messaging/message.hpp"
#include "messaging/options.hpp"

namespace vandvagt::messaging {

/// A last will: what the broker publishes (QoS 1) when this client is gone without a word.
struct Will {
  std::string topic{};
  std::string payload{};
  bool retained = true;
};

/// One MQTT 3.1.1 connection with its own reconnect (the library's loses messages): on every loss
/// it tries again with back-off, subscribes anew, and calls `on_connected`, in which retained
/// topics are published again. Thread-safe. No exception leaves it.
///
/// With `Options::clean_session` false and a fixed `client_id` the broker keeps QoS 1 messages
/// while the client is away. A message that was handled but not yet confirmed when the connection
/// broke comes again: handlers must bear repeats.
class Client {
 public:
  /// on_message runs on the library's receiving thread; the other two on the client's own thread,
  /// where `publish` may be called. on_connected runs after every connect, subscriptions in place.
  struct Callbacks {
    Handler on_message{};
    std::function<void()> on_connected{};
    std::function<void(const std::string& why)> on_lost{};
  };
  /// @param subscriptions  topic filters, all at QoS 1
  Client(Options options, std::vector<std::string> subscriptions, Callbacks callbacks,
         std::optional<Will> will = std::nullopt);
  /// Disconnects; the will is not sent. Not to be destroyed from one of its own callbacks.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// First connection, within `timeout`. Error{unavailable} says which broker and why; the client
  /// goes on trying in the background. Error{invalid_input}: a password or certificate file that
  /// cannot be read, an address that is none; nothing is tried then.
  Result<void> connect(std::chrono::milliseconds timeout);
  bool connected() const;

  /// Publish at the message's QoS and wait until the broker has confirmed (QoS 0: until it is
  /// sent). Error{unavailable} otherwise: it may or may not have arrived; the caller keeps the
  /// message and tries again. Error{invalid_input}: a topic with wildcards or none. Not to be
  /// called from `on_message`, where it could only wait for itself: Error{refused}.
  Result<void> publish(const Message& message, std::chrono::milliseconds timeout);

  /// Says good-bye and stops trying; `connect` may be called again.
  void disconnect();

  struct Counters {
    long long received = 0, refused = 0, handler_exceptions = 0;
    long long published = 0, publish_failures = 0;
    long long connects = 0, losses = 0;
  };
  Counters counters() const;

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace vandvagt::messaging
