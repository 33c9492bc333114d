#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "forecast/well_fit.hpp"
#include "forecast/well_series.hpp"

namespace vandvagt::forecast {

struct WellForecastOptions {
  std::vector<double> quantiles{0.05, 0.25, 0.5, 0.75, 0.95};  // each in (0, 1), rising
  std::uint64_t seed = 1;                                      // of the members' noise
  double memory = 5 * 365.25;  // [day] drift and spread are judged by readings this new
};

/// What a well's head is expected to do.
struct WellForecast {
  enum class Basis { model, persistence };
  std::string station;
  Basis basis = Basis::model;
  std::string why_persistence;  // where the basis is not the model
  Time issued{};
  std::vector<Time> times;
  std::vector<std::vector<double>> members;    // [member][time] head with noise [m above datum]
  std::vector<double> mean;                    // [time] [m above datum]
  std::vector<std::vector<double>> quantiles;  // [quantile][time], as options.quantiles
  std::vector<double> noise_error;             // [time] standard deviation of the noise [m]
  std::vector<double> parameter_error;         // [time] standard error by the parameters [m]
  std::vector<double> forcing_spread;          // [time] standard deviation of members' means [m]
};

/// Forecasts of one well from its fit. For member m, with the newest reading h₀ at t₀, τ = t - t₀:
///     μ_m(t) = s_m(t) + exp(-τ/α) (h₀ - s_m(t₀)) + b(τ),  s = d + Σ R Θ on observed, then member's
///              days,
///     noise variance      k(τ)² σ² (1 - exp(-2 τ/α))     (innovations since t₀)
///     parameter variance  g(t)ᵀ C g(t),  g = ∂μ/∂(parameters) on the members' mean forcing.
/// That is, innovation-based bands and the parameters' uncertainty by linearisation. b and k are
/// drift and spread of the model's own errors over τ in the last `memory` days, drawn to 0 and 1
/// where these are few (see detail/well_recent.hpp): a well that has moved from its fit, or whose
/// noise decays otherwise than assumed, gets bands as wide as its errors have been.
/// Quantiles are those of the equal mixture of the members' normal distributions; `members` are one
/// draw from each (its own parameters and path of noise, from `seed` and member alone).
/// Source: von Asmuth et al. (2002), doi:10.1029/2001WR001136; Collenteur et al. (2019),
/// doi:10.1111/gwat.12925; b and k are our own.
/// Where the fit is not usable: persistence. The head stays at h₀; quantiles are h₀ plus those of
/// the differences of the well's own readings about τ apart (see detail/well_persistence.hpp).
class WellForecaster {
 public:
  explicit WellForecaster(WellFit fit);

  /// Uses what `history` holds of days before `future.first` and of readings up to `issued`.
  /// @param times  rising, after `issued`, before the end of `future`
  /// Error{invalid_input} as fit_well, and where `future` begins after `issued`, its first day does
  /// not follow the known days, its members differ in length, or `times` are outside.
  /// Error{unavailable} for persistence without a reading or with too few for a band.
  Result<WellForecast> forecast(const WellHistory& history, Time issued,
                                const FutureForcing& future, std::span<const Time> times,
                                const WellForecastOptions& options = {}) const;
  const WellFit& fit() const { return fit_; }

 private:
  class Model;  // the fit with the tables of its response
  WellFit fit_;
  std::shared_ptr<const Model> model_;  // empty where the fit is not usable
};

}  // namespace vandvagt::forecast
