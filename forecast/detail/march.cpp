#include "forecast/detail/march.hpp"

#include <algorithm>
#include <chrono>

namespace vandvagt::forecast::detail {
namespace {

/// How far to go before a stop is asked for again: pieces of about half a second of the clock,
/// whatever the grid. The solver passes through every sync time, so where a piece ends changes
/// nothing in what it computes.
class Pieces {
 public:
  explicit Pieces(const March& march) : sync_(march.sync), longest_(march.stride), piece_(sync_) {}

  Result<void> advance(model::Simulation& simulation, Time end) {
    const auto began = std::chrono::steady_clock::now();
    auto done = simulation.advance_to(std::min(end, simulation.time() + piece_));
    const auto took = std::chrono::steady_clock::now() - began;
    if (took < wanted / 2) piece_ = std::min(longest_, 2 * piece_);
    if (took > wanted) piece_ = std::max(sync_, piece_ / 2 / sync_ * sync_);
    return done;
  }

 private:
  static constexpr std::chrono::milliseconds wanted{500};
  Duration sync_, longest_, piece_;
};

}  // namespace

Result<void> march(model::Simulation& simulation, const March& march) {
  Time now = simulation.time();
  Pieces pieces(march);
  if (march.halts.contains(now)) {
    if (auto done = march.on_halt(now); !done) return done;
  }
  while (now < march.end) {
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
    for (; now < next; now = simulation.time()) {
      if (march.stop.stop_requested()) return fail(ErrorCode::unavailable, "stopped on request");
      if (auto advanced = pieces.advance(simulation, next); !advanced) return advanced;
      march.on_progress(simulation.time());
    }
    if (march.halts.contains(now)) {
      if (auto done = march.on_halt(now); !done) return done;
    }
  }
  return {};
}

}  // namespace vandvagt::forecast::detail
