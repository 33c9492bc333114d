#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "forecast/detail/well_response.hpp"
#include "forecast/well_fit.hpp"

/// A well's series laid side by side on whole days, checked and filled.
namespace vandvagt::forecast::detail {

using WellVector = Eigen::Matrix<double, well_parameter_count, 1>;
using WellMatrix = Eigen::Matrix<double, well_parameter_count, well_parameter_count>;
/// A series as Eigen sees it.
inline Eigen::VectorXd as_eigen(const std::vector<double>& values) {
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}
/// Parameters in the order of WellParameters, as a vector and back.
WellVector to_vector(const WellParameters& parameters);
WellParameters to_parameters(const WellVector& vector);

/// Where an instant lies between the ends of days: value = (1 - w) s[left] + w s[left + 1].
struct Place {
  std::size_t left = 0;  // into Places::boundaries
  double weight = 0.0;   // w, 0 <= w < 1
};
/// Instants as boundaries of days, each once and rising, and weights between them.
struct Places {
  std::vector<int> boundaries;  // days after the forcing's first
  std::vector<Place> places;    // of each instant
};
/// `times` rise, none before `first`.
Places places_of(std::span<const Time> times, Time first);
/// Linear between boundaries.
std::vector<double> at_places(const Places& places, std::span<const double> at_boundaries);

/// What is known at an instant, days of rain and evaporation alike.
struct WellProblem {
  Time first{};                           // of the forcing
  std::vector<double> rain, evaporation;  // [m/day] of equal length, without unknown days
  double mean_rain = 0.0, mean_evaporation = 0.0;
  ReadingSeries heads;  // inside the forcing
  int filled_days = 0;
  Time end() const { return first + one_day * static_cast<std::int64_t>(rain.size()); }
};

/// The days that end by `until` and the readings that lie in them; with `heads_until`, readings up
/// to that instant (a forecast joins its own forcing behind the known days). Readings before the
/// forcing are left out. Errors as fit_well.
Result<WellProblem> known_until(const WellHistory& history, Time until,
                                std::optional<Time> heads_until = std::nullopt);

/// Response of gain 1 to x [m/day] at boundaries, by recursion for the exponential response.
std::vector<double> unit_response(WellResponse kind, const StepResponse& response,
                                  std::span<const double> x, double mean,
                                  std::span<const int> boundaries);

/// Responses of gain 1 to rain and evaporation.
struct UnitResponses {
  std::vector<double> rain, evaporation;  // [m/day], at instants
};
UnitResponses unit_responses(WellResponse kind, const StepResponse& response,
                             const WellProblem& problem, const Places& places);

/// Where a forecast needs the simulation: at the newest reading, if there is one, then at its
/// times.
struct Instants {
  Places places;
  std::vector<double> since;  // τ [day] of each time after that reading; infinite without one
  bool reading = false;
  double head = 0.0;  // h₀ [m above datum]
};

}  // namespace vandvagt::forecast::detail
