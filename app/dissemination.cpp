#include "app/dissemination.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "alerts/cap.hpp"
#include "alerts/index.hpp"

namespace vandvagt::app {

Result<Dissemination> disseminate(alerts::Outbox& outbox, BrokerLink& broker,
                                  const alerts::Options& options, Time now) {
  Dissemination done;
  if (broker.connected()) {
    if (auto again = outbox.publish_all_states_again(); !again) return fail(again.error());
  }
  const alerts::Sink sink = [&](const std::string& topic, const std::string& payload,
                                bool retained) { return broker.publish(topic, payload, retained); };
  const auto sent = alerts::publish_pending(outbox, sink, now);
  if (!sent) return fail(sent.error());
  auto areas = sent->areas;
  if (auto listed = alerts::publish_indexes(outbox, options, sink, now, areas); !listed)
    return fail(listed.error());
  done.messages = sent->messages;
  done.states = sent->states;
  done.expired = sent->expired;
  const auto left = outbox.pending();
  if (!left) return fail(left.error());
  done.waiting = static_cast<int>(left->size());
  if (sent->stopped_by) done.why_waiting = sent->stopped_by->message;
  return done;
}

Result<std::unique_ptr<WarningReceiver>> WarningReceiver::listen(BrokerLink& broker,
                                                                 const alerts::Options& options) {
  auto schema = alerts::CapSchema::built_in();
  if (!schema) return fail(schema.error());
  const std::string filter = alerts::subscription(options);
  std::unique_ptr<WarningReceiver> receiver(
      new WarningReceiver(std::move(*schema), filter.substr(0, filter.find('+'))));
  receiver->client_ = std::make_unique<messaging::Client>(
      broker.options_for("subscriber"), std::vector{filter},
      messaging::Client::Callbacks{
          .on_message = [self = receiver.get()](
                            const messaging::Message& message) { return self->handle(message); },
          .on_connected = {},
          .on_lost = {}});
  const auto done = receiver->client_->connect(broker.options_for("subscriber").connect_timeout);
  if (!done) return fail(done.error());
  return receiver;
}

messaging::Handled WarningReceiver::handle(const messaging::Message& message) {
  const std::lock_guard lock(mutex_);
  if (message.topic.rfind(prefix_, 0) == 0) {
    const std::string rest = message.topic.substr(prefix_.size());
    const std::string area = rest.substr(0, rest.find('/'));
    Result<void> taken;
    if (rest.ends_with("/cap"))
      taken = subscriber_.receive_cap(area, message.payload).map([](alerts::Reception) {});
    else if (rest.ends_with("/index"))
      taken = subscriber_.receive_index(area, message.payload);
    else
      taken = subscriber_.receive_state(area, message.payload);
    if (!taken) refused_.push_back(message.topic + ": " + taken.error().message);
  }
  changed_.notify_all();
  return messaging::Handled::done;  // nothing is gained by hearing a bad message again
}

std::vector<alerts::ReceivedWarning> WarningReceiver::wait_for(
    const std::vector<std::string>& identifiers, std::chrono::milliseconds longest) {
  const auto all_here = [&] {
    return std::all_of(identifiers.begin(), identifiers.end(), [&](const std::string& wanted) {
      return std::any_of(subscriber_.received().begin(), subscriber_.received().end(),
                         [&](const auto& warning) { return warning.identifier == wanted; });
    });
  };
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, longest, all_here);
  return subscriber_.received();
}

std::vector<std::string> WarningReceiver::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

std::string to_json(const RunStatusMessage& status) {
  nlohmann::ordered_json json{
      {"run", status.run},           {"t0", format_time(status.reference_time)},
      {"stage", status.stage},       {"state_used", status.state_used},
      {"coldness", status.coldness}, {"finished", nullptr}};
  if (status.finished) json["finished"] = format_time(*status.finished);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace vandvagt::app
