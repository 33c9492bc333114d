#include "watch/standby.hpp"

#include <nlohmann/json.hpp>

namespace vandvagt::watch {
namespace {
constexpr std::chrono::milliseconds look_every{100};
}

Standby::Standby(Setup setup, messaging::Topics topics, Log log)
    : setup_(std::move(setup)), topics_(std::move(topics)), log_(std::move(log)) {}

Result<std::unique_ptr<Standby>> Standby::start(Setup setup, Log log) {
  auto topics = messaging::Topics::make(setup.broker.prefix);
  if (!topics) return fail(topics.error());
  std::unique_ptr<Standby> standby(
      new Standby(std::move(setup), std::move(*topics), std::move(log)));
  auto options = standby->setup_.broker;
  options.client_id = standby->setup_.client_id;
  options.clean_session = true;
  standby->client_ = std::make_unique<messaging::Client>(
      options, std::vector{standby->topics_.heartbeat()},
      messaging::Client::Callbacks{.on_message =
                                       [self = standby.get()](const messaging::Message& message) {
                                         self->hear(message);
                                         return messaging::Handled::done;
                                       },
                                   .on_connected = {},
                                   .on_lost = {}});
  const auto done = standby->client_->connect(std::chrono::milliseconds{0});
  if (!done && done.error().code == ErrorCode::invalid_input) return fail(done.error());
  return standby;
}

void Standby::hear(const messaging::Message& message) {
  const auto said = nlohmann::json::parse(message.payload, nullptr, false);
  if (!said.is_object() || said.contains("dead") || message.retained) return;
  if (said.value("instance", nlohmann::json{}) == setup_.instance) return;
  {
    const std::lock_guard lock(mutex_);
    heard_ = Clock::now();
    ++heartbeats_;
  }
  changed_.notify_all();
}

bool Standby::wait_until_silent(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  heard_ = Clock::now();
  while (!stop.stop_requested()) {
    if (!client_->connected()) heard_ = Clock::now();
    if (Clock::now() - heard_ >= setup_.takeover_after) {
      log_("standby: no heartbeat of the active instance for " +
           format_duration(setup_.takeover_after) + "; taking over");
      return true;
    }
    changed_.wait_for(lock, stop, look_every, [] { return false; });
  }
  return false;
}

bool Standby::wait_until_heard(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto known = heartbeats_;
  const bool heard = changed_.wait(lock, stop, [&] { return heartbeats_ != known; });
  if (heard) log_("standby: the active instance is back; stepping back");
  return heard;
}

}  // namespace vandvagt::watch
