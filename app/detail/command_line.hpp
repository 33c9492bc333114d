#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "app/command_check.hpp"
#include "app/command_export.hpp"
#include "app/command_forecast.hpp"
#include "app/command_quarantine.hpp"
#include "app/command_replay.hpp"
#include "app/command_simulate.hpp"
#include "app/command_subscribe.hpp"
#include "app/command_warnings.hpp"
#include "app/command_watch.hpp"

/// The options of the subcommands; CLI11 stays in main.cpp and beside it.
namespace vandvagt::app {

/// What the command line asked for; `run` is the chosen subcommand.
struct CommandLine {
  CheckArguments check;
  SimulateArguments simulate;
  ForecastArguments forecast;
  ExportArguments export_readings;
  ImportArguments import_readings;
  TidyArguments tidy;
  ReviewArguments review;
  CopyStoreArguments copy_store;
  QuarantineArguments quarantine;
  WatchArguments watch;
  SubscribeArguments subscribe;
  ReplayArguments replay;
  WarningsArguments warnings;
  std::string at, from, to, longest_delay, closed, heartbeat_timeout, listen_for;
  std::filesystem::path demo_output = "demo";
  int exit_code = 0;
};

template <class Arguments>
void add_configuration(CLI::App& command, Arguments& arguments) {
  command.add_option("--config", arguments.configuration, "The configuration, one TOML file")
      ->required();
  command.add_option("--data", arguments.data,
                     "Folder that relative input paths start from (default: the configuration's)");
}

/// Nothing where the text is empty; a text that is no time ends the parsing with what is wrong.
inline std::optional<Time> time_option(const std::string& name, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto time = parse_time(text);
  if (!time) throw CLI::ValidationError(name, time.error().message);
  return *time;
}

/// `export`, `import`, `tidy`, `review`, `copy-store`, `quarantine`.
void add_store_commands(CLI::App& program, CommandLine& line);

}  // namespace vandvagt::app
