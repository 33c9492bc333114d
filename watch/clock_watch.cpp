#include "watch/clock_watch.hpp"

namespace vandvagt::watch {
namespace {

constexpr Duration tolerance = std::chrono::minutes{1};

bool near(Duration a, Duration b) {
  const Duration apart = a > b ? a - b : b - a;
  return apart <= tolerance;
}

}  // namespace

bool ClockWatch::doubted(Time wall, Steady steady) {
  const Duration offset =
      wall.time_since_epoch() - std::chrono::duration_cast<Duration>(steady.time_since_epoch());
  if (!believed_ || near(offset, *believed_)) {
    believed_ = offset;  // a clock that is slowly set right is followed
    jump_.reset();
    return false;
  }
  if (!jump_ || !near(offset, jump_->offset)) {
    const Duration size = offset > *believed_ ? offset - *believed_ : *believed_ - offset;
    jump_ = Jump{offset, size, steady};
  }
  if (steady - jump_->since >= jump_->size) {
    believed_ = offset;
    jump_.reset();
    return false;
  }
  return offset > *believed_;
}

}  // namespace vandvagt::watch
