#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "alerts/outbox.hpp"
#include "alerts/service.hpp"
#include "app/command_forecast.hpp"
#include "app/dissemination.hpp"
#include "app/replay.hpp"
#include "app/run_evidence.hpp"
#include "app/station_link.hpp"
#include "config/configuration.hpp"
#include "core/fault.hpp"
#include "forecast/built_case.hpp"
#include "forecast/products.hpp"
#include "forecast/run.hpp"
#include "sensors/store.hpp"

namespace vandvagt::app {

/// All that is known before anything is opened, connected or written.
struct PreparedForecast {
  config::Configuration configuration;
  forecast::BuiltCase built;
  forecast::RunPlan plan;
  std::vector<SensorScript> scripts;
  std::optional<Time> fixed_now;  // of a replayed past; else the clock
  std::filesystem::path output, store_folder, state_folder;
};

/// Reads and checks configuration, terrain, replay; every fault at once.
std::optional<PreparedForecast> prepare_forecast(const ForecastArguments& arguments,
                                                 Faults& faults);

/// One night's forecast, step by step; each step is called once, in this order.
class ForecastJob {
 public:
  /// Store, outbox and the products' folder are opened and the broker connected. `stop` cuts the
  /// wait for readings short and ends the computation with an Error.
  static Result<std::unique_ptr<ForecastJob>> open(PreparedForecast prepared, std::stop_token stop);

  ReadingsReport bring_in_readings();
  /// Error where input, disk or map sink failed and on a stop; a failed solver is an outcome.
  Result<void> compute();
  /// Rules on the outcome and the readings; committed to the outbox. A disk that fails here leaves
  /// the warnings as they were and is an Error.
  Result<void> judge();
  /// Products with the warnings in them; published by a rename.
  Result<std::filesystem::path> write();
  /// What the outbox holds goes out, then run status and heartbeat.
  Result<Dissemination> send();
  /// What the subscriber beside a private broker has received of this run's warnings.
  std::vector<alerts::ReceivedWarning> received();

  const PreparedForecast& prepared() const { return prepared_; }
  const BrokerLink& broker() const { return *broker_; }
  const forecast::RunOutcome& outcome() const { return *outcome_; }
  const std::vector<RuleReport>& rules() const { return rules_; }
  const std::vector<std::string>& files() const { return files_; }
  bool has_receiver() const { return receiver_ != nullptr; }
  /// What an operator should read: the run's own notices and what happened around it.
  std::vector<std::string> notices() const;
  void notice(std::string text) { notices_.push_back(std::move(text)); }

 private:
  ForecastJob(PreparedForecast prepared, std::stop_token stop)
      : prepared_(std::move(prepared)), stop_(std::move(stop)) {}
  Time now() const { return prepared_.fixed_now ? *prepared_.fixed_now : clock_now(); }
  Result<void> open_stores();
  void announce(const std::string& stage, std::optional<Time> finished = std::nullopt);
  std::vector<std::string> degraded() const;

  PreparedForecast prepared_;
  std::stop_token stop_;
  std::vector<std::string> notices_;  // beside those of the outcome
  std::optional<sensors::Store> store_;
  std::optional<alerts::Outbox> outbox_;
  std::optional<alerts::AlertService> service_;
  std::optional<BrokerLink> broker_;
  std::unique_ptr<StationLink> stations_;
  std::unique_ptr<WarningReceiver> receiver_;
  std::optional<forecast::Products> products_;
  std::optional<forecast::RunOutcome> outcome_;
  alerts::EvaluationReport evaluation_;
  std::vector<RuleReport> rules_;
  std::vector<std::string> files_;
};

}  // namespace vandvagt::app
