#include "tests/forecast/made_well.hpp"

#include <cmath>
#include <numbers>
#include <numeric>

#include "forecast/ensemble.hpp"

namespace vandvagt::forecast::test {
namespace {

/// Step response of gain 1 for n = 2.
double step(double days) {
  const double x = days / made_parameters.scale;
  return days <= 0.0 ? 0.0 : 1.0 - std::exp(-x) * (1.0 + x);
}

double normal(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  return normal_quantile(uniform_from(seed, stream, index));
}

/// d + Σ R Θ at `day`, summed over every day since the beginning; the mean before it.
double head_at(double day, const std::vector<double>& recharge, double mean) {
  double head = made_parameters.base + made_parameters.gain * mean * (1.0 - step(day));
  for (std::size_t k = 0; k < recharge.size() && static_cast<double>(k) < day; ++k) {
    const double since = day - static_cast<double>(k);
    head += made_parameters.gain * recharge[k] * (step(since) - step(since - 1.0));
  }
  return head;
}

}  // namespace

WellHistory made_well(std::uint64_t seed, const MadeWellOptions& options) {
  const auto days = static_cast<std::size_t>(options.years * 365);
  WellHistory history;
  history.station = "made";
  history.rain.first = history.evaporation.first = made_start;
  std::vector<double> recharge(days);
  for (std::size_t k = 0; k < days; ++k) {
    const double u = uniform_from(seed, 1, k);
    const double rain = u < 0.5 ? 0.0 : -0.0045 * std::log(2.0 * (1.0 - u));
    const double season = 2 * std::numbers::pi * static_cast<double>(k) / 365.25;
    const double evaporation =
        std::max(0.0, 0.0016 * (1.0 - std::cos(season)) * (1.0 + 0.3 * normal(seed, 2, k)));
    history.rain.values.push_back(rain);
    history.evaporation.values.push_back(evaporation);
    recharge[k] = rain - made_parameters.evaporation_factor * evaporation;
  }
  const double mean =
      std::accumulate(recharge.begin(), recharge.end(), 0.0) / static_cast<double>(days);
  double noise = options.noise * normal(seed, 3, 0);
  double day = 3 * 365;
  const double end = static_cast<double>(days) - 1.0;
  for (std::uint64_t k = 1; day < end; ++k) {
    history.heads.times.push_back(made_day(day));
    history.heads.values.push_back(head_at(day, recharge, mean) + noise);
    double interval =
        options.shortest + (options.longest - options.shortest) * uniform_from(seed, 4, k);
    if (options.gaps && (k == 60 || k == 140)) interval += 300.0;
    const double kept = std::exp(-interval / made_parameters.noise_decay);
    noise = kept * noise + options.noise * std::sqrt(1.0 - kept * kept) * normal(seed, 3, k);
    day += interval;
  }
  return history;
}

}  // namespace vandvagt::forecast::test
