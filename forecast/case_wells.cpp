#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "forecast/detail/case_parts.hpp"
#include "forecast/well_input.hpp"

namespace vandvagt::forecast {
namespace {

std::optional<DatedTable> read_table(CaseDraft& draft, const DailyInput& input,
                                     Dimension dimension) {
  if (input.file.empty()) return std::nullopt;
  draft.note_input(input.file);
  auto table = read_dated_table(input.file, input.unit, dimension);
  if (table) return std::move(*table);
  draft.fault(input.place, table.error().message, "mend the file, or its unit");
  return std::nullopt;
}

/// One value a date, none below zero: less than no rain is a mistake of the file.
DailySeries read_days(CaseDraft& draft, const DailyInput& input, const char* what) {
  const auto table = read_table(draft, input, Dimension::speed);
  if (!table) return {};
  if (table->rows.front().size() > 1) {
    draft.fault(
        input.place,
        fmt::format("{} has {} columns of values", input.file.string(), table->rows.front().size()),
        "give date,value; members belong to the forecast");
  }
  auto series = daily_series(*table).value_or(DailySeries{});
  const bool rain = std::string(what) == "rain";
  const auto below = [rain](double v) { return rain && v < 0.0; };
  if (const auto wrong = std::ranges::find_if(series.values, below); wrong != series.values.end()) {
    draft.fault(
        input.place,
        fmt::format(
            "{}: {} of less than none on {}", input.file.string(), what,
            format_time(series.first + one_day * (wrong - series.values.begin())).substr(0, 10)),
        "mend the file");
  }
  return series;
}

/// A value for each member on every day from the first date to the last.
std::vector<DailySeries> read_members(CaseDraft& draft, const DailyInput& input) {
  std::vector<DailySeries> members;
  const auto table = read_table(draft, input, Dimension::speed);
  if (!table) return members;
  for (std::size_t m = 0; m < table->rows.front().size(); ++m) {
    members.push_back(daily_series(*table, m).value_or(DailySeries{}));
    const auto& values = members.back().values;
    const auto hole = std::ranges::find_if(values, [](double v) { return std::isnan(v); });
    if (hole == values.end()) continue;
    draft.fault(
        input.place,
        fmt::format(
            "{}: member {} has no value on {}", input.file.string(), m,
            format_time(members.back().first + one_day * (hole - values.begin())).substr(0, 10)),
        "give each member a value on every day");
    return {};
  }
  return members;
}

void check_members(CaseDraft& draft, const WellForecastInput& input, const WellTables& tables) {
  const auto& rain = tables.rain_forecast;
  const auto& evaporation = tables.evaporation_forecast;
  if (rain.empty() || evaporation.empty()) return;
  if (evaporation.size() != 1 && evaporation.size() != rain.size()) {
    draft.fault(input.evaporation_forecast.place,
                fmt::format("has {} members and the rain {}", evaporation.size(), rain.size()),
                "give one for all, or one for each");
  }
  if (evaporation.front().first != rain.front().first ||
      evaporation.front().end() != rain.front().end()) {
    draft.fault(input.evaporation_forecast.place, "does not cover the days of the rain's forecast",
                "give both for the same days");
  }
}

ReadingSeries read_heads(CaseDraft& draft, const WellForecastInput& input) {
  const DailyInput file{.file = input.heads,
                        .unit = input.heads_unit,
                        .station = {},
                        .place = input.place + ".heads"};
  const auto table = read_table(draft, file, Dimension::length);
  if (!table) return {};
  return reading_series(*table, input.heads_hour).value_or(ReadingSeries{});
}

}  // namespace

void build_wells(CaseDraft& draft) {
  for (const WellForecastInput& input : draft.scenario.well_forecasts) {
    WellTables tables;
    tables.heads = read_heads(draft, input);
    tables.rain = read_days(draft, input.rain, "rain");
    tables.evaporation = read_days(draft, input.evaporation, "evaporation");
    tables.rain_forecast = read_members(draft, input.rain_forecast);
    tables.evaporation_forecast = read_members(draft, input.evaporation_forecast);
    check_members(draft, input, tables);
    draft.built.wells.push_back(std::move(tables));
  }
}

}  // namespace vandvagt::forecast
