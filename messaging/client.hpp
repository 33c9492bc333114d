#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "messaging/message.hpp"
#include "messaging/options.hpp"

namespace vandvagt::messaging {

/// A last will: what the broker publishes when this client is gone without a word.
struct Will {
  std::string topic;
  std::string payload;
};

/// One MQTT 3.1.1 connection with its own reconnect (the library's loses messages): on every loss it
/// tries again with back-off, subscribes anew, and calls `on_connected`, in which retained topics
/// are published again. Thread-safe. No exception leaves it.
class Client {
 public:
  struct Callbacks {
    Handler on_message;
    std::function<void()> on_connected;                       // on a thread of the client's own
    std::function<void(const std::string& why)> on_lost;
  };
  Client(Options options, std::vector<std::string> subscriptions, Callbacks callbacks,
         std::optional<Will> will = std::nullopt);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// First connection, within `timeout`. Error{unavailable} says which broker and why; the client
  /// goes on trying in the background.
  Result<void> connect(std::chrono::milliseconds timeout);
  bool connected() const;

  /// Publish at QoS 1 and wait until the broker has confirmed. Error{unavailable} otherwise; the
  /// caller keeps the message and tries again.
  Result<void> publish(const Message& message, std::chrono::milliseconds timeout);

  void disconnect();

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace vandvagt::messaging
