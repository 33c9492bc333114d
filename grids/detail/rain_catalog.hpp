#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "grids/detail/source_raster.hpp"
#include "grids/rain.hpp"

namespace vandvagt::grids::detail {

/// One rain grid: where it is and the time it names.
struct RainGrid {
  std::filesystem::path file;
  int band = 1;
  Time stamp;
};

/// Time in a file name by a pattern of %Y %m %d %H %M %S %j (UTC), literal text, and `*` for any
/// characters up to the next literal. Error{invalid_input} where it does not fit.
Result<Time> time_in_name(std::string_view name, std::string_view pattern);

/// "hours since 1970-01-01 00:00:00" and a value. Error{invalid_input} for another form, a unit of
/// months or years, or a calendar that is not the civil one.
Result<Time> cf_time(double value, const std::string& units, const std::string& calendar);

/// All grids of the source in order of time.
Result<std::vector<RainGrid>> find_rain_grids(const RainSource& source);

/// What turns the file's numbers into metres (accumulations) or metres per second (rates): its own
/// unit and the declared one must agree; one of them must be there.
Result<double> rain_unit_factor(const SourceRaster& source, int band, const RainSource& rain);

}  // namespace vandvagt::grids::detail
