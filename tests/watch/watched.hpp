#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"
#include "sensors/encode.hpp"
#include "sensors/store.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/support.hpp"
#include "watch/service.hpp"

namespace vandvagt::test {

using namespace std::chrono_literals;

/// Whoever reads what the service retains: the newest payload of each topic, with waiting.
class Reader {
 public:
  explicit Reader(const messaging::Options& options, const std::string& filter = "vv/v1/#");
  /// Until the topic's payload is as wanted; what it was last.
  bool wait_for(const std::string& topic, const std::function<bool(const nlohmann::json&)>& wanted,
                std::chrono::seconds longest = 20s);
  bool wait_for_text(const std::string& topic, const std::string& part,
                     std::chrono::seconds longest = 20s);
  std::string newest(const std::string& topic);
  bool connected() const { return connected_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> newest_;
  bool connected_ = false;
  std::unique_ptr<messaging::Client> client_;
};

/// A service with a log that can be read, on its own thread.
class RunningService {
 public:
  explicit RunningService(watch::Service::Setup setup);
  ~RunningService() { stop(); }
  RunningService(const RunningService&) = delete;
  RunningService& operator=(const RunningService&) = delete;
  void stop();
  bool logged(const std::string& part, std::chrono::seconds longest = 20s);
  std::string log();
  watch::Service& service() { return *service_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string log_;
  std::unique_ptr<watch::Service> service_;
  std::jthread thread_;
};

/// Options that do not keep a test waiting.
inline watch::Options quick() {
  watch::Options options;
  options.heartbeat = 300ms;
  options.watchdog = 2s;
  options.status_interval = 200ms;
  options.evaluation_interval = 500ms;
  return options;
}

inline messaging::Options client_of(const std::string& url) {
  messaging::Options options;
  options.url = url;
  options.smallest_backoff = 20ms;
  options.largest_backoff = 200ms;
  return options;
}

/// The service on stations `n12` and `q1`, storing into `folder`.
watch::Service::Setup setup_of(const std::string& url, const std::filesystem::path& folder);

/// A payload of n12 for a time counted in seconds from now.
std::string stage_payload(double value, std::chrono::seconds from_now = 0s,
                          std::optional<std::int64_t> number = {}, std::int64_t session = 1);

}  // namespace vandvagt::test
