#include "tests/forecast/made_field.hpp"

#include <cmath>
#include <numbers>

#include "forecast/ensemble.hpp"

namespace vandvagt::forecast::test {

MadeField::MadeField(std::uint64_t seed, double correlation_length, int modes) {
  waves_.reserve(static_cast<std::size_t>(modes));
  for (int m = 0; m < modes; ++m) {
    const auto u = [&](std::uint64_t n) {
      return uniform_from(seed, static_cast<std::uint64_t>(m), n);
    };
    // In the plane the exponential's spectrum is (1 + k² L²)^(-3/2), so that P(|k| > x) =
    // (1 + x² L²)^(-1/2) inverts in closed form.
    const double k = std::sqrt(1.0 / std::pow(u(0), 2) - 1.0) / correlation_length;
    const double angle = 2 * std::numbers::pi * u(1);
    waves_.push_back({k * std::cos(angle), k * std::sin(angle), 2 * std::numbers::pi * u(2)});
  }
}

double MadeField::operator()(grids::Point p) const {
  double sum = 0.0;
  for (const auto& [kx, ky, phase] : waves_) sum += std::cos(kx * p.x + ky * p.y + phase);
  return std::sqrt(2.0 / static_cast<double>(waves_.size())) * sum;
}

}  // namespace vandvagt::forecast::test
