#include "app/command_watch.hpp"

#include <fmt/core.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include "app/exit_code.hpp"
#include "app/station_link.hpp"
#include "app/station_names.hpp"
#include "config/configuration.hpp"
#include "watch/service.hpp"
#include "watch/standby.hpp"
#include "web/feed.hpp"

namespace vandvagt::app {
namespace {

/// UTC, one line each, written out at once by a thread of its own: who reads a log, or has stopped
/// reading it, must not be able to hold up a warning.
class ServiceLog {
 public:
  void line(const std::string& text) const { logger_->info(text); }

 private:
  static constexpr std::size_t lines_kept = 8192;  // where nobody reads; then the oldest give way

  static std::shared_ptr<spdlog::async_logger> make(
      const std::shared_ptr<spdlog::details::thread_pool>& writer) {
    auto log = std::make_shared<spdlog::async_logger>(
        "watch", std::make_shared<spdlog::sinks::stderr_sink_mt>(), writer,
        spdlog::async_overflow_policy::overrun_oldest);
    log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
    log->flush_on(spdlog::level::info);
    return log;
  }

  // What still waits is written when this ends.
  std::shared_ptr<spdlog::details::thread_pool> writer_ =
      std::make_shared<spdlog::details::thread_pool>(lines_kept, 1);
  std::shared_ptr<spdlog::async_logger> logger_ = make(writer_);
};

/// What the configuration makes of the service and of what it serves.
struct WatchSetup {
  watch::Service::Setup service;
  std::optional<web::Feed::Setup> feed;
};

std::optional<web::Feed::Setup> prepare_feed(const config::Configuration& configuration,
                                             const std::filesystem::path& folder) {
  if (!configuration.web) return std::nullopt;
  return web::Feed::Setup{.options = *configuration.web,
                          .warnings = folder / "warnings.db",
                          .areas = configuration.areas,
                          .author = configuration.alerts.sender_name,
                          .now = clock_now};
}

std::optional<WatchSetup> prepare_watch(const WatchArguments& arguments, Faults& faults) {
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
  watch::Service::Setup service{.model = configuration->scenario.name,
                                .stations = configuration->stations,
                                .alerts = {.rules = configuration->rules,
                                           .areas = configuration->areas,
                                           .station_names = station_names(configuration->stations),
                                           .options = configuration->alerts},
                                .broker = std::move(broker),
                                .store_folder = folder,
                                .readings = configuration->readings(folder),
                                .options = configuration->watch,
                                .reach = configuration->reach,
                                .instance = arguments.standby ? "standby" : ""};
  return WatchSetup{.service = std::move(service), .feed = prepare_feed(*configuration, folder)};
}

/// One turn of the service, until the stop.
int serve(const WatchSetup& prepared, const watch::Log& log, const std::stop_token& stop) {
  auto service = watch::Service::start(prepared.service, log);
  if (!service) return report(service.error());
  std::unique_ptr<web::Feed> feed;
  if (prepared.feed) {
    auto started = web::Feed::start(*prepared.feed);
    if (!started) return report(started.error());
    feed = std::move(*started);
    log("serving the feed on " + prepared.feed->options.address + ":" +
        std::to_string(feed->port()));
  }
  (*service)->run(stop);
  return static_cast<int>(ExitCode::ok);
}

/// Waits for the active instance to fall silent, serves in its place until it is heard again, and
/// so on.
int stand_by(const WatchSetup& prepared, const watch::Log& log, const std::stop_token& stop) {
  const auto& broker = prepared.service.broker;
  const std::string base =
      broker.client_id.empty() ? "vandvagt-" + prepared.service.model : broker.client_id;
  auto standby = watch::Standby::start({.broker = broker,
                                        .client_id = base + "-standby",
                                        .instance = prepared.service.instance,
                                        .takeover_after = prepared.service.options.takeover_after},
                                       log);
  if (!standby) return report(standby.error());
  log("standby: waiting");
  while ((*standby)->wait_until_silent(stop)) {
    std::stop_source turn;
    const std::stop_callback ended(stop, [&turn] { turn.request_stop(); });
    std::jthread listener([&](const std::stop_token& own) {
      if ((*standby)->wait_until_heard(own)) turn.request_stop();
    });
    const int code = serve(prepared, log, turn.get_token());
    if (code != static_cast<int>(ExitCode::ok)) return code;
  }
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

int run_watch_command(const WatchArguments& arguments, const std::stop_token& stop) {
  Faults faults;
  const auto prepared = prepare_watch(arguments, faults);
  if (!prepared) {
    for (const auto& fault : faults) fmt::print(stderr, "{}\n", to_string(fault));
    return static_cast<int>(ExitCode::refused);
  }
  // A file that may not grow and a connection that is closed are errors, told where they happen.
  for (const int one : {SIGXFSZ, SIGPIPE}) std::signal(one, SIG_IGN);
  const ServiceLog lines;
  const auto& setup = prepared->service;
  const watch::Log log = [&lines](const std::string& line) { lines.line(line); };
  log(fmt::format("watching {} stations and {} rules; store {}; broker {}", setup.stations.size(),
                  setup.alerts.rules.size(), setup.readings.description(), setup.broker.url));
  return arguments.standby ? stand_by(*prepared, log, stop) : serve(*prepared, log, stop);
}

}  // namespace vandvagt::app
