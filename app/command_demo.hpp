#pragma once

#include <filesystem>
#include <stop_token>

namespace vandvagt::app {

/// `vandvagt demo`: writes the example catchment into `output` and forecasts it as `vandvagt
/// forecast` would; products lie in `output`/forecast.
/// @return an ExitCode
int run_demo_command(const std::filesystem::path& output, const std::stop_token& stop = {});

}  // namespace vandvagt::app
