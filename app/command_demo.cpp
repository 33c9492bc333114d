#include "app/command_demo.hpp"

#include <fmt/core.h>

#include "app/command_forecast.hpp"
#include "app/demo_catchment.hpp"
#include "app/exit_code.hpp"

namespace vandvagt::app {

int run_demo_command(const std::filesystem::path& output, const std::stop_token& stop) {
  const auto configuration = write_demo_catchment(output);
  if (!configuration) {
    fmt::print(stderr, "{}\n", configuration.error().message);
    return static_cast<int>(exit_code_for(configuration.error()));
  }
  fmt::print(
      "A fictional catchment is written to {}: the same configuration can be changed and run"
      " again with\n  vandvagt forecast --config {} --output {}\n\n",
      output.string(), configuration->string(), (output / "forecast").string());
  return run_forecast_command(
      {.configuration = *configuration, .data = {}, .output = output / "forecast", .at = {}}, stop);
}

}  // namespace vandvagt::app
