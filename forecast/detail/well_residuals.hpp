#pragma once

#include <Eigen/Core>

#include "forecast/detail/well_problem.hpp"

namespace vandvagt::forecast::detail {

/// Unknowns of the fit: (log A, log n, log a, f, d, log α), and the way back.
WellVector to_unknowns(const WellParameters& parameters);
WellParameters from_unknowns(const WellVector& unknowns);

/// Weighted innovations of a well's model and their derivatives, in the form Eigen's
/// LevenbergMarquardt asks for. For the exponential response log n stays 0 and is no unknown.
class WellResiduals {
 public:
  using Scalar = double;
  using InputType = Eigen::VectorXd;
  using ValueType = Eigen::VectorXd;
  using JacobianType = Eigen::MatrixXd;

  /// Keeps a reference to `problem`.
  WellResiduals(const WellProblem& problem, const WellFitOptions& options);

  int inputs() const { return static_cast<int>(places_of_unknowns_.size()); }
  int values() const { return static_cast<int>(problem_.heads.values.size()) - 1; }
  /// r_i = v_i w_i, one fewer than readings.
  int operator()(const Eigen::VectorXd& x, Eigen::VectorXd& residuals) const;
  int df(const Eigen::VectorXd& x, Eigen::MatrixXd& jacobian) const;

  Eigen::VectorXd reduced(const WellVector& unknowns) const;
  WellVector full(const Eigen::VectorXd& x) const;
  /// Expected information of the unknowns, in units of s²: Jᵥᵀ W Jᵥ + 2 s² Uᵀ U.
  Eigen::MatrixXd information(const Eigen::VectorXd& x, double variance) const;
  /// d + Σ R Θ at the readings.
  Eigen::VectorXd simulate(const WellParameters& parameters) const;
  StepResponse response(const WellParameters& parameters) const;
  /// log of G, the geometric mean of 1 - exp(-2 Δt / α).
  double log_geometric_mean(double noise_decay) const;
  const Places& places() const { return places_; }

 private:
  /// Simulation and what its derivatives need, at one place of the search.
  struct Parts {
    WellVector at = WellVector::Constant(std::numeric_limits<double>::quiet_NaN());
    WellParameters parameters;
    StepResponse response;
    UnitResponses unit;
    Eigen::VectorXd noise;  // n = head - simulation
  };
  const Parts& parts(const Eigen::VectorXd& x) const;
  /// dv/dx of all six, unweighted.
  Eigen::MatrixXd innovation_derivatives(const Parts& p) const;
  /// Response of gain 1 to R = P - f E, by a derivative of Θ.
  Eigen::VectorXd recharge_response(const Parts& p, const StepResponse& derivative) const;
  /// log w_i and its derivative by log α.
  Eigen::VectorXd log_weights(double noise_decay) const;
  Eigen::VectorXd log_weight_derivatives(double noise_decay) const;

  const WellProblem& problem_;
  WellFitOptions options_;
  std::vector<int> places_of_unknowns_;
  Places places_;
  Eigen::VectorXd heads_;
  Eigen::VectorXd interval_;  // Δt_i [day]
  mutable Parts parts_;       // the newest: residuals and derivatives are asked for at one place
};

}  // namespace vandvagt::forecast::detail
