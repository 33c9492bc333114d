#pragma once

#include <fmt/core.h>

#include <cstdio>

#include "core/result.hpp"

namespace vandvagt::app {

/// What a command ends with; docs/operations.md says what to do at each.
enum class ExitCode {
  ok = 0,           // all done; notices on the screen and in run.json
  failed = 1,       // the solver failed, a signal stopped the run, or what should not happen did
  refused = 2,      // input or output that cannot be used: nothing half-written
  undelivered = 3,  // all done, but warnings wait in the outbox for a broker
  silent = 4,       // a subscriber: the service's heartbeat has stopped
};

inline ExitCode exit_code_for(const Error& error) {
  return error.code == ErrorCode::invalid_input || error.code == ErrorCode::io ||
                 error.code == ErrorCode::refused
             ? ExitCode::refused
             : ExitCode::failed;
}

/// Says on standard error what went wrong; the process ends with what this returns.
inline int report(const Error& error) {
  fmt::print(stderr, "{}\n", error.message);
  return static_cast<int>(exit_code_for(error));
}

}  // namespace vandvagt::app
