#include "forecast/ensemble.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "core/portable_math.hpp"

namespace vandvagt::forecast {
namespace {

/// SplitMix64's finaliser: a bijection of 64 bits that passes PractRand as a counter's hash.
std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// Ratio of two polynomials of degree 7 in t, coefficients from the constant up.
double ratio(double t, const std::array<double, 8>& a, const std::array<double, 8>& b) noexcept {
  double above = a[7];
  double below = b[7];
  for (std::size_t k = 7; k-- > 0;) {
    above = above * t + a[k];
    below = below * t + b[k];
  }
  return above / below;
}

// AS 241, PPND16: coefficients as printed by Wichura (1988).
constexpr std::array<double, 8> centre_a{3.3871328727963666080e0, 1.3314166789178437745e2,
                                         1.9715909503065514427e3, 1.3731693765509461125e4,
                                         4.5921953931549871457e4, 6.7265770927008700853e4,
                                         3.3430575583588128105e4, 2.5090809287301226727e3};
constexpr std::array<double, 8> centre_b{1.0,
                                         4.2313330701600911252e1,
                                         6.8718700749205790830e2,
                                         5.3941960214247511077e3,
                                         2.1213794301586595867e4,
                                         3.9307895800092710610e4,
                                         2.8729085735721942674e4,
                                         5.2264952788528545610e3};
constexpr std::array<double, 8> near_a{1.42343711074968357734e0,  4.63033784615654529590e0,
                                       5.76949722146069140550e0,  3.64784832476320460504e0,
                                       1.27045825245236838258e0,  2.41780725177450611770e-1,
                                       2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr std::array<double, 8> near_b{1.0,
                                       2.05319162663775882187e0,
                                       1.67638483018380384940e0,
                                       6.89767334985100004550e-1,
                                       1.48103976427480074590e-1,
                                       1.51986665636164571966e-2,
                                       5.47593808499534494600e-4,
                                       1.05075007164441684324e-9};
constexpr std::array<double, 8> far_a{6.65790464350110377720e0,  5.46378491116411436990e0,
                                      1.78482653991729133580e0,  2.96560571828504891230e-1,
                                      2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                      2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr std::array<double, 8> far_b{1.0,
                                      5.99832206555887937690e-1,
                                      1.36929880922735805310e-1,
                                      1.48753612908506148525e-2,
                                      7.86869131145613259100e-4,
                                      1.84631831751005468180e-5,
                                      1.42151175831644588870e-7,
                                      2.04426310338993978564e-15};

double lognormal_factor(double sigma, double z) noexcept {
  return portable::exp(sigma * z - 0.5 * sigma * sigma);
}

}  // namespace

double uniform_from(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  const std::uint64_t bits = mix(mix(mix(seed) ^ stream) ^ index);
  return (static_cast<double>(bits >> 11) + 0.5) * 0x1.0p-53;
}

double normal_quantile(double p) {
  assert(p > 0.0 && p < 1.0);
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) return q * ratio(0.180625 - q * q, centre_a, centre_b);
  const double tail = std::sqrt(-portable::log(q < 0.0 ? p : 1.0 - p));
  const double z =
      tail <= 5.0 ? ratio(tail - 1.6, near_a, near_b) : ratio(tail - 5.0, far_a, far_b);
  return q < 0.0 ? -z : z;
}

Perturbation perturbation_of_member(const EnsembleInput& ensemble, int member) {
  if (member == 0) return {};
  const auto z = [&](std::uint64_t quantity) {
    return normal_quantile(
        uniform_from(ensemble.seed, static_cast<std::uint64_t>(member), quantity));
  };
  return {.rain_factor = lognormal_factor(ensemble.rain_factor_sigma, z(1)),
          .stage_offset = ensemble.stage_offset_sigma * z(2),
          .discharge_factor = lognormal_factor(ensemble.discharge_factor_sigma, z(3))};
}

double quantile(std::span<const float> sorted, double q) {
  assert(!sorted.empty() && q >= 0.0 && q <= 1.0);
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const auto low = static_cast<double>(sorted[below]);
  return low + (place - static_cast<double>(below)) * (static_cast<double>(sorted[above]) - low);
}

}  // namespace vandvagt::forecast
