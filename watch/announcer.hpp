#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "alerts/options.hpp"
#include "alerts/outbox.hpp"
#include "messaging/client.hpp"
#include "messaging/topics.hpp"
#include "watch/board.hpp"
#include "watch/health.hpp"
#include "watch/options.hpp"
#include "watch/outlets.hpp"

namespace vandvagt::watch {

/// Publishes: warnings from the outbox until the broker has confirmed, the heartbeat, and what is
/// on the board. `run` is a thread of its own, so a broker that does not answer holds up nothing
/// else.
///
/// It is the watchdog too: the heartbeat comes back to the receiver through the broker. When it
/// does not, nothing that a library says of a connection is believed: `cut` is called, and its own
/// connection is made anew.
class Announcer {
 public:
  struct Setup {
    messaging::Options broker;  // with the client id of this connection
    messaging::Topics topics;
    std::filesystem::path warnings;  // the outbox
    alerts::Options alerts;          // topics of warnings
    Reach reach;
    std::string instance;
    Options options;
    std::function<Time()> now;
    std::function<std::optional<Time>()> last_evaluation;
    std::function<bool()> receiving;                  // the receiver believes that it is connected
    std::function<void()> connected;                  // to put everything retained on the board
    std::function<void(const std::string& why)> cut;  // make the receiver's connection anew
  };
  /// `board` and `health` must outlive it.
  Announcer(Setup setup, Board& board, Health& health);
  /// Error{invalid_input}: address or files that cannot be used. A broker that is away is none.
  Result<void> start();
  void run(const std::stop_token& stop);

  /// Something is on the board.
  void wake();
  /// Something is in the outbox.
  void warned();
  /// A heartbeat has come in through the broker.
  void heard(const std::string& payload);
  void run_finished(Time reference_time);
  /// A subscriber lacks a message; it is sent to it alone. At most 1,000 wait.
  void requested(messaging::RequestTopic request);
  long long watchdog_cuts() const { return cuts_; }

 private:
  using Clock = std::chrono::steady_clock;
  void make_client();
  void wait(const std::stop_token& stop);
  Result<void> publish(const std::string& topic, const std::string& payload, bool retained);
  Result<void> send_warnings();
  bool send_all_warnings(Clock::time_point end);
  Result<void> send_answers();
  Result<void> send_heartbeat();
  Result<void> send_board();
  void look_after_connection();
  void last_words();

  Setup setup_;
  Board& board_;
  Health& health_;
  std::unique_ptr<messaging::Client> client_;
  Outlets outlets_;
  std::optional<alerts::Outbox> outbox_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool due_ = false, warnings_due_ = true;
  bool states_again_ = true;  // areas' states: a broker that crashed may have lost them
  std::atomic<bool> fresh_connection_ = false;  // everything retained is to be published again
  std::deque<std::string> sent_heartbeats_;     // the newest few, to know our own
  std::deque<messaging::RequestTopic> requests_;
  std::set<std::string> indexes_due_;  // areas whose list of messages is to be published
  std::optional<Time> last_run_;
  Clock::time_point next_heartbeat_{}, heard_ = Clock::now();
  std::atomic<long long> cuts_ = 0;
};

}  // namespace vandvagt::watch
