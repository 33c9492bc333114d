#include "forecast/detail/well_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace vandvagt::forecast::detail {
namespace {

constexpr double not_told = std::numeric_limits<double>::quiet_NaN();
constexpr double told_share = 0.9;  // of a day
/// A gauge that sends daily totals, an hour late at most.
constexpr Duration longest_rate = std::chrono::hours{25};

Time day_of(Time time) {
  return std::chrono::floor<std::chrono::days>(time);
}

/// One day's water and how much of the day it tells of.
struct Day {
  double amount = 0.0;   // [m]
  double seconds = 0.0;  // told
};

/// Index of the first day that is not known any more, from the end.
std::size_t known_length(const DailySeries& series, Time until) {
  auto length = static_cast<std::size_t>(std::max<std::int64_t>(
      0, std::min<std::int64_t>(static_cast<std::int64_t>(series.values.size()),
                                (day_of(until) - series.first) / one_day)));
  while (length > 0 && std::isnan(series.values[length - 1])) --length;
  return length;
}

Result<DailySeries> days_until(const DailyInput& input, const DailySeries& table,
                               const Observations& observations, Time until) {
  DailySeries readings;
  if (!input.station.empty()) {
    const auto rates = observations.read(input.station, Time{}, until);
    if (!rates) return fail(rates.error());
    readings = days_of_rates(*rates, longest_rate, until);
  }
  return join_days(table, readings, until);
}

/// Both series up to the day where the first of them ends.
void end_together(WellHistory& history) {
  const Time end = std::min(history.rain.end(), history.evaporation.end());
  for (DailySeries* series : {&history.rain, &history.evaporation}) {
    const auto length = std::max<std::int64_t>(0, (end - series->first) / one_day);
    series->values.resize(static_cast<std::size_t>(length));
  }
}

/// The member's value on a day, or nothing where the forecast does not cover it.
std::optional<double> told_by(const std::vector<DailySeries>& members, std::size_t m, Time day) {
  if (members.empty()) return std::nullopt;
  const DailySeries& series = members[members.size() == 1 ? 0 : m];
  if (day < series.first || day >= series.end()) return std::nullopt;
  return series.values[static_cast<std::size_t>((day - series.first) / one_day)];
}

/// Members' days where there are any, else a year's: member m goes on with year m modulo their
/// number.
FutureForcing join_members(const WellTables& tables, const std::optional<FutureForcing>& years,
                           Time first, int days) {
  const std::size_t members =
      tables.rain_forecast.empty() ? years->members() : tables.rain_forecast.size();
  FutureForcing joined{.first = first, .rain = {}, .evaporation = {}};
  for (std::size_t m = 0; m < members; ++m) {
    auto& rain = joined.rain.emplace_back();
    auto& evaporation = joined.evaporation.emplace_back();
    const std::size_t year = years ? m % years->members() : 0;
    for (int k = 0; k < days; ++k) {
      const Time day = first + one_day * k;
      const auto at = static_cast<std::size_t>(k);
      const auto wet = told_by(tables.rain_forecast, m, day);
      const auto dry = told_by(tables.evaporation_forecast, m, day);
      rain.push_back(wet ? *wet : years->rain[year][at]);
      evaporation.push_back(dry ? *dry : years->evaporation[year][at]);
    }
  }
  return joined;
}

}  // namespace

DailySeries days_of_rates(const std::vector<Observation>& rates, Duration longest, Time until) {
  std::map<Time, Day> days;
  for (std::size_t k = 1; k < rates.size(); ++k) {
    const Time end = rates[k].time;
    Time from = rates[k - 1].time;
    if (rates[k].value < 0.0 || end - from > longest) continue;
    while (from < end) {
      const Time to = std::min(end, day_of(from) + one_day);
      Day& day = days[day_of(from)];
      day.seconds += to_seconds(to - from);
      day.amount += rates[k].value * to_seconds(to - from);
      from = to;
    }
  }
  DailySeries series;
  if (days.empty() || day_of(until) <= days.begin()->first) return series;
  series.first = days.begin()->first;
  const double whole = to_seconds(one_day);
  for (Time day = series.first; day < day_of(until); day += one_day) {
    const auto found = days.find(day);
    const bool told = found != days.end() && found->second.seconds >= told_share * whole;
    series.values.push_back(told ? found->second.amount / found->second.seconds * whole : not_told);
  }
  return series;
}

