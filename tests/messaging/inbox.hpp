#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "messaging/message.hpp"

namespace vandvagt::test {

/// Collects what a handler receives, and waits for it instead of sleeping.
class Inbox {
 public:
  messaging::Handler handler() {
    return [this](const messaging::Message& message) {
      add(message);
      return messaging::Handled::done;
    };
  }
  void add(const messaging::Message& message) {
    {
      const std::lock_guard lock(mutex_);
      messages_.push_back(message);
    }
    changed_.notify_all();
  }
  bool wait_for(std::size_t count, std::chrono::seconds timeout = std::chrono::seconds{20}) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return messages_.size() >= count; });
  }
  std::vector<messaging::Message> messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<messaging::Message> messages_;
};

/// Counts events and waits for the n-th.
class Counter {
 public:
  void up() {
    {
      const std::lock_guard lock(mutex_);
      ++count_;
    }
    changed_.notify_all();
  }
  bool wait_for(int count, std::chrono::seconds timeout = std::chrono::seconds{20}) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

}  // namespace vandvagt::test
