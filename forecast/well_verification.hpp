#pragma once

#include <vector>

#include "forecast/well_forecast.hpp"

namespace vandvagt::forecast {

/// How forecasts of a past period are made and what they are compared with.
struct WellVerificationOptions {
  Time from{}, to{};       // readings that verify lie in [from, to)
  std::vector<int> leads;  // [day] after the time of issue
  int every = 1;           // a forecast is issued on every n-th day only
  /// What is taken as the weather after the issue: what fell ("perfect"), or the same days of
  /// earlier years, when nothing is known of it.
  enum class Weather { observed, earlier_years };
  Weather weather = Weather::earlier_years;
  double band = 0.9;  // nominal share of readings inside
  /// [day] The model is fitted to what is known at `from`, and again after every so many days, as a
  /// service that runs for years would. 0: never again.
  int refit_every = 0;
};

/// Errors of all forecasts of one lead.
struct WellLeadScore {
  int lead = 0;  // [day]
  int count = 0;
  double rmse = 0.0;              // of the forecast's mean [m]
  double rmse_persistence = 0.0;  // of the newest head at the issue [m]
  double rmse_climatology = 0.0;  // of the mean head of that time of year, earlier years [m]
  double share_inside = 0.0;      // of readings inside the band
  double mean_width = 0.0;        // of the band [m]
};

struct WellVerification {
  WellFit fit;  // the first, to readings before `from`
  int fits = 0;
  std::vector<WellLeadScore> leads;  // in the order asked for; those without a reading left out
};

/// Issues forecasts through a past period as they would have been issued, each with what was known
/// then, and scores each lead. A reading at t verifies lead L of the forecast issued at t - L days.
/// Climatology: mean of the heads within 15 days of the day of the year in the years before the
/// issue's. Issues that cannot be made (rain unknown, fewer than five earlier years) are left out
/// of `count`. Error{invalid_input} where none can, and as fit_well.
Result<WellVerification> verify_well(const WellHistory& history, const WellFitOptions& fit,
                                     const WellVerificationOptions& options);

}  // namespace vandvagt::forecast
