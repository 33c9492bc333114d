#pragma once

#include <functional>
#include <string>

namespace vandvagt::messaging {

struct Message {
  std::string topic;
  std::string payload;
  int qos = 1;
  bool retained = false;
};

/// Called for every message on a receiving thread. The broker is told of a QoS 1 message only when
/// the handler has returned, so what the handler has committed is never lost. It must not throw
/// (a wrapper catches and counts what does) and must not wait on the network.
using Handler = std::function<void(const Message&)>;

}  // namespace vandvagt::messaging
