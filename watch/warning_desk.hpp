#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "alerts/outbox.hpp"
#include "alerts/service.hpp"
#include "core/time.hpp"
#include "sensors/station.hpp"
#include "sensors/store.hpp"
#include "watch/clock_watch.hpp"
#include "watch/health.hpp"
#include "watch/options.hpp"

namespace vandvagt::watch {

/// Runs the observed rules where readings have come, and all rules from time to time so that
/// silence is noticed. What follows is committed to the outbox; it sends nothing. `run` is a thread
/// of its own with its own connections to the stores: no broker and no flood of readings holds it
/// up. The other functions may be called from any thread.
class WarningDesk {
 public:
  struct Setup {
    alerts::AlertService::Setup alerts;
    std::vector<sensors::Station> stations;
    sensors::StoreLocation readings;
    std::filesystem::path warnings;  // the outbox
    Duration interval;               // between evaluations of all rules
    std::function<Time()> now;
  };
  /// `health` must outlive it. `warned` is called, on its thread, when the outbox has something.
  WarningDesk(Setup setup, Health& health, std::function<void()> warned);

  void run(const std::stop_token& stop);

  void readings_came(const std::set<std::string>& stations);
  void receipt_came(alerts::Receipt receipt);
  std::optional<Time> last_evaluation() const;

 private:
  struct Work {
    std::set<std::string> stations;
    std::vector<alerts::Receipt> receipts;
    bool all_rules = false;
  };
  struct Open;  // databases and rules, where they could be opened
  Work wait_for_work(const std::stop_token& stop);
  Result<void> carry_out(Open& open, const Work& work);
  void put_back(Work work);

  Setup setup_;
  Health& health_;
  std::function<void()> warned_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Work work_;
  std::chrono::steady_clock::time_point next_round_{};  // of all rules; the first at once
  std::optional<Time> last_evaluation_;
  ClockWatch clock_;
};

}  // namespace vandvagt::watch
