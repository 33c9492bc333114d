#pragma once

#include <span>
#include <vector>

/// The response of a head to what falls day by day, for a gain of one.
namespace vandvagt::forecast::detail {

/// Θ(k) = γ(n, k / a), k = 0, 1, ... whole days; γ is the regularised lower incomplete gamma
/// function. Collenteur et al. (2019), doi:10.1111/gwat.12925, scaled gamma response with gain 1.
struct StepResponse {
  double shape = 1.0;         // n
  double scale = 1.0;         // a [day]
  std::vector<double> steps;  // Θ(0) = 0 ... Θ(length)
  std::size_t length() const { return steps.size() - 1; }
};
/// Until Θ reaches `truncation`, at most `longest` days and at least one.
StepResponse step_response(double shape, double scale, double truncation, std::size_t longest);

/// dΘ/d log n (by a central difference) and dΘ/d log a (exact) of the same length.
StepResponse derivative_to_log_shape(const StepResponse& response);
StepResponse derivative_to_log_scale(const StepResponse& response);

/// Σ_k x_{b-1-k} [Θ(k+1) - Θ(k)] at the beginning of day b, for each of `boundaries` (rising,
/// 0 <= b <= x.size()). Days before the first and beyond the response's length have the value
/// `mean`, which weighs the rest of Θ up to `final_step` (1 for Θ itself, 0 for its derivatives).
std::vector<double> respond(const StepResponse& response, double final_step,
                            std::span<const double> x, double mean,
                            std::span<const int> boundaries);

/// The same for n = 1 without truncation, by the recursion
///     s_{b+1} = e^(-1/a) s_b + (1 - e^(-1/a)) x_b,  s_0 = mean.
std::vector<double> respond_exponential(double scale, std::span<const double> x, double mean,
                                        std::span<const int> boundaries);

}  // namespace vandvagt::forecast::detail
