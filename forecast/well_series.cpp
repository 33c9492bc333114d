#include "forecast/well_series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>

#include "forecast/detail/series_text.hpp"

namespace vandvagt::forecast {
namespace {

using std::chrono::year_month_day;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double seconds_a_day = 86400.0;

std::vector<std::string_view> fields(std::string_view line) {
  std::vector<std::string_view> found;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  while (true) {
    const std::size_t end = std::min(line.find(','), line.size());
    found.push_back(line.substr(0, end));
    if (end == line.size()) return found;
    line.remove_prefix(end + 1);
  }
}

std::optional<Time> date(std::string_view text) {
  const auto stamp = parse_time(std::string(text) + "T00:00:00Z");
  return text.size() == 10 && stamp ? std::optional<Time>(*stamp) : std::nullopt;
}

/// One line's row, added to the table; what is wrong with it otherwise.
std::optional<std::string> add_row(DatedTable& table, std::string_view line,
                                   const std::string& unit, Dimension dimension) {
  const auto parts = fields(line);
  const auto day = date(parts[0]);
  if (!day) return fmt::format("\"{}\" is no date; write YYYY-MM-DD", parts[0]);
  if (!table.dates.empty() && *day <= table.dates.back()) {
    return fmt::format("date {} does not come after the one before it", parts[0]);
  }
  if (parts.size() < 2) return "has no second column; give date,value";
  if (!table.rows.empty() && parts.size() != table.rows.front().size() + 1) {
    return fmt::format("has {} columns where the rows before have {}", parts.size(),
                       table.rows.front().size() + 1);
  }
  std::vector<double> row;
  for (std::size_t c = 1; c < parts.size(); ++c) {
    if (parts[c].empty()) {
      row.push_back(unknown);
      continue;
    }
    const auto value = detail::finite_number(parts[c]);
    if (!value) return fmt::format("\"{}\" is no finite number", parts[c]);
    auto si = unit.empty() ? Result<double>(*value) : to_si(*value, unit, dimension);
    if (!si) return si.error().message;
    row.push_back(dimension == Dimension::speed ? *si * seconds_a_day : *si);
  }
  table.dates.push_back(*day);
  table.rows.push_back(std::move(row));
  return std::nullopt;
}

/// Day of a year without leap days, 0 to 364; 29 February counts as 1 March.
int day_of_year(Time time) {
  const year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  const auto plain = [](std::chrono::month month, std::chrono::day day) {
    return std::chrono::sys_days{std::chrono::year{2001} / month / day};
  };
  return static_cast<int>(
      (plain(date.month(), date.day()) - plain(std::chrono::January, std::chrono::day{1})).count());
}

Result<std::size_t> checked_column(const DatedTable& table, std::size_t column) {
  if (table.rows.empty()) return fail(ErrorCode::invalid_input, "the table has no rows");
  if (column >= table.rows.front().size()) {
    return fail(ErrorCode::invalid_input,
                fmt::format("the table has no column {} after the date", column + 1));
  }
  return column;
}

}  // namespace

Result<DatedTable> read_dated_table(const std::filesystem::path& file, const std::string& unit,
                                    Dimension dimension) {
  std::ifstream stream(file);
  if (!stream) return fail(ErrorCode::io, file.string() + ": cannot be read");
  DatedTable table;
  std::string line;
  for (int number_of_line = 1; std::getline(stream, line); ++number_of_line) {
    if (line.empty() || line == "\r") continue;
    if (number_of_line == 1 && !date(fields(line)[0])) continue;  // heading
    if (const auto wrong = add_row(table, line, unit, dimension)) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("{}:{}: {}", file.string(), number_of_line, *wrong));
    }
  }
  if (stream.bad()) return fail(ErrorCode::io, file.string() + ": cannot be read to its end");
  if (table.rows.empty()) {
    return fail(ErrorCode::invalid_input, file.string() + ": holds no values; give date,value");
  }
  return table;
}

Result<DailySeries> daily_series(const DatedTable& table, std::size_t column) {
  const auto checked = checked_column(table, column);
  if (!checked) return fail(checked.error());
  DailySeries series{.first = table.dates.front(), .values = {}};
  const auto days = (table.dates.back() - table.dates.front()) / one_day + 1;
  series.values.assign(static_cast<std::size_t>(days), unknown);
  for (std::size_t k = 0; k < table.rows.size(); ++k) {
    const auto day = static_cast<std::size_t>((table.dates[k] - series.first) / one_day);
    series.values[day] = table.rows[k][column];
  }
  return series;
}

