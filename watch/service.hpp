#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "alerts/service.hpp"
#include "core/result.hpp"
#include "messaging/options.hpp"
#include "sensors/location.hpp"
#include "sensors/station.hpp"
#include "watch/health.hpp"
#include "watch/keeper.hpp"
#include "watch/options.hpp"
#include "watch/reach.hpp"

namespace vandvagt::watch {

/// The observed path as a service: readings from the broker to the disk and its acknowledgement,
/// `latest`, `ack`, `status` and heartbeat back to the network, rules on each reading, warnings
/// through the outbox. Needs no model. Once started nothing ends it but a stop: a broker or a disk
/// that is away is waited for and told of.
class Service {
 public:
  struct Setup {
    std::string model;  // whose runs the heartbeat tells of; the client id where none is given
    std::vector<sensors::Station> stations;
    alerts::AlertService::Setup alerts;
    messaging::Options broker;
    std::filesystem::path store_folder;  // warnings.db; made where missing
    sensors::StoreLocation readings{};   // empty: readings.db in that folder
    Options options;
    Reach reach = {};
    std::string instance = {};  // in the heartbeat; of two instances on one store
  };
  /// Error{invalid_input, refused}: something that waiting does not mend.
  static Result<std::unique_ptr<Service>> start(Setup setup, Log log);
  ~Service();

  /// Until the stop; then what has been committed is acknowledged and told, and all is closed.
  void run(const std::stop_token& stop);

  struct Counters {
    Keeper::Counters keeper;
    messaging::Receiver::Counters receiver;
    long long watchdog_cuts = 0;
  };
  Counters counters() const;

 private:
  struct Parts;
  explicit Service(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace vandvagt::watch
