#include "forecast/detail/well_pairs.hpp"

#include <algorithm>
#include <cmath>

#include "forecast/well_series.hpp"

namespace vandvagt::forecast::detail {

std::vector<ReadingPair> pairs_about(std::span<const Time> times, double lag) {
  const double tolerance = std::max(0.5, 0.15 * lag);
  std::vector<ReadingPair> found;
  for (std::size_t i = 0; i + 1 < times.size(); ++i) {
    const Time wanted = times[i] + from_days(lag);
    const auto after =
        std::lower_bound(times.begin() + static_cast<std::ptrdiff_t>(i) + 1, times.end(), wanted);
    auto j = static_cast<std::size_t>(after - times.begin());
    if (j == times.size() || (j > i + 1 && wanted - times[j - 1] < times[j] - wanted)) --j;
    const double apart = in_days(times[j] - times[i]);
    if (std::abs(apart - lag) <= tolerance) found.push_back({i, j});
  }
  return found;
}

}  // namespace vandvagt::forecast::detail
