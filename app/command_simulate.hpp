#pragma once

#include <filesystem>
#include <stop_token>

namespace vandvagt::app {

struct SimulateArguments {
  std::filesystem::path configuration;
  std::filesystem::path data;    // where relative inputs start; empty: beside the configuration
  std::filesystem::path output;  // the folder of the products
};

/// `vandvagt simulate`: one run from configuration alone, without sensors and rules. A stop ends
/// the run in order: nothing is published and nothing half-written is left.
/// @return an ExitCode
int run_simulate_command(const SimulateArguments& arguments, const std::stop_token& stop = {});

}  // namespace vandvagt::app
