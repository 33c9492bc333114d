#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "app/replay.hpp"
#include "config/configuration.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"
#include "messaging/topics.hpp"
#include "sensors/intake.hpp"

namespace vandvagt::app {

/// A folder that goes with the object.
class ScratchFolder {
 public:
  static Result<ScratchFolder> make();
  ScratchFolder(ScratchFolder&&) noexcept = default;
  ScratchFolder& operator=(ScratchFolder&&) noexcept = default;
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();
  const std::filesystem::path& path() const { return *path_; }

 private:
  explicit ScratchFolder(std::filesystem::path path)
      : path_(std::make_unique<std::filesystem::path>(std::move(path))) {}
  std::unique_ptr<std::filesystem::path> path_;
};

/// The broker of a run: the configured one, or a private Mosquitto where none is configured; and
/// the client that publishes warnings, run status and heartbeat, whose last will says dead.
class BrokerLink {
 public:
  /// Starts the private broker where needed and connects. A broker that cannot be reached is no
  /// error: `connected()` is false, `why_not()` says it, and the client goes on trying.
  /// Error{invalid_input} for a password or certificate file that cannot be read.
  static Result<BrokerLink> open(const config::Configuration& configuration, Time now);

  bool is_private() const { return broker_.has_value(); }
  bool connected() const { return publisher_ && publisher_->connected(); }
  const std::string& url() const { return options_.url; }
  const std::string& why_not() const { return why_not_; }
  const messaging::Topics& topics() const { return topics_; }
  /// Options for another client of this run, called `<client id>-<role>`.
  messaging::Options options_for(const std::string& role) const;

  /// QoS 1, confirmed. Error{unavailable} at once where there is no connection.
  Result<void> publish(const std::string& topic, const std::string& payload, bool retained);

 private:
  BrokerLink(messaging::Options options, messaging::Topics topics, std::string base)
      : options_(std::move(options)), topics_(std::move(topics)), client_base_(std::move(base)) {}
  std::optional<ScratchFolder> folder_;  // outlives the broker in it
  std::optional<messaging::PrivateBroker> broker_;
  messaging::Options options_;
  messaging::Topics topics_;
  std::string client_base_;
  std::string why_not_;
  std::unique_ptr<messaging::Client> publisher_;
};

/// What came in before a run.
struct ReadingsReport {
  long long messages = 0, added = 0, duplicate = 0, revision = 0, quarantined = 0;
  std::map<std::string, long long> quarantined_by_reason;
  std::vector<std::string> notices;  // what an operator should read
};

/// Readings from the broker into the store: each message is decoded, checked and committed before
/// the broker is told. `latest` and `ack` are published, retained, from the calling thread.
class StationLink {
 public:
  /// `store` and `broker` must outlive it. Error{invalid_input} for stations that are not sound.
  static Result<std::unique_ptr<StationLink>> open(const config::Configuration& configuration,
                                                   sensors::Store& store, BrokerLink& broker,
                                                   std::optional<Time> fixed_now);

  /// Sends `scripts` as simulated sensors, listens for at least `listen`, and returns when every
  /// message sent is stored (or 60 s after the last, saying how many are missing), or on a stop.
  ReadingsReport bring_in(const std::vector<SensorScript>& scripts, Duration listen,
                          const std::stop_token& stop);

 private:
  StationLink(sensors::Catalogue catalogue, sensors::Store& store, BrokerLink& broker,
              std::optional<Time> fixed_now)
      : intake_(std::move(catalogue), store), broker_(broker), fixed_now_(fixed_now) {}
  messaging::Handled handle(const messaging::Message& message);
  void send(const std::vector<SensorScript>& scripts, const std::stop_token& stop,
            ReadingsReport& report);
  void wait(std::chrono::steady_clock::time_point listen_until, const std::stop_token& stop,
            ReadingsReport& report);
  void publish_retained();

  sensors::Intake intake_;
  BrokerLink& broker_;
  std::optional<Time> fixed_now_;  // of a replayed past; else the clock
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::multiset<std::string> awaited_;  // messages of the simulated sensors, not yet stored
  std::string store_error_;
  std::map<std::string, std::string> retained_;  // topic -> newest payload not yet published
  std::unique_ptr<messaging::Client> receiver_;  // last: its callbacks use what stands above
};

/// The clock, in whole microseconds.
Time clock_now();

}  // namespace vandvagt::app
