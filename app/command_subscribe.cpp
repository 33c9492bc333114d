#include "app/command_subscribe.hpp"

#include <fmt/core.h>

#include <csignal>
#include <cstdio>

#include "alerts/signature.hpp"
#include "app/exit_code.hpp"
#include "app/station_link.hpp"
#include "app/subscription.hpp"

namespace vandvagt::app {
namespace {

alerts::MessageStatus status_of(const std::string& name) {
  if (name == "exercise") return alerts::MessageStatus::exercise;
  return name == "test" ? alerts::MessageStatus::test : alerts::MessageStatus::actual;
}

}  // namespace

int run_subscribe_command(const SubscribeArguments& arguments, const std::stop_token& stop) {
  std::signal(SIGPIPE, SIG_IGN);
  Subscription::Setup setup;
  setup.broker = arguments.broker;
  setup.name = arguments.name;
  setup.status = status_of(arguments.status);
  setup.folder = arguments.output;
  setup.areas = arguments.areas;
  setup.heartbeat_timeout = arguments.heartbeat_timeout;
  if (arguments.longest > Duration{0}) setup.longest = arguments.longest;
  setup.say = [](const std::string& line) {
    fmt::print("{} {}\n", format_time(std::chrono::floor<std::chrono::seconds>(clock_now())), line);
    std::fflush(stdout);
  };
  if (!arguments.certificate.empty()) {
    auto check = alerts::SignatureCheck::open(arguments.certificate);
    if (!check) return report(check.error());
    setup.verify = std::move(*check);
  }
  auto subscription = Subscription::open(std::move(setup));
  if (!subscription) return report(subscription.error());
  fmt::print("listening to {} as {}; messages in {}\n", arguments.broker.url, arguments.name,
             arguments.output.string());
  std::fflush(stdout);
  const auto ended = (*subscription)->run(stop);
  if (!ended) return report(ended.error());
  if (*ended == Subscription::End::stopped) return static_cast<int>(ExitCode::ok);
  fmt::print(stderr, "no heartbeat of the service for {}: nothing is known of any area\n",
             format_duration(arguments.heartbeat_timeout));
  return static_cast<int>(ExitCode::silent);
}

}  // namespace vandvagt::app
