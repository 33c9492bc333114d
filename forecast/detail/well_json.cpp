#include "forecast/detail/well_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace vandvagt::forecast::detail {
namespace {

using nlohmann::ordered_json;

ordered_json finite(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json fit_json(const WellFit& fit) {
  const WellParameters& p = fit.parameters;
  const WellParameters& e = fit.standard_error;
  const auto parameter = [](double value, double error, const char* unit) {
    return ordered_json{
        {"value", finite(value)}, {"standard_error", finite(error)}, {"unit", unit}};
  };
  ordered_json json;
  json["usable"] = fit.usable;
  if (!fit.usable) json["why_not"] = fit.why_not;
  json["response"] = fit.response == WellResponse::gamma ? "gamma" : "exponential";
  if (fit.readings == 0) return json;
  json["readings"] = fit.readings;
  json["days_between_readings_at_least"] = fit.least_interval;
  json["filled_days"] = fit.filled_days;
  json["gain"] = parameter(p.gain, e.gain, "day");
  json["shape"] = parameter(p.shape, e.shape, "1");
  json["scale"] = parameter(p.scale, e.scale, "day");
  json["evaporation_factor"] = parameter(p.evaporation_factor, e.evaporation_factor, "1");
  json["base"] = parameter(p.base, e.base, "m");
  json["noise_decay"] = parameter(p.noise_decay, e.noise_decay, "day");
  json["noise_sigma"] = finite(fit.noise_sigma);
  json["explained"] = finite(fit.explained);
  json["innovation_correlation"] = finite(fit.innovation_correlation);
  json["response_days"] = finite(fit.response_time);
  return json;
}

}  // namespace

ordered_json well_json(const WellForecastOutcome& well) {
  ordered_json json;
  json["station"] = well.station;
  json["measures"] = well.measures_depth ? "depth below ground" : "head";
  json["fit"] = fit_json(well.fit);
  if (!well.observed.empty()) {
    const double newest = well.observed.values.back();
    json["newest"] = {{"time", format_time(well.observed.times.back())},
                      {"value", finite(well.measures_depth ? -newest : newest)}};
  }
  if (well.weather_known_until > Time{})
    json["weather_known_until"] = format_time(well.weather_known_until);
  if (!well.forecast) {
    json["basis"] = "none";
    json["why_none"] = well.why_none;
    return json;
  }
  const WellForecast& forecast = *well.forecast;
  const bool model = forecast.basis == WellForecast::Basis::model;
  json["basis"] = model ? "model" : "persistence";
  if (!model) json["why_persistence"] = forecast.why_persistence;
  if (model) json["weather"] = well.weather;
  json["members"] = forecast.members.size();
  // A depth is minus a head: its lower end is the head's upper one.
  const auto shown = [&](double head) { return finite(well.measures_depth ? -head : head); };
  const auto& low = well.measures_depth ? forecast.quantiles.back() : forecast.quantiles.front();
  const auto& high = well.measures_depth ? forecast.quantiles.front() : forecast.quantiles.back();
  json["at_the_end"] = {{"time", format_time(forecast.times.back())},
                        {"mean", shown(forecast.mean.back())},
                        {"low", shown(low.back())},
                        {"high", shown(high.back())},
                        {"nominal", well_band}};
  return json;
}

}  // namespace vandvagt::forecast::detail
