#pragma once

#include <chrono>
#include <optional>

#include "core/time.hpp"

namespace vandvagt::watch {

/// Compares the clock that warnings are dated by with one that only counts: a jump of more than a
/// minute is seen, and a clock that went forward is doubted until it is back, or until it has stood
/// there for as long as it jumped. One that went back needs no doubt: the state of each rule
/// remembers how late it was already. What happened before the first look is not known.
class ClockWatch {
 public:
  using Steady = std::chrono::steady_clock::time_point;
  /// Is `wall` to be doubted now? Call it often: the time between two calls bounds what is seen.
  bool doubted(Time wall, Steady steady);

 private:
  struct Jump {
    Duration offset, size;
    Steady since;
  };
  std::optional<Duration> believed_;  // wall minus steady
  std::optional<Jump> jump_;
};

}  // namespace vandvagt::watch
