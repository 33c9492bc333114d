#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace vandvagt::test {

/// A program that runs beside the test, with what it prints; ended by force if it outlives the
/// test. What it prints is read at once by a thread of its own, as a journal does: a pipe that
/// nobody empties stops whoever writes into it, after 64 KiB. Signals are as a terminal would give
/// them: none blocked, none ignored.
class RunningProgram {
 public:
  explicit RunningProgram(const std::vector<std::string>& command);
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  RunningProgram(RunningProgram&&) = delete;
  RunningProgram& operator=(RunningProgram&&) = delete;

  /// Waits until it has printed `words`; false where it ended before that.
  bool wait_for(const std::string& words);
  /// Waits until a whole line with `words` is there. @return what stands behind them in that line;
  /// empty where the program ended before
  std::string rest_of_line(const std::string& words);
  void send(int signal_number) const;
  pid_t pid() const { return pid_; }
  /// Waits for its end. @return its exit code, or 128 + the signal that ended it
  int wait();
  /// Standard output and error together, so far.
  std::string output() const;

 private:
  void read_all();

  pid_t pid_ = -1;
  int from_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable more_;
  std::string output_;
  bool ended_ = false;  // there will be no more output
  std::jthread reader_;
};

}  // namespace vandvagt::test
