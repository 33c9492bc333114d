#include "app/command_watch.hpp"

#include <fmt/core.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <memory>

#include "app/exit_code.hpp"
#include "app/station_names.hpp"
#include "config/configuration.hpp"
#include "watch/service.hpp"

namespace vandvagt::app {
namespace {

// UTC, one line each, written out at once: a service's log is read when something is wrong.
std::shared_ptr<spdlog::logger> make_log() {
  auto log =
      std::make_shared<spdlog::logger>("watch", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
  log->flush_on(spdlog::level::info);
  return log;
}

std::optional<watch::Service::Setup> prepare(const WatchArguments& arguments, Faults& faults) {
  auto configuration = config::load(arguments.configuration, arguments.data, faults);
  if (!configuration) return std::nullopt;
  const auto file = arguments.configuration.string();
  if (!configuration->broker)
    faults.push_back({file + ": broker", "is missing: a service needs a broker that sensors know",
                      "write [broker] with its url"});
  if (configuration->stations.empty())
    faults.push_back(
        {file + ": station", "there is none to watch", "declare it under [[station]]"});
  const auto folder = arguments.store.empty() ? configuration->store_folder : arguments.store;
  if (folder.empty())
    faults.push_back({file + ": store.folder", "is missing: readings need a place",
                      "write [store] folder, or give --store"});
  if (!faults.empty()) return std::nullopt;
  auto broker = *configuration->broker;
  broker.prefix = configuration->alerts.topic_prefix;
  return watch::Service::Setup{.model = configuration->scenario.name,
                               .stations = configuration->stations,
                               .alerts = {.rules = configuration->rules,
                                          .areas = configuration->areas,
                                          .station_names = station_names(configuration->stations),
                                          .options = configuration->alerts},
                               .broker = std::move(broker),
                               .store_folder = folder,
                               .readings = configuration->readings(folder),
                               .options = configuration->watch};
}

}  // namespace

int run_watch_command(const WatchArguments& arguments, const std::stop_token& stop) {
  Faults faults;
  auto setup = prepare(arguments, faults);
  if (!setup) {
    for (const auto& fault : faults) fmt::print(stderr, "{}\n", to_string(fault));
    return static_cast<int>(ExitCode::refused);
  }
  // A file that may not grow and a connection that is closed are errors, told where they happen.
  for (const int one : {SIGXFSZ, SIGPIPE}) std::signal(one, SIG_IGN);
  const auto log = make_log();
  log->info("watching {} stations and {} rules; store {}; broker {}", setup->stations.size(),
            setup->alerts.rules.size(), setup->readings.description(), setup->broker.url);
  auto service =
      watch::Service::start(std::move(*setup), [log](const std::string& line) { log->info(line); });
  if (!service) return report(service.error());
  (*service)->run(stop);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace vandvagt::app
