#pragma once

#include <span>

#include "grids/geometry.hpp"

namespace vandvagt::forecast {

enum class CorrelationModel { exponential, spherical, gaussian };

/// How departures of the water table from its prior hang together. With s the prior's error,
///     C(x, x') = φ s(x) s(x') [(1 - ν) ρ(r / L) + ν (x = x')]
///     exponential: ρ(h) = exp(-h)      spherical: ρ(h) = 1 - 3/2 h + 1/2 h³, 0 from h = 1 on
///     gaussian: ρ(h) = exp(-h²)
/// and r the distance after the plane is stretched across the direction of the longest range.
/// Source: Journel & Huijbregts (1978), Mining Geostatistics, III.B; Chilès & Delfiner (2012),
/// Geostatistics, 2.5 (doi:10.1002/9781118136188).
struct Variogram {
  CorrelationModel model = CorrelationModel::exponential;
  double correlation_length = 2000.0;  // L [m], > 0, along the direction
  double sill_factor = 1.0;            // φ [1], > 0: variance over the square of the prior's error
  double nugget = 0.0;                 // ν [1], 0 to < 1: share that no distance explains
  double anisotropy = 1.0;             // [1], >= 1: length along the direction over that across it
  double direction = 0.0;              // [rad] of the longest range, clockwise from north
  bool operator==(const Variogram&) const = default;
};

/// Points of the plane in which the variogram is the same in all directions [m].
class Stretch {
 public:
  explicit Stretch(const Variogram& variogram);
  grids::Point operator()(grids::Point p) const {
    return {across_ * (cos_ * p.x - sin_ * p.y), sin_ * p.x + cos_ * p.y};
  }

 private:
  double sin_ = 0.0, cos_ = 1.0, across_ = 1.0;
};

/// ρ in place of h² = (r / L)² of each value. The same bits on every machine: from additions,
/// multiplications, divisions and square roots alone, each correctly rounded.
void correlate(CorrelationModel model, std::span<double> squares);

}  // namespace vandvagt::forecast
