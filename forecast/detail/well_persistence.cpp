#include "forecast/detail/well_persistence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "forecast/detail/well_pairs.hpp"

namespace vandvagt::forecast::detail {
namespace {

constexpr std::size_t enough_pairs = 20;
constexpr std::size_t fewest_pairs = 10;

/// Quantile that the next difference lies below with probability q: q (n + 1) of the order
/// statistics (Hyndman & Fan 1996, type 6; `quantile` in ensemble.hpp, type 7, is too narrow a band
/// for a value that is not among them).
double quantile_of(const std::vector<double>& sorted, double q) {
  const auto last = static_cast<double>(sorted.size() - 1);
  const double place = std::clamp(q * (last + 2.0) - 1.0, 0.0, last);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Differences over about `lag` days, rising.
std::vector<double> near_pairs(const ReadingSeries& heads, double lag) {
  std::vector<double> found;
  for (const ReadingPair& pair : pairs_about(heads.times, lag)) {
    found.push_back(heads.values[pair.later] - heads.values[pair.earlier]);
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Differences of the pairs nearest to `lag` in distance, each scaled to it.
std::vector<double> scaled_pairs(const ReadingSeries& heads, double lag) {
  struct Pair {
    double off, difference;
  };
  std::vector<Pair> pairs;
  const std::size_t first = heads.times.size() > 300 ? heads.times.size() - 300 : 0;
  for (std::size_t i = first; i < heads.times.size(); ++i) {
    for (std::size_t j = i + 1; j < heads.times.size(); ++j) {
      const double apart = in_days(heads.times[j] - heads.times[i]);
      pairs.push_back({std::abs(std::log(apart / lag)),
                       (heads.values[j] - heads.values[i]) * std::sqrt(lag / apart)});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.off < b.off; });
  pairs.resize(std::min(pairs.size(), enough_pairs));
  std::vector<double> found;
  found.reserve(pairs.size());
  for (const Pair& pair : pairs) found.push_back(pair.difference);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<WellForecast> persist(const ReadingSeries& heads, const std::string& station, Time issued,
                             std::span<const Time> times, std::size_t members,
                             const WellForecastOptions& options) {
  ReadingSeries known;
  for (std::size_t k = 0; k < heads.times.size() && heads.times[k] <= issued; ++k) {
    known.times.push_back(heads.times[k]);
    known.values.push_back(heads.values[k]);
  }
  if (known.empty()) {
    return fail(ErrorCode::unavailable, "well \"" + station + "\": has no reading by " +
                                            format_time(issued) + ", and no model");
  }
  WellForecast forecast;
  forecast.station = station;
  forecast.basis = WellForecast::Basis::persistence;
  forecast.issued = issued;
  forecast.times.assign(times.begin(), times.end());
  forecast.members.assign(members, {});
  forecast.quantiles.assign(options.quantiles.size(), {});
  const double head = known.values.back();
  for (const Time time : times) {
    const double lag = std::max(in_days(time - known.times.back()), 1.0 / 24.0);
    auto differences = near_pairs(known, lag);
    if (differences.size() < enough_pairs) differences = scaled_pairs(known, lag);
    if (differences.size() < fewest_pairs) {
      return fail(ErrorCode::unavailable,
                  fmt::format("well \"{}\": {} readings are too few for a band, and there is no "
                              "model",
                              station, known.times.size()));
    }
    double squares = 0.0;
    for (const double d : differences) squares += d * d;
    forecast.mean.push_back(head);
    forecast.noise_error.push_back(std::sqrt(squares / static_cast<double>(differences.size())));
    forecast.parameter_error.push_back(0.0);
    forecast.forcing_spread.push_back(0.0);
    for (std::size_t q = 0; q < options.quantiles.size(); ++q) {
      forecast.quantiles[q].push_back(head + quantile_of(differences, options.quantiles[q]));
    }
    for (std::size_t m = 0; m < members; ++m) {
      const double p = (static_cast<double>(m) + 0.5) / static_cast<double>(members);
      forecast.members[m].push_back(head + quantile_of(differences, p));
    }
  }
  return forecast;
}

}  // namespace vandvagt::forecast::detail
