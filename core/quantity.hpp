#pragma once

#include <compare>

namespace vandvagt {

/// A number with a meaning, in SI. Quantities of different meaning do not mix by accident.
template <class Tag>
struct Quantity {
  double si{};
  auto operator<=>(const Quantity&) const = default;
};

using Depth = Quantity<struct DepthTag>;                // h   [m], above the bed
using BedElevation = Quantity<struct BedElevationTag>;  // z   [m above datum]
using Stage = Quantity<struct StageTag>;                // eta [m above datum]
using Discharge = Quantity<struct DischargeTag>;        // Q   [m³/s]
using RainRate = Quantity<struct RainRateTag>;          // [m/s]

constexpr Stage operator+(BedElevation z, Depth h) {
  return {z.si + h.si};
}
constexpr Depth operator-(Stage eta, BedElevation z) {
  return {eta.si - z.si};
}

}  // namespace vandvagt
