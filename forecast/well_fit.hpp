#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "forecast/well_series.hpp"

namespace vandvagt::forecast {

/// Shape of the head's response to recharge.
enum class WellResponse {
  exponential,  // one linear reservoir: the gamma response with n = 1
  gamma,
};

/// The transfer-function noise model of one well, t in days:
///     h(t) = d + Σ_k R_k [Θ(t - t_k) - Θ(t - t_k - 1)] + n(t),   R = P - f E,
///     Θ(τ) = A γ(n, τ / a)                           (step response; γ regularised, lower)
///     n(t_i) = exp(-(t_i - t_{i-1}) / α) n(t_{i-1}) + v_i,
///     Var v_i = σ² (1 - exp(-2 (t_i - t_{i-1}) / α)).
/// Source: von Asmuth et al. (2002), doi:10.1029/2001WR001136 (predefined impulse response, noise
/// that decays exponentially on any time step); Collenteur et al. (2019), doi:10.1111/gwat.12925
/// (scaled gamma response, linear recharge); von Asmuth & Bierkens (2005),
/// doi:10.1029/2004WR003726 (the noise as a continuous process, weights of its innovations).
struct WellParameters {
  double gain = 0.0;                // A [day]: rise in m for 1 m/day of lasting recharge
  double shape = 1.0;               // n [-]
  double scale = 0.0;               // a [day]
  double evaporation_factor = 0.0;  // f [-]
  double base = 0.0;                // d [m above datum]
  double noise_decay = 0.0;         // α [day]
};
inline constexpr int well_parameter_count = 6;
/// Of the parameters, in the order above and their units.
using WellCovariance = std::array<std::array<double, well_parameter_count>, well_parameter_count>;

struct WellFitOptions {
  WellResponse response = WellResponse::gamma;
  int least_readings = 50;          // fewer: no model; about 8 for each parameter
  double least_span = 3 * 365.25;   // [day] from first to last reading; shorter: no model
  double least_explained = 0.2;     // R² of the simulation on the readings it was fitted to
  double truncation = 0.999;        // share of the step response that is summed day by day
  double longest_response = 10958;  // [day] cap of that sum
  int most_evaluations = 400;       // of the residuals, in each start
  /// [day] Readings closer to the one before are left out of the fit. Not set: none is at first,
  /// then more until successive innovations correlate by less than `most_correlation`; daily heads
  /// are smoother than the noise model and would outvote the slow response.
  std::optional<double> least_interval = std::nullopt;
  double most_correlation = 0.15;
};

/// What a fit found. Where `usable` is false the numbers are the last tried, `why_not` says what is
/// wrong, and forecasts fall back to persistence.
struct WellFit {
  WellResponse response = WellResponse::gamma;
  WellParameters parameters;
  WellParameters standard_error{.shape = 0.0};
  WellCovariance covariance{};          // n's row and column are zero for the exponential response
  double noise_sigma = 0.0;             // σ: standard deviation of n(t) [m]
  double explained = 0.0;               // R² of d + ΣRΘ, without noise
  double innovation_correlation = 0.0;  // of successive innovations; far from 0: the noise decays
                                        // otherwise and standard errors are too small
  double mean_rain = 0.0, mean_evaporation = 0.0;  // [m/day] until then: what stood before them
  double truncation = 0.999;                       // of the step response
  double response_time = 0.0;                      // [day] until Θ reaches `truncation` of A
  int readings = 0;                                // used
  double least_interval = 0.0;                     // [day] between them
  int filled_days = 0;                             // of rain and evaporation, see fill_unknown_days
  int evaluations = 0;
  bool usable = false;
  std::string why_not;
};

/// Fits the model to the readings up to `until` that lie inside the forcing. Least squares of the
/// weighted innovations (von Asmuth & Bierkens 2005, "sum of weighted squared innovations"),
///     r_i = v_i w_i,  w_i² = G / (1 - exp(-2 Δt_i / α)),  G: geometric mean of that denominator,
/// whose minimum is that of the Gaussian likelihood given the first reading. Levenberg-Marquardt is
/// MINPACK's lmder (Eigen unsupported) in (log A, log n, log a, f, d, log α), from the best two
/// of a grid of (n, a). Covariance: s² (Jᵥᵀ W Jᵥ + 2 s² Uᵀ U)⁻¹ with U = d log w / d log α: the
/// expected information; it holds where innovations are independent (see innovation_correlation).
/// Before the forcing begins its mean is assumed to have held for ever; beyond the day where
/// Θ reaches `truncation` of A too. Between ends of days the simulation is linear.
/// Error{invalid_input} where the histories are unsound: no series, times that do not increase,
/// values that are not finite (heads) or negative (rain), too many unknown days. What is merely
/// too little or does not converge gives a WellFit that is not `usable`.
/// 30 years of daily heads: a third of a second on one core.
Result<WellFit> fit_well(const WellHistory& history, Time until,
                         const WellFitOptions& options = {});

/// The deterministic part d + Σ R Θ at `times` [m above datum]; with the mean recharge before the
/// forcing begins. Error{invalid_input} for a time before the forcing or after its end.
Result<std::vector<double>> simulate_well(const WellFit& fit, const WellHistory& history,
                                          std::span<const Time> times);

}  // namespace vandvagt::forecast
