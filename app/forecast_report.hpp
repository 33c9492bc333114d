#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "alerts/subscriber.hpp"
#include "app/dissemination.hpp"
#include "app/exit_code.hpp"
#include "app/run_evidence.hpp"
#include "app/station_link.hpp"
#include "config/configuration.hpp"
#include "forecast/outcome.hpp"
#include "forecast/run.hpp"

/// What `vandvagt forecast` says on standard output.
namespace vandvagt::app {

void print_plan(const config::Configuration& configuration, const forecast::BuiltCase& built,
                const forecast::RunPlan& plan);
void print_readings(const BrokerLink& broker, const ReadingsReport& readings);
/// State used and how cold, forcing, volume balance, speed.
void print_outcome(const forecast::RunOutcome& outcome);
/// A row for each rule: place, level, lead time, probability, basis, message.
void print_warnings(const std::vector<RuleReport>& rules);
void print_dissemination(const Dissemination& sent);
void print_received(const std::vector<alerts::ReceivedWarning>& received);
void print_products(const std::filesystem::path& folder, const std::vector<std::string>& files);
void print_notices(const std::vector<std::string>& notices);
/// One line on standard error: why a run has no outcome, and where it was stopped, that nothing of
/// it is left at `output`.
/// @return an ExitCode
int report_no_outcome(const Error& error, const std::filesystem::path& output,
                      const std::stop_token& stop);

}  // namespace vandvagt::app
