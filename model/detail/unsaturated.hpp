#pragma once

#include "core/portable_math.hpp"

namespace vandvagt::model::detail {

/// A store filled to this share is full: what rounding in single precision leaves of it is no room.
inline constexpr double full_share = 0.99999;

/// Water that drains from a soil store to the water table below it in `seconds` [m]. Under a
/// hydraulic gradient of one the soil passes on its unsaturated conductivity,
///     dF/dt = -K (F/S)^e,   e = 3 + 2/lambda ,
/// which over a step, with x = (e - 1) K t/S (F/S)^(e-1), gives exactly
///     F (1 - (1 + x)^(-1/(e-1))) ,
/// never more than F. A full store belongs to the water table: all of it goes.
/// @param filled        F [m of water], >= 0
/// @param store         S [m of water]: pore space over the table, >= 0
/// @param conductivity  K [m/s], >= 0
/// @param exponent      e [1], > 1
/// Source: relative conductivity of Brooks and Corey (1964), Hydrology Paper 3, Colorado State
/// University; drainage under a gradient of one as in Sisson, Ferguson and van Genuchten (1980),
/// Soil Sci. Soc. Am. J. 44, 1147. Capillary rise is left out.
/// The same bits on every machine.
inline double percolation(double filled, double store, double conductivity, double exponent,
                          double seconds) noexcept {
  if (!(filled > 0.0)) return 0.0;
  if (filled >= full_share * store) return filled;
  const double m = exponent - 1.0;
  const double x =
      m * conductivity * seconds / store * portable::exp(m * portable::log(filled / store));
  // Where x is small 1 - (1 + x)^(-1/m) would lose its digits: the first three terms of its series.
  const double p = 1.0 / m;
  const double share = x < 1e-5 ? p * x * (1.0 - 0.5 * (p + 1.0) * x * (1.0 - (p + 2.0) / 3.0 * x))
                                : 1.0 - portable::exp(-p * portable::log(1.0 + x));
  return filled * share;
}

}  // namespace vandvagt::model::detail
