#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "messaging/receiver.hpp"
#include "messaging/topics.hpp"
#include "sensors/catalogue.hpp"
#include "sensors/intake.hpp"
#include "sensors/store.hpp"
#include "watch/board.hpp"
#include "watch/health.hpp"
#include "watch/limits.hpp"
#include "watch/options.hpp"
#include "watch/patience.hpp"
#include "watch/station_book.hpp"

namespace vandvagt::watch {

/// The path of a reading: takes what has arrived, decodes, checks and commits it as one group, and
/// only then acknowledges it to the broker. `latest`, `ack` and `status` go to the board. `run` is
/// a thread of its own and the only one that touches store and intake.
///
/// Where the disk refuses, nothing is acknowledged: the messages are kept and tried again, and the
/// broker holds back the rest, until the disk takes them. A disk is asked every second, a database
/// server with back-off.
class Keeper {
 public:
  struct Setup {
    sensors::Catalogue catalogue;
    messaging::Topics topics;
    sensors::StoreLocation readings;
    Options options;
    std::function<Time()> now;
    std::function<void(const std::set<std::string>& stations)> stored;  // good for the rules
    std::function<void()> announced;                                    // something on the board
    std::function<void(const messaging::Message&)> other;               // no reading, no status
  };
  /// `receiver`, `board` and `health` must outlive it.
  Keeper(Setup setup, messaging::Receiver& receiver, Board& board, Health& health);

  /// Error{refused}: the database is another's; anything else is tried again by `run`.
  Result<void> open();
  void run(const std::stop_token& stop);

  /// Everything retained goes to the board again. From any thread.
  void tell_all() { tell_all_ = true; }
  struct Counters {
    sensors::IntakeCounters intake;
    long long groups = 0, over_limit = 0;
  };
  Counters counters() const;

 private:
  using Deliveries = std::vector<messaging::Delivery>;
  bool ready(const std::stop_token& stop);
  void handle(Deliveries deliveries, const std::stop_token& stop);
  Deliveries sort_out(Deliveries deliveries);
  bool hear(const messaging::Message& message);
  Result<void> keep(std::span<const messaging::Delivery> readings);
  void keep_patiently(const Deliveries& readings, const std::stop_token& stop);
  void publish(const std::vector<sensors::Outcome>& outcomes);
  void publish_everything();
  void look_at_server();
  void publish_statuses(const std::vector<StationBook::Status>& statuses);

  Setup setup_;
  messaging::Receiver& receiver_;
  Board& board_;
  Health& health_;
  Limits limits_;
  StationBook book_;
  std::optional<sensors::Store> store_;
  std::optional<sensors::Intake> intake_;
  Patience patience_;
  std::atomic<bool> tell_all_ = false;
  std::atomic<long long> groups_ = 0, over_limit_ = 0;
  std::chrono::steady_clock::time_point next_statuses_{};
};

}  // namespace vandvagt::watch
