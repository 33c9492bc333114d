#include "watch/patience.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace vandvagt::watch {

std::chrono::milliseconds Patience::next() {
  if (!server_) return disk;
  const auto now = next_;
  next_ = std::min(longest, 2 * next_);
  return now;
}

void Patience::pause(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, next(), [] { return false; });
}

}  // namespace vandvagt::watch
