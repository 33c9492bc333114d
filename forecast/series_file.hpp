#pragma once

#include <filesystem>
#include <string>

#include "core/result.hpp"
#include "core/time.hpp"
#include "core/units.hpp"
#include "forecast/scenario.hpp"
#include "model/series.hpp"

namespace vandvagt::forecast {

/// A series from a text file: two columns, time (seconds after `start`, or RFC 3339) and value in
/// `unit` (empty: SI), parted by comma, semicolon, tabs or blanks; further columns, empty lines,
/// lines that start with '#' and one header line are passed over. Values become SI.
/// Error{invalid_input} with file and line for a time that does not increase, a time or value that
/// is no finite number, an unknown unit, or a file without values; Error{io} where it cannot be
/// read.
Result<model::Series> read_series_file(const std::filesystem::path& file, const std::string& unit,
                                       Dimension dimension, Time start);

/// Constant, points and file as a series; Error{invalid_input} for a series from a station, whose
/// readings only a run can fetch.
Result<model::Series> fixed_series(const SeriesInput& input, Dimension dimension, Time start);

}  // namespace vandvagt::forecast
