#include "app/forecast_job.hpp"

#include <algorithm>
#include <utility>

#include "app/progress_line.hpp"
#include "app/station_names.hpp"
#include "grids/files.hpp"
#include "watch/heartbeat.hpp"

namespace vandvagt::app {
namespace {

namespace fs = std::filesystem;

/// The folder beside the products, unless the configuration names one.
fs::path folder_beside(const fs::path& output, const fs::path& configured, const char* name) {
  if (!configured.empty()) return configured;
  return fs::absolute(output).lexically_normal().parent_path() / name;
}

/// `out/` and `out` are the same folder; products need the name without the slash.
fs::path without_slash(const fs::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

std::optional<PreparedForecast> prepare_forecast(const ForecastArguments& arguments,
                                                 Faults& faults) {
  auto configuration = config::load(arguments.configuration, arguments.data, faults);
  if (!configuration) return std::nullopt;
  auto& scenario = configuration->scenario;
  std::optional<Time> fixed = arguments.at ? arguments.at : scenario.time.reference_time;
  auto plan = forecast::plan_forecast(scenario, fixed ? *fixed : clock_now());
  if (!plan)
    faults.push_back({arguments.configuration.string() + ": time", plan.error().message, ""});
  auto built = forecast::build_case(scenario, faults);
  if (!built || !plan) return std::nullopt;
  const auto before = faults.size();
  auto scripts = replay_scripts(*configuration, built->geometry, plan->reference_time, faults);
  if (faults.size() > before) return std::nullopt;
  const fs::path output = without_slash(arguments.output);
  PreparedForecast prepared{.configuration = std::move(*configuration),
                            .built = std::move(*built),
                            .plan = std::move(*plan),
                            .scripts = std::move(scripts),
                            .fixed_now = fixed,
                            .output = output,
                            .store_folder = {},
                            .state_folder = {}};
  prepared.store_folder = folder_beside(output, prepared.configuration.store_folder, "store");
  prepared.state_folder =
      folder_beside(output, prepared.configuration.scenario.time.state_folder, "states");
  return prepared;
}

Result<void> ForecastJob::open_stores() {
  if (auto made = grids::make_output_folder(prepared_.store_folder); !made) return made;
  auto store = sensors::Store::open(prepared_.configuration.readings(prepared_.store_folder));
  if (!store) return fail(store.error());
  store_.emplace(std::move(*store));
  auto outbox = alerts::Outbox::open(prepared_.store_folder / "warnings.db");
  if (!outbox) return fail(outbox.error());
  outbox_.emplace(std::move(*outbox));
  const auto& configuration = prepared_.configuration;
  auto service =
      alerts::AlertService::create({.rules = configuration.rules,
                                    .areas = configuration.areas,
                                    .station_names = station_names(configuration.stations),
                                    .options = configuration.alerts},
                                   *outbox_);
  if (!service) return fail(service.error());
  service_.emplace(std::move(*service));
  return {};
}

Result<std::unique_ptr<ForecastJob>> ForecastJob::open(PreparedForecast prepared,
                                                       std::stop_token stop) {
  std::unique_ptr<ForecastJob> job(new ForecastJob(std::move(prepared), std::move(stop)));
  auto& given = job->prepared_;
  const auto parent = fs::absolute(given.output).parent_path();
  if (auto made = grids::make_output_folder(parent); !made) return fail(made.error());
  auto products = forecast::Products::begin(given.configuration.scenario, given.built, given.plan,
                                            given.output);
  if (!products) return fail(products.error());
  job->products_.emplace(std::move(*products));
  if (auto done = job->open_stores(); !done) return fail(done.error());
  auto broker = BrokerLink::open(given.configuration, job->now());
  if (!broker) return fail(broker.error());
  job->broker_.emplace(std::move(*broker));
  auto stations =
      StationLink::open(given.configuration, *job->store_, *job->broker_, given.fixed_now);
  if (!stations) return fail(stations.error());
  job->stations_ = std::move(*stations);
  if (job->broker_->is_private() && job->broker_->connected()) {
    auto receiver = WarningReceiver::listen(*job->broker_, given.configuration.alerts);
    if (!receiver) return fail(receiver.error());
    job->receiver_ = std::move(*receiver);
  }
  return job;
}

void ForecastJob::announce(const std::string& stage, std::optional<Time> finished) {
  RunStatusMessage status{.run = prepared_.plan.run,
                          .stage = stage,
                          .state_used = outcome_ ? outcome_->state.used : "",
                          .coldness = outcome_ ? outcome_->state.coldness() : "",
                          .reference_time = prepared_.plan.reference_time,
                          .finished = finished};
  // Who reads it is told again at the next stage; a run does not end for want of it.
  static_cast<void>(broker_->publish(
      broker_->topics().run_status(prepared_.configuration.scenario.name), to_json(status), true));
}

ReadingsReport ForecastJob::bring_in_readings() {
  announce("readings");
  const bool nobody_else = broker_->is_private();
  auto report = stations_->bring_in(
      prepared_.scripts, nobody_else ? Duration{0} : prepared_.configuration.listen, stop_);
  for (const auto& text : report.notices) notice(text);
  return report;
}

Result<void> ForecastJob::compute() {
  announce("running");
  ProgressLine line;
  auto outcome = forecast::run_forecast(
      prepared_.configuration.scenario, prepared_.built, &*store_,
      {.reference_time = prepared_.plan.reference_time,
       .state_folder = prepared_.state_folder,
       .stations = prepared_.configuration.stations,
       .areas = area_queries(prepared_.configuration),
       .maps = products_->map_sink(),
       .progress = [&](const forecast::Progress& progress) { line.update(progress); },
       .stop = stop_});
  line.finish();
  if (!outcome) {
    announce(stop_.stop_requested() ? "stopped" : "failed", now());
    return fail(outcome.error());
  }
  outcome_.emplace(std::move(*outcome));
  return {};
}

Result<void> ForecastJob::judge() {
  announce("warnings");
  auto evidence = run_evidence({.configuration = prepared_.configuration,
                                .outcome = *outcome_,
                                .store = *store_,
                                .outbox = *outbox_,
                                .now = now(),
                                .geometry = &prepared_.built.geometry},
                               notices_);
  if (!evidence) return fail(evidence.error());
  auto report = service_->evaluate_all(*evidence, now());
  if (!report) return fail(report.error());
  evaluation_ = std::move(*report);
  for (const auto& text : evaluation_.operator_notes) notice(text);
  for (const auto& error : evaluation_.errors) notice("a rule failed: " + error.message);
  auto rows = rule_reports(prepared_.configuration, *outbox_, evaluation_, now());
  if (!rows) return fail(rows.error());
  rules_ = std::move(*rows);
  return {};
}

Result<fs::path> ForecastJob::write() {
  auto presentation = presentation_of(prepared_.configuration, rules_, evaluation_);
  const auto own = std::exchange(outcome_->notices, notices());
  const auto done = products_->write(*outcome_, presentation);
  outcome_->notices = own;
  if (!done) return fail(done.error());
  files_ = products_->files();
  return products_->publish();
}

std::vector<std::string> ForecastJob::notices() const {
  std::vector<std::string> all;
  if (outcome_) all = outcome_->notices;
  all.insert(all.end(), notices_.begin(), notices_.end());
  return all;
}

std::vector<std::string> ForecastJob::degraded() const {
  std::vector<std::string> reasons;
  if (!outcome_->usable()) reasons.push_back("run failed: " + outcome_->why_failed);
  for (const auto& forcing : outcome_->forcing)
    if (forcing.degraded) reasons.push_back(forcing.what + ": " + forcing.driven_by);
  reasons.insert(reasons.end(), notices_.begin(), notices_.end());
  return reasons;
}

Result<Dissemination> ForecastJob::send() {
  auto sent = disseminate(*outbox_, *broker_, prepared_.configuration.alerts, now());
  announce(outcome_->usable() ? "done" : "failed", now());
  watch::Heartbeat heartbeat{.time = now(),
                             .last_run = prepared_.plan.reference_time,
                             .last_evaluation = now(),
                             .degraded = degraded()};
  static_cast<void>(broker_->publish(broker_->topics().heartbeat(), to_json(heartbeat), true));
  return sent;
}

std::vector<alerts::ReceivedWarning> ForecastJob::received() {
  if (!receiver_) return {};
  std::vector<std::string> identifiers;
  for (const auto& issued : evaluation_.issued) identifiers.push_back(issued.identifier);
  auto warnings = receiver_->wait_for(identifiers, std::chrono::seconds{10});
  for (const auto& reason : receiver_->refused()) notice("the subscriber refused " + reason);
  return warnings;
}

}  // namespace vandvagt::app
