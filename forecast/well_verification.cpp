#include "forecast/well_verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace vandvagt::forecast {
namespace {

/// One verifying reading of a forecast.
struct Target {
  std::size_t reading = 0;
  std::size_t lead = 0;  // index into options.leads
};

Time midnight(Time time) {
  return Time{std::chrono::floor<std::chrono::days>(time)};
}

int year_of(Time time) {
  return static_cast<int>(
      std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(time)}.year());
}

double place_in_year(Time time) {
  const Time new_year{std::chrono::sys_days{std::chrono::year{year_of(time)} / 1 / 1}};
  return in_days(time - new_year);
}

/// Mean head within 15 days of the day of the year, in years before `year`.
std::optional<double> climatology(const ReadingSeries& heads, Time time, int year) {
  double sum = 0.0;
  int count = 0;
  const Time until{std::chrono::sys_days{std::chrono::year{year} / 1 / 1}};
  const double day = place_in_year(time);
  for (std::size_t k = 0; k < heads.times.size() && heads.times[k] < until; ++k) {
    const double apart = std::abs(place_in_year(heads.times[k]) - day);
    if (std::min(apart, 365.25 - apart) > 15.0) continue;
    sum += heads.values[k];
    ++count;
  }
  return count > 0 ? std::optional<double>(sum / count) : std::nullopt;
}

/// What fell on the days from `from`, as one member.
std::optional<FutureForcing> what_fell(const WellHistory& history, Time from, int days) {
  FutureForcing future{.first = from, .rain = {{}}, .evaporation = {{}}};
  const auto take = [&](const DailySeries& series, std::vector<double>& into) {
    const auto first = (from - series.first) / one_day;
    const auto last = first + days;
    if (first < 0 || last > static_cast<std::int64_t>(series.values.size())) return false;
    into.assign(series.values.begin() + first, series.values.begin() + last);
    return std::none_of(into.begin(), into.end(), [](double v) { return std::isnan(v); });
  };
  if (!take(history.rain, future.rain[0]) || !take(history.evaporation, future.evaporation[0])) {
    return std::nullopt;
  }
  return future;
}

std::optional<FutureForcing> weather_after(const WellHistory& history, Time from, int days,
                                           WellVerificationOptions::Weather weather) {
  if (weather == WellVerificationOptions::Weather::observed) {
    return what_fell(history, from, days);
  }
  if (std::min(history.rain.end(), history.evaporation.end()) < from) return std::nullopt;
  auto years = resample_years(history.rain, history.evaporation, from, days);
  return years ? std::optional<FutureForcing>(std::move(*years)) : std::nullopt;
}

struct Sums {
  int count = 0, inside = 0;
  double squares = 0.0, persistence = 0.0, climatology = 0.0, width = 0.0;
};

/// Adds one forecast's errors to the sums of its leads.
void add(std::vector<Sums>& sums, const WellHistory& history, const WellForecast& forecast,
         const std::vector<Target>& targets) {
  const auto newest =
      std::upper_bound(history.heads.times.begin(), history.heads.times.end(), forecast.issued) -
      history.heads.times.begin() - 1;
  if (newest < 0) return;
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const double head = history.heads.values[targets[k].reading];
    const auto usual = climatology(history.heads, forecast.times[k], year_of(forecast.issued));
    if (!usual) continue;
    Sums& sum = sums[targets[k].lead];
    const double low = forecast.quantiles[0][k];
    const double high = forecast.quantiles[1][k];
    ++sum.count;
    sum.inside += head >= low && head <= high ? 1 : 0;
    sum.width += high - low;
    sum.squares += std::pow(head - forecast.mean[k], 2);
    sum.persistence += std::pow(head - history.heads.values[static_cast<std::size_t>(newest)], 2);
    sum.climatology += std::pow(head - *usual, 2);
  }
}

/// Times of issue and what each is verified by, in order of time.
std::map<Time, std::vector<Target>> issues_of(const WellHistory& history,
                                              const WellVerificationOptions& options) {
  std::map<Time, std::vector<Target>> issues;
  for (std::size_t k = 0; k < history.heads.times.size(); ++k) {
    const Time time = history.heads.times[k];
    if (time < options.from || time >= options.to) continue;
    for (std::size_t lead = 0; lead < options.leads.size(); ++lead) {
      const Time issued = time - one_day * options.leads[lead];
      const auto day = (midnight(issued) - midnight(options.from)) / one_day;
      if (issued < options.from || day % options.every != 0) continue;
      issues[issued].push_back({k, lead});
    }
  }
  return issues;
}

std::vector<WellLeadScore> scores_of(const std::vector<Sums>& sums, const std::vector<int>& leads) {
  std::vector<WellLeadScore> scores;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    const Sums& sum = sums[k];
    if (sum.count == 0) continue;
    const auto mean_root = [&](double squares) { return std::sqrt(squares / sum.count); };
    scores.push_back({.lead = leads[k],
                      .count = sum.count,
                      .rmse = mean_root(sum.squares),
                      .rmse_persistence = mean_root(sum.persistence),
                      .rmse_climatology = mean_root(sum.climatology),
                      .share_inside = static_cast<double>(sum.inside) / sum.count,
                      .mean_width = sum.width / sum.count});
  }
  return scores;
}

}  // namespace

Result<WellVerification> verify_well(const WellHistory& history, const WellFitOptions& fit,
                                     const WellVerificationOptions& options) {
  if (options.leads.empty() || options.every < 1 || !(options.band > 0.0 && options.band < 1.0)) {
    return fail(ErrorCode::invalid_input,
                "a verification needs leads, an interval of issues and a band inside 0 to 1");
  }
  const WellForecastOptions asked{
      .quantiles = {0.5 * (1.0 - options.band), 0.5 * (1.0 + options.band)}};
  WellVerification verification;
  std::vector<Sums> sums(options.leads.size());
  const int longest = *std::max_element(options.leads.begin(), options.leads.end()) + 2;
  std::optional<WellForecaster> forecaster;
  Time fitted = options.from;
  for (const auto& [issued, targets] : issues_of(history, options)) {
    if (!forecaster ||
        (options.refit_every > 0 && issued >= fitted + one_day * options.refit_every)) {
      fitted = forecaster ? issued : options.from;
      const auto found = fit_well(history, fitted, fit);
      if (!found) return fail(found.error());
      if (!forecaster) verification.fit = *found;
      forecaster.emplace(*found);
      ++verification.fits;
    }
    const auto weather = weather_after(history, midnight(issued), longest, options.weather);
    if (!weather) continue;
    std::vector<Time> times;
    for (const Target& target : targets) times.push_back(history.heads.times[target.reading]);
    const auto forecast = forecaster->forecast(history, issued, *weather, times, asked);
    if (!forecast) return fail(forecast.error());
    add(sums, history, *forecast, targets);
  }
  verification.leads = scores_of(sums, options.leads);
  if (verification.leads.empty()) {
    return fail(ErrorCode::invalid_input,
                "well \"" + history.station + "\": no forecast of that period can be verified");
  }
  return verification;
}

}  // namespace vandvagt::forecast
