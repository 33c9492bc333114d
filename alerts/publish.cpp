#include <set>

#include "alerts/outbox.hpp"

namespace vandvagt::alerts {
namespace {

// Sends one message or gives it up. True: go on; false: the sink failed.
Result<bool> publish_message(Outbox& outbox, const OutboxMessage& message, const Sink& sink,
                             Time now, PublishReport& report) {
  if (message.expires <= now) {
    if (auto done = outbox.give_up(message.identifier, now); !done) return fail(done.error());
    ++report.expired;
    return true;
  }
  if (auto sent = sink(message.topic, message.xml, false); !sent) {
    report.stopped_by = sent.error();
    return false;
  }
  if (auto done = outbox.confirm(message.identifier, now); !done) return fail(done.error());
  ++report.messages;
  return true;
}

Result<bool> publish_state(Outbox& outbox, const AreaState& state, const Sink& sink,
                           PublishReport& report) {
  if (auto sent = sink(state.topic, state.payload, true); !sent) {
    report.stopped_by = sent.error();
    return false;
  }
  if (auto done = outbox.confirm_state(state); !done) return fail(done.error());
  report.areas.insert(state.area);
  ++report.states;
  return true;
}

}  // namespace

Result<PublishReport> publish_pending(Outbox& outbox, const Sink& sink, Time now) {
  const auto messages = outbox.pending();
  if (!messages) return fail(messages.error());
  const auto states = outbox.pending_states();
  if (!states) return fail(states.error());
  std::set<std::string> areas;
  for (const auto& message : *messages) areas.insert(message.area);
  for (const auto& state : *states) areas.insert(state.area);

  PublishReport report;
  // A message may have been committed between the two readings: its area's state is newer than the
  // messages in hand, and the next call sends it.
  for (const auto& area : areas) {
    for (const auto& message : *messages) {
      if (message.area != area) continue;
      const auto went = publish_message(outbox, message, sink, now, report);
      if (!went) return fail(went.error());
      if (!*went) return report;
    }
    for (const auto& state : *states) {
      if (state.area != area) continue;
      const auto went = publish_state(outbox, state, sink, report);
      if (!went) return fail(went.error());
      if (!*went) return report;
    }
  }
  return report;
}

}  // namespace vandvagt::alerts
