#include "watch/service.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "messaging/receiver.hpp"
#include "watch/announcer.hpp"
#include "watch/board.hpp"
#include "watch/warning_desk.hpp"

namespace vandvagt::watch {
namespace {

namespace fs = std::filesystem;

Time clock_now() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

std::vector<std::string> filters(const std::string& model, const messaging::Topics& topics,
                                 const sensors::Catalogue& catalogue) {
  std::vector<std::string> all{topics.all_observations(), topics.all_statuses(),
                               topics.all_receipts(),     topics.all_requests(),
                               topics.heartbeat(),        topics.run_status(model)};
  for (auto& topic : catalogue.mapped_topics()) all.push_back(std::move(topic));
  return all;
}

messaging::Options with_role(messaging::Options options, const std::string& model,
                             const char* role) {
  if (options.client_id.empty()) options.client_id = "vandvagt-" + model;
  options.client_id += std::string("-") + role;
  return options;
}

std::optional<Time> time_of(const nlohmann::json& object, const char* key) {
  const auto text = object.value(key, nlohmann::json{});
  if (!text.is_string()) return std::nullopt;
  const auto time = parse_time(text.get<std::string>());
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

/// The parts and the threads between which they are divided; declared so that what is used outlives
/// what uses it.
struct Service::Parts {
  Parts(Setup given, messaging::Topics known, Log log)
      : setup(std::move(given)), topics(std::move(known)), health(std::move(log)) {
    if (setup.readings.empty()) setup.readings = setup.store_folder / "readings.db";
  }

  Setup setup;
  messaging::Topics topics;
  Health health;
  Board board;
  std::optional<WarningDesk> desk;
  std::optional<Announcer> announcer;
  std::optional<messaging::Receiver> receiver;
  std::optional<Keeper> keeper;
  std::optional<HookRunner> hook;

  void make_desk() {
    desk.emplace(WarningDesk::Setup{.alerts = setup.alerts,
                                    .stations = setup.stations,
                                    .readings = setup.readings,
                                    .warnings = setup.store_folder / "warnings.db",
                                    .interval = setup.options.evaluation_interval,
                                    .now = clock_now},
                 health, [this] { announcer->warned(); });
  }

  void make_announcer() {
    auto options = with_role(setup.broker, setup.model,
                             setup.instance.empty() ? "watch-publisher" : "standby-publisher");
    options.clean_session = true;  // it subscribes to nothing
    announcer.emplace(
        Announcer::Setup{.broker = std::move(options),
                         .topics = topics,
                         .warnings = setup.store_folder / "warnings.db",
                         .alerts = setup.alerts.options,
                         .reach = setup.reach,
                         .instance = setup.instance,
                         .options = setup.options,
                         .now = clock_now,
                         .last_evaluation = [this] { return desk->last_evaluation(); },
                         .receiving = [this] { return receiver->connected(); },
                         .connected = [this] { keeper->tell_all(); },
                         .cut = [this](const std::string& why) { receiver->reconnect(why); }},
        board, health);
  }

  void make_receiver(const sensors::Catalogue& catalogue) {
    receiver.emplace(
        with_role(setup.broker, setup.model, "watch"), filters(setup.model, topics, catalogue),
        messaging::Receiver::Callbacks{
            .on_connected = [this] { health.log("receiving from " + setup.broker.url); },
            .on_lost = [this](const std::string& why) { health.log(why); }});
  }

  void make_keeper(sensors::Catalogue catalogue) {
    keeper.emplace(
        Keeper::Setup{.catalogue = std::move(catalogue),
                      .topics = topics,
                      .readings = setup.readings,
                      .options = setup.options,
                      .now = clock_now,
                      .stored = [this](const auto& stations) { desk->readings_came(stations); },
                      .announced = [this] { announcer->wake(); },
                      .other = [this](const messaging::Message& message) { hear(message); }},
        *receiver, board, health);
  }

  // Heartbeats, run status and receipts.
  void hear(const messaging::Message& message) {
    if (message.topic == topics.heartbeat()) {
      announcer->heard(message.payload);
      return;
    }
    if (const auto request = topics.parse_request(message.topic)) {
      announcer->requested(*request);
      return;
    }
    const auto said = nlohmann::json::parse(message.payload, nullptr, false);
    if (!said.is_object()) return;
    if (const auto receipt = topics.parse_receipt(message.topic)) {
      desk->receipt_came({.subscriber = receipt->subscriber,
                          .identifier = receipt->cap_id,
                          .received = time_of(said, "received").value_or(clock_now()),
                          .acted = time_of(said, "acted")});
    } else if (const auto t0 = time_of(said, "t0"); t0 && time_of(said, "finished")) {
      announcer->run_finished(*t0);
    }
  }
};

Service::Service(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::start(Setup setup, Log log) {
  auto topics = messaging::Topics::make(setup.broker.prefix);
  if (!topics) return fail(topics.error());
  auto catalogue = sensors::Catalogue::make(setup.stations);
  if (!catalogue) return fail(catalogue.error());
  auto parts = std::make_unique<Parts>(std::move(setup), std::move(*topics), std::move(log));
  std::error_code ignored;  // the stores say it better
  fs::create_directories(parts->setup.store_folder, ignored);
  parts->make_desk();
  parts->make_announcer();
  parts->make_receiver(*catalogue);
  parts->make_keeper(std::move(*catalogue));
  if (const auto& hook = parts->setup.reach.hook; !hook.command.empty())
    parts->hook.emplace(
        HookRunner::Setup{
            .hook = hook, .warnings = parts->setup.store_folder / "warnings.db", .now = clock_now},
        parts->health);
  if (const auto opened = parts->keeper->open(); !opened) {
    if (opened.error().code == ErrorCode::refused) return fail(opened.error());
    parts->health.degraded("store", "readings cannot be stored: " + opened.error().message);
  }
  if (const auto begun = parts->announcer->start(); !begun) return fail(begun.error());
  if (const auto begun = parts->receiver->start(); !begun) return fail(begun.error());
  return std::unique_ptr<Service>(new Service(std::move(parts)));
}

void Service::run(const std::stop_token& stop) {
  auto& parts = *parts_;
  std::jthread handing_on;
  if (parts.hook)
    handing_on = std::jthread([&](const std::stop_token& own) { parts.hook->run(own); });
  // Stopped in the order of a reading's path, so that nothing waits for what is gone.
  std::jthread announcing([&](const std::stop_token& own) { parts.announcer->run(own); });
  std::jthread judging([&](const std::stop_token& own) { parts.desk->run(own); });
  parts.keeper->run(stop);
  parts.receiver->stop();
  handing_on.request_stop();
  judging.request_stop();
  judging.join();
  announcing.request_stop();
  announcing.join();
  const auto counted = counters();
  parts.health.log(fmt::format("stopped: {} messages, {} new readings, {} known, {} quarantined",
                               counted.keeper.intake.messages, counted.keeper.intake.added,
                               counted.keeper.intake.duplicate, counted.keeper.intake.quarantined));
}

Service::Counters Service::counters() const {
  return {.keeper = parts_->keeper->counters(),
          .receiver = parts_->receiver->counters(),
          .watchdog_cuts = parts_->announcer->watchdog_cuts()};
}

}  // namespace vandvagt::watch
