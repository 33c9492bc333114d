#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "core/units.hpp"
#include "forecast/built_case.hpp"
#include "forecast/ensemble.hpp"
#include "forecast/observations.hpp"
#include "forecast/scenario.hpp"
#include "forecast/series_file.hpp"
#include "model/series.hpp"

namespace vandvagt::forecast {

/// What drove one edge, source or the rain, for run.json and the screen.
struct ForcingReport {
  std::string what;                        // edge "sea", source "pump", rain
  std::string driven_by;                   // constant, points, file x.csv, station thyboron, ...
  std::vector<std::string> stations_used;  // those whose readings entered, in order of preference
  std::optional<Time> newest;              // newest reading that entered
  std::optional<Duration> age;             // of it at the reference time
  std::string after;                       // after it: "held", "forecast file ..., bias +0.12 m"
  bool degraded =
      false;  // a fallback, a long gap or a held value stood in for what should be there
  std::vector<std::string> notices;  // what an operator should read
};

/// Values against time for a whole run, and until when no later reading can change them.
struct ResolvedSeries {
  model::Series series;
  Time settled_until;
  ForcingReport report;
  std::vector<InputFile> inputs;
};

/// For which times a forcing is wanted. `reference` divides what is observed from what is forecast;
/// in a simulation it is the end of the run.
struct ForcingPeriod {
  Time from;
  Time reference;
  Time to;
};

/// Values of one series input over the period.
///
/// Station readings: between two that lie no more than max_age apart, linear. In a longer gap the
/// readings of the fallback stations, in order; where none has any, the last value is held. The
/// same rule for the end: a newest reading older than max_age at the reference time hands over to
/// the fallback stations. After the newest reading the forecast file, moved by its departure from
/// that reading (added to a stage; a factor within 0.2..5 on a discharge), or else the last value
/// is held. So the value at t <= settled_until depends on the readings alone, not on the run.
///
/// @param what       for messages and the report: edge "sea"
/// @param dimension  length for a stage, discharge, speed for rain
/// @param start      scenario.time.start, from which points and files count their seconds
/// Error{unavailable} where no station has any usable reading; Error{invalid_input} for a station
/// that is not declared or measures something else, or a file that is wrong.
Result<ResolvedSeries> resolve_series(const SeriesInput& input, const std::string& what,
                                      Dimension dimension, const ForcingPeriod& period, Time start,
                                      const Observations& observations);

/// All series of the case's edges, sources, groundwater boundaries and wells, resolved and put into
/// a copy of it.
struct ResolvedForcing {
  std::vector<model::Series> edges;       // in the order of BuiltCase::model.edges
  std::vector<model::Series> sources;     // in the order of BuiltCase::model.sources
  std::vector<model::Series> boundaries;  // in the order of BuiltCase::model.aquifer.boundaries
  std::vector<model::Series> wells;       // in the order of BuiltCase::model.aquifer.wells
  Time settled_until;
  std::vector<ForcingReport> reports;
  std::vector<InputFile> inputs;
};
/// What is driven in the built case is found in the scenario by its name.
Result<ResolvedForcing> resolve_forcing(const Scenario& scenario, const BuiltCase& built,
                                        const ForcingPeriod& period,
                                        const Observations& observations);

/// The case for one member: its series in place, forecast stages and discharges perturbed after the
/// reference time, growing linearly from nothing to the full perturbation over `ramp`, so that the
/// analysed state is not hit by a step.
model::Case case_of_member(const BuiltCase& built, const ResolvedForcing& forcing,
                           const Perturbation& perturbation, const ForcingPeriod& period,
                           Duration ramp = std::chrono::hours{1});

/// Rain over a run, constant in each sync interval [t, t + sync). One thread at a time.
class RainForcing {
 public:
  /// Opens and checks what the scenario names. Error as grids::RainSeries::open and resolve_series.
  static Result<RainForcing> open(const Scenario& scenario, const BuiltCase& built,
                                  const ForcingPeriod& period, const Observations& observations);
  RainForcing(RainForcing&&) noexcept;
  RainForcing& operator=(RainForcing&&) noexcept;
  RainForcing(const RainForcing&) = delete;
  RainForcing& operator=(const RainForcing&) = delete;
  ~RainForcing();

  /// Rain of the sync interval that begins at `time`: one rate everywhere [m/s], or a field nx × ny
  /// that stays valid until the next call. It holds until `until`, a multiple of the interval.
  struct Rate {
    std::optional<double> uniform;
    FieldView<const float> field;
    Time until;
  };
  /// From the reference time on the rate is multiplied by `factor`.
  Result<Rate> at(Time time, double factor = 1.0);

  Time settled_until() const;
  const std::vector<ForcingReport>& reports() const;  // observed, then forecast
  const std::vector<InputFile>& inputs() const;

 private:
  struct Sources;
  explicit RainForcing(std::unique_ptr<Sources> sources);
  std::unique_ptr<Sources> sources_;
};

}  // namespace vandvagt::forecast
