#pragma once

#include <cstdint>
#include <vector>

#include "forecast/well_fit.hpp"

/// A well made by formula, so that its parameters are known.
namespace vandvagt::forecast::test {

/// n = 2, whose step response has a closed form, A (1 - e^-x (1 + x)), x = τ / a.
inline const WellParameters made_parameters{.gain = 500.0,
                                            .shape = 2.0,
                                            .scale = 60.0,
                                            .evaporation_factor = 0.9,
                                            .base = 20.0,
                                            .noise_decay = 40.0};
inline constexpr double made_noise = 0.10;  // σ [m]

struct MadeWellOptions {
  int years = 14;
  /// Readings are `shortest` to `longest` days apart, at any time of the day ...
  double shortest = 3.0, longest = 25.0;
  bool gaps = true;  // ... but for two pauses of 300 days
  double noise = made_noise;
};
/// Starts 1 January 2000; the response begins three years before the first reading, in a state of
/// rest under the mean recharge. Depends on `seed` alone.
WellHistory made_well(std::uint64_t seed, const MadeWellOptions& options = {});

inline const Time made_start{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};
inline Time made_day(double day) {
  return made_start + from_seconds(day * 86400.0);
}

}  // namespace vandvagt::forecast::test
