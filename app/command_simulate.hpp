#pragma once

#include <filesystem>

namespace vandvagt::app {

struct SimulateArguments {
  std::filesystem::path configuration;
  std::filesystem::path data;    // where relative inputs start; empty: beside the configuration
  std::filesystem::path output;  // the folder of the products
};

/// `vandvagt simulate`: one run from configuration alone, without sensors and rules.
/// @return an ExitCode
int run_simulate_command(const SimulateArguments& arguments);

}  // namespace vandvagt::app
