#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "alerts/options.hpp"
#include "alerts/subscriber.hpp"
#include "alerts/subscriber_folder.hpp"
#include "core/result.hpp"
#include "messaging/client.hpp"
#include "messaging/topics.hpp"

namespace vandvagt::app {

/// An emergency service's end of the line: hears warnings, keeps each before the broker is told,
/// drops repeats, asks for what it lacks, answers with receipts, and says when nobody is there.
class Subscription {
 public:
  struct Setup {
    messaging::Options broker;
    std::string name;  // one level of a topic: receipts and requests go out under it
    alerts::MessageStatus status = alerts::MessageStatus::actual;
    std::filesystem::path folder;
    std::vector<std::string> areas;     // empty: all
    alerts::Subscriber::Verify verify;  // empty: signatures are not looked at
    Duration heartbeat_timeout = std::chrono::seconds{60};
    Duration ask_again = std::chrono::seconds{5};
    std::optional<Duration> longest;  // to listen; none: until the stop
    std::function<void(const std::string& line)> say;
  };
  enum class End { stopped, silent };  // on request or after `longest`; or no heartbeat any more

  /// Restores what the folder holds. Error{io, invalid_input}.
  static Result<std::unique_ptr<Subscription>> open(Setup setup);
  /// Connects and listens. A broker that is away is waited for as long as the heartbeat is.
  Result<End> run(const std::stop_token& stop);

  /// A copy of what is known.
  alerts::Subscriber known() const;

 private:
  using Clock = std::chrono::steady_clock;
  Subscription(Setup setup, messaging::Topics topics, alerts::Subscriber subscriber,
               alerts::SubscriberFolder folder);
  messaging::Handled handle(const messaging::Message& message);
  messaging::Handled take_message(const std::string& area, const messaging::Message& message,
                                  bool escalated);
  void take_heartbeat(const messaging::Message& message);
  bool concerns(const std::string& area) const;
  void say(const std::string& line) { lines_.push_back(line); }
  void send_receipts();
  void ask_for_missing();
  void show();
  bool heart_beats();

  Setup setup_;
  messaging::Topics topics_;
  std::string warn_prefix_, answer_prefix_, escalation_prefix_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  alerts::Subscriber subscriber_;
  alerts::SubscriberFolder folder_;
  std::deque<std::string> lines_;  // to be said by the main thread
  std::set<std::string> refused_;  // topics and reasons told already
  std::string shown_;
  bool news_ = true;
  Clock::time_point heard_ = Clock::now(), next_question_{};
  std::unique_ptr<messaging::Client> client_;  // last: its callback uses what stands above
};

}  // namespace vandvagt::app
