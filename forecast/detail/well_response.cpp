#include "forecast/detail/well_response.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <unsupported/Eigen/SpecialFunctions>

namespace vandvagt::forecast::detail {
namespace {

double step(double shape, double days) {
  return days <= 0.0 ? 0.0 : Eigen::numext::igamma(shape, days);
}

}  // namespace

StepResponse step_response(double shape, double scale, double truncation, std::size_t longest) {
  StepResponse response{.shape = shape, .scale = scale, .steps = {0.0}};
  while (response.length() < std::max<std::size_t>(1, longest) &&
         (response.length() == 0 || response.steps.back() < truncation)) {
    response.steps.push_back(step(shape, static_cast<double>(response.steps.size()) / scale));
  }
  return response;
}

StepResponse derivative_to_log_shape(const StepResponse& response) {
  StepResponse derivative = response;
  constexpr double h = 1e-4;  // error h²/6 of the third derivative: far below the fit's own
  const double above = response.shape * std::exp(h);
  const double below = response.shape * std::exp(-h);
  for (std::size_t k = 1; k < derivative.steps.size(); ++k) {
    const double x = static_cast<double>(k) / response.scale;
    derivative.steps[k] = (step(above, x) - step(below, x)) / (2.0 * h);
  }
  return derivative;
}

StepResponse derivative_to_log_scale(const StepResponse& response) {
  StepResponse derivative = response;
  const double log_gamma = Eigen::numext::lgamma(response.shape);
  for (std::size_t k = 1; k < derivative.steps.size(); ++k) {
    const double x = static_cast<double>(k) / response.scale;
    derivative.steps[k] = -std::exp(response.shape * std::log(x) - x - log_gamma);
  }
  return derivative;
}

std::vector<double> respond(const StepResponse& response, double final_step,
                            std::span<const double> x, double mean,
                            std::span<const int> boundaries) {
  const std::size_t length = response.length();
  // Oldest day first, as the series runs.
  Eigen::VectorXd blocks(static_cast<Eigen::Index>(length));
  for (std::size_t k = 0; k < length; ++k) {
    blocks[static_cast<Eigen::Index>(length - 1 - k)] = response.steps[k + 1] - response.steps[k];
  }
  const Eigen::Map<const Eigen::VectorXd> days(x.data(), static_cast<Eigen::Index>(x.size()));
  std::vector<double> sums;
  sums.reserve(boundaries.size());
  for (const int boundary : boundaries) {
    assert(boundary >= 0 && static_cast<std::size_t>(boundary) <= x.size());
    const auto count = std::min(static_cast<Eigen::Index>(boundary), blocks.size());
    const double before = final_step - response.steps[static_cast<std::size_t>(count)];
    sums.push_back(blocks.tail(count).dot(days.segment(boundary - count, count)) + before * mean);
  }
  return sums;
}

std::vector<double> respond_exponential(double scale, std::span<const double> x, double mean,
                                        std::span<const int> boundaries) {
  const double kept = std::exp(-1.0 / scale);
  std::vector<double> sums;
  sums.reserve(boundaries.size());
  double state = mean;
  std::size_t day = 0;
  for (const int boundary : boundaries) {
    assert(boundary >= 0 && static_cast<std::size_t>(boundary) <= x.size());
    for (; day < static_cast<std::size_t>(boundary); ++day) {
      state = kept * state + (1.0 - kept) * x[day];
    }
    sums.push_back(state);
  }
  return sums;
}

}  // namespace vandvagt::forecast::detail
