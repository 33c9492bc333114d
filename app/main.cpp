#include <fmt/core.h>

#include <cstdio>
#include <exception>

#include "app/command_demo.hpp"
#include "app/detail/command_line.hpp"
#include "app/exit_code.hpp"
#include "app/stop_signal.hpp"
#include "forecast/outcome.hpp"

namespace {

using namespace vandvagt;
using app::add_configuration;
using app::CommandLine;
using app::time_option;

constexpr int refused = static_cast<int>(app::ExitCode::refused);

void add_check(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "check", "Read a configuration and all it names; say every fault; write nothing");
  add_configuration(*command, line.check);
  command->add_flag("--rules", line.check.rules,
                    "Play the tests of the rules too (NAME.rules-test.toml beside the "
                    "configuration)");
  command->add_option("--rules-test", line.check.rules_tests, "Play these tests of the rules");
  command->callback([&line] {
    line.check.rules = line.check.rules || !line.check.rules_tests.empty();
    line.exit_code = app::run_check_command(line.check);
  });
}

void add_simulate(CLI::App& program, CommandLine& line) {
  auto* command =
      program.add_subcommand("simulate", "Run a case from its configuration, without sensors");
  add_configuration(*command, line.simulate);
  command->add_option("--output", line.simulate.output, "Folder of the products")->required();
  command->callback([&line] {
    const app::StopSignal stop;
    line.exit_code = app::run_simulate_command(line.simulate, stop.token());
  });
}

void add_forecast(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "forecast", "One night: readings in over MQTT, the run, the rules, the warnings out");
  add_configuration(*command, line.forecast);
  command->add_option("--at", line.at,
                      "Reference time, e.g. 2016-06-01T00:00:00Z (default: the configuration's, "
                      "else now)");
  command->add_option("--output", line.forecast.output, "Folder of the products")->required();
  command->callback([&line] {
    if (!line.at.empty()) {
      const auto at = parse_time(line.at);
      if (!at) throw CLI::ValidationError("--at", at.error().message);
      line.forecast.at = *at;
    }
    const app::StopSignal stop;
    line.exit_code = app::run_forecast_command(line.forecast, stop.token());
  });
}

void add_watch(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "watch", "A service: readings in, stored and acknowledged; rules on each; warnings out");
  add_configuration(*command, line.watch);
  command->add_option("--store", line.watch.store,
                      "Folder of readings and warnings (default: the configuration's)");
  command->add_flag("--standby", line.watch.standby,
                    "The second of two on one store: serve only while the other is silent");
  command->callback([&line] {
    const app::StopSignal stop;
    line.exit_code = app::run_watch_command(line.watch, stop.token());
  });
}

void add_demo(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "demo", "Forecast a fictional catchment, from sensors to warnings, in under two minutes");
  command->add_option("--output", line.demo_output, "Folder to leave everything in")
      ->capture_default_str();
  command->callback([&line] {
    const app::StopSignal stop;
    line.exit_code = app::run_demo_command(line.demo_output, stop.token());
  });
}

void add_faults(CLI::App& command, sensors::Disturbance& faults) {
  const auto share = [&](const char* name, double& value, const char* what) {
    command.add_option(name, value, what)->capture_default_str();
  };
  command.add_option("--seed", faults.seed, "Of the faults; the same seed gives the same")
      ->capture_default_str();
  share("--drop", faults.drop, "Share of the readings that is not sent");
  share("--duplicate", faults.duplicate, "... sent twice");
  share("--delay", faults.delay, "... sent late, by up to --longest-delay");
  share("--reorder", faults.reorder, "... sent after the next one");
  share("--spike", faults.spike, "... too high or too low by --spike-size");
  share("--spike-size", faults.spike_size, "In the parameter's SI unit");
  share("--flat-line", faults.flat_line, "... that begins a flat line of --flat-length readings");
  command.add_option("--flat-length", faults.flat_length)->capture_default_str();
  share("--wrong-unit", faults.wrong_unit, "... told in another unit than the station's");
}

void add_replay(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "replay", "Publish stored or file readings over MQTT, at any speed, with faults to order");
  auto& arguments = line.replay;
  add_configuration(*command, arguments);
  command->add_option("--store", arguments.store,
                      "Send what this store of readings holds: a file, or postgresql://…");
  command->add_option("files", arguments.files,
                      "CSV: time, station, value (default: those of [replay])");
  command->add_option("--station", arguments.stations, "Only these stations");
  command->add_option("--from", line.from, "First time, e.g. 2026-11-23T00:00:00Z");
  command->add_option("--to", line.to, "Last time");
  command
      ->add_option("--speed", arguments.speed,
                   "Times as fast as they were measured; 0: as fast as the broker takes them")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--now", arguments.to_now,
                    "Shift the times so that the last reading is sent at its time");
  add_faults(*command, arguments.faults);
  command->add_option("--longest-delay", line.longest_delay, "e.g. 6h, the default");
  command->callback([&line] {
    line.replay.from = time_option("--from", line.from);
    line.replay.to = time_option("--to", line.to);
    if (!line.longest_delay.empty()) {
      const auto delay = parse_duration(line.longest_delay);
      if (!delay) throw CLI::ValidationError("--longest-delay", delay.error().message);
      line.replay.faults.longest_delay = *delay;
    }
    const app::StopSignal stop;
    line.exit_code = app::run_replay_command(line.replay, stop.token());
  });
}

