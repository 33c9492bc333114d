#pragma once

#include <filesystem>
#include <stop_token>

namespace vandvagt::app {

struct WatchArguments {
  std::filesystem::path configuration;
  std::filesystem::path data;   // where relative inputs start; empty: beside the configuration
  std::filesystem::path store;  // the folder of readings and warnings; empty: the configuration's
  bool standby = false;         // of two on one store: serve only while the other is silent
};

/// `vandvagt watch`: the observed path as a service, until a stop; its log is standard error.
/// @return an ExitCode: ok after a stop, refused for a configuration that cannot be used
int run_watch_command(const WatchArguments& arguments, const std::stop_token& stop = {});

}  // namespace vandvagt::app
