#include "app/command_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "alerts/rule_version.hpp"
#include "app/exit_code.hpp"
#include "config/configuration.hpp"
#include "config/rules_test.hpp"
#include "forecast/built_case.hpp"

namespace vandvagt::app {
namespace {

/// Plays the tests of the rules; what failed, and what cannot be read, becomes a fault.
std::size_t play_rules_tests(const CheckArguments& arguments,
                             const config::Configuration& configuration, Faults& faults) {
  const auto files = arguments.rules_tests.empty() ? config::rules_tests_of(arguments.configuration)
                                                   : arguments.rules_tests;
  std::size_t played = 0;
  if (files.empty() && !configuration.rules.empty())
    faults.push_back({arguments.configuration.string(), "its rules have no tests",
                      "write " + arguments.configuration.stem().string() +
                          ".rules-test.toml beside it, or name one with --rules-test"});
  for (const auto& file : files) {
    for (const auto& test : config::load_rules_test(file, configuration.rules, faults)) {
      const auto rule = std::find_if(configuration.rules.begin(), configuration.rules.end(),
                                     [&](const auto& known) { return known.id == test.rule; });
      const auto found = alerts::run_rules_test(test, *rule);
      ++played;
      faults.insert(faults.end(), found.begin(), found.end());
    }
  }
  return played;
}

/// What the store of a running service knows of the rules: content may change only with a version.
void compare_with_those_in_force(const CheckArguments& arguments,
                                 const config::Configuration& configuration, Faults& faults) {
  if (configuration.store_folder.empty()) return;
  const auto outbox = configuration.store_folder / "warnings.db";
  const auto known = alerts::read_rule_versions(outbox);
  if (!known) return faults.push_back({outbox.string(), known.error().message, ""});
  for (auto& fault : alerts::changed_without_version(configuration.rules, *known)) {
    fault.place = arguments.configuration.string() + ": " + fault.place;
    faults.push_back(std::move(fault));
  }
}

}  // namespace

int run_check_command(const CheckArguments& arguments) {
  Faults faults;
  const auto configuration = config::load(arguments.configuration, arguments.data, faults);
  if (configuration) {
    compare_with_those_in_force(arguments, *configuration, faults);
    const auto built = forecast::build_case(configuration->scenario, faults);
    std::size_t played = 0;
    if (arguments.rules) played = play_rules_tests(arguments, *configuration, faults);
    if (built && faults.empty()) {
      fmt::print("{}: good. {} × {} cells of {} m, {} edges, {} stations, {} areas, {} rules\n",
                 arguments.configuration.string(), built->geometry.nx, built->geometry.ny,
                 built->geometry.dx, built->model.edges.size(), configuration->stations.size(),
                 configuration->areas.size(), configuration->rules.size());
      if (arguments.rules)
        fmt::print("{} of the rules hold{}\n",
                   played == 1 ? "1 test" : fmt::format("{} tests", played),
                   played == 1 ? "s" : "");
      return static_cast<int>(ExitCode::ok);
    }
  }
  for (const auto& fault : faults) fmt::print(stderr, "{}\n", to_string(fault));
  fmt::print(stderr, "{} fault{}\n", faults.size(), faults.size() == 1 ? "" : "s");
  return static_cast<int>(ExitCode::refused);
}

}  // namespace vandvagt::app
