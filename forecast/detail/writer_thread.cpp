#include "forecast/detail/writer_thread.hpp"

#include <cassert>
#include <exception>
#include <string>
#include <utility>

namespace vandvagt::forecast::detail {
namespace {

using Clock = std::chrono::steady_clock;

Result<void> run(const WriterThread::Task& task) {
  try {
    return task();
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::io, std::string("writing products: ") + thrown.what());
  } catch (...) {
    return fail(ErrorCode::io, "writing products: an error of unknown kind");
  }
}

}  // namespace

WriterThread::WriterThread(std::size_t most) : most_(most), thread_([this] { work(); }) {
  assert(most >= 1);
}

WriterThread::~WriterThread() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
  thread_.join();
}

Result<void> WriterThread::give(Task task) {
  std::unique_lock lock(mutex_);
  const auto from = Clock::now();
  changed_.wait(lock, [this] { return error_ || waiting_.size() < most_; });
  waited_ += Clock::now() - from;
  if (error_) return fail(*error_);
  waiting_.push_back(std::move(task));
  lock.unlock();
  changed_.notify_all();
  return {};
}

Result<void> WriterThread::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !busy_ && (error_ || waiting_.empty()); });
  if (error_) return fail(*error_);
  return {};
}

double WriterThread::working_seconds() const {
  const std::scoped_lock lock(mutex_);
  return worked_.count();
}

double WriterThread::waiting_seconds() const {
  const std::scoped_lock lock(mutex_);
  return waited_.count();
}

void WriterThread::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || (!error_ && !waiting_.empty()); });
    if (ending_) return;
    busy_ = true;
    {
      const Task task = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      changed_.notify_all();
      const auto from = Clock::now();
      auto done = run(task);
      lock.lock();
      worked_ += Clock::now() - from;
      if (!done) error_ = std::move(done.error());
    }
    busy_ = false;
    if (error_) waiting_.clear();
    changed_.notify_all();
  }
}

}  // namespace vandvagt::forecast::detail
