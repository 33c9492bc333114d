#include "watch/board.hpp"

namespace vandvagt::watch {

void Board::put(const std::string& topic, std::string payload) {
  const std::lock_guard lock(mutex_);
  payloads_[topic] = std::move(payload);
}

std::vector<std::pair<std::string, std::string>> Board::take(std::size_t most) {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, std::string>> taken;
  while (taken.size() < most && !payloads_.empty()) {
    auto next = payloads_.upper_bound(last_);
    if (next == payloads_.end()) next = payloads_.begin();
    last_ = next->first;
    auto node = payloads_.extract(next);
    taken.emplace_back(std::move(node.key()), std::move(node.mapped()));
  }
  return taken;
}

void Board::put_back(std::pair<std::string, std::string> entry) {
  const std::lock_guard lock(mutex_);
  payloads_.try_emplace(std::move(entry.first), std::move(entry.second));
}

bool Board::empty() const {
  const std::lock_guard lock(mutex_);
  return payloads_.empty();
}

}  // namespace vandvagt::watch
