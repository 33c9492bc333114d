#pragma once

#include <filesystem>
#include <vector>

namespace vandvagt::app {

struct CheckArguments {
  std::filesystem::path configuration;
  std::filesystem::path data;  // where relative inputs start; empty: beside the configuration
  bool rules = false;          // play the tests of the rules too
  std::vector<std::filesystem::path> rules_tests;  // empty: those beside the configuration
};

/// `vandvagt check`: reads the configuration and all that it names, puts it on the grid, and says
/// every fault that it finds with place and cure. Writes nothing.
/// @return an ExitCode
int run_check_command(const CheckArguments& arguments);

}  // namespace vandvagt::app
