#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/subscription.hpp"
#include "messaging/client.hpp"
#include "tests/app/watch_case.hpp"

namespace vandvagt::test {

/// For `WatchCase`: areas a0, a1, ... each with a rule on station n12, raised at 1 m, 2 m, ... to
/// severe, and cleared by the first readings below.
std::string areas_with_rules(int count);

/// The gauge n12: publishes a reading when asked, each `step` after the one before by its stamps,
/// beginning 40 minutes ago. Who publishes for longer must not be slower than `step`: stamps that
/// run ahead of the clock are not used. A broker that is away loses what is published.
class Gauge {
 public:
  explicit Gauge(const std::string& url, Duration step = std::chrono::milliseconds{500});
  bool connected() const { return client_->connected(); }
  bool publish(double value);
  /// Two readings: enough to raise.
  bool publish_twice(double value) { return publish(value) && publish(value); }

 private:
  Duration step_;
  Time next_;
  std::unique_ptr<messaging::Client> client_;
};

/// `vandvagt subscribe` within the test, on a thread of its own.
class Listener {
 public:
  Listener(const std::string& url, const std::filesystem::path& folder,
           const std::string& name = "fire-brigade",
           std::chrono::milliseconds heartbeat_timeout = std::chrono::hours{1});
  ~Listener() { stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  Listener(Listener&&) = delete;
  Listener& operator=(Listener&&) = delete;

  alerts::Subscriber known() const { return subscription_->known(); }
  bool wait_for(const std::function<bool(const alerts::Subscriber&)>& holds,
                std::chrono::seconds longest) const;
  std::optional<app::Subscription::End> stop();
  std::string said();

 private:
  std::mutex mutex_;
  std::string said_;
  std::unique_ptr<app::Subscription> subscription_;
  std::optional<app::Subscription::End> end_;
  std::jthread thread_;
};

/// Every message of the outbox is with the subscriber, each incident's revisions from the first on
/// without a gap and in order, and each area's state is the outbox's. What differs, in words.
std::string differs(const alerts::Subscriber& subscriber, const std::filesystem::path& outbox);

}  // namespace vandvagt::test
