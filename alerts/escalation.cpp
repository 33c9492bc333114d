#include "alerts/escalation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "alerts/subscriber.hpp"

namespace vandvagt::alerts {
namespace {

constexpr const char* way = "escalation";
constexpr std::chrono::seconds look_again{5};

bool must_be_confirmed(const ReceivedWarning& warning) {
  return !warning.all_clear && warning.message_type != "Cancel" &&
         (warning.severity == "Severe" || warning.severity == "Extreme");
}

Result<bool> confirmed_by_anyone(const Outbox& outbox, const EscalationOptions& options,
                                 const std::string& identifier) {
  const auto receipts = outbox.receipts(identifier);
  if (!receipts) return fail(receipts.error());
  return std::ranges::any_of(*receipts, [&](const Receipt& receipt) {
    return std::ranges::find(options.subscribers, receipt.subscriber) != options.subscribers.end();
  });
}

// Why nobody needs to confirm it, or nothing.
Result<std::string> why_settled(const Outbox& outbox, const EscalationOptions& options,
                                const OutboxMessage& message, Time now) {
  const auto warning = parse_cap(message.xml);
  if (!warning || !must_be_confirmed(*warning)) return std::string("not needed");
  if (message.expires <= now) return std::string("expired");
  const auto confirmed = confirmed_by_anyone(outbox, options, message.identifier);
  if (!confirmed) return fail(confirmed.error());
  if (*confirmed) return std::string("confirmed");
  const auto incident = outbox.messages(message.incident);
  if (!incident) return fail(incident.error());
  // Who confirms a later revision has been reached; who does not is asked about that one.
  if (!incident->empty() && incident->back().revision > message.revision &&
      incident->back().confirmed)
    return std::string("overtaken");
  return std::string{};
}

}  // namespace

Result<EscalationReport> escalate_due(Deliveries& deliveries, const Outbox& outbox,
                                      const EscalationOptions& options, const SendTo& send,
                                      Time now) {
  EscalationReport report;
  if (options.subscribers.empty()) return report;
  const auto due = deliveries.due(way, now);
  if (!due) return fail(due.error());
  for (const auto& [message, step] : *due) {
    const auto settled = why_settled(outbox, options, message, now);
    if (!settled) return fail(settled.error());
    Result<void> noted;
    const auto asked = static_cast<std::size_t>(step);  // beside the first
    if (!settled->empty()) {
      noted = deliveries.settle(way, message.identifier, *settled);
    } else if (!message.confirmed_at) {
      noted = deliveries.later(way, message.identifier, now + look_again, false, "not yet sent");
    } else if (step == 0 && now < *message.confirmed_at + options.after) {
      noted = deliveries.later(way, message.identifier, *message.confirmed_at + options.after,
                               false, "waiting for " + options.subscribers.front());
    } else if (asked + 1 >= options.subscribers.size()) {
      report.operator_notes.push_back(
          fmt::format("nobody has confirmed warning {} for {}: neither {}", message.identifier,
                      message.area, fmt::join(options.subscribers, " nor ")));
      noted = deliveries.settle(way, message.identifier, "nobody confirmed");
    } else if (const auto& next = options.subscribers[asked + 1]; auto sent = send(next, message)) {
      report.notes.push_back(fmt::format("warning {} for {} was not confirmed by {}: sent to {}",
                                         message.identifier, message.area,
                                         options.subscribers[asked], next));
      noted = deliveries.later(way, message.identifier, now + options.after, true,
                               "waiting for " + next);
    } else {
      noted =
          deliveries.later(way, message.identifier, now + look_again, false, sent.error().message);
    }
    if (!noted) return fail(noted.error());
  }
  return report;
}

}  // namespace vandvagt::alerts
