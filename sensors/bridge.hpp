#pragma once

#include <span>
#include <vector>

#include "sensors/reading.hpp"

namespace vandvagt::sensors {

/// Where a value of a bridged series comes from.
enum class Origin { measured, linear, fallback };

struct BridgedValue {
  Time time{};
  double value = 0.0;  // as Reading::value
  Origin origin = Origin::measured;
  bool operator==(const BridgedValue&) const = default;
};

struct BridgeOptions {
  Duration interval{};           // of the series; a hole is longer than twice this
  Duration longest_linear{};     // holes up to this are bridged by a straight line
  double fallback_offset = 0.0;  // this station minus its fallback [SI]
};

/// A series without holes where it can be had: usable readings as they are; a short hole by a
/// straight line at the interval's steps; a longer one by the fallback's usable readings inside it,
/// plus the offset; what neither fills stays a hole. Only for those who need a closed series: it is
/// marked by origin, never stored as measured, and drives no warning.
/// @param readings, fallback  in order of time
std::vector<BridgedValue> bridge(std::span<const Reading> readings,
                                 std::span<const Reading> fallback, const BridgeOptions& options);

}  // namespace vandvagt::sensors
