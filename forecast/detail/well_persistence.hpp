#pragma once

#include <span>

#include "core/result.hpp"
#include "forecast/well_forecast.hpp"

namespace vandvagt::forecast::detail {

/// The forecast that needs no model: the newest head stays. For each time τ after the newest
/// reading the band comes from the differences of pairs of earlier readings whose distance is
/// within 15 % of τ (at least half a day); where a series holds fewer than 20 such pairs, from the
/// pairs nearest in distance, scaled by the square root of the ratio, as of a random walk.
/// `members` are curves of equal probability (m + 1/2) / M.
/// Error{unavailable} without a reading up to `issued`, or with fewer than 10 pairs in all.
Result<WellForecast> persist(const ReadingSeries& heads, const std::string& station, Time issued,
                             std::span<const Time> times, std::size_t members,
                             const WellForecastOptions& options);

}  // namespace vandvagt::forecast::detail
