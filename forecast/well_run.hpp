#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "forecast/built_case.hpp"
#include "forecast/observations.hpp"
#include "forecast/scenario.hpp"
#include "forecast/well_forecast.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::forecast {

/// What the products of a well's forecast show; symmetric, so that depths have the same.
inline constexpr std::array<double, 5> well_quantiles{0.05, 0.25, 0.5, 0.75, 0.95};
inline constexpr double well_band = 0.9;  // nominal, between the outermost of them

/// A well's forecast in a run. Heads are [m above the grid's datum] where the station measures
/// heads; where it measures depths they are minus the depth below ground.
struct WellForecastOutcome {
  std::string station, name;
  grids::Point position;         // in the grid's system
  bool measures_depth = false;   // below ground, else a head
  std::optional<double> ground;  // [m above the grid's datum], where declared
  WellFit fit;                   // usable, or why not
  std::optional<WellForecast> forecast;
  std::string why_none;           // where there is no forecast at all
  std::string weather;            // after the last known day, in words
  Time weather_known_until{};     // end of the last day of rain and evaporation
  ReadingSeries observed;         // up to the time of issue
  std::vector<InputFile> inputs;  // digests of the readings used
  std::vector<std::string> notices;
};

/// Each of Scenario::well_forecasts, fitted to what is known at `issued` and forecast day by day to
/// its lead. Nothing that goes wrong with one well ends the run or another well: a fit that cannot
/// be made falls back to persistence, and what has not even that says why.
/// One well with 30 years of daily heads takes a third of a second.
std::vector<WellForecastOutcome> forecast_wells(const Scenario& scenario, const BuiltCase& built,
                                                const Observations& observations, Time issued);

}  // namespace vandvagt::forecast
