#include "app/station_link.hpp"

#include <cstdlib>
#include <system_error>
#include <utility>

#include "sensors/encode.hpp"
#include "watch/heartbeat.hpp"

namespace vandvagt::app {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds publish_timeout = 10s;
constexpr std::chrono::seconds longest_wait = 60s;

std::string key_of(const std::string& topic, const std::string& payload) {
  return topic + '\n' + payload;
}

}  // namespace

Time clock_now() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

Result<ScratchFolder> ScratchFolder::make() {
  std::error_code error;
  auto name = (std::filesystem::temp_directory_path(error) / "vandvagt-XXXXXX").string();
  if (error || mkdtemp(name.data()) == nullptr)
    return fail(ErrorCode::io, "no temporary folder can be made; check TMPDIR and the disk");
  return ScratchFolder(name);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (path_) std::filesystem::remove_all(*path_, ignored);
}

Result<BrokerLink> BrokerLink::open(const config::Configuration& configuration, Time now) {
  messaging::Options options = configuration.broker.value_or(messaging::Options{});
  options.prefix = configuration.alerts.topic_prefix;
  auto topics = messaging::Topics::make(options.prefix);
  if (!topics) return fail(topics.error());
  const std::string base =
      options.client_id.empty() ? "vandvagt-" + configuration.scenario.name : options.client_id;
  BrokerLink link(std::move(options), std::move(*topics), base);
  if (!configuration.broker) {
    auto folder = ScratchFolder::make();
    if (!folder) return fail(folder.error());
    link.folder_.emplace(std::move(*folder));
    auto broker = messaging::PrivateBroker::start(link.folder_->path());
    if (!broker) {
      link.why_not_ = broker.error().message;
      return link;
    }
    link.broker_.emplace(std::move(*broker));
    link.options_.url = link.broker_->url();
  }
  messaging::Options own = link.options_for("publisher");
  own.clean_session = true;  // it subscribes to nothing
  link.publisher_ = std::make_unique<messaging::Client>(own, std::vector<std::string>{},
                                                        messaging::Client::Callbacks{},
                                                        watch::last_will(link.topics_, now));
  if (const auto done = link.publisher_->connect(own.connect_timeout); !done) {
    if (done.error().code == ErrorCode::invalid_input) return fail(done.error());
    link.why_not_ = done.error().message;
  }
  return link;
}

messaging::Options BrokerLink::options_for(const std::string& role) const {
  messaging::Options options = options_;
  options.client_id = client_base_ + "-" + role;
  return options;
}

Result<void> BrokerLink::publish(const std::string& topic, const std::string& payload,
                                 bool retained) {
  if (!connected())
    return fail(ErrorCode::unavailable,
                why_not_.empty() ? "no connection to " + options_.url : why_not_);
  return publisher_->publish({.topic = topic, .payload = payload, .qos = 1, .retained = retained},
                             publish_timeout);
}

Result<std::unique_ptr<StationLink>> StationLink::open(const config::Configuration& configuration,
                                                       sensors::Store& store, BrokerLink& broker,
                                                       std::optional<Time> fixed_now) {
  auto catalogue = sensors::Catalogue::make(configuration.stations);
  if (!catalogue) return fail(catalogue.error());
  return std::unique_ptr<StationLink>(
      new StationLink(std::move(*catalogue), store, broker, fixed_now));
}

messaging::Handled StationLink::handle(const messaging::Message& message) {
  auto outcome =
      intake_.receive(message.topic, message.payload, fixed_now_ ? *fixed_now_ : clock_now());
  const std::lock_guard lock(mutex_);
  if (!outcome) {
    store_error_ = outcome.error().message;
    return messaging::Handled::refused;
  }
  if (const auto found = awaited_.find(key_of(message.topic, message.payload));
      found != awaited_.end())
    awaited_.erase(found);
  if (outcome->station != nullptr) {
    const auto& station = *outcome->station;
    const auto& topics = broker_.topics();
    if (!outcome->latest.empty())
      retained_[topics.latest(station.op, station.id, sensors::to_string(station.parameter))] =
          outcome->latest;
    if (!outcome->ack.empty()) retained_[topics.ack(station.op, station.id)] = outcome->ack;
  }
  changed_.notify_all();
  return messaging::Handled::done;
}

void StationLink::send(const std::vector<SensorScript>& scripts, const std::stop_token& stop,
                       ReadingsReport& report) {
  for (const auto& [station, readings] : scripts) {
    const auto topic =
        broker_.topics().observation(station.op, station.id, sensors::to_string(station.parameter));
    for (const auto& payload : sensors::encode_batches(station, readings)) {
      if (stop.stop_requested()) return;
      {
        const std::lock_guard lock(mutex_);
        awaited_.insert(key_of(topic, payload));
      }
      if (const auto done = broker_.publish(topic, payload, false); !done) {
        report.notices.push_back("simulated sensor " + station.id + ": " + done.error().message);
        return;
      }
    }
  }
}

void StationLink::wait(std::chrono::steady_clock::time_point listen_until,
                       const std::stop_token& stop, ReadingsReport& report) {
  const auto give_up = std::max(listen_until, std::chrono::steady_clock::now() + longest_wait);
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, stop, give_up, [&] { return awaited_.empty(); });
  changed_.wait_until(lock, stop, listen_until, [] { return false; });
  if (!awaited_.empty())
    report.notices.push_back(std::to_string(awaited_.size()) + " messages were not stored" +
                             (store_error_.empty() ? "" : ": " + store_error_));
}

void StationLink::publish_retained() {
  std::map<std::string, std::string> now;
  {
    const std::lock_guard lock(mutex_);
    now.swap(retained_);
  }
  for (const auto& [topic, payload] : now)
    if (!broker_.publish(topic, payload, true)) return;  // the next reading brings them anew
}

ReadingsReport StationLink::bring_in(const std::vector<SensorScript>& scripts, Duration listen,
                                     const std::stop_token& stop) {
  ReadingsReport report;
  if (!broker_.connected()) {
    report.notices.push_back("no readings came in: " + broker_.why_not());
    return report;
  }
  receiver_ = std::make_unique<messaging::Client>(
      broker_.options_for("intake"), std::vector{broker_.topics().all_observations()},
      messaging::Client::Callbacks{
          .on_message = [this](const messaging::Message& message) { return handle(message); },
          .on_connected = {},
          .on_lost = {}});
  if (const auto done = receiver_->connect(broker_.options_for("intake").connect_timeout); !done) {
    report.notices.push_back("no readings came in: " + done.error().message);
    return report;
  }
  const auto listen_until = std::chrono::steady_clock::now() + listen;
  send(scripts, stop, report);
  wait(listen_until, stop, report);
  publish_retained();
  receiver_->disconnect();
  const auto counters = intake_.counters();
  report.messages = counters.messages;
  report.added = counters.added;
  report.duplicate = counters.duplicate;
  report.revision = counters.revision;
  report.quarantined = counters.quarantined;
  report.quarantined_by_reason = counters.quarantined_by_reason;
  if (report.quarantined > 0)
    report.notices.push_back(std::to_string(report.quarantined) + " messages were quarantined: " +
                             report.quarantined_by_reason.begin()->first);
  return report;
}

}  // namespace vandvagt::app
