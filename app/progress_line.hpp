#pragma once

#include <chrono>
#include <string>

#include "forecast/run.hpp"

namespace vandvagt::app {

/// Where a run is, on standard error: one line that is written over on a terminal, a line at each
/// tenth of the run elsewhere.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void update(const forecast::Progress& progress);
  /// Ends the line, so that what is printed next begins on a fresh one.
  void finish();

 private:
  bool terminal_;
  bool open_ = false;
  int tenths_ = -1;
  std::size_t width_ = 0;
  std::chrono::steady_clock::time_point started_, shown_;
};

}  // namespace vandvagt::app
