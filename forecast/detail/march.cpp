#include "forecast/detail/march.hpp"

#include <algorithm>

namespace vandvagt::forecast::detail {

Result<void> march(model::Simulation& simulation, const March& march) {
  Time now = simulation.time();
  if (march.halts.contains(now)) {
    if (auto done = march.on_halt(now); !done) return done;
  }
  while (now < march.end) {
    if (march.stop.stop_requested()) return fail(ErrorCode::unavailable, "stopped on request");
    auto rain = march.rain->at(now, march.rain_factor);
    if (!rain) return fail(rain.error());
    if (rain->uniform) {
      simulation.set_rain(*rain->uniform);
    } else {
      simulation.set_rain(rain->field);
    }
    Time next = std::min({march.end, rain->until, now + march.stride});
    if (const auto halt = march.halts.upper_bound(now); halt != march.halts.end()) {
      next = std::min(next, *halt);
    }
    if (auto advanced = simulation.advance_to(next); !advanced) return advanced;
    now = next;
    if (march.halts.contains(now)) {
      if (auto done = march.on_halt(now); !done) return done;
    }
    march.on_progress(now);
  }
  return {};
}

}  // namespace vandvagt::forecast::detail
