#pragma once

#include <span>
#include <vector>

#include "forecast/detail/well_problem.hpp"

namespace vandvagt::forecast::detail {

/// What a model's own errors over some time have been like lately.
struct RecentErrors {
  double drift = 0.0;   // of the head against the model [m]
  double spread = 1.0;  // standard deviation against the noise model's
};

/// For each τ [day] of `since`: with the N pairs of readings about τ apart in the last `memory`
/// days before `issued`, v = n(t + τ) - exp(-τ/α) n(t) and s² = σ² (1 - exp(-2 τ/α)),
///     drift = W/(ν + W) mean(v),   spread² = (ν + W mean((v - drift)²/s²)) / (ν + W),
/// ν = 10, W = N min(1, mean distance of the readings / τ): pairs that overlap count less, and few
/// pairs change little. No drift and spread 1 where τ is infinite or there is no pair.
std::vector<RecentErrors> recent_errors(const WellFit& fit, const StepResponse& response,
                                        const WellProblem& problem, Time issued, double memory,
                                        std::span<const double> since);

}  // namespace vandvagt::forecast::detail
