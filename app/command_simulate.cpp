#include "app/command_simulate.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <optional>

#include "app/exit_code.hpp"
#include "app/forecast_report.hpp"
#include "app/progress_line.hpp"
#include "config/configuration.hpp"
#include "forecast/products.hpp"
#include "forecast/run.hpp"

namespace vandvagt::app {
namespace {

struct Prepared {
  config::Configuration configuration;
  forecast::BuiltCase built;
  forecast::RunPlan plan;
};

std::optional<Prepared> prepare(const SimulateArguments& arguments, Faults& faults) {
  auto configuration = config::load(arguments.configuration, arguments.data, faults);
  if (!configuration) return std::nullopt;
  auto plan = forecast::plan_simulation(configuration->scenario);
  if (!plan)
    faults.push_back({arguments.configuration.string() + ": time", plan.error().message, ""});
  auto built = forecast::build_case(configuration->scenario, faults);
  if (!built || !plan || !faults.empty()) return std::nullopt;
  return Prepared{std::move(*configuration), std::move(*built), std::move(*plan)};
}

}  // namespace

int run_simulate_command(const SimulateArguments& arguments, const std::stop_token& stop) {
  Faults faults;
  const auto prepared = prepare(arguments, faults);
  if (!prepared) {
    for (const auto& fault : faults) fmt::print(stderr, "{}\n", to_string(fault));
    return static_cast<int>(ExitCode::refused);
  }
  const auto& [configuration, built, plan] = *prepared;
  print_plan(configuration, built, plan);
  auto products = forecast::Products::begin(configuration.scenario, built, plan, arguments.output);
  if (!products) return report(products.error());
  ProgressLine line;
  const auto outcome = forecast::run_simulation(
      configuration.scenario, built,
      {.areas = {},
       .maps = products->map_sink(),
       .progress = [&](const forecast::Progress& progress) { line.update(progress); },
       .stop = stop});
  line.finish();
  if (!outcome) return report_no_outcome(outcome.error(), arguments.output, stop);
  print_outcome(*outcome);
  if (const auto done = products->write(*outcome, {}); !done) return report(done.error());
  const auto files = products->files();
  const auto folder = products->publish();
  if (!folder) return report(folder.error());
  print_products(*folder, files);
  print_notices(outcome->notices);
  return static_cast<int>(outcome->usable() ? ExitCode::ok : ExitCode::failed);
}

}  // namespace vandvagt::app
