#include "watch/health.hpp"

namespace vandvagt::watch {

void Health::degraded(const std::string& cause, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    auto& known = reasons_[cause];
    if (known == why) return;
    known = why;
  }
  log_(cause + ": " + why);
}

void Health::well(const std::string& cause) {
  {
    const std::lock_guard lock(mutex_);
    if (reasons_.erase(cause) == 0) return;
  }
  log_(cause + ": as it should be again");
}

std::vector<std::string> Health::reasons() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [cause, why] : reasons_) all.push_back(cause + ": " + why);
  return all;
}

}  // namespace vandvagt::watch
