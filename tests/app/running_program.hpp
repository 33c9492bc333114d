#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace vandvagt::test {

/// A program that runs beside the test, with what it prints; ended by force if it outlives the
/// test. Signals are as a terminal would give them: none blocked, none ignored.
class RunningProgram {
 public:
  explicit RunningProgram(const std::vector<std::string>& command);
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  RunningProgram(RunningProgram&&) = delete;
  RunningProgram& operator=(RunningProgram&&) = delete;

  /// Reads until it has printed `words`; false where it ended before that.
  bool wait_for(const std::string& words);
  /// Reads until a whole line with `words` is there. @return what stands behind them in that line;
  /// empty where the program ended before
  std::string rest_of_line(const std::string& words);
  void send(int signal_number) const;
  pid_t pid() const { return pid_; }
  /// Reads to the end. @return its exit code, or 128 + the signal that ended it
  int wait();
  /// Standard output and error together, so far.
  const std::string& output() const { return output_; }

 private:
  bool read_more();

  pid_t pid_ = -1;
  int from_ = -1;
  std::string output_;
};

}  // namespace vandvagt::test
