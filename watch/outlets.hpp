#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "alerts/deliveries.hpp"
#include "alerts/outbox.hpp"
#include "messaging/topics.hpp"
#include "watch/health.hpp"
#include "watch/reach.hpp"

namespace vandvagt::watch {

/// What else goes out over the broker: warnings that nobody has confirmed, to the next in the list,
/// and WIS2 notifications. Called from the publishing thread; a failure here is told and tried
/// again and keeps nothing else from going out.
class Outlets {
 public:
  struct Setup {
    Reach reach;
    messaging::Topics topics;
    std::filesystem::path warnings;  // the outbox
  };
  Outlets(Setup setup, Health& health) : setup_(std::move(setup)), health_(health) {}
  void send(const alerts::Sink& sink, Time now);

 private:
  Result<void> send_all(const alerts::Sink& sink, Time now);
  Result<void> escalate(const alerts::Sink& sink, Time now);
  Result<void> notify(const alerts::Sink& sink, Time now);
  bool wanted() const {
    return !setup_.reach.escalation.subscribers.empty() || !setup_.reach.wis2.topic.empty();
  }

  Setup setup_;
  Health& health_;
  std::optional<alerts::Deliveries> deliveries_;
  std::optional<alerts::Outbox> outbox_;
};

}  // namespace vandvagt::watch
