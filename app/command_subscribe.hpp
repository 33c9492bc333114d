#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "messaging/options.hpp"

namespace vandvagt::app {

struct SubscribeArguments {
  messaging::Options broker;
  std::string name;
  std::string status = "actual";  // or exercise, test
  std::filesystem::path output = "warnings";
  std::filesystem::path certificate;  // PEM of whom the messages must be signed by; empty: nobody
  std::vector<std::string> areas;
  Duration heartbeat_timeout = std::chrono::seconds{60};
  Duration longest{0};  // 0: until stopped
};

/// `vandvagt subscribe`: the reference client of an emergency service.
/// @return an ExitCode: silent where the service's heartbeat has stopped
int run_subscribe_command(const SubscribeArguments& arguments, const std::stop_token& stop = {});

}  // namespace vandvagt::app
