#pragma once

#include <chrono>
#include <stop_token>

namespace vandvagt::watch {

/// The pauses between attempts on what refuses: a second each on a disk, which costs nothing to
/// ask, and from a quarter of a second to half a minute on a server that is away, so that a
/// thousand services do not keep it from starting.
class Patience {
 public:
  explicit Patience(bool server) : server_(server) {}
  /// How long the next pause is; longer each time.
  std::chrono::milliseconds next();
  /// It has taken something: the next pause is a short one.
  void well() { next_ = first; }
  /// Waits for the next pause, or until the stop.
  void pause(const std::stop_token& stop);

 private:
  static constexpr std::chrono::milliseconds first{250}, longest{30'000}, disk{1000};
  bool server_;
  std::chrono::milliseconds next_ = first;
};

}  // namespace vandvagt::watch
