#pragma once

#include <cstdint>
#include <span>

#include "forecast/scenario.hpp"

namespace vandvagt::forecast {

/// How one member's forecast forcing departs from the best guess.
struct Perturbation {
  double rain_factor = 1.0;
  double stage_offset = 0.0;  // [m]
  double discharge_factor = 1.0;
};

/// Member 0 is the best guess itself. For the others z ~ N(0, 1), independent by member and
/// quantity:
///     rain, discharge: exp(sigma z - sigma² / 2), mean 1;   stage: sigma z.
/// The numbers depend on (seed, member) alone: not on the machine, the library or how many members
/// there are. Generator: SplitMix64 finaliser (Steele et al. 2014, doi:10.1145/2660193.2660195);
/// normal quantile: Wichura (1988), algorithm AS 241, doi:10.2307/2347330.
Perturbation perturbation_of_member(const EnsembleInput& ensemble, int member);

/// Uniform in (0, 1), a function of its arguments alone.
double uniform_from(std::uint64_t seed, std::uint64_t stream, std::uint64_t index);
/// Standard normal quantile of p in (0, 1); relative error about 1e-15.
double normal_quantile(double p);

/// Quantile q in [0, 1] of values in rising order, linear between order statistics (Hyndman & Fan
/// 1996, type 7). Not empty.
double quantile(std::span<const float> sorted, double q);

}  // namespace vandvagt::forecast
