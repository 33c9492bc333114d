#include "tests/app/warned_case.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "alerts/outbox.hpp"
#include "sensors/encode.hpp"
#include "tests/sensors/stations.hpp"

namespace vandvagt::test {

using namespace std::chrono_literals;

std::string areas_with_rules(int count) {
  std::string text;
  for (int k = 0; k < count; ++k) {
    text += fmt::format(R"toml(
[[area]]
id = "a{0}"
name_da = "Område {0}"
name_en = "Area {0}"
rectangle = [560100, 6278000, 560400, 6278200]

[[rule]]
id = "r{0}"
area = "a{0}"
station = "n12"
quantity = "stage"
datum = "EPSG:5799"
hazard = "river"
fresh = "6h"
clear_after = "1ms"
[[rule.level]]
name = "severe"
raise = {1}
clear = {2}
)toml",
                        k, k + 1.0, k + 0.9);
  }
  return text;
}

Gauge::Gauge(const std::string& url, Duration step)
    : step_(step),
      next_(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - 40min) {
  messaging::Options options;
  options.url = url;
  options.smallest_backoff = 20ms;
  options.largest_backoff = 100ms;
  client_ = std::make_unique<messaging::Client>(options, std::vector<std::string>{},
                                                messaging::Client::Callbacks{});
  EXPECT_TRUE(client_->connect(10s));
}

bool Gauge::publish(double value) {
  const sensors::Reading reading{.station = "n12", .time = next_, .value = value};
  next_ += step_;
  return client_
      ->publish({.topic = stage_topic, .payload = sensors::encode(stage_station(), reading)}, 1s)
      .has_value();
}

Listener::Listener(const std::string& url, const std::filesystem::path& folder,
                   const std::string& name, std::chrono::milliseconds heartbeat_timeout) {
  app::Subscription::Setup setup;
  setup.broker.url = url;
  setup.broker.smallest_backoff = 20ms;
  setup.broker.largest_backoff = 200ms;
  setup.name = name;
  setup.status = alerts::MessageStatus::test;
  setup.folder = folder;
  setup.heartbeat_timeout = heartbeat_timeout;
  setup.ask_again = 500ms;
  setup.say = [this](const std::string& line) {
    const std::lock_guard lock(mutex_);
    said_ += line + "\n";
  };
  auto opened = app::Subscription::open(std::move(setup));
  EXPECT_TRUE(opened) << opened.error().message;
  subscription_ = std::move(*opened);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const auto ended = subscription_->run(stop);
    if (ended) end_ = *ended;
  });
}

bool Listener::wait_for(const std::function<bool(const alerts::Subscriber&)>& holds,
                        std::chrono::seconds longest) const {
  const auto until = std::chrono::steady_clock::now() + longest;
  while (!holds(known())) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

std::optional<app::Subscription::End> Listener::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return end_;
}

std::string Listener::said() {
  const std::lock_guard lock(mutex_);
  return said_;
}

std::string differs(const alerts::Subscriber& subscriber, const std::filesystem::path& file) {
  const auto outbox = alerts::Outbox::open(file);
  if (!outbox) return outbox.error().message;
  const auto messages = outbox->messages().value();
  for (const auto& message : messages)
    if (!subscriber.knows(message.identifier)) return message.identifier + " is missing";
  if (subscriber.received().size() != messages.size())
    return fmt::format("{} messages were taken, {} issued", subscriber.received().size(),
                       messages.size());
  for (const auto& [incident, revisions] : subscriber.incidents()) {
    int expected = 0;
    Time sent{};
    for (const auto& [revision, warning] : revisions) {
      if (revision != ++expected) return incident + " has a gap";
      if (warning.sent <= sent) return incident + " is not in order";
      sent = warning.sent;
    }
  }
  const auto states = outbox->area_states().value();
  for (const auto& area : states) {
    const auto issued = alerts::parse_state(area.area, area.payload).value();
    const auto heard = subscriber.areas().find(area.area);
    if (heard == subscriber.areas().end()) return area.area + " has no state";
    if (heard->second.level != issued.level || heard->second.cap_id != issued.cap_id)
      return fmt::format("{} is {} ({}) for the subscriber and {} ({}) in the outbox", area.area,
                         heard->second.level, heard->second.cap_id, issued.level, issued.cap_id);
  }
  return {};
}

}  // namespace vandvagt::test
