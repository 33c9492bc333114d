#include "model/series.hpp"

#include <algorithm>
#include <cassert>

namespace vandvagt::model {

double Series::at(Time segment_start, double offset) const {
  assert(!times.empty() && times.size() == values.size());
  // Seconds from segment_start are exact for a whole century; the offset is added in full
  // precision.
  const auto from_start = [&](std::size_t k) { return to_seconds(times[k] - segment_start); };
  const auto after = std::partition_point(
      times.begin(), times.end(), [&](Time t) { return to_seconds(t - segment_start) <= offset; });
  if (after == times.begin()) return values.front();
  if (after == times.end()) return values.back();
  const auto upper = static_cast<std::size_t>(after - times.begin());
  const std::size_t lower = upper - 1;
  const double share = (offset - from_start(lower)) / to_seconds(times[upper] - times[lower]);
  return values[lower] + share * (values[upper] - values[lower]);
}

}  // namespace vandvagt::model
