#include "forecast/detail/well_recent.hpp"

#include <algorithm>
#include <cmath>

#include "forecast/detail/well_pairs.hpp"

namespace vandvagt::forecast::detail {
namespace {

constexpr double prior = 10.0;  // ν: as many errors as expected count as seen before the first

/// What rain does not explain at the readings since `oldest`.
ReadingSeries recent_noise(const WellFit& fit, const StepResponse& response,
                           const WellProblem& problem, Time oldest) {
  ReadingSeries noise;
  for (std::size_t k = 0; k < problem.heads.times.size(); ++k) {
    const Time time = problem.heads.times[k];
    if (time < oldest || time > problem.end()) continue;
    noise.times.push_back(time);
    noise.values.push_back(problem.heads.values[k]);
  }
  const auto unit =
      unit_responses(fit.response, response, problem, places_of(noise.times, problem.first));
  const WellParameters& p = fit.parameters;
  for (std::size_t k = 0; k < noise.values.size(); ++k) {
    noise.values[k] -=
        p.base + p.gain * (unit.rain[k] - p.evaporation_factor * unit.evaporation[k]);
  }
  return noise;
}

RecentErrors errors_over(double tau, const ReadingSeries& noise, const WellFit& fit) {
  const auto pairs = pairs_about(noise.times, tau);
  if (pairs.empty()) return {};
  std::vector<double> v;
  std::vector<double> expected;  // s²
  double sum = 0.0;
  for (const auto& [earlier, later] : pairs) {
    const double apart = in_days(noise.times[later] - noise.times[earlier]);
    const double kept = std::exp(-apart / fit.parameters.noise_decay);
    v.push_back(noise.values[later] - kept * noise.values[earlier]);
    expected.push_back(fit.noise_sigma * fit.noise_sigma * (1.0 - kept * kept));
    sum += v.back();
  }
  const auto count = static_cast<double>(v.size());
  const double distance = in_days(noise.times.back() - noise.times.front()) /
                          static_cast<double>(noise.times.size() - 1);
  const double weight = count * std::min(1.0, distance / tau);
  RecentErrors errors{.drift = weight / (prior + weight) * sum / count};
  double squares = 0.0;
  for (std::size_t k = 0; k < v.size(); ++k) {
    squares += (v[k] - errors.drift) * (v[k] - errors.drift) / expected[k];
  }
  errors.spread = std::sqrt((prior + weight * squares / count) / (prior + weight));
  return errors;
}

}  // namespace

std::vector<RecentErrors> recent_errors(const WellFit& fit, const StepResponse& response,
                                        const WellProblem& problem, Time issued, double memory,
                                        std::span<const double> since) {
  const Time oldest = issued - from_days(memory);
  const ReadingSeries noise = recent_noise(fit, response, problem, oldest);
  std::vector<RecentErrors> errors;
  for (const double tau : since) {
    errors.push_back(std::isinf(tau) ? RecentErrors{} : errors_over(tau, noise, fit));
  }
  return errors;
}

}  // namespace vandvagt::forecast::detail
