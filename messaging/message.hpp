#pragma once

#include <functional>
#include <string>

namespace vandvagt::messaging {

struct Message {
  std::string topic{};
  std::string payload{};
  int qos = 1;
  bool retained = false;
  bool duplicate = false;  // received only: the broker has sent it before
};

/// What became of a message. `refused` means that it could not be kept (disk full): the broker is
/// not told of it, the connection is cut, and after a back-off the broker delivers it again.
enum class Handled { done, refused };

/// Called for every message on a receiving thread. The broker is told of a QoS 1 message only when
/// the handler has returned `done`, so what the handler has committed is never lost. It must not
/// wait on the network: one thread receives for all clients of the process. An exception counts as
/// `refused`.
using Handler = std::function<Handled(const Message&)>;

}  // namespace vandvagt::messaging