Result<ReadingSeries> reading_series(const DatedTable& table, Duration hour, std::size_t column) {
  const auto checked = checked_column(table, column);
  if (!checked) return fail(checked.error());
  ReadingSeries series;
  for (std::size_t k = 0; k < table.rows.size(); ++k) {
    if (std::isnan(table.rows[k][column])) continue;
    series.times.push_back(table.dates[k] + hour);
    series.values.push_back(table.rows[k][column]);
  }
  return series;
}

Result<FilledSeries> fill_unknown_days(const DailySeries& series, const std::string& name,
                                       double most_share) {
  constexpr int year = 365;
  constexpr int reach = 15;
  std::vector<double> sum(year, 0.0);
  std::vector<int> count(year, 0);
  FilledSeries result{.series = series, .filled = 0};
  if (std::none_of(series.values.begin(), series.values.end(),
                   [](double v) { return std::isnan(v); })) {
    return result;
  }
  for (std::size_t k = 0; k < series.values.size(); ++k) {
    if (std::isnan(series.values[k])) {
      ++result.filled;
      continue;
    }
    const int day = day_of_year(series.first + one_day * static_cast<std::int64_t>(k));
    for (int near = day - reach; near <= day + reach; ++near) {
      const auto place = static_cast<std::size_t>((near + year) % year);
      sum[place] += series.values[k];
      ++count[place];
    }
  }
  if (result.filled > most_share * static_cast<double>(series.values.size())) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{}: {} of {} days are unknown; at most {:.0f} % can be filled", name,
                            result.filled, series.values.size(), 100 * most_share));
  }
  for (std::size_t k = 0; k < series.values.size(); ++k) {
    if (!std::isnan(series.values[k])) continue;
    const Time time = series.first + one_day * static_cast<std::int64_t>(k);
    const auto day = static_cast<std::size_t>(day_of_year(time));
    if (count[day] == 0) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("{}: {} is unknown, and so is that part of every other year", name,
                              format_time(time)));
    }
    result.series.values[k] = sum[day] / count[day];
  }
  return result;
}

Result<FutureForcing> resample_years(const DailySeries& rain, const DailySeries& evaporation,
                                     Time from, int days, int fewest) {
  const Time begin = std::max(rain.first, evaporation.first);
  const Time end = std::min({rain.end(), evaporation.end(), from});
  const year_month_day date{std::chrono::floor<std::chrono::days>(from)};
  FutureForcing future{.first = from, .rain = {}, .evaporation = {}};
  const auto copy = [days](const DailySeries& series, Time first) {
    const auto start = series.values.begin() + (first - series.first) / one_day;
    return std::vector<double>(start, start + days);
  };
  const auto known = [](const std::vector<double>& values) {
    return std::none_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
  };
  const int first_year =
      static_cast<int>(year_month_day{std::chrono::floor<std::chrono::days>(begin)}.year());
  for (int y = first_year; y < static_cast<int>(date.year()); ++y) {
    const std::chrono::year_month_day same{std::chrono::year{y}, date.month(), date.day()};
    const Time first =
        same.ok() ? Time{std::chrono::sys_days{same}}
                  : Time{std::chrono::sys_days{std::chrono::year{y} / std::chrono::March / 1}};
    if (first < begin || first + one_day * days > end) continue;
    auto wet = copy(rain, first);
    auto dry = copy(evaporation, first);
    if (!known(wet) || !known(dry)) continue;
    future.rain.push_back(std::move(wet));
    future.evaporation.push_back(std::move(dry));
  }
  if (future.members() < static_cast<std::size_t>(std::max(1, fewest))) {
    return fail(
        ErrorCode::invalid_input,
        fmt::format("only {} earlier years have rain and evaporation for the {} days from {}; "
                    "{} are needed",
                    future.members(), days, format_time(from), fewest));
  }
  return future;
}

Result<FutureForcing> extend_forcing(const FutureForcing& first, const FutureForcing& later) {
  const auto skipped =
      (first.first - later.first) / one_day + static_cast<std::int64_t>(first.days());
  if (later.members() == 0 || first.members() == 0 ||
      later.first > first.first + one_day * static_cast<std::int64_t>(first.days()) ||
      later.first < first.first) {
    return fail(ErrorCode::invalid_input,
                "the resampled years do not begin within the forecast they extend");
  }
  FutureForcing joined = first;
  if (skipped >= static_cast<std::int64_t>(later.days())) return joined;
  for (std::size_t m = 0; m < joined.members(); ++m) {
    const std::size_t year = m % later.members();
    const auto append = [skipped](std::vector<double>& to, const std::vector<double>& from) {
      to.insert(to.end(), from.begin() + skipped, from.end());
    };
    append(joined.rain[m], later.rain[year]);
    append(joined.evaporation[m], later.evaporation[year]);
  }
  return joined;
}

}  // namespace vandvagt::forecast
