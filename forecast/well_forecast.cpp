#include "forecast/well_forecast.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "forecast/detail/well_persistence.hpp"
#include "forecast/detail/well_problem.hpp"
#include "forecast/detail/well_recent.hpp"
#include "forecast/ensemble.hpp"

namespace vandvagt::forecast {
namespace {

using detail::as_eigen;
using detail::Instants;
using detail::Places;
using detail::WellMatrix;
using detail::WellProblem;
using detail::WellVector;

/// What is wrong with a request, if anything is.
std::string fault_of(const FutureForcing& future, Time issued, std::span<const Time> times,
                     const WellForecastOptions& options) {
  if (future.members() == 0 || future.days() == 0 ||
      future.evaporation.size() != future.members()) {
    return "the forecast forcing has no members";
  }
  for (std::size_t m = 0; m < future.members(); ++m) {
    if (future.rain[m].size() != future.days() || future.evaporation[m].size() != future.days()) {
      return fmt::format("member {} of the forecast forcing differs in length from the first", m);
    }
    for (const auto* series : {&future.rain[m], &future.evaporation[m]}) {
      if (!std::all_of(series->begin(), series->end(), [](double v) { return std::isfinite(v); })) {
        return fmt::format("member {} of the forecast forcing has a value that is no number", m);
      }
    }
  }
  if (future.first > issued) {
    return "the forecast forcing begins at " + format_time(future.first) +
           ", after the time of issue " + format_time(issued);
  }
  const Time end = future.first + one_day * static_cast<std::int64_t>(future.days());
  if (times.empty() || times.front() <= issued || times.back() > end ||
      !std::is_sorted(times.begin(), times.end())) {
    return "times must rise, after the time of issue and until the forcing ends at " +
           format_time(end);
  }
  double before = 0.0;
  for (const double q : options.quantiles) {
    if (!(q > before && q < 1.0)) return "quantiles must rise inside 0 to 1";
    before = q;
  }
  return "";
}

double normal_below(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// Quantile of an equal mixture of normal distributions that share one standard deviation.
double mixture_quantile(const Eigen::VectorXd& means, double deviation, double q) {
  double low = means.minCoeff() + normal_quantile(q) * deviation;
  double high = means.maxCoeff() + normal_quantile(q) * deviation;
  for (int step = 0; step < 40 && high > low; ++step) {
    const double middle = 0.5 * (low + high);
    double below = 0.0;
    for (const double mean : means) below += normal_below((middle - mean) / deviation);
    (below < q * static_cast<double>(means.size()) ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// One member's responses of gain 1 to its own days, at instants.
Eigen::VectorXd own_response(WellResponse kind, const detail::StepResponse& response,
                             const std::vector<double>& days_ahead, std::size_t known,
                             const Places& places) {
  std::vector<int> ahead;
  ahead.reserve(places.boundaries.size());
  for (const int boundary : places.boundaries) {
    ahead.push_back(std::max(0, boundary - static_cast<int>(known)));
  }
  return as_eigen(at_places(places, unit_response(kind, response, days_ahead, 0.0, ahead)));
}

Instants instants_of(const WellProblem& problem, std::span<const Time> times) {
  Instants instants;
  std::vector<Time> all;
  instants.reading = !problem.heads.empty();
  if (instants.reading) {
    all.push_back(problem.heads.times.back());
    instants.head = problem.heads.values.back();
  }
  for (const Time time : times) {
    all.push_back(time);
    instants.since.push_back(instants.reading ? in_days(time - problem.heads.times.back())
                                              : std::numeric_limits<double>::infinity());
  }
  instants.places = detail::places_of(all, problem.first);
  return instants;
}

/// Values at the forecast's times less what the newest reading keeps of its own: the way noise
/// carries every error of the simulation at t₀ forward.
Eigen::VectorXd carried(const Instants& instants, const Eigen::VectorXd& values,
                        double noise_decay) {
  const auto count = static_cast<Eigen::Index>(instants.since.size());
  if (!instants.reading) return values;
  Eigen::VectorXd result = values.tail(count);
  for (Eigen::Index k = 0; k < count; ++k) {
    result[k] -= std::exp(-instants.since[static_cast<std::size_t>(k)] / noise_decay) * values[0];
  }
  return result;
}

WellProblem with_days(const WellProblem& problem, const FutureForcing& future,
                      bool mean_of_members) {
  WellProblem longer = problem;
  const double weight = 1.0 / static_cast<double>(future.members());
  for (std::size_t day = 0; day < future.days(); ++day) {
    double rain = 0.0;
    double evaporation = 0.0;
    for (std::size_t m = 0; mean_of_members && m < future.members(); ++m) {
      rain += weight * future.rain[m][day];
      evaporation += weight * future.evaporation[m][day];
    }
    longer.rain.push_back(rain);
    longer.evaporation.push_back(evaporation);
  }
  return longer;
}

/// A member's path of noise: variance as the forecast says at each time, correlation exp(-Δt/α).
void add_noise(std::vector<double>& heads, const WellForecast& forecast, const Instants& instants,
               double noise_decay, const WellForecastOptions& options, std::size_t member) {
  double path = 0.0;  // with the variance 1 - exp(-2 τ/α)
  double before = 0.0;
  for (std::size_t k = 0; k < heads.size(); ++k) {
    const double since = instants.since[k];
    const double kept =
        std::isinf(since) && k == 0
            ? 0.0
            : std::exp(-(std::isinf(since) ? in_days(forecast.times[k] - forecast.times[k - 1])
                                           : since - before) /
                       noise_decay);
    const double z = normal_quantile(uniform_from(options.seed, member, 100 + k));
    path = kept * path + std::sqrt(std::max(0.0, 1.0 - kept * kept)) * z;
    const double deviation = std::sqrt(-std::expm1(-2.0 * since / noise_decay));
    heads[k] += deviation > 0.0 ? forecast.noise_error[k] * path / deviation : 0.0;
    before = since;
  }
}

}  // namespace

constexpr std::size_t longest_response =
    20000;  // [day] of a usable fit: it is shorter than the rain

class WellForecaster::Model {
 public:
  explicit Model(const WellFit& fit)
      : fit_(fit),
        response_(detail::step_response(fit.parameters.shape, fit.parameters.scale, fit.truncation,
                                        longest_response)),
        to_log_shape_(detail::derivative_to_log_shape(response_)),
        to_log_scale_(detail::derivative_to_log_scale(response_)) {
    for (Eigen::Index i = 0; i < well_parameter_count; ++i) {
      for (Eigen::Index j = 0; j < well_parameter_count; ++j) {
        covariance_(i, j) =
            fit.covariance[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      }
    }
  }
  Result<WellForecast> forecast(const WellHistory& history, Time issued,
                                const FutureForcing& future, std::span<const Time> times,
                                const WellForecastOptions& options) const;

 private:
  struct Expected {
    Eigen::MatrixXd heads;                  // μ, members × times
    Eigen::VectorXd recharge, evaporation;  // members' mean response of gain 1, at the instants
  };
  Expected expect(const WellProblem& problem, const FutureForcing& future,
                  const Instants& instants) const;
  /// g at each time: times × parameters.
  Eigen::MatrixXd derivatives(const WellProblem& problem, const FutureForcing& future,
                              const Instants& instants, const Expected& expected) const;
  /// One draw of parameters and noise for each member.
  void draw_members(WellForecast& forecast, const Eigen::MatrixXd& means,
                    const Eigen::MatrixXd& slopes, const Instants& instants,
                    const WellForecastOptions& options) const;

  WellFit fit_;
  WellMatrix covariance_;
  detail::StepResponse response_, to_log_shape_, to_log_scale_;
};

WellForecaster::WellForecaster(WellFit fit) : fit_(std::move(fit)) {
  if (fit_.usable) model_ = std::make_shared<const Model>(fit_);
}

Result<WellForecast> WellForecaster::forecast(const WellHistory& history, Time issued,
                                              const FutureForcing& future,
                                              std::span<const Time> times,
                                              const WellForecastOptions& options) const {
  if (const auto fault = fault_of(future, issued, times, options); !fault.empty()) {
    return fail(ErrorCode::invalid_input, "well \"" + history.station + "\": " + fault);
  }
  if (model_) return model_->forecast(history, issued, future, times, options);
  auto persistence =
      detail::persist(history.heads, history.station, issued, times, future.members(), options);
  if (persistence) persistence->why_persistence = fit_.why_not;
  return persistence;
}

Result<WellForecast> WellForecaster::Model::forecast(const WellHistory& history, Time issued,
                                                     const FutureForcing& future,
                                                     std::span<const Time> times,
                                                     const WellForecastOptions& options) const {
  auto problem = detail::known_until(history, future.first, issued);
  if (!problem) return fail(problem.error());
  if (problem->end() != future.first) {
    return fail(
        ErrorCode::invalid_input,
        fmt::format("well \"{}\": rain and evaporation are known until {}, and their "
                    "forecast begins at {}; extend it back to there",
                    history.station, format_time(problem->end()), format_time(future.first)));
  }
  problem->mean_rain = fit_.mean_rain;
  problem->mean_evaporation = fit_.mean_evaporation;
  const Instants instants = instants_of(*problem, times);
  Expected expected = expect(*problem, future, instants);
  const Eigen::MatrixXd slopes = derivatives(*problem, future, instants, expected);
  const auto recent =
      detail::recent_errors(fit_, response_, *problem, issued, options.memory, instants.since);

  WellForecast forecast;
  forecast.station = history.station;
  forecast.issued = issued;
  forecast.times.assign(times.begin(), times.end());
  forecast.quantiles.assign(options.quantiles.size(), {});
  for (Eigen::Index k = 0; k < slopes.rows(); ++k) {
    const double since = instants.since[static_cast<std::size_t>(k)];
    const Eigen::VectorXd g = slopes.row(k);
    const auto& [drift, spread] = recent[static_cast<std::size_t>(k)];
    expected.heads.col(k).array() += drift;
    const Eigen::VectorXd means = expected.heads.col(k);
    const double new_share = -std::expm1(-2.0 * since / fit_.parameters.noise_decay);
    forecast.mean.push_back(means.mean());
    forecast.noise_error.push_back(spread * fit_.noise_sigma * std::sqrt(new_share));
    forecast.parameter_error.push_back(std::sqrt(std::max(0.0, g.dot(covariance_ * g))));
    forecast.forcing_spread.push_back(std::sqrt((means.array() - means.mean()).square().mean()));
    const double deviation =
        std::hypot(forecast.noise_error.back(), forecast.parameter_error.back());
    for (std::size_t q = 0; q < options.quantiles.size(); ++q) {
      forecast.quantiles[q].push_back(mixture_quantile(means, deviation, options.quantiles[q]));
    }
  }
  draw_members(forecast, expected.heads, slopes, instants, options);
  return forecast;
}

WellForecaster::Model::Expected WellForecaster::Model::expect(const WellProblem& problem,
                                                              const FutureForcing& future,
                                                              const Instants& instants) const {
  const WellParameters& p = fit_.parameters;
  const std::size_t known = problem.rain.size();
  const auto past =
      unit_responses(fit_.response, response_, with_days(problem, future, false), instants.places);
  const auto ahead = [&](const std::vector<double>& days_ahead) {
    return own_response(fit_.response, response_, days_ahead, known, instants.places);
  };
  const auto members = static_cast<Eigen::Index>(future.members());
  const auto count = static_cast<Eigen::Index>(instants.since.size());
  Expected expected;
  expected.heads.resize(members, count);
  expected.recharge = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(past.rain.size()));
  expected.evaporation = expected.recharge;
  Eigen::VectorXd held(count);  // d, and what the reading's departure from it keeps
  for (Eigen::Index k = 0; k < count; ++k) {
    const double kept = std::exp(-instants.since[static_cast<std::size_t>(k)] / p.noise_decay);
    held[k] = p.base + (instants.reading ? kept * (instants.head - p.base) : 0.0);
  }
  for (Eigen::Index m = 0; m < members; ++m) {
    const auto at = static_cast<std::size_t>(m);
    const Eigen::VectorXd evaporation = as_eigen(past.evaporation) + ahead(future.evaporation[at]);
    const Eigen::VectorXd recharge =
        as_eigen(past.rain) + ahead(future.rain[at]) - p.evaporation_factor * evaporation;
    expected.heads.row(m) = held + p.gain * carried(instants, recharge, p.noise_decay);
    expected.recharge += recharge / static_cast<double>(members);
    expected.evaporation += evaporation / static_cast<double>(members);
  }
  return expected;
}

Eigen::MatrixXd WellForecaster::Model::derivatives(const WellProblem& problem,
                                                   const FutureForcing& future,
                                                   const Instants& instants,
                                                   const Expected& expected) const {
  const WellParameters& p = fit_.parameters;
  const WellProblem average = with_days(problem, future, true);
  std::vector<double> recharge(average.rain.size());
  for (std::size_t k = 0; k < recharge.size(); ++k) {
    recharge[k] = average.rain[k] - p.evaporation_factor * average.evaporation[k];
  }
  const double before = problem.mean_rain - p.evaporation_factor * problem.mean_evaporation;
  const auto by = [&](const detail::StepResponse& derivative) {
    const auto at_boundaries =
        respond(derivative, 0.0, recharge, before, instants.places.boundaries);
    return carried(instants, as_eigen(at_places(instants.places, at_boundaries)), p.noise_decay);
  };
  Eigen::MatrixXd slopes(static_cast<Eigen::Index>(instants.since.size()), well_parameter_count);
  slopes.col(0) = carried(instants, expected.recharge, p.noise_decay);
  slopes.col(1) = p.gain / p.shape * by(to_log_shape_);
  slopes.col(2) = p.gain / p.scale * by(to_log_scale_);
  slopes.col(3) = -p.gain * carried(instants, expected.evaporation, p.noise_decay);
  slopes.col(4) = carried(instants, Eigen::VectorXd::Ones(expected.recharge.size()), p.noise_decay);
  slopes.col(5).setZero();
  for (Eigen::Index k = 0; instants.reading && k < slopes.rows(); ++k) {
    const double decay = instants.since[static_cast<std::size_t>(k)] / p.noise_decay;
    const double noise = instants.head - p.base - p.gain * expected.recharge[0];
    slopes(k, 5) = noise * std::exp(-decay) * decay / p.noise_decay;
  }
  return slopes;
}

void WellForecaster::Model::draw_members(WellForecast& forecast, const Eigen::MatrixXd& means,
                                         const Eigen::MatrixXd& slopes, const Instants& instants,
                                         const WellForecastOptions& options) const {
  const Eigen::LDLT<WellMatrix> factor(covariance_);
  for (Eigen::Index m = 0; m < means.rows(); ++m) {
    const auto member = static_cast<std::uint64_t>(m);
    WellVector z;
    for (int k = 0; k < well_parameter_count; ++k) {
      z[k] = normal_quantile(uniform_from(options.seed, member, static_cast<std::uint64_t>(k)));
    }
    const WellVector scaled = factor.vectorD().cwiseMax(0.0).cwiseSqrt().cwiseProduct(z);
    const WellVector lower = factor.matrixL() * scaled;
    const WellVector draw = factor.transpositionsP().transpose() * lower;
    const Eigen::VectorXd heads = means.row(m).transpose() + slopes * draw;
    forecast.members.emplace_back(heads.begin(), heads.end());
    add_noise(forecast.members.back(), forecast, instants, fit_.parameters.noise_decay, options,
              member);
  }
}

}  // namespace vandvagt::forecast
