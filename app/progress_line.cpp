#include "app/progress_line.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "core/time.hpp"

namespace vandvagt::app {
namespace {

std::string text_of(const forecast::Progress& progress, double seconds) {
  const std::string who =
      progress.members > 1 && progress.phase == "forecast"
          ? fmt::format(" member {} of {}", progress.member + 1, progress.members)
          : "";
  const double left = progress.fraction > 0.02 ? seconds / progress.fraction - seconds : 0.0;
  return fmt::format("{:3.0f} %  {}{}  {}{}", 100.0 * progress.fraction, progress.phase, who,
                     format_time(progress.time),
                     left > 1.0 ? fmt::format("  about {:.0f} s left", left) : "");
}

}  // namespace

ProgressLine::ProgressLine()
    : terminal_(isatty(STDERR_FILENO) == 1), started_(std::chrono::steady_clock::now()) {}

ProgressLine::~ProgressLine() {
  finish();
}

void ProgressLine::update(const forecast::Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  const std::string text = text_of(progress, std::chrono::duration<double>(now - started_).count());
  if (!terminal_) {
    const int tenths = static_cast<int>(progress.fraction * 10.0);
    if (tenths == tenths_) return;
    tenths_ = tenths;
    fmt::print(stderr, "{}\n", text);
    std::fflush(stderr);
    return;
  }
  if (now - shown_ < std::chrono::milliseconds{100}) return;
  shown_ = now;
  fmt::print(stderr, "\r{:<{}}", text, width_);
  width_ = text.size();
  open_ = true;
  std::fflush(stderr);
}

void ProgressLine::finish() {
  if (!open_) return;
  fmt::print(stderr, "\r{:<{}}\r", "", width_);
  std::fflush(stderr);
  open_ = false;
}

}  // namespace vandvagt::app
