#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "forecast/observations.hpp"
#include "forecast/well_input.hpp"
#include "forecast/well_series.hpp"
#include "sensors/station.hpp"

/// What files and stations know of a well, put together.
namespace vandvagt::forecast::detail {

/// Rates [m/s] as sums of days [m/day]: a reading tells of the time since the one before it, at
/// most `longest` long. A day of which less than nine tenths are told is NaN; one with a hole of
/// less is filled with its own mean. Rates below zero are left out. Days end by `until`.
DailySeries days_of_rates(const std::vector<Observation>& rates, Duration longest, Time until);

/// Days of `file` up to its last known one before `until`, then those of `readings`.
DailySeries join_days(const DailySeries& file, const DailySeries& readings, Time until);

/// The last reading of each UTC day: a model of days gains nothing from more.
ReadingSeries last_of_days(const std::vector<Observation>& readings);

/// `earlier` up to the first of `later`, then `later`; none after `until`.
ReadingSeries join_readings(const ReadingSeries& earlier, const ReadingSeries& later, Time until);

/// A head as the model counts it and back: heads [m above the grid's datum] as they are, depths
/// below ground with their sign turned.
double as_head(const sensors::Station& station, double value);

/// The history of one well up to `issued`: heads of file and store, rain and evaporation of file
/// and station up to the last whole day that both know. Error{io} from the store.
Result<WellHistory> history_of(const WellForecastInput& input, const WellTables& tables,
                               const Observations& observations, Time issued);

/// The weather after the history, [first, first + days), and in words where it comes from: members
/// of the forecast on the days they cover, else the same days of earlier years.
struct Weather {
  FutureForcing forcing;
  std::string told;
  std::vector<std::string> notices;
};
/// Error{invalid_input} where neither tells of the days.
Result<Weather> weather_after(const WellHistory& history, const WellTables& tables, int days);

}  // namespace vandvagt::forecast::detail
