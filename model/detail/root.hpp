#pragma once

#include <cmath>

namespace vandvagt::model::detail {

/// Where a function that rises from f(low) <= 0 to f(high) >= 0 is 0: false position with halved
/// weights (Dowell and Jarratt 1971, doi:10.1007/BF01934364), and halved intervals where that is
/// slow. To 1e-13 of the interval's upper end, or the last digit. The same numbers for the same
/// input, on any machine with the same mathematics library.
template <class Function>
double root(const Function& f, double low, double high) {
  double at_low = f(low);
  double at_high = f(high);
  if (at_low >= 0.0) return low;
  if (at_high <= 0.0) return high;
  const double close = 1e-13 * std::abs(high);
  int side = 0;
  for (int i = 0; i < 100 && high - low > close; ++i) {
    double x = high - at_high * (high - low) / (at_high - at_low);
    if (i % 4 == 3 || !(x > low && x < high)) x = 0.5 * (low + high);
    if (!(x > low && x < high)) break;
    const double at_x = f(x);
    if (at_x == 0.0) return x;
    if (at_x < 0.0) {
      low = x;
      at_low = at_x;
      if (side == -1) at_high *= 0.5;
      side = -1;
    } else {
      high = x;
      at_high = at_x;
      if (side == 1) at_low *= 0.5;
      side = 1;
    }
  }
  return 0.5 * (low + high);
}

}  // namespace vandvagt::model::detail
