#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "core/result.hpp"

namespace vandvagt::forecast::detail {

/// One thread that does what it is given, one task after the other in the order given, while the
/// caller goes on computing. A task owns what it works on. The first task that fails, or throws,
/// is the last one that runs; its Error is what every later call returns.
class WriterThread {
 public:
  using Task = std::function<Result<void>()>;

  /// @param most  tasks that may wait beside the one being done, >= 1: what bounds the memory
  explicit WriterThread(std::size_t most);
  /// Drops the tasks that wait and lets the one being done end.
  ~WriterThread();
  WriterThread(const WriterThread&) = delete;
  WriterThread& operator=(const WriterThread&) = delete;
  WriterThread(WriterThread&&) = delete;
  WriterThread& operator=(WriterThread&&) = delete;

  /// Hands a task over; waits while `most` of them wait.
  Result<void> give(Task task);
  /// Waits until everything given is done.
  Result<void> drain();

  double working_seconds() const;  // that tasks took
  double waiting_seconds() const;  // that `give` had to wait

 private:
  void work();

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> waiting_;
  bool busy_ = false;
  bool ending_ = false;
  std::optional<Error> error_;
  std::chrono::duration<double> worked_{0.0}, waited_{0.0};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace vandvagt::forecast::detail
