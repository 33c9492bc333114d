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
#include "forecast/variogram.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::forecast {

/// Newest usable reading of one well at an instant.
struct WellReading {
  std::string station;
  grids::Point position;  // in the grid's system
  Time time;
  double water_table_depth = 0.0;  // [m below ground]; negative: head above ground
  double standard_error = 0.05;    // of it as a reading of now [m], > 0
};

/// What became of one well's reading.
struct WellResult {
  std::string station;
  std::optional<Time> time;                   // of the reading
  double observed = 0.0;                      // [m below ground]
  double observed_standard_error = 0.0;       // with its age [m]
  double prior = 0.0;                         // of the map before [m below ground]
  double analysed = 0.0;                      // of the map after [m below ground]
  double leave_one_out = 0.0;                 // what the others say here [m below ground]
  double leave_one_out_error = 0.0;           // observed - leave_one_out [m]
  double leave_one_out_standard_error = 0.0;  // what that error should be like [m]
  bool used = false;
  std::string why_not;  // where it was not used
};

/// The variogram of a map and where it comes from.
struct VariogramUsed {
  Variogram variogram;
  bool fitted = false;  // to the run's own wells; else as configured
  std::string why_not;  // a fit was asked for and could not be used
  double gain = 0.0;    // how much better than the configured it is: fall of the deviance
  int outliers = 0;     // wells that the fit left out
};

/// The mean departure from the prior: none, or bias + slope × (ground - ground_mean).
struct DriftUsed {
  WaterTableDrift drift = WaterTableDrift::none;
  std::string why_not;                             // what was asked for and could not be used
  double bias = 0.0, bias_standard_error = 0.0;    // [m]
  double slope = 0.0, slope_standard_error = 0.0;  // [1]
  double ground_mean = 0.0;                        // of the wells [m above datum]
};

/// A corrected map of the water table.
struct WaterTable {
  Time time;
  Field<float> depth;           // [m below ground], nx × ny; NaN where the prior is
  Field<float> standard_error;  // [m]
  std::vector<WellResult> wells;
  int wells_used = 0;
  VariogramUsed variogram;
  DriftUsed drift;
  int neighbours = 0;               // wells that each place was corrected by; wells_used: all
  double leave_one_out_rmse = 0.0;  // [m]; 0 without wells
  double share_within_one = 0.0;    // of leave-one-out errors within ±1 standard error; 0.68 is
  double share_within_two = 0.0;    // honest, and within ±2, 0.95
  double mean_squared_ratio = 0.0;  // of leave-one-out errors to their standard errors; 1
};

/// The water table before the wells are asked.
struct WaterTablePrior {
  FieldView<const float> depth;    // [m below ground], nx × ny; NaN where there is none
  FieldView<const float> error;    // its standard error [m], > 0 where there is a depth
  FieldView<const double> ground;  // [m above datum]; empty: no drift with the terrain
};

/// How wells correct it.
struct WaterTableOptions {
  Variogram variogram;  // of the departures; the first guess of a fit
  bool fit_variogram = false;
  WaterTableDrift drift = WaterTableDrift::none;
  int neighbours = 96;  // >= 8; more wells than that are asked by neighbourhoods
};

/// Standard error of a reading as one of now [m]: the water table wanders while nobody looks,
///     e² = reading_error² + growth² × age
/// @param growth  [m] in a day
double error_at_age(double reading_error, double growth, Duration age);

/// Optimal interpolation: kriging of the departures from the prior,
///     depth(x) = prior(x) + f(x)ᵀ b + c(x)ᵀ A⁻¹ (d - F b)
///     error²(x) = φ s(x)² - c(x)ᵀ A⁻¹ c(x) + gᵀ Cov(b) g,   g = f(x) - Fᵀ A⁻¹ c(x)
///     A_ij = C(x_i, x_j) + δ_ij e_i²,   c_i(x) = C(x, x_i) without its nugget
/// with d the readings minus the prior in their cells, e_i their standard errors and C of the
/// variogram (variogram.hpp). Without a drift this is simple, with it universal kriging; b is the
/// generalised least squares estimate of all wells.
///
/// With more wells than `neighbours`, blocks of cells as wide as the wells stand apart are each
/// corrected by those nearest in every octant; blocks overlap by half their width and are blended
/// there by bilinear weights, so that no seam shows. Leave-one-out as detail/kriging.hpp says.
///
/// The water table stays below ground unless a reading says otherwise, and then rises above it only
/// as far as that reading carries: depth(x) >= min(0, reading × ρ(r / L)).
/// The same bits on every machine and with any number of threads.
/// Wells outside the grid or on NaN are left out and say so. Without wells the prior is returned.
/// Error{invalid_input} for errors, lengths or shares out of range; Error{numerical} where the
/// covariance of the wells cannot be factored.
/// Source: Daley (1991), Atmospheric Data Analysis, chapter 4; Chilès & Delfiner (2012), chapter 3
/// (doi:10.1002/9781118136188).
Result<WaterTable> correct_water_table(const grids::Geometry& geometry,
                                       const WaterTablePrior& prior,
                                       const std::vector<WellReading>& wells,
                                       const WaterTableOptions& options);

/// The map at `time` from the scenario's wells: newest usable reading of each with
/// time - window < t <= time; a head becomes a depth below the cell's ground. Left out, with the
/// reason: wells that are pumped, readings while a pump runs or the well recovers from it, intakes
/// of a borehole below its phreatic one (well_intakes.hpp).
Result<WaterTable> analyse_water_table(const Scenario& scenario, const BuiltCase& built,
                                       const Observations& observations, Time time);

}  // namespace vandvagt::forecast
