#pragma once

#include <memory>
#include <stop_token>
#include <thread>

namespace vandvagt::app {

/// Turns SIGTERM, SIGINT and SIGHUP into a stop that a run can hear, so that it ends in order.
/// Make it before any other thread starts: threads inherit that these signals are blocked, and one
/// thread waits for them, so that nothing runs in a signal handler. A signal that was ignored when
/// the program started (nohup, a shell's background job) stays ignored. Another signal, a second or
/// more after the first, ends the program at once; sooner it is the same wish told twice, as
/// timeout(1) does, which signals its child and then the child's group.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  StopSignal(StopSignal&&) = delete;
  StopSignal& operator=(StopSignal&&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

 private:
  struct Blocked;  // the signals, and the thread's mask as it was

  void watch(const std::stop_token& ended);

  std::stop_source stop_;
  std::unique_ptr<Blocked> blocked_;
  std::jthread watcher_;  // last: it uses what stands above
};

}  // namespace vandvagt::app
