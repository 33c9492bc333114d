#include "app/command_forecast.hpp"

#include <fmt/core.h>

#include <cstdio>

#include "app/exit_code.hpp"
#include "app/forecast_job.hpp"
#include "app/forecast_report.hpp"

namespace vandvagt::app {
namespace {

int code(ExitCode exit) {
  return static_cast<int>(exit);
}

/// From the outcome to the warnings in their readers' hands. Warnings go out even where the disk
/// has no room for the products.
int finish(ForecastJob& job) {
  print_outcome(job.outcome());
  const auto judged = job.judge();
  if (!judged) job.notice("rules were not evaluated: " + judged.error().message);
  print_warnings(job.rules());
  const auto folder = job.write();
  const auto sent = job.send();
  if (sent) print_dissemination(*sent);
  if (job.has_receiver()) print_received(job.received());
  if (folder) print_products(*folder, job.files());
  print_notices(job.notices());
  for (const auto* failed : {judged ? nullptr : &judged.error(), folder ? nullptr : &folder.error(),
                             sent ? nullptr : &sent.error()})
    if (failed != nullptr) return report(*failed);
  if (!job.outcome().usable()) return code(ExitCode::failed);
  return code(sent->waiting > 0 ? ExitCode::undelivered : ExitCode::ok);
}

}  // namespace

int run_forecast_command(const ForecastArguments& arguments, const std::stop_token& stop) {
  Faults faults;
  auto prepared = prepare_forecast(arguments, faults);
  if (!prepared) {
    for (const auto& fault : faults) fmt::print(stderr, "{}\n", to_string(fault));
    return code(ExitCode::refused);
  }
  print_plan(prepared->configuration, prepared->built, prepared->plan);
  auto job = ForecastJob::open(std::move(*prepared), stop);
  if (!job) return report(job.error());
  const auto readings = (*job)->bring_in_readings();
  print_readings((*job)->broker(), readings);
  if (const auto done = (*job)->compute(); !done)
    return report_no_outcome(done.error(), arguments.output, stop);
  return finish(**job);
}

}  // namespace vandvagt::app
