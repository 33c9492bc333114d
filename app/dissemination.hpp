#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "alerts/outbox.hpp"
#include "alerts/subscriber.hpp"
#include "app/station_link.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "messaging/client.hpp"

namespace vandvagt::app {

/// What went out.
struct Dissemination {
  int messages = 0, states = 0, expired = 0, waiting = 0;
  std::string why_waiting;  // empty: nothing is left in the outbox
};

/// Sends what the outbox holds: messages, then each area's retained state, all of the states again
/// after a connect, because a broker that crashed may have lost them. What cannot be sent waits.
/// Error{io} only where the outbox itself fails.
Result<Dissemination> disseminate(alerts::Outbox& outbox, BrokerLink& broker,
                                  const alerts::Options& options, Time now);

/// A subscriber of warnings with a connection of its own, as an emergency service would have one.
/// It runs beside a private broker, so that a demonstration ends where warnings are read.
class WarningReceiver {
 public:
  /// Error{unavailable} where the broker cannot be reached.
  static Result<std::unique_ptr<WarningReceiver>> listen(BrokerLink& broker,
                                                         const alerts::Options& options);

  /// Waits until every identifier has come, at most `longest`; what came, in order of arrival.
  std::vector<alerts::ReceivedWarning> wait_for(const std::vector<std::string>& identifiers,
                                                std::chrono::milliseconds longest);
  /// Messages that were no valid CAP, with the reason.
  std::vector<std::string> refused() const;

 private:
  WarningReceiver(alerts::CapSchema schema, std::string prefix)
      : subscriber_(std::move(schema)), prefix_(std::move(prefix)) {}
  messaging::Handled handle(const messaging::Message& message);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  alerts::Subscriber subscriber_;
  std::string prefix_;  // of topics: ".../warn/"
  std::vector<std::string> refused_;
  std::unique_ptr<messaging::Client> client_;  // last: its callback uses what stands above
};

/// `<prefix>/run/<model>/status`.
struct RunStatusMessage {
  std::string run, stage, state_used, coldness;
  Time reference_time;
  std::optional<Time> finished;
};
std::string to_json(const RunStatusMessage& status);

}  // namespace vandvagt::app
