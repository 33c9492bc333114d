#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "core/result.hpp"
#include "core/time.hpp"
#include "messaging/client.hpp"
#include "messaging/topics.hpp"
#include "watch/health.hpp"

namespace vandvagt::watch {

/// Listens to the heartbeat of the active instance for a second one on the same store. Time without
/// a heartbeat counts only while this one is connected: a broker that is away is away for both.
class Standby {
 public:
  struct Setup {
    messaging::Options broker;
    std::string client_id;  // of this listener alone
    std::string instance;   // heartbeats that bear this name are our own
    Duration takeover_after = std::chrono::seconds{25};
  };
  static Result<std::unique_ptr<Standby>> start(Setup setup, Log log);

  /// Until the active instance has been silent for `takeover_after`: true; false on a stop.
  bool wait_until_silent(const std::stop_token& stop);
  /// Until the active instance is heard again: true; false on a stop.
  bool wait_until_heard(const std::stop_token& stop);

 private:
  using Clock = std::chrono::steady_clock;
  Standby(Setup setup, messaging::Topics topics, Log log);
  void hear(const messaging::Message& message);

  Setup setup_;
  messaging::Topics topics_;
  Log log_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Clock::time_point heard_ = Clock::now();
  long long heartbeats_ = 0;
  std::unique_ptr<messaging::Client> client_;  // last: its callbacks use what stands above
};

}  // namespace vandvagt::watch
