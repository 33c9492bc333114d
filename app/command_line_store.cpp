#include "app/detail/command_line.hpp"

namespace vandvagt::app {
namespace {

/// What all but `copy-store` ask for first.
template <class Arguments>
void add_configuration_and_store(CLI::App& command, Arguments& arguments) {
  add_configuration(command, arguments);
  command.add_option(
      "--store", arguments.store,
      "The store of readings, a file or postgresql://… (default: the configured one)");
}

void add_export(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "export", "Stored readings as CSV, NetCDF-CF or WaterML 2.0, by the output's ending");
  auto& arguments = line.export_readings;
  add_configuration_and_store(*command, arguments);
  command->add_option("--output", arguments.output, "File to write: .csv, .nc or .xml")->required();
  command->add_option("--station", arguments.stations, "Only these stations");
  command->add_option("--from", line.from, "First time, e.g. 2026-11-23T00:00:00Z");
  command->add_option("--to", line.to, "Last time");
  command->add_option(
      "--closed", line.closed,
      "CSV of series without holes: a straight line over holes up to this (2h), the "
      "fallback station's readings in longer ones, each marked as such");
  command->callback([&line] {
    if (!line.closed.empty()) {
      const auto longest = parse_duration(line.closed);
      if (!longest) throw CLI::ValidationError("--closed", longest.error().message);
      line.export_readings.closed = *longest;
    }
    line.export_readings.from = time_option("--from", line.from);
    line.export_readings.to = time_option("--to", line.to);
    line.exit_code = run_export_command(line.export_readings);
  });
}

void add_import(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "import", "Files of a station's readings into the store, checked like any others");
  auto& arguments = line.import_readings;
  add_configuration_and_store(*command, arguments);
  command->add_option("--station", arguments.station, "Whose readings they are")->required();
  command->add_option("files", arguments.files, "Files in the format of [station.file]")
      ->required();
  command->callback([&line] { line.exit_code = run_import_command(line.import_readings); });
}

void add_tidy(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "tidy", "Check the store of readings and thin what is old, as the configuration declares");
  add_configuration_and_store(*command, line.tidy);
  command->callback([&line] { line.exit_code = run_tidy_command(line.tidy); });
}

void add_review(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "review", "A person's verdict on stored readings: a second flag set beside the first");
  auto& arguments = line.review;
  add_configuration_and_store(*command, arguments);
  command->add_option("--station", arguments.station, "Whose readings")->required();
  command->add_option("--from", line.from, "First time, e.g. 2026-11-23T00:00:00Z")->required();
  command->add_option("--to", line.to, "Last time")->required();
  command->add_option("--flag", arguments.flag, "1 pass, 2 not evaluated, 3 suspect, 4 fail")
      ->required()
      ->check(CLI::Range(1, 4));
  command->add_option("--by", arguments.by, "Who judged")->required();
  command->callback([&line] {
    line.review.from = *time_option("--from", line.from);
    line.review.to = *time_option("--to", line.to);
    line.exit_code = run_review_command(line.review);
  });
}

void add_copy_store(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "copy-store",
      "All readings of one store into another, empty one: a file to a server or back");
  auto& arguments = line.copy_store;
  add_configuration(*command, arguments);
  command->add_option("--from", arguments.from,
                      "File to copy from (default: the configured store)");
  command->add_option("--to", arguments.to, "File to copy to (default: the configured store)");
  command->callback([&line] { line.exit_code = run_copy_store_command(line.copy_store); });
}

void add_quarantine(CLI::App& program, CommandLine& line) {
  auto* group = program.add_subcommand(
      "quarantine", "Messages that could not become readings: why, from where, and their bytes");
  group->require_subcommand(1);
  auto& arguments = line.quarantine;
  const auto add = [&](const char* name, const char* what) {
    auto* command = group->add_subcommand(name, what);
    add_configuration_and_store(*command, arguments);
    command->add_flag("--json", arguments.json, "An object a line, for programs");
    return command;
  };
  auto* list = add("list", "Newest first, a line each with the beginning of the payload");
  list->add_option("--from", line.from, "Received then or later, e.g. 2026-11-23T00:00:00Z");
  list->add_option("--to", line.to, "Received then or earlier");
  list->add_option("--topic", arguments.filter.topic, "Only topics that hold this text");
  list->add_option("--reason", arguments.filter.reason, "Only reasons that hold this text");
  list->add_option("--most", arguments.most, "So many at most")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  list->add_flag("--reasons", arguments.reasons, "How many of each reason and topic");
  list->callback([&line] {
    line.quarantine.filter.from = time_option("--from", line.from);
    line.quarantine.filter.to = time_option("--to", line.to);
    line.exit_code = run_quarantine_list(line.quarantine);
  });
  auto* show = add("show", "One message whole; in hexadecimal where it is no text");
  show->add_option("number", arguments.filter.number, "As `quarantine list` shows it")->required();
  show->add_flag("--raw", arguments.raw, "The bytes of the payload as they came, nothing else");
  show->callback([&line] { line.exit_code = run_quarantine_show(line.quarantine); });
}

}  // namespace

void add_store_commands(CLI::App& program, CommandLine& line) {
  add_export(program, line);
  add_import(program, line);
  add_tidy(program, line);
  add_review(program, line);
  add_copy_store(program, line);
  add_quarantine(program, line);
}

}  // namespace vandvagt::app
