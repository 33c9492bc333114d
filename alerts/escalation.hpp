#pragma once

#include <functional>
#include <string>
#include <vector>

#include "alerts/deliveries.hpp"
#include "alerts/outbox.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace vandvagt::alerts {

/// Who must confirm a warning of the two upper levels (severe, extreme), in order. The first has it
/// from its area's topic; without a receipt of any of them within `after` the next is sent it on a
/// topic of its own, and so on; after the last operators are told.
struct EscalationOptions {
  std::vector<std::string> subscribers;  // empty: nobody is waited for
  Duration after = std::chrono::minutes{10};
};

struct EscalationReport {
  std::vector<std::string> notes;           // what happened, for the log
  std::vector<std::string> operator_notes;  // nobody in the list has confirmed
};

/// Sends `message` to `subscriber` and returns once the broker has confirmed it.
using SendTo = std::function<Result<void>(const std::string& subscriber, const OutboxMessage&)>;

/// Looks at what is not yet confirmed. The time counts from the broker's confirmation. A message
/// that has expired, was overtaken by a later revision, or lowers nobody's guard (an all-clear, a
/// lower level) is not waited for.
Result<EscalationReport> escalate_due(Deliveries& deliveries, const Outbox& outbox,
                                      const EscalationOptions& options, const SendTo& send,
                                      Time now);

}  // namespace vandvagt::alerts
