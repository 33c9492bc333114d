#include "forecast/detail/well_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace vandvagt::forecast::detail {
namespace {

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// What is wrong with the readings, if anything is.
std::string fault_of(const ReadingSeries& heads) {
  if (heads.times.size() != heads.values.size()) return "has not a time for each head";
  for (std::size_t k = 0; k < heads.times.size(); ++k) {
    if (!std::isfinite(heads.values[k])) {
      return "the head at " + format_time(heads.times[k]) + " is no number; leave it out";
    }
    if (k > 0 && heads.times[k] <= heads.times[k - 1]) {
      return "the head at " + format_time(heads.times[k]) +
             " does not come after the one before it";
    }
  }
  return "";
}

/// Days of a series inside [first, end), filled.
Result<FilledSeries> part(const DailySeries& series, Time first, Time end,
                          const std::string& name) {
  const auto from = series.values.begin() + (first - series.first) / one_day;
  const auto to = series.values.begin() + (end - series.first) / one_day;
  return fill_unknown_days({.first = first, .values = {from, to}}, name);
}

}  // namespace

WellVector to_vector(const WellParameters& p) {
  WellVector v;
  v << p.gain, p.shape, p.scale, p.evaporation_factor, p.base, p.noise_decay;
  return v;
}

WellParameters to_parameters(const WellVector& v) {
  return {v[0], v[1], v[2], v[3], v[4], v[5]};
}

Places places_of(std::span<const Time> times, Time first) {
  Places result;
  const auto need = [&result](int boundary) {
    if (result.boundaries.empty() || result.boundaries.back() < boundary) {
      result.boundaries.push_back(boundary);
    }
  };
  for (const Time time : times) {
    const double days = in_days(time - first);
    const int whole = static_cast<int>(std::floor(days));
    assert(whole >= 0);
    need(whole);
    const auto found = std::lower_bound(result.boundaries.begin(), result.boundaries.end(), whole);
    result.places.push_back({static_cast<std::size_t>(found - result.boundaries.begin()),
                             days - static_cast<double>(whole)});
    if (result.places.back().weight > 0.0) need(whole + 1);
  }
  return result;
}

std::vector<double> at_places(const Places& places, std::span<const double> at_boundaries) {
  std::vector<double> values;
  values.reserve(places.places.size());
  for (const auto& [left, weight] : places.places) {
    values.push_back(weight > 0.0
                         ? (1.0 - weight) * at_boundaries[left] + weight * at_boundaries[left + 1]
                         : at_boundaries[left]);
  }
  return values;
}

Result<WellProblem> known_until(const WellHistory& history, Time until,
                                std::optional<Time> heads_until) {
  const auto wrong = [&history](const std::string& what) {
    return fail(ErrorCode::invalid_input, "well \"" + history.station + "\": " + what);
  };
  if (const auto fault = fault_of(history.heads); !fault.empty()) return wrong(fault);
  if (history.rain.empty()) return wrong("has no rain; give its daily series");
  if (history.evaporation.empty()) return wrong("has no evaporation; give its daily series");
  if ((history.rain.first - history.evaporation.first) % one_day != Duration{0}) {
    return wrong("days of rain and evaporation begin at different hours");
  }
  for (const double rain : history.rain.values) {
    if (rain < 0.0) return wrong(fmt::format("{} m/day is negative rain", rain));
  }
  WellProblem problem;
  problem.first = std::max(history.rain.first, history.evaporation.first);
  const Time end =
      std::min({history.rain.end(), history.evaporation.end(),
                problem.first + std::chrono::floor<std::chrono::days>(until - problem.first)});
  if (end <= problem.first) {
    return wrong("rain and evaporation have no day in common before " + format_time(until));
  }
  const auto rain = part(history.rain, problem.first, end, "rain");
  if (!rain) return wrong(rain.error().message);
  const auto evaporation = part(history.evaporation, problem.first, end, "evaporation");
  if (!evaporation) return wrong(evaporation.error().message);
  problem.rain = rain->series.values;
  problem.evaporation = evaporation->series.values;
  problem.mean_rain = mean_of(problem.rain);
  problem.mean_evaporation = mean_of(problem.evaporation);
  problem.filled_days = rain->filled + evaporation->filled;
  const Time newest = heads_until.value_or(end);
  for (std::size_t k = 0; k < history.heads.times.size(); ++k) {
    const Time time = history.heads.times[k];
    if (time < problem.first || time > newest) continue;
    problem.heads.times.push_back(time);
    problem.heads.values.push_back(history.heads.values[k]);
  }
  return problem;
}

std::vector<double> unit_response(WellResponse kind, const StepResponse& response,
                                  std::span<const double> x, double mean_value,
                                  std::span<const int> boundaries) {
  return kind == WellResponse::exponential
             ? respond_exponential(response.scale, x, mean_value, boundaries)
             : respond(response, 1.0, x, mean_value, boundaries);
}

UnitResponses unit_responses(WellResponse kind, const StepResponse& response,
                             const WellProblem& problem, const Places& places) {
  const auto to = [&](const std::vector<double>& x, double mean_value) {
    return at_places(places, unit_response(kind, response, x, mean_value, places.boundaries));
  };
  return {to(problem.rain, problem.mean_rain), to(problem.evaporation, problem.mean_evaporation)};
}

}  // namespace vandvagt::forecast::detail
