#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "forecast/built_case.hpp"
#include "forecast/observations.hpp"
#include "forecast/scenario.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::forecast {

/// Newest usable reading of one well at an instant.
struct WellReading {
  std::string station;
  grids::Point position;  // in the grid's system
  Time time;
  double water_table_depth = 0.0;  // [m below ground]; negative: head above ground
};

/// What became of one well's reading.
struct WellResult {
  std::string station;
  std::optional<Time> time;                   // of the reading
  double observed = 0.0;                      // [m below ground]
  double prior = 0.0;                         // of the map before [m below ground]
  double analysed = 0.0;                      // of the map after [m below ground]
  double leave_one_out = 0.0;                 // what the others say here [m below ground]
  double leave_one_out_error = 0.0;           // observed - leave_one_out [m]
  double leave_one_out_standard_error = 0.0;  // what that error should be like [m]
  bool used = false;
  std::string why_not;  // where it was not used
};

/// A corrected map of the water table.
struct WaterTable {
  Time time;
  Field<float> depth;           // [m below ground], nx × ny; NaN where the prior is
  Field<float> standard_error;  // [m]
  std::vector<WellResult> wells;
  int wells_used = 0;
  double leave_one_out_rmse = 0.0;  // [m]; 0 without wells
  double share_within_one = 0.0;    // of leave-one-out errors within ±1 standard error; 0.68 is
  double share_within_two = 0.0;    // honest, and within ±2, 0.95
};

/// Errors of the prior and of the readings.
struct WaterTableErrors {
  double prior_error = 0.5;          // standard deviation of the prior's departures [m], > 0
  double reading_error = 0.05;       // of a reading [m], > 0
  double correlation_length = 2000;  // [m], > 0
};

/// Optimal interpolation (simple kriging of the departures from the prior):
///     A_ij = s_p² exp(-r_ij / L) + s_r² delta_ij,   c_i(x) = s_p² exp(-|x - x_i| / L)
///     depth(x) = prior(x) + c(x)ᵀ A⁻¹ d,   error²(x) = s_p² - c(x)ᵀ A⁻¹ c(x)
/// with d the readings minus the prior in their cells. Leave-one-out from A⁻¹ (Dubrule 1983,
/// doi:10.1007/BF01033030). One Cholesky of all wells: for up to some hundreds of them. The water
/// table stays below ground unless a reading says otherwise, and then rises above it only as far as
/// that reading carries: depth(x) >= min(0, reading × exp(-r / L)).
/// The same bits on every machine and with any number of threads.
/// Source: Daley (1991), Atmospheric Data Analysis, chapter 4.
/// @param prior  [m below ground] nx × ny, NaN where there is none
/// Wells outside the grid or on NaN are left out and say so. Without wells the prior is returned.
/// Error{invalid_input} for errors or a length that are not positive.
Result<WaterTable> correct_water_table(const grids::Geometry& geometry,
                                       FieldView<const float> prior,
                                       const std::vector<WellReading>& wells,
                                       const WaterTableErrors& errors);

/// The map at `time` from the scenario's wells: newest usable reading of each with
/// time - window < t <= time; a head becomes a depth below the cell's ground.
Result<WaterTable> analyse_water_table(const Scenario& scenario, const BuiltCase& built,
                                       const Observations& observations, Time time);

}  // namespace vandvagt::forecast
