#include "watch/outlets.hpp"

namespace vandvagt::watch {

Result<void> Outlets::escalate(const alerts::Sink& sink, Time now) {
  const auto send = [&](const std::string& subscriber, const alerts::OutboxMessage& message) {
    return sink(setup_.topics.escalation(subscriber, message.area), message.xml, false);
  };
  const auto report =
      alerts::escalate_due(*deliveries_, *outbox_, setup_.reach.escalation, send, now);
  if (!report) return fail(report.error());
  for (const auto& note : report->notes) health_.log(note);
  for (const auto& note : report->operator_notes) health_.log("operators: " + note);
  return {};
}

Result<void> Outlets::notify(const alerts::Sink& sink, Time now) {
  const auto attempt = [&](const alerts::OutboxMessage& message) -> Result<void> {
    const auto notification = alerts::wis2_notification(message, setup_.reach.wis2, now);
    if (!notification) return fail(notification.error());
    return sink(setup_.reach.wis2.topic, *notification, false);
  };
  const auto report = alerts::deliver_due(*deliveries_, "wis2", attempt, {}, now);
  if (!report) return fail(report.error());
  if (report->last_failure)
    health_.degraded("wis2", report->last_failure->message);
  else if (report->done > 0)
    health_.well("wis2");
  return {};
}

Result<void> Outlets::send_all(const alerts::Sink& sink, Time now) {
  if (!deliveries_) {
    auto outbox = alerts::Outbox::open(setup_.warnings);
    if (!outbox) return fail(outbox.error());
    auto deliveries = alerts::Deliveries::open(setup_.warnings);
    if (!deliveries) return fail(deliveries.error());
    outbox_.emplace(std::move(*outbox));
    deliveries_.emplace(std::move(*deliveries));
  }
  if (!setup_.reach.escalation.subscribers.empty())
    if (auto done = escalate(sink, now); !done) return done;
  if (!setup_.reach.wis2.topic.empty())
    if (auto done = notify(sink, now); !done) return done;
  return {};
}

void Outlets::send(const alerts::Sink& sink, Time now) {
  if (!wanted()) return;
  if (auto done = send_all(sink, now); !done) {
    health_.degraded("outlets", done.error().message);
    deliveries_.reset();
    outbox_.reset();
    return;
  }
  health_.well("outlets");
}

}  // namespace vandvagt::watch
