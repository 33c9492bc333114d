#include "watch/limits.hpp"

#include <algorithm>

namespace vandvagt::watch {
namespace {
constexpr std::size_t most_topics = 10'000;
}

bool Limits::admit(const std::string& topic, Clock::time_point now) {
  const bool known = buckets_.contains(topic) || buckets_.size() < most_topics;
  auto& bucket = buckets_.try_emplace(known ? topic : "", Bucket{burst_, now}).first->second;
  const auto since = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.tokens = std::min(burst_, bucket.tokens + rate_ * std::max(0.0, since));
  bucket.filled = now;
  if (bucket.tokens < 1.0) return false;
  bucket.tokens -= 1.0;
  return true;
}

}  // namespace vandvagt::watch