DailySeries join_days(const DailySeries& file, const DailySeries& readings, Time until) {
  DailySeries joined = file;
  joined.values.resize(file.empty() ? 0 : known_length(file, until));
  if (joined.empty()) joined.first = readings.first;
  for (std::size_t k = 0; k < readings.values.size(); ++k) {
    const Time day = readings.first + one_day * static_cast<std::int64_t>(k);
    if (day < joined.end()) continue;
    while (joined.end() < day) joined.values.push_back(not_told);
    joined.values.push_back(readings.values[k]);
  }
  joined.values.resize(joined.empty() ? 0 : known_length(joined, until));
  return joined;
}

ReadingSeries last_of_days(const std::vector<Observation>& readings) {
  ReadingSeries series;
  for (const Observation& reading : readings) {
    if (!series.empty() && day_of(series.times.back()) == day_of(reading.time)) {
      series.times.back() = reading.time;
      series.values.back() = reading.value;
      continue;
    }
    series.times.push_back(reading.time);
    series.values.push_back(reading.value);
  }
  return series;
}

ReadingSeries join_readings(const ReadingSeries& earlier, const ReadingSeries& later, Time until) {
  ReadingSeries joined;
  const Time change = later.empty() ? Time::max() : later.times.front();
  const auto add = [&](const ReadingSeries& series, Time before) {
    for (std::size_t k = 0; k < series.times.size(); ++k) {
      if (series.times[k] >= before || series.times[k] > until) break;
      joined.times.push_back(series.times[k]);
      joined.values.push_back(series.values[k]);
    }
  };
  add(earlier, change);
  add(later, Time::max());
  return joined;
}

double as_head(const sensors::Station& station, double value) {
  return station.parameter == sensors::Parameter::groundwater_depth ? -value : value;
}

Result<WellHistory> history_of(const WellForecastInput& input, const WellTables& tables,
                               const Observations& observations, Time issued) {
  const sensors::Station* station = observations.find(input.station);
  auto readings = observations.read(input.station, Time{}, issued);
  if (!readings) return fail(readings.error());
  for (Observation& reading : *readings) reading.value = as_head(*station, reading.value);
  ReadingSeries older = tables.heads;
  const double offset = sensors::needs_datum(station->parameter) ? station->datum_offset : 0.0;
  for (double& value : older.values) value = as_head(*station, value + offset);

  WellHistory history{.station = input.station, .heads = {}, .rain = {}, .evaporation = {}};
  history.heads = join_readings(older, last_of_days(*readings), issued);
  auto rain = days_until(input.rain, tables.rain, observations, issued);
  if (!rain) return fail(rain.error());
  history.rain = std::move(*rain);
  auto evaporation = days_until(input.evaporation, tables.evaporation, observations, issued);
  if (!evaporation) return fail(evaporation.error());
  history.evaporation = std::move(*evaporation);
  end_together(history);
  return history;
}

Result<Weather> weather_after(const WellHistory& history, const WellTables& tables, int days) {
  const Time first = std::min(history.rain.end(), history.evaporation.end());
  const Time end = first + one_day * days;
  Weather weather;
  WellTables used = tables;
  const bool ended = !used.rain_forecast.empty() && used.rain_forecast.front().end() <= first;
  if (ended) {
    weather.notices.push_back("the forecast of rain ends on " +
                              format_time(used.rain_forecast.front().end()).substr(0, 10) +
                              ", before the days that it is for; it was not used");
    used.rain_forecast.clear();
    used.evaporation_forecast.clear();
  }
  const bool members = !used.rain_forecast.empty();
  const bool covered = members && used.rain_forecast.front().first <= first &&
                       used.rain_forecast.front().end() >= end &&
                       !used.evaporation_forecast.empty();
  std::optional<FutureForcing> years;
  if (!covered) {
    auto found = resample_years(history.rain, history.evaporation, first, days);
    if (!found) return fail(found.error());
    years = std::move(*found);
  }
  weather.forcing = join_members(used, years, first, days);
  if (members) weather.told = fmt::format("forecast of {} members", used.rain_forecast.size());
  if (years) {
    weather.told += fmt::format("{}the same days of {} earlier years",
                                members ? ", where it tells nothing " : "", years->members());
  }
  return weather;
}

}  // namespace vandvagt::forecast::detail
