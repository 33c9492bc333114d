#include "forecast/detail/well_residuals.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vandvagt::forecast::detail {
namespace {

enum Unknown : std::uint8_t { log_gain, log_shape, log_scale, factor, base, log_decay };

/// Beyond these nothing is a well; the search is held inside so that nothing overflows.
double held(double logarithm, double least, double most) {
  return std::exp(std::clamp(logarithm, std::log(least), std::log(most)));
}

/// log(1 - exp(-2 Δt / α)): share of the noise's variance that is new after Δt.
Eigen::ArrayXd log_shares(const Eigen::VectorXd& interval, double noise_decay) {
  return interval.array().unaryExpr(
      [=](double dt) { return std::log(-std::expm1(-2.0 * dt / noise_decay)); });
}

}  // namespace

WellVector to_unknowns(const WellParameters& p) {
  WellVector x;
  x << std::log(p.gain), std::log(p.shape), std::log(p.scale), p.evaporation_factor, p.base,
      std::log(p.noise_decay);
  return x;
}

WellParameters from_unknowns(const WellVector& x) {
  return {.gain = held(x[log_gain], 1e-6, 1e9),
          .shape = held(x[log_shape], 0.02, 50.0),
          .scale = held(x[log_scale], 0.01, 1e6),
          .evaporation_factor = x[factor],
          .base = x[base],
          .noise_decay = held(x[log_decay], 1e-3, 1e6)};
}

WellResiduals::WellResiduals(const WellProblem& problem, const WellFitOptions& options)
    : problem_(problem),
      options_(options),
      places_of_unknowns_(options.response == WellResponse::gamma
                              ? std::vector<int>{0, 1, 2, 3, 4, 5}
                              : std::vector<int>{0, 2, 3, 4, 5}),
      places_(places_of(problem.heads.times, problem.first)),
      heads_(as_eigen(problem.heads.values)),
      interval_(values()) {
  for (Eigen::Index i = 0; i < interval_.size(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    interval_[i] = in_days(problem.heads.times[k + 1] - problem.heads.times[k]);
  }
}

Eigen::VectorXd WellResiduals::reduced(const WellVector& unknowns) const {
  Eigen::VectorXd x(inputs());
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    x[k] = unknowns[places_of_unknowns_[static_cast<std::size_t>(k)]];
  }
  return x;
}

WellVector WellResiduals::full(const Eigen::VectorXd& x) const {
  WellVector unknowns = WellVector::Zero();
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    unknowns[places_of_unknowns_[static_cast<std::size_t>(k)]] = x[k];
  }
  return unknowns;
}

StepResponse WellResiduals::response(const WellParameters& parameters) const {
  return step_response(parameters.shape, parameters.scale, options_.truncation,
                       static_cast<std::size_t>(options_.longest_response));
}

Eigen::VectorXd WellResiduals::simulate(const WellParameters& p) const {
  const auto unit = unit_responses(options_.response, response(p), problem_, places_);
  return (p.gain * (as_eigen(unit.rain) - p.evaporation_factor * as_eigen(unit.evaporation)))
             .array() +
         p.base;
}

const WellResiduals::Parts& WellResiduals::parts(const Eigen::VectorXd& x) const {
  const WellVector at = full(x);
  if (parts_.at == at) return parts_;
  const WellParameters p = from_unknowns(at);
  const bool same_response = parts_.parameters.shape == p.shape &&
                             parts_.parameters.scale == p.scale && !parts_.unit.rain.empty();
  parts_.at = at;
  parts_.parameters = p;
  if (!same_response) {
    parts_.response = response(p);
    parts_.unit = unit_responses(options_.response, parts_.response, problem_, places_);
  }
  const Eigen::VectorXd recharge =
      as_eigen(parts_.unit.rain) - p.evaporation_factor * as_eigen(parts_.unit.evaporation);
  parts_.noise = heads_ - p.gain * recharge;
  parts_.noise.array() -= p.base;
  return parts_;
}

double WellResiduals::log_geometric_mean(double noise_decay) const {
  return log_shares(interval_, noise_decay).mean();
}

Eigen::VectorXd WellResiduals::log_weights(double noise_decay) const {
  const Eigen::ArrayXd logs = log_shares(interval_, noise_decay);
  return 0.5 * (logs.mean() - logs);
}

