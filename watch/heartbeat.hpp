#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "messaging/client.hpp"
#include "messaging/topics.hpp"

namespace vandvagt::watch {

/// The payload of `<prefix>/sys/heartbeat`.
struct Heartbeat {
  Time time;
  std::optional<Time> last_run, last_evaluation;
  std::string instance{};             // of two on one store; empty: there is one
  std::vector<std::string> degraded;  // empty: all is as it should be
};
std::string to_json(const Heartbeat& heartbeat);

/// Published by the broker when a program is gone without a word.
messaging::Will last_will(const messaging::Topics& topics, Time now);

}  // namespace vandvagt::watch
