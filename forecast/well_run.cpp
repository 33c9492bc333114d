#include "forecast/well_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "forecast/detail/well_history.hpp"

namespace vandvagt::forecast {
namespace {

/// Curves of a fallback, which needs no weather.
constexpr std::size_t persistence_members = 20;
/// Rain or evaporation that ends longer ago is told of.
constexpr Duration most_waited = std::chrono::hours{72};

std::vector<Time> days_ahead(Time issued, Duration lead) {
  std::vector<Time> times;
  for (Time t = issued + one_day; t <= issued + lead; t += one_day) times.push_back(t);
  return times;
}

/// Weather that says nothing, for a forecast that does not ask for it.
FutureForcing no_weather(Time issued, int days) {
  const std::vector<double> none(static_cast<std::size_t>(days), 0.0);
  return {.first = std::chrono::floor<std::chrono::days>(issued),
          .rain = {persistence_members, none},
          .evaporation = {persistence_members, none}};
}

std::vector<Observation> as_observations(const ReadingSeries& series) {
  std::vector<Observation> all;
  for (std::size_t k = 0; k < series.times.size(); ++k)
    all.push_back({series.times[k], series.values[k]});
  return all;
}

/// One well from its history to its forecast.
class WellRun {
 public:
  WellRun(const WellForecastInput& input, const WellTables& tables, Time issued)
      : input_(input), tables_(tables), issued_(issued), times_(days_ahead(issued, input.lead)) {}

  void run(const Observations& observations, WellForecastOutcome& outcome) const {
    const auto history = detail::history_of(input_, tables_, observations, issued_);
    if (!history) {
      outcome.why_none = history.error().message;
      return;
    }
    outcome.observed = history->heads;
    outcome.weather_known_until = history->rain.end();
    outcome.inputs.push_back({"readings of " + input_.station + " (forecast of the well)",
                              digest_of_readings(as_observations(history->heads))});
    fit(*history, outcome);
    if (outcome.fit.usable && with_model(*history, outcome)) return;
    with_persistence(*history, outcome);
  }

 private:
  void fit(const WellHistory& history, WellForecastOutcome& outcome) const {
    auto fitted = fit_well(history, issued_, {.response = input_.response});
    if (fitted) {
      outcome.fit = std::move(*fitted);
    } else {
      outcome.fit.why_not = fitted.error().message;
    }
  }

  /// False, and the fit no longer used, where weather or history do not do.
  bool with_model(const WellHistory& history, WellForecastOutcome& outcome) const {
    const Time first = history.rain.end();
    const auto days = static_cast<int>(std::ceil(in_days(times_.back() - first)));
    const auto weather = detail::weather_after(history, tables_, days);
    auto made = weather ? WellForecaster(outcome.fit)
                              .forecast(history, issued_, weather->forcing, times_, options())
                        : Result<WellForecast>(fail(weather.error()));
    if (!made) {
      outcome.fit.usable = false;
      outcome.fit.why_not = made.error().message;
      return false;
    }
    outcome.weather = weather->told;
    outcome.notices = weather->notices;
    if (issued_ - first > most_waited) {
      outcome.notices.push_back("rain and evaporation are known until " + format_time(first));
    }
    outcome.forecast = std::move(*made);
    return true;
  }

  void with_persistence(const WellHistory& history, WellForecastOutcome& outcome) const {
    const auto days = static_cast<int>(times_.size()) + 1;
    auto made = WellForecaster(outcome.fit)
                    .forecast(history, issued_, no_weather(issued_, days), times_, options());
    if (made) {
      outcome.notices.push_back("falls back to persistence: " + outcome.fit.why_not);
      outcome.forecast = std::move(*made);
      return;
    }
    outcome.why_none = made.error().message + " (no model: " + outcome.fit.why_not + ")";
  }

  static WellForecastOptions options() {
    WellForecastOptions options;
    options.quantiles.assign(well_quantiles.begin(), well_quantiles.end());
    return options;
  }

  const WellForecastInput& input_;
  const WellTables& tables_;
  Time issued_;
  std::vector<Time> times_;
};

WellForecastOutcome describe(const WellForecastInput& input, const BuiltCase& built,
                             const Observations& observations) {
  WellForecastOutcome outcome;
  outcome.station = input.station;
  const sensors::Station* station = observations.find(input.station);
  if (station == nullptr) {
    outcome.why_none = "station \"" + input.station + "\" is not declared; add it to [[station]]";
    return outcome;
  }
  outcome.name = station->name;
  outcome.measures_depth = station->parameter == sensors::Parameter::groundwater_depth;
  outcome.ground = station->ground;
  const auto position = observations.position(input.station, built.geometry);
  if (position) {
    outcome.position = *position;
  } else {
    outcome.why_none = position.error().message;
  }
  return outcome;
}

}  // namespace

std::vector<WellForecastOutcome> forecast_wells(const Scenario& scenario, const BuiltCase& built,
                                                const Observations& observations, Time issued) {
  std::vector<WellForecastOutcome> outcomes;
  for (const WellForecastInput& input : scenario.well_forecasts)
    outcomes.push_back(describe(input, built, observations));
  for (std::size_t k = 0; k < outcomes.size(); ++k) {
    if (!outcomes[k].why_none.empty()) continue;
    WellRun(scenario.well_forecasts[k], built.wells[k], issued).run(observations, outcomes[k]);
  }
  for (WellForecastOutcome& outcome : outcomes) {
    if (!outcome.why_none.empty()) outcome.notices.push_back("no forecast: " + outcome.why_none);
  }
  return outcomes;
}

}  // namespace vandvagt::forecast
