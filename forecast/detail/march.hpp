#pragma once

#include <functional>
#include <set>
#include <stop_token>

#include "core/result.hpp"
#include "core/time.hpp"
#include "forecast/forcing.hpp"
#include "model/simulation.hpp"

namespace vandvagt::forecast::detail {

/// A stretch of a run: to where, on what rain, and where to halt on the way.
struct March {
  Time end;
  RainForcing* rain = nullptr;
  double rain_factor = 1.0;
  std::set<Time> halts;                       // a halt at the start or the end counts too
  std::function<Result<void>(Time)> on_halt;  // when the simulation stands at a halt
  std::function<void(Time)> on_progress;      // after each piece of a stride
  Duration stride{0};                         // longest time without a call of on_progress
  Duration sync{0};                           // of the solver: where it can stand still
  std::stop_token stop;                       // heard about twice a second, or at a sync time
};

/// Error{numerical} from the solver, which then stands at its last good state; Error of a halt or
/// of the rain; Error{unavailable} "stopped on request".
Result<void> march(model::Simulation& simulation, const March& march);

}  // namespace vandvagt::forecast::detail
