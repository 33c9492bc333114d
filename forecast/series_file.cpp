#include "forecast/series_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

#include "forecast/detail/series_text.hpp"

namespace vandvagt::forecast {
namespace {

constexpr std::string_view separators = ",; \t\r";

/// The first two columns of a line; fewer where it has fewer.
std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> found;
  while (found.size() < 2) {
    const std::size_t begin = line.find_first_not_of(separators);
    if (begin == std::string_view::npos) break;
    const std::size_t end = line.find_first_of(separators, begin);
    found.push_back(line.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) break;
    line.remove_prefix(end);
  }
  return found;
}

std::optional<Time> moment(std::string_view text, Time start) {
  if (const auto seconds = detail::finite_number(text)) {
    if (std::abs(*seconds) > 1e10) return std::nullopt;
    return start + from_seconds(*seconds);
  }
  const auto stamp = parse_time(text);
  return stamp ? std::optional<Time>(*stamp) : std::nullopt;
}

/// One line's point, added to the series; what is wrong with it otherwise.
std::optional<std::string> add_line(model::Series& series, std::string_view line,
                                    const std::string& unit, Dimension dimension, Time start) {
  const auto parts = columns(line);
  if (parts.size() < 2) return "has no second column; give time and value";
  const auto time = moment(parts[0], start);
  if (!time) {
    return fmt::format("\"{}\" is no time; give seconds after the start or RFC 3339", parts[0]);
  }
  const auto value = detail::finite_number(parts[1]);
  if (!value) return fmt::format("\"{}\" is no finite number", parts[1]);
  if (!series.times.empty() && *time <= series.times.back()) {
    return fmt::format("time {} does not come after the one before it", parts[0]);
  }
  double si = *value;
  if (!unit.empty()) {
    const auto converted = to_si(*value, unit, dimension);
    if (!converted) return converted.error().message;
    si = *converted;
  }
  if (dimension == Dimension::speed && si < 0.0) {
    return fmt::format("{} is negative rain; leave the line out where nothing was measured",
                       parts[1]);
  }
  series.times.push_back(*time);
  series.values.push_back(si);
  return std::nullopt;
}

/// A heading: its first line with content whose first column is neither number nor time.
bool is_heading(std::string_view line, Time start) {
  const auto parts = columns(line);
  return !parts.empty() && !moment(parts[0], start);
}

}  // namespace

Result<model::Series> read_series_file(const std::filesystem::path& file, const std::string& unit,
                                       Dimension dimension, Time start) {
  std::ifstream stream(file);
  if (!stream) return fail(ErrorCode::io, file.string() + ": cannot be read");
  model::Series series;
  std::string line;
  bool first = true;
  for (int number_of_line = 1; std::getline(stream, line); ++number_of_line) {
    if (number_of_line == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    const std::size_t content = line.find_first_not_of(separators);
    if (content == std::string::npos || line[content] == '#') continue;
    const bool heading = first && is_heading(line, start);
    first = false;
    if (heading) continue;
    if (const auto wrong = add_line(series, line, unit, dimension, start)) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("{}:{}: {}", file.string(), number_of_line, *wrong));
    }
  }
  if (stream.bad()) return fail(ErrorCode::io, file.string() + ": cannot be read to its end");
  if (series.empty()) {
    return fail(ErrorCode::invalid_input, file.string() + ": holds no values; give time,value");
  }
  return series;
}

Result<model::Series> fixed_series(const SeriesInput& input, Dimension dimension, Time start) {
  switch (input.from) {
    case SeriesInput::From::constant:
      return model::Series::constant(input.constant);
    case SeriesInput::From::file:
      return read_series_file(input.file, input.file_unit, dimension, start);
    case SeriesInput::From::points: {
      model::Series series;
      for (const auto& [seconds, value] : input.points) {
        series.times.push_back(start + from_seconds(seconds));
        series.values.push_back(value);
      }
      for (std::size_t k = 1; k < series.times.size(); ++k) {
        if (series.times[k] <= series.times[k - 1]) {
          return fail(ErrorCode::invalid_input,
                      input.place + ": times of the points do not increase");
        }
      }
      if (series.empty()) return fail(ErrorCode::invalid_input, input.place + ": has no points");
      return series;
    }
    case SeriesInput::From::station:
      break;
  }
  return fail(ErrorCode::invalid_input,
              input.place + ": comes from station \"" + input.station +
                  "\"; only a forecast has readings, a simulation needs points or a file");
}

}  // namespace vandvagt::forecast
