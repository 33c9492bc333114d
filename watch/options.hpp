#pragma once

#include <chrono>

#include "core/time.hpp"

namespace vandvagt::watch {

/// How the service watches, beside what broker, stations and rules say.
struct Options {
  Duration heartbeat = std::chrono::seconds{10};  // between life signs, which also try the broker
  Duration watchdog = std::chrono::seconds{30};   // a life sign not heard back by then: reconnect
  Duration takeover_after = std::chrono::seconds{25};  // a standby's patience without a heartbeat
  Duration status_interval = std::chrono::minutes{1};  // a station's status, where it changed
  Duration evaluation_interval = std::chrono::minutes{1};  // all rules, so that silence is noticed
  double station_rate = 100.0;  // messages a second from one topic, on average ...
  int station_burst = 5000;     // ... beyond so many at once; what exceeds it is not stored
  int group = 500;              // most messages committed together
};

}  // namespace vandvagt::watch
