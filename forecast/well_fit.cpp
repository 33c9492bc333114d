#include "forecast/well_fit.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <unsupported/Eigen/NonLinearOptimization>
#include <utility>

#include "forecast/detail/well_residuals.hpp"

namespace vandvagt::forecast {
namespace {

using detail::as_eigen;
using detail::WellMatrix;
using detail::WellProblem;
using detail::WellResiduals;
using detail::WellVector;
using Search = Eigen::LevenbergMarquardt<WellResiduals>;

double days_of(const ReadingSeries& heads) {
  return heads.empty() ? 0.0 : in_days(heads.times.back() - heads.times.front());
}

double median_interval(const ReadingSeries& heads) {
  std::vector<double> intervals;
  for (std::size_t k = 1; k < heads.times.size(); ++k) {
    intervals.push_back(in_days(heads.times[k] - heads.times[k - 1]));
  }
  const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
  std::nth_element(intervals.begin(), middle, intervals.end());
  return *middle;
}

struct Start {
  WellParameters parameters;
  double misfit = 0.0;  // sum of squares of the noise
};

/// For a given response the rest is linear: gain, f and base by least squares of the heads.
Start start_from(const WellProblem& problem, const WellFitOptions& options, double shape,
                 double scale) {
  const auto response = detail::step_response(shape, scale, options.truncation,
                                              static_cast<std::size_t>(options.longest_response));
  const auto unit = detail::unit_responses(options.response, response, problem,
                                           detail::places_of(problem.heads.times, problem.first));
  const Eigen::VectorXd heads = as_eigen(problem.heads.values);
  Eigen::MatrixXd columns(heads.size(), 3);
  columns.col(0) = as_eigen(unit.rain);
  columns.col(1) = -as_eigen(unit.evaporation);
  columns.col(2).setOnes();
  Eigen::Vector3d solution = columns.colPivHouseholderQr().solve(heads);
  double factor = solution[1] / solution[0];
  if (!(solution[0] > 0.0 && factor > 0.05 && factor < 1.95)) {
    factor = 0.8;  // between a bare soil's and a meadow's share of potential evaporation
    Eigen::MatrixXd two(heads.size(), 2);
    two << columns.col(0) + factor * columns.col(1), columns.col(2);
    const Eigen::Vector2d rest = two.colPivHouseholderQr().solve(heads);
    const double spread = std::sqrt((heads.array() - heads.mean()).square().mean());
    const double gain = rest[0] > 0.0 ? rest[0] : std::max(1e-3, spread) / 1e-3;
    solution = {gain, gain * factor, heads.mean() - gain * two.col(0).mean()};
  }
  const Eigen::VectorXd noise = heads - columns * solution;
  const Eigen::Index m = noise.size() - 1;
  const double kept =
      std::clamp(noise.head(m).dot(noise.tail(m)) / noise.squaredNorm(), 0.05, 0.98);
  return {{.gain = solution[0],
           .shape = shape,
           .scale = scale,
           .evaporation_factor = factor,
           .base = solution[2],
           .noise_decay = -median_interval(problem.heads) / std::log(kept)},
          noise.squaredNorm()};
}

/// Starts from a coarse grid of the response, best first. 500 readings tell enough for that.
std::vector<Start> starts(const WellProblem& problem, const WellFitOptions& options) {
  WellProblem thinned = problem;
  const std::size_t step = problem.heads.values.size() / 500 + 1;
  thinned.heads = {};
  for (std::size_t k = 0; k < problem.heads.values.size(); k += step) {
    thinned.heads.times.push_back(problem.heads.times[k]);
    thinned.heads.values.push_back(problem.heads.values[k]);
  }
  const std::vector<double> shapes =
      options.response == WellResponse::gamma ? std::vector{0.6, 1.0, 1.7} : std::vector{1.0};
  std::vector<Start> found;
  for (const double shape : shapes) {
    for (const double scale : {5.0, 20.0, 60.0, 180.0, 500.0}) {
      found.push_back(start_from(thinned, options, shape, scale));
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Start& a, const Start& b) { return a.misfit < b.misfit; });
  return found;
}

bool converged(Eigen::LevenbergMarquardtSpace::Status status) {
  using namespace Eigen::LevenbergMarquardtSpace;
  switch (status) {
    case RelativeReductionTooSmall:
    case RelativeErrorTooSmall:
    case RelativeErrorAndReductionTooSmall:
    case CosinusTooSmall:
    case FtolTooSmall:
    case XtolTooSmall:
    case GtolTooSmall:
      return true;
    default:
      return false;
  }
}

struct Found {
  Eigen::VectorXd x;
  double squares = std::numeric_limits<double>::infinity();
  bool converged = false;
  int evaluations = 0;
};

Found search(WellResiduals& residuals, const WellFitOptions& options, const Start& start) {
  Found found;
  found.x = residuals.reduced(detail::to_unknowns(start.parameters));
  Search search(residuals);
  search.parameters.maxfev = options.most_evaluations;
  search.parameters.ftol = 1e-9;
  search.parameters.xtol = 1e-7;
  const auto status = search.minimize(found.x);
  found.squares = search.fnorm * search.fnorm;
  found.converged = converged(status) && std::isfinite(found.squares) && found.x.allFinite();
  found.evaluations = static_cast<int>(search.nfev + search.njev);
  return found;
}

/// Covariance in the parameters' own units from the unknowns' information.
void fill_covariance(WellFit& fit, const WellResiduals& residuals, const Eigen::VectorXd& x,
                     double variance) {
  const Eigen::MatrixXd information = residuals.information(x, variance);
  const Eigen::LDLT<Eigen::MatrixXd> factor(information);
  if (factor.info() != Eigen::Success || !(factor.vectorD().minCoeff() > 0.0)) {
    fit.standard_error =
        detail::to_parameters(WellVector::Constant(std::numeric_limits<double>::infinity()));
    return;
  }
  const Eigen::MatrixXd reduced =
      variance * factor.solve(Eigen::MatrixXd::Identity(x.size(), x.size()));
  // Which parameter each unknown is: a column with a one there.
  Eigen::MatrixXd choice(well_parameter_count, x.size());
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    choice.col(k) = residuals.full(Eigen::VectorXd::Unit(x.size(), k));
  }
  WellVector slope = detail::to_vector(fit.parameters);  // of A, n, a, α by their logarithms
  slope[3] = 1.0;
  slope[4] = 1.0;
  const Eigen::MatrixXd to_parameters = slope.asDiagonal() * choice;
  const WellMatrix covariance = to_parameters * reduced * to_parameters.transpose();
  for (std::size_t i = 0; i < fit.covariance.size(); ++i) {
    for (std::size_t j = 0; j < fit.covariance.size(); ++j) {
      fit.covariance[i][j] = covariance(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
    }
  }
  fit.standard_error = detail::to_parameters(covariance.diagonal().cwiseMax(0.0).cwiseSqrt());
}

/// Why a converged fit must still not forecast; empty where it may.
std::string doubt(const WellFit& fit, const WellFitOptions& options, double forcing_days,
                  double reading_days) {
  const WellParameters& p = fit.parameters;
  const WellParameters& e = fit.standard_error;
  if (!(e.gain <= p.gain && e.scale <= p.scale)) {
    return fmt::format(
        "the readings do not determine the response (gain {:.3g} ± {:.3g} d, scale "
        "{:.3g} ± {:.3g} d)",
        p.gain, e.gain, p.scale, e.scale);
  }
  if (fit.response_time > forcing_days) {
    return fmt::format("the response lasts {:.0f} days, longer than the {:.0f} days of rain",
                       fit.response_time, forcing_days);
  }
  if (p.noise_decay > reading_days / 3.0) {
    return fmt::format(
        "what rain does not explain decays in {:.0f} days, too slowly for {:.0f} "
        "days of readings to tell the base",
        p.noise_decay, reading_days);
  }
  if (p.evaporation_factor < -2 * e.evaporation_factor ||
      p.evaporation_factor > 2.0 + 2 * e.evaporation_factor) {
    return fmt::format("the evaporation factor {:.2f} ± {:.2f} is outside 0 to 2",
                       p.evaporation_factor, e.evaporation_factor);
  }
  if (fit.explained < options.least_explained) {
    return fmt::format("rain and evaporation explain {:.0f} % of the variance, less than {:.0f} %",
                       100 * fit.explained, 100 * options.least_explained);
  }
  return "";
}

void describe(WellFit& fit, const WellProblem& problem, WellResiduals& residuals,
              const Found& found) {
  fit.parameters = detail::from_unknowns(residuals.full(found.x));
  const double freedom = residuals.values() - residuals.inputs();
  const double variance = found.squares / freedom;
  fill_covariance(fit, residuals, found.x, variance);
  // s² is the variance of v w; w² = G / (1 - exp(-2 Δt / α)), so σ² = s² / G.
  fit.noise_sigma =
      std::sqrt(variance / std::exp(residuals.log_geometric_mean(fit.parameters.noise_decay)));
  const Eigen::VectorXd heads = as_eigen(problem.heads.values);
  const Eigen::VectorXd noise = heads - residuals.simulate(fit.parameters);
  fit.explained = 1.0 - noise.squaredNorm() / (heads.array() - heads.mean()).square().sum();
  Eigen::VectorXd innovations;
  residuals(found.x, innovations);
  const Eigen::Index m = innovations.size() - 1;
  fit.innovation_correlation =
      innovations.head(m).dot(innovations.tail(m)) / innovations.squaredNorm();
  fit.response_time = static_cast<double>(residuals.response(fit.parameters).length());
}

/// Readings at least `interval` days apart.
ReadingSeries thinned(const ReadingSeries& heads, double interval) {
  ReadingSeries kept;
  for (std::size_t k = 0; k < heads.times.size(); ++k) {
    if (!kept.empty() &&
        to_seconds(heads.times[k] - kept.times.back()) < interval * to_seconds(one_day)) {
      continue;
    }
    kept.times.push_back(heads.times[k]);
    kept.values.push_back(heads.values[k]);
  }
  return kept;
}

bool enough_readings(const ReadingSeries& heads, const WellFitOptions& options) {
  return static_cast<int>(heads.values.size()) >= std::max(options.least_readings, 10) &&
         days_of(heads) >= options.least_span;
}

WellFit fit_problem(const WellProblem& problem, const WellFitOptions& options) {
  WellFit fit;
  fit.response = options.response;
  fit.readings = static_cast<int>(problem.heads.values.size());
  fit.filled_days = problem.filled_days;
  fit.mean_rain = problem.mean_rain;
  fit.mean_evaporation = problem.mean_evaporation;
  fit.truncation = options.truncation;
  if (!enough_readings(problem.heads, options)) {
    fit.why_not = fmt::format(
        "{} readings over {:.0f} days with rain and evaporation are too few; a model needs {} over "
        "{:.0f} days",
        fit.readings, days_of(problem.heads), options.least_readings, options.least_span);
    return fit;
  }
  const auto [low, high] =
      std::minmax_element(problem.heads.values.begin(), problem.heads.values.end());
  if (*low == *high) {
    fit.why_not = "the head never changes";
    return fit;
  }
  WellResiduals residuals(problem, options);
  Found best;
  const auto from = starts(problem, options);
  for (std::size_t k = 0; k < 2; ++k) {
    Found found = search(residuals, options, from[k]);
    fit.evaluations += found.evaluations;
    if (found.squares < best.squares) best = std::move(found);
  }
  if (best.x.size() == 0 || !std::isfinite(best.squares)) {
    fit.why_not = "the search found no finite misfit";
    return fit;
  }
  describe(fit, problem, residuals, best);
  fit.why_not =
      best.converged
          ? doubt(fit, options, static_cast<double>(problem.rain.size()), days_of(problem.heads))
          : fmt::format("the search did not converge in {} evaluations", fit.evaluations);
  fit.usable = fit.why_not.empty();
  return fit;
}

}  // namespace

Result<WellFit> fit_well(const WellHistory& history, Time until, const WellFitOptions& options) {
  auto problem = detail::known_until(history, until);
  if (!problem) return fail(problem.error());
  const ReadingSeries all = problem->heads;
  std::vector<double> intervals{0.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 30.0};
  if (options.least_interval) intervals = {*options.least_interval};
  WellFit fit;
  for (const double interval : intervals) {
    problem->heads = thinned(all, interval);
    const bool enough = enough_readings(problem->heads, options);
    if (interval > intervals.front() &&
        (!enough || problem->heads.times.size() == static_cast<std::size_t>(fit.readings))) {
      if (enough) continue;  // nothing was left out: the same fit again
      break;
    }
    const int before = fit.evaluations;
    fit = fit_problem(*problem, options);
    fit.evaluations += before;
    fit.least_interval = interval;
    if (std::abs(fit.innovation_correlation) < options.most_correlation) break;
  }
  return fit;
}

Result<std::vector<double>> simulate_well(const WellFit& fit, const WellHistory& history,
                                          std::span<const Time> times) {
  if (times.empty()) return std::vector<double>{};
  const auto problem =
      detail::known_until(history, std::min(history.rain.end(), history.evaporation.end()));
  if (!problem) return fail(problem.error());
  if (times.front() < problem->first || times.back() > problem->end() ||
      !std::is_sorted(times.begin(), times.end())) {
    return fail(
        ErrorCode::invalid_input,
        fmt::format("well \"{}\": heads can be simulated in rising order from {} to {}",
                    history.station, format_time(problem->first), format_time(problem->end())));
  }
  WellProblem known = *problem;
  known.mean_rain = fit.mean_rain;
  known.mean_evaporation = fit.mean_evaporation;
  const auto response = detail::step_response(fit.parameters.shape, fit.parameters.scale,
                                              fit.truncation, known.rain.size() + 1);
  const auto unit =
      detail::unit_responses(fit.response, response, known, detail::places_of(times, known.first));
  std::vector<double> heads(times.size());
  const WellParameters& p = fit.parameters;
  for (std::size_t k = 0; k < heads.size(); ++k) {
    heads[k] = p.base + p.gain * (unit.rain[k] - p.evaporation_factor * unit.evaporation[k]);
  }
  return heads;
}

}  // namespace vandvagt::forecast
