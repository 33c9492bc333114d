#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "sensors/disturb.hpp"

namespace vandvagt::app {

struct ReplayArguments {
  std::filesystem::path configuration, data;  // as for `check`
  std::filesystem::path store;                // stored readings; empty: files
  std::vector<std::filesystem::path> files;   // empty: those of [replay]
  std::vector<std::string> stations;          // empty: all
  std::optional<Time> from, to;
  double speed = 0.0;   // times as fast as they were measured; 0: as fast as the broker takes them
  bool to_now = false;  // times are shifted so that the last reading is sent at its time
  sensors::Disturbance faults;
};

/// `vandvagt replay`: publishes readings as the networks would, with the faults that are ordered.
/// A broker that is away is waited for: nothing is skipped.
/// @return an ExitCode: failed where the broker was never reached or a stop came first
int run_replay_command(const ReplayArguments& arguments, const std::stop_token& stop = {});

}  // namespace vandvagt::app
