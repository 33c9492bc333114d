#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>

#include "core/time.hpp"

namespace vandvagt::app {

struct ForecastArguments {
  std::filesystem::path configuration;
  std::filesystem::path data;    // where relative inputs start; empty: beside the configuration
  std::filesystem::path output;  // the folder of the products
  std::optional<Time> at;        // reference time; else the configuration's, else now
};

/// `vandvagt forecast`: readings in over MQTT, the run, the rules, the products, the warnings out.
/// Prints what it does and finds. With a reference time given (by --at or the configuration) that
/// is also the time at which rules are evaluated, so that a past event replays as it was.
/// A stop ends it in order until the members are computed; then what they say is still written and
/// sent.
/// @return an ExitCode
int run_forecast_command(const ForecastArguments& arguments, const std::stop_token& stop = {});

}  // namespace vandvagt::app