Eigen::VectorXd WellResiduals::log_weight_derivatives(double noise_decay) const {
  const Eigen::ArrayXd slopes = interval_.array().unaryExpr([=](double dt) {
    const double x = 2 * dt / noise_decay;
    return x > 700 ? 0.0 : -x / std::expm1(x);  // d log(1 - e^-x) / d log α
  });
  return 0.5 * (slopes.mean() - slopes);
}

int WellResiduals::operator()(const Eigen::VectorXd& x, Eigen::VectorXd& residuals) const {
  const Parts& p = parts(x);
  const double decay = p.parameters.noise_decay;
  const Eigen::ArrayXd kept = (-interval_.array() / decay).exp();
  const Eigen::Index m = values();
  const Eigen::ArrayXd innovations = p.noise.tail(m).array() - kept * p.noise.head(m).array();
  residuals = innovations * log_weights(decay).array().exp();
  return 0;
}

Eigen::VectorXd WellResiduals::recharge_response(const Parts& p,
                                                 const StepResponse& derivative) const {
  std::vector<double> recharge(problem_.rain.size());
  for (std::size_t k = 0; k < recharge.size(); ++k) {
    recharge[k] = problem_.rain[k] - p.parameters.evaporation_factor * problem_.evaporation[k];
  }
  const double mean =
      problem_.mean_rain - p.parameters.evaporation_factor * problem_.mean_evaporation;
  return as_eigen(at_places(places_, respond(derivative, 0.0, recharge, mean, places_.boundaries)));
}

Eigen::MatrixXd WellResiduals::innovation_derivatives(const Parts& p) const {
  const WellParameters& q = p.parameters;
  Eigen::MatrixXd noise = Eigen::MatrixXd::Zero(heads_.size(), well_parameter_count);
  noise.col(log_gain) = (p.noise - heads_).array() + q.base;
  if (options_.response == WellResponse::gamma) {
    noise.col(log_shape) = -q.gain * recharge_response(p, derivative_to_log_shape(p.response));
  }
  noise.col(log_scale) = -q.gain * recharge_response(p, derivative_to_log_scale(p.response));
  noise.col(factor) = q.gain * as_eigen(p.unit.evaporation);
  noise.col(base).setConstant(-1.0);
  const Eigen::Index m = values();
  const Eigen::ArrayXd kept = (-interval_.array() / q.noise_decay).exp();
  Eigen::MatrixXd derivatives = noise.bottomRows(m);
  derivatives -= kept.matrix().asDiagonal() * noise.topRows(m);
  derivatives.col(log_decay) = -p.noise.head(m).array() * kept * interval_.array() / q.noise_decay;
  return derivatives;
}

int WellResiduals::df(const Eigen::VectorXd& x, Eigen::MatrixXd& jacobian) const {
  const Parts& p = parts(x);
  const double decay = p.parameters.noise_decay;
  Eigen::MatrixXd all = innovation_derivatives(p);
  const Eigen::ArrayXd weights = log_weights(decay).array().exp();
  all = weights.matrix().asDiagonal() * all;
  Eigen::VectorXd residuals;
  (*this)(x, residuals);
  all.col(log_decay).array() += residuals.array() * log_weight_derivatives(decay).array();
  for (Eigen::Index k = 0; k < jacobian.cols(); ++k) {
    jacobian.col(k) = all.col(places_of_unknowns_[static_cast<std::size_t>(k)]);
  }
  return 0;
}

Eigen::MatrixXd WellResiduals::information(const Eigen::VectorXd& x, double variance) const {
  const Parts& p = parts(x);
  const double decay = p.parameters.noise_decay;
  Eigen::MatrixXd all = innovation_derivatives(p);
  all = log_weights(decay).array().exp().matrix().asDiagonal() * all;
  WellMatrix full_information = all.transpose() * all;
  full_information(log_decay, log_decay) +=
      2.0 * variance * log_weight_derivatives(decay).squaredNorm();
  Eigen::MatrixXd information(inputs(), inputs());
  for (Eigen::Index i = 0; i < inputs(); ++i) {
    for (Eigen::Index j = 0; j < inputs(); ++j) {
      information(i, j) = full_information(places_of_unknowns_[static_cast<std::size_t>(i)],
                                           places_of_unknowns_[static_cast<std::size_t>(j)]);
    }
  }
  return information;
}

}  // namespace vandvagt::forecast::detail
