#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "grids/geometry.hpp"

namespace vandvagt::forecast::test {

/// A random field of mean 0 and variance 1 with the exponential correlation exp(-r / L), from its
/// Fourier modes; the same for the same seed. Close to normal by their number.
class MadeField {
 public:
  MadeField(std::uint64_t seed, double correlation_length, int modes = 600);
  double operator()(grids::Point p) const;

 private:
  std::vector<std::array<double, 3>> waves_;  // kx, ky [1/m], phase
};

}  // namespace vandvagt::forecast::test
