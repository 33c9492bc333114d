#pragma once

#include <vector>

#include "core/time.hpp"

namespace vandvagt::model {

/// Values against absolute time, linear between points and held beyond both ends. Times increase
/// strictly. One point is a constant. Interpolation depends only on the neighbouring points and the
/// absolute time, so that a run split in two sees the same values to the bit.
struct Series {
  std::vector<Time> times;
  std::vector<double> values;

  static Series constant(double value) { return {{Time{}}, {value}}; }
  bool empty() const { return times.empty(); }
  /// Value at `segment_start + offset` [s]; the solver steps inside segments between sync times.
  double at(Time segment_start, double offset = 0.0) const;
};

}  // namespace vandvagt::model
