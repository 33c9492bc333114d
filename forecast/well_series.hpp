#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "core/units.hpp"

/// Daily series that drive a well's head, and the readings they explain.
namespace vandvagt::forecast {

inline constexpr Duration one_day = std::chrono::hours{24};
constexpr double in_days(Duration d) {
  return to_seconds(d) / to_seconds(one_day);
}
/// Nearest microsecond.
inline Duration from_days(double days) {
  return from_seconds(days * to_seconds(one_day));
}

/// Amounts day by day: values[k] holds over [first + k days, first + (k + 1) days). NaN: not known.
struct DailySeries {
  Time first{};
  std::vector<double> values;  // [m/day] for rain and evaporation

  bool empty() const { return values.empty(); }
  /// End of the last day.
  Time end() const { return first + one_day * static_cast<std::int64_t>(values.size()); }
};

/// Instantaneous values at instants that increase strictly, at any distance from each other.
struct ReadingSeries {
  std::vector<Time> times;
  std::vector<double> values;  // head [m above datum]

  bool empty() const { return times.empty(); }
};

/// Everything known of one well: what fits its model and starts its forecasts.
struct WellHistory {
  std::string station;      // for messages
  ReadingSeries heads;      // [m above datum]
  DailySeries rain;         // P [m/day], >= 0
  DailySeries evaporation;  // E, potential [m/day]
};

/// A table with a date a row: rows[k] belongs to dates[k], NaN where a field is empty.
struct DatedTable {
  std::vector<Time> dates;  // 00:00 UTC of the date
  std::vector<std::vector<double>> rows;
};

/// Reads CSV: first column a date `YYYY-MM-DD`, then one value or more in `unit` (empty: SI); one
/// heading is passed over. Values become SI; speeds become [m/day], the unit of DailySeries.
/// Error{invalid_input} with file and line for a date that is none or does not increase, a field
/// that is neither empty nor a finite number, or a row of another length; Error{io} where the file
/// cannot be read.
Result<DatedTable> read_dated_table(const std::filesystem::path& file, const std::string& unit,
                                    Dimension dimension);

/// One column of a table as a daily series: days without a row are NaN.
/// Error{invalid_input} without rows or column.
Result<DailySeries> daily_series(const DatedTable& table, std::size_t column = 0);

/// One column as readings taken `hour` into the date; empty fields are left out.
Result<ReadingSeries> reading_series(const DatedTable& table, Duration hour,
                                     std::size_t column = 0);

/// How many days were filled, and up to which share that is allowed.
struct FilledSeries {
  DailySeries series;
  int filled = 0;
};

/// Fills unknown days with the mean of the known ones within 15 days of the same day of the year,
/// over all years. Error{invalid_input} where more than `most_share` of the days are unknown or a
/// day of the year has no known neighbour: a response to guesses is no model.
Result<FilledSeries> fill_unknown_days(const DailySeries& series, const std::string& name,
                                       double most_share = 0.05);

/// Rain and evaporation of the days after an instant, one pair for each member; all of one length.
struct FutureForcing {
  Time first{};                                  // start of the first day
  std::vector<std::vector<double>> rain;         // [member][day] [m/day]
  std::vector<std::vector<double>> evaporation;  // [member][day] [m/day]
  std::size_t members() const { return rain.size(); }
  std::size_t days() const { return rain.empty() ? 0 : rain.front().size(); }
};

/// The same calendar days of each year that ended before `from`: what the weather could be where no
/// forecast says more (Day 1985, "Extended streamflow forecasting using NWSRFS",
/// doi:10.1061/(ASCE)0733-9496(1985)111:2(157)). A year with an unknown day among them gives no
/// member; 29 February is the day after the 28th. `from` is the start of a day.
/// Error{invalid_input} where fewer than `fewest` years remain.
Result<FutureForcing> resample_years(const DailySeries& rain, const DailySeries& evaporation,
                                     Time from, int days, int fewest = 5);

/// Joins a forecast of the first days with resampled years after it: member m goes on with year
/// m modulo their number. `later` starts on the day where `first` does or before it ends.
/// Error{invalid_input} where they do not touch.
Result<FutureForcing> extend_forcing(const FutureForcing& first, const FutureForcing& later);

}  // namespace vandvagt::forecast
