#include "app/command_check.hpp"

#include <fmt/core.h>

#include <cstdio>

#include "app/exit_code.hpp"
#include "config/configuration.hpp"
#include "forecast/built_case.hpp"

namespace vandvagt::app {

int run_check_command(const CheckArguments& arguments) {
  Faults faults;
  const auto configuration = config::load(arguments.configuration, arguments.data, faults);
  if (configuration) {
    const auto built = forecast::build_case(configuration->scenario, faults);
    if (built && faults.empty()) {
      fmt::print("{}: good. {} × {} cells of {} m, {} edges, {} stations, {} areas, {} rules\n",
                 arguments.configuration.string(), built->geometry.nx, built->geometry.ny,
                 built->geometry.dx, built->model.edges.size(), configuration->stations.size(),
                 configuration->areas.size(), configuration->rules.size());
      return static_cast<int>(ExitCode::ok);
    }
  }
  for (const auto& fault : faults) fmt::print(stderr, "{}\n", to_string(fault));
  fmt::print(stderr, "{} fault{}\n", faults.size(), faults.size() == 1 ? "" : "s");
  return static_cast<int>(ExitCode::refused);
}

}  // namespace vandvagt::app