void add_warnings(CLI::App& program, CommandLine& line) {
  auto* group =
      program.add_subcommand("warnings", "What waits for a decision and what is in force");
  group->require_subcommand(1);
  auto& arguments = line.warnings;
  const auto add = [&](const char* name, const char* what,
                       int (*run)(const app::WarningsArguments&)) {
    auto* command = group->add_subcommand(name, what);
    add_configuration(*command, arguments);
    command->add_option("--store", arguments.store,
                        "Folder of the warnings (default: the configuration's)");
    command->callback([&line, run] { line.exit_code = run(line.warnings); });
    return command;
  };
  const auto add_one = [&](const char* name, const char* what,
                           int (*run)(const app::WarningsArguments&)) {
    auto* command = add(name, what, run);
    command->add_option("identifier", arguments.identifier, "As `warnings list` shows it")
        ->required();
    return command;
  };
  const auto add_person = [&](CLI::App* command, bool reason) {
    command->add_option("--by", arguments.who, "Who decides")->required();
    auto* why = command->add_option("--why", arguments.why, "The reason, kept for good");
    if (reason) why->required();
    return command;
  };
  add("list", "What waits, then what is in force", app::run_warnings_list)
      ->add_flag("--all", arguments.all, "What is over, too");
  add("rules", "The versions of the rules that were in force", app::run_warnings_rules);
  add_one("show", "One message or proposal, and what became of it", app::run_warnings_show);
  auto* approve =
      add_person(add_one("approve", "Release what waits", app::run_warnings_approve), false);
  approve->add_option("--proposal", arguments.proposal,
                      "The number that was seen: refused where another has taken its place");
  approve->add_option("--edit", arguments.edits,
                      "TOML with [da-DK] and [en-GB]: headline, description, instruction");
  auto* reject = add_person(add_one("reject", "Refuse what waits", app::run_warnings_reject), true);
  reject->add_option("--proposal", arguments.proposal, "The number that was seen");
  add_person(add_one("cancel", "Withdraw a warning that was an error", app::run_warnings_cancel),
             true);
  add_one("explain", "The chain of evidence, and whether it gives the same message again",
          app::run_warnings_explain);
}

Duration duration_option(const std::string& name, const std::string& text, Duration otherwise) {
  if (text.empty()) return otherwise;
  const auto duration = parse_duration(text);
  if (!duration) throw CLI::ValidationError(name, duration.error().message);
  return *duration;
}

void add_subscribe(CLI::App& program, CommandLine& line) {
  auto* command = program.add_subcommand(
      "subscribe", "Hear warnings as an emergency service: keep, confirm, ask for what is missing");
  auto& arguments = line.subscribe;
  auto& broker = arguments.broker;
  command->add_option("--name", arguments.name, "Whose receipts they are, one level of a topic")
      ->required();
  command->add_option("--broker", broker.url, "tcp://host:port or ssl://host:port")
      ->capture_default_str();
  command->add_option("--output", arguments.output, "Folder of messages, receipts, state.json")
      ->capture_default_str();
  command->add_option("--area", arguments.areas, "Only these areas");
  command->add_option("--status", arguments.status, "actual, exercise or test")
      ->capture_default_str()
      ->check(CLI::IsMember({"actual", "exercise", "test"}));
  command
      ->add_option("--certificate", arguments.certificate,
                   "PEM: messages must be signed by it, others are refused")
      ->check(CLI::ExistingFile);
  command->add_option("--heartbeat-timeout", line.heartbeat_timeout,
                      "Without a heartbeat for so long: exit code 4 (default 60s)");
  command->add_option("--for", line.listen_for, "Listen for so long, e.g. 10min (default: ever)");
  command->add_option("--prefix", broker.prefix, "First levels of topics")->capture_default_str();
  command->add_option("--user", broker.user);
  command->add_option("--password-file", broker.password_file)->check(CLI::ExistingFile);
  command->add_option("--ca-file", broker.ca_file)->check(CLI::ExistingFile);
  command->add_option("--certificate-file", broker.certificate_file, "Of this client, for ssl://")
      ->check(CLI::ExistingFile);
  command->add_option("--key-file", broker.key_file)->check(CLI::ExistingFile);
  command->callback([&line] {
    line.subscribe.heartbeat_timeout = duration_option(
        "--heartbeat-timeout", line.heartbeat_timeout, line.subscribe.heartbeat_timeout);
    line.subscribe.longest = duration_option("--for", line.listen_for, line.subscribe.longest);
    const app::StopSignal stop;
    line.exit_code = app::run_subscribe_command(line.subscribe, stop.token());
  });
}

int run(int argc, char** argv) {
  CLI::App program{"Flood forecasting and warning", "vandvagt"};
  program.set_version_flag("--version", "vandvagt " + forecast::program_version());
  program.require_subcommand(1);
  program.footer(
      "Exit codes: 0 done; 1 the solver or a service failed, or a run was stopped; 2 input or "
      "output cannot be used; "
      "3 done, but warnings wait for a broker; 4 a subscriber hears no heartbeat any more.");
  CommandLine line;
  add_check(program, line);
  add_simulate(program, line);
  add_forecast(program, line);
  add_watch(program, line);
  add_subscribe(program, line);
  add_replay(program, line);
  add_demo(program, line);
  add_store_commands(program, line);
  add_warnings(program, line);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : refused;
  }
  return line.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(app::ExitCode::failed);
  }
}
