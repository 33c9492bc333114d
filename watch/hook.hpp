#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "alerts/deliveries.hpp"
#include "alerts/outbox.hpp"
#include "core/result.hpp"
#include "watch/health.hpp"

namespace vandvagt::watch {

/// A service's own gateway: a program that is started for each message, with the CAP document on
/// its standard input. No shell stands between: the list is the program and its arguments, in which
/// {identifier}, {incident}, {revision}, {area}, {level}, {severity}, {status}, {type} and
/// {headline} are replaced.
struct HookOptions {
  std::vector<std::string> command;  // empty: none
  std::chrono::milliseconds time_limit{30'000};
  alerts::Backoff backoff = {};
};

/// The placeholders that a command may hold and does not: faults in words, empty when sound.
std::vector<std::string> unknown_placeholders(const std::vector<std::string>& command);

/// The arguments for one message. What replaces a placeholder holds no control characters and
/// begins no option: a leading dash is dropped.
Result<std::vector<std::string>> hook_arguments(const std::vector<std::string>& command,
                                                const alerts::OutboxMessage& message);

/// Runs the program once. Error{unavailable}: it cannot be started, ended with another code than 0
/// (with the end of what it said on standard error), took too long and was killed with all that it
/// started in its process group, or a stop came.
Result<void> run_hook(const HookOptions& options, const alerts::OutboxMessage& message,
                      const std::stop_token& stop = {});

/// Hands each message of the outbox to the program until it succeeded, the message has expired or a
/// later revision went through. `run` is a thread of its own: a gateway that hangs or fails holds
/// up nothing, neither the broker's subscribers nor other messages.
class HookRunner {
 public:
  struct Setup {
    HookOptions hook;
    std::filesystem::path warnings;  // the outbox
    std::function<Time()> now;
    std::chrono::milliseconds look_every{1000};
  };
  HookRunner(Setup setup, Health& health) : setup_(std::move(setup)), health_(health) {}
  void run(const std::stop_token& stop);

 private:
  Result<void> round(std::optional<alerts::Deliveries>& deliveries, const std::stop_token& stop);
  Setup setup_;
  Health& health_;
};

}  // namespace vandvagt::watch
