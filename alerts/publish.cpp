#include <algorithm>
#include <map>

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

/// What an area with unsent messages has to send.
struct Pending {
  std::vector<const OutboxMessage*> messages;  // in the order of commit
  std::vector<const AreaState*> states;
};

Result<bool> publish_area(Outbox& outbox, const Pending& pending, const Sink& sink, Time now,
                          PublishReport& report) {
  for (const auto* message : pending.messages) {
    auto went = publish_message(outbox, *message, sink, now, report);
    if (!went || !*went) return went;
  }
  for (const auto* state : pending.states) {
    auto went = publish_state(outbox, *state, sink, report);
    if (!went || !*went) return went;
  }
  return true;
}

}  // namespace

Result<PublishReport> publish_pending(Outbox& outbox, const Sink& sink, Time now,
                                      std::size_t most_states) {
  const auto messages = outbox.pending();
  if (!messages) return fail(messages.error());
  const auto states = outbox.pending_states();
  if (!states) return fail(states.error());
  std::map<std::string, Pending> with_messages;
  for (const auto& message : *messages) with_messages[message.area].messages.push_back(&message);
  std::vector<const AreaState*> others;
  for (const auto& state : *states) {
    const auto found = with_messages.find(state.area);
    if (found == with_messages.end())
      others.push_back(&state);
    else
      found->second.states.push_back(&state);
  }

  PublishReport report;
  // A message may have been committed between the two readings: its area's state is newer than the
  // messages in hand, and the next call sends it.
  for (const auto& [area, pending] : with_messages) {
    const auto went = publish_area(outbox, pending, sink, now, report);
    if (!went) return fail(went.error());
    if (!*went) return report;
  }
  // Warnings do not wait for a thousand states that a connect has made due again.
  report.more = others.size() > most_states;
  others.resize(std::min(others.size(), most_states));
  for (const auto* state : others) {
    const auto went = publish_state(outbox, *state, sink, report);
    if (!went) return fail(went.error());
    if (!*went) return report;
  }
  return report;
}

}  // namespace vandvagt::alerts
