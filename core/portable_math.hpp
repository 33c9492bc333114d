#pragma once

#include <cmath>

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
