#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

/// Exponential and logarithm from additions, multiplications and divisions alone, so that they give
/// the same bits on every machine: a C library picks other code on a processor with fused
/// multiply-add, and a warning must not depend on that.
namespace vandvagt::portable {

inline constexpr double ln2_high = 6.93147180369123816490e-01;  // 32 bits, so k × it is exact
inline constexpr double ln2_low = 1.90821492927058770002e-10;   // ln 2 - ln2_high

/// e^x, relative error below 1e-15; 0 under -700, infinite over 709.
inline double exp(double x) noexcept {
  if (!(x > -700.0)) return std::isnan(x) ? x : 0.0;
  if (x > 709.0) return HUGE_VAL;
  const double k = std::floor(x * 1.4426950408889634 + 0.5);
  const double r = (x - k * ln2_high) - k * ln2_low;  // |r| <= ln 2 / 2
  double sum = 1.0;
  for (int n = 14; n >= 1; --n) sum = 1.0 + r / n * sum;  // Taylor, remainder below 1e-18
  return std::ldexp(sum, static_cast<int>(k));
}

/// 1 / n! for n = 0 to 13.
inline constexpr auto inverse_factorials = [] {
  std::array<double, 14> values{1.0};
  double factorial = 1.0;
  for (std::size_t n = 1; n < values.size(); ++n) {
    factorial *= static_cast<double>(n);
    values[n] = 1.0 / factorial;
  }
  return values;
}();

/// e^x of x <= 0, relative error below 1e-15; 1e-304 under -700. Without a branch, division or
/// call, so that a loop over it is vectorised.
inline double exp_of_negative(double x) noexcept {
  constexpr double round = 6755399441055744.0;  // 1.5 × 2^52: adding it leaves a whole number
  const double bounded = x > -700.0 ? x : -700.0;
  const double shifted = bounded * 1.4426950408889634 + round;
  const double k = shifted - round;
  const double r = (bounded - k * ln2_high) - k * ln2_low;  // |r| <= ln 2 / 2
  double sum = inverse_factorials[13];
  for (int n = 12; n >= 0; --n) sum = inverse_factorials[static_cast<std::size_t>(n)] + r * sum;
  // The low bits of `shifted` are k: into the exponent with them.
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(sum) +
                               (std::bit_cast<std::uint64_t>(shifted) << 52U));
}

/// Natural logarithm of x > 0, relative error below 1e-15 away from 1.
inline double log(double x) noexcept {
  int k = 0;
  double m = std::frexp(x, &k);
  if (m < 0.70710678118654752) {
    m *= 2.0;
    --k;
  }
  const double s = (m - 1.0) / (m + 1.0);  // |s| < 0.172
  const double s2 = s * s;
  double sum = 0.0;
  for (int n = 23; n >= 1; n -= 2) sum = 1.0 / n + s2 * sum;  // atanh series
  return k * ln2_high + (2.0 * s * sum + k * ln2_low);
}

}  // namespace vandvagt::portable
