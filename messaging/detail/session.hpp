#pragma once

#include <mqtt/async_client.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "messaging/client.hpp"

namespace vandvagt::messaging::detail {

/// One connection to the broker, from CONNECT to its loss; never used again after that, so that
/// nothing that the library kept from before can surface in the next.
class Session {
 public:
  using Receive = std::function<Handled(const Message&)>;
  using Lost = std::function<void()>;

  /// Both are called on the library's threads, neither after the destructor has returned.
  Session(const Options& options, const std::string& client_id, Receive receive, Lost lost);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Connect and subscribe; Error{unavailable} says why not.
  Result<void> open(const mqtt::connect_options& options,
                    const std::vector<std::string>& subscriptions,
                    std::chrono::milliseconds timeout);
  Result<void> publish(const Message& message, std::chrono::milliseconds timeout);
  void close();

  bool lost() const { return lost_; }
  /// Asks the library too: it does not always tell of a loss.
  bool still_connected();
  bool refused_any() const { return refused_any_; }

 private:
  Result<void> send(const Message& message, std::chrono::milliseconds timeout);
  Handled hand_over(const mqtt::const_message_ptr& message);
  void arrived(const mqtt::const_message_ptr& message);

  std::string url_;
  Receive receive_;
  Lost on_lost_;
  std::atomic<bool> lost_ = false;
  std::atomic<bool> refused_any_ = false;
  std::unique_ptr<mqtt::async_client> client_;  // last: its threads use the members above
};

/// True on a thread that is inside a message handler.
bool inside_handler();

/// Error{invalid_input}: an address that is none, a file that cannot be read.
Result<mqtt::connect_options> connect_options(const Options& options,
                                              const std::optional<Will>& will);

}  // namespace vandvagt::messaging::detail
