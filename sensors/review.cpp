#include "sensors/review.hpp"

namespace vandvagt::sensors {

Result<long long> review(Store& store, const Station& station, const PersonsVerdict& verdict,
                         Time now) {
  if (verdict.by.empty())
    return fail(ErrorCode::invalid_input, "a review has a name under it; say who judged");
  const auto readings = store.read(station.id, station.parameter, verdict.from, verdict.to);
  if (!readings) return fail(readings.error());
  std::vector<Review> reviews;
  for (const auto& reading : *readings) {
    auto quality = reading.quality;
    quality.overall = verdict.flag;
    reviews.push_back({.station = station.id,
                       .parameter = station.parameter,
                       .time = reading.time,
                       .quality = quality,
                       .made = now,
                       .by = verdict.by});
  }
  if (const auto stored = store.add({}, reviews); !stored) return fail(stored.error());
  return static_cast<long long>(reviews.size());
}

}  // namespace vandvagt::sensors
