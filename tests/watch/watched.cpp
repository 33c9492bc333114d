#include "tests/watch/watched.hpp"

namespace vandvagt::test {

using nlohmann::json;

Reader::Reader(const messaging::Options& options, const std::string& filter) {
  client_ = std::make_unique<messaging::Client>(
      options, std::vector{filter},
      messaging::Client::Callbacks{.on_message =
                                       [this](const messaging::Message& message) {
                                         {
                                           const std::lock_guard lock(mutex_);
                                           newest_[message.topic] = message.payload;
                                         }
                                         changed_.notify_all();
                                         return messaging::Handled::done;
                                       },
                                   .on_connected = {},
                                   .on_lost = {}});
  connected_ = client_->connect(10s).has_value();
}

bool Reader::wait_for(const std::string& topic, const std::function<bool(const json&)>& wanted,
                      std::chrono::seconds longest) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, longest, [&] {
    const auto found = newest_.find(topic);
    if (found == newest_.end()) return false;
    const auto payload = json::parse(found->second, nullptr, false);
    return payload.is_object() && wanted(payload);
  });
}

bool Reader::wait_for_text(const std::string& topic, const std::string& part,
                           std::chrono::seconds longest) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, longest, [&] {
    const auto found = newest_.find(topic);
    return found != newest_.end() && found->second.find(part) != std::string::npos;
  });
}

std::string Reader::newest(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  return newest_[topic];
}

RunningService::RunningService(watch::Service::Setup setup) {
  auto started = watch::Service::start(std::move(setup), [this](const std::string& line) {
    {
      const std::lock_guard lock(mutex_);
      log_ += line + "\n";
    }
    changed_.notify_all();
  });
  if (!started) {
    ADD_FAILURE() << started.error().message;
    return;
  }
  service_ = std::move(*started);
  thread_ = std::jthread([this](const std::stop_token& stop) { service_->run(stop); });
}

void RunningService::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool RunningService::logged(const std::string& part, std::chrono::seconds longest) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, longest, [&] { return log_.find(part) != std::string::npos; });
}

std::string RunningService::log() {
  const std::lock_guard lock(mutex_);
  return log_;
}

watch::Service::Setup setup_of(const std::string& url, const std::filesystem::path& folder) {
  auto stage = stage_station();
  stage.limits.sensor_min = -5.0;
  stage.limits.sensor_max = 10.0;
  return {.model = "town",
          .stations = {stage, discharge_station()},
          .alerts = {},
          .broker = client_of(url),
          .store_folder = folder,
          .options = quick()};
}

std::string stage_payload(double value, std::chrono::seconds from_now,
                          std::optional<std::int64_t> number, std::int64_t session) {
  const auto now =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + from_now;
  sensors::Reading reading{.station = "n12", .time = now, .value = value};
  if (number) {
    reading.session = session;
    reading.sequence = number;
  }
  return sensors::encode(stage_station(), reading);
}

}  // namespace vandvagt::test
