#include "grids/detail/rain_catalog.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "core/units.hpp"

namespace vandvagt::grids::detail {
namespace {

namespace fs = std::filesystem;

/// Parts of a date as they turn up in a name.
struct Stamp {
  int year = -1, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  int day_of_year = 0;
};

/// Takes `digits` digits off the front; false where they are not there.
bool take(std::string_view& text, std::size_t digits, int& into) {
  if (text.size() < digits) return false;
  const auto* end = text.data() + digits;
  const auto [rest, error] = std::from_chars(text.data(), end, into);
  if (error != std::errc{} || rest != end || text.front() == '-') return false;
  text.remove_prefix(digits);
  return true;
}

bool take_field(char field, std::string_view& name, Stamp& stamp) {
  switch (field) {
    case 'Y':
      return take(name, 4, stamp.year);
    case 'm':
      return take(name, 2, stamp.month);
    case 'd':
      return take(name, 2, stamp.day);
    case 'H':
      return take(name, 2, stamp.hour);
    case 'M':
      return take(name, 2, stamp.minute);
    case 'S':
      return take(name, 2, stamp.second);
    case 'j':
      return take(name, 3, stamp.day_of_year);
    default:
      return false;
  }
}

bool fits(std::string_view name, std::string_view pattern, Stamp& stamp) {
  while (!pattern.empty()) {
    if (pattern.front() == '*') {
      pattern.remove_prefix(1);
      for (std::size_t skip = 0; skip <= name.size(); ++skip) {
        Stamp attempt = stamp;
        if (!fits(name.substr(skip), pattern, attempt)) continue;
        stamp = attempt;
        return true;
      }
      return false;
    }
    if (pattern.front() == '%' && pattern.size() > 1) {
      if (!take_field(pattern[1], name, stamp)) return false;
      pattern.remove_prefix(2);
      continue;
    }
    if (name.empty() || name.front() != pattern.front()) return false;
    name.remove_prefix(1);
    pattern.remove_prefix(1);
  }
  return name.empty();
}

std::optional<Time> to_time(const Stamp& s) {
  using namespace std::chrono;
  sys_days date{};
  if (s.day_of_year > 0) {
    date = sys_days{year{s.year} / January / 1} + days{s.day_of_year - 1};
  } else {
    const year_month_day civil{year{s.year}, month{static_cast<unsigned>(s.month)},
                               day{static_cast<unsigned>(s.day)}};
    if (!civil.ok()) return {};
    date = sys_days{civil};
  }
  if (s.year < 1900 || s.hour > 24 || s.minute > 59 || s.second > 59) return {};
  return Time{date + hours{s.hour} + minutes{s.minute} + seconds{s.second}};
}

std::string metadata(GDALMajorObject* object, const std::string& key) {
  const char* value = object->GetMetadataItem(key.c_str());
  return value != nullptr ? value : "";
}

/// The time a band of a NetCDF or GRIB file names.
Result<Time> time_of_band(const SourceRaster& source, int number) {
  auto* band = source.band(number);
  const auto number_of = [](const std::string& text) { return std::strtod(text.c_str(), nullptr); };
  if (const auto valid = metadata(band, "GRIB_VALID_TIME"); !valid.empty())
    return Time{} + from_seconds(number_of(valid));
  for (const std::string axis : {"time", "valid_time", "Time", "t"}) {
    const auto value = metadata(band, "NETCDF_DIM_" + axis);
    if (value.empty()) continue;
    auto* dataset = source.opened.dataset.get();
    auto time = cf_time(number_of(value), metadata(dataset, axis + "#units"),
                        metadata(dataset, axis + "#calendar"));
    if (!time) return fail(time.error().code, source.place + ": " + time.error().message);
    return time;
  }
  return fail(ErrorCode::invalid_input,
              source.place +
                  ": rain without a time: neither the file nor its name says when; give "
                  "file_pattern, e.g. \"rain_%Y%m%d%H%M.asc\"");
}

ReadOptions reading(const RainSource& source) {
  return {.band = 1, .variable = source.variable, .crs = source.crs};
}

/// Files named, or those of the one folder: all, or the ones that fit the pattern.
Result<std::vector<fs::path>> files_of(const RainSource& source) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& path : source.paths) {
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    const std::size_t before = files.size();
    for (const auto& entry : fs::directory_iterator(path, error)) {
      const std::string name = entry.path().filename().string();
      const bool wanted = source.file_pattern.empty()
                              ? !name.starts_with('.')
                              : time_in_name(name, source.file_pattern).has_value();
      if (wanted && entry.is_regular_file()) files.push_back(entry.path());
    }
    if (error) return fail(ErrorCode::io, path.string() + ": cannot be read: " + error.message());
    if (files.size() == before)
      return fail(ErrorCode::invalid_input, path.string() +
                                                ": no file in this folder fits the pattern \"" +
                                                source.file_pattern + "\"");
  }
  if (files.empty()) return fail(ErrorCode::invalid_input, "no rain file is named");
  std::ranges::sort(files);
  return files;
}

/// One spelling for a unit: without brackets, `hr` as `h`, powers as digits.
std::string plain(std::string unit) {
  std::erase_if(unit,
                [](char c) { return c == '[' || c == ']' || c == '^' || c == '(' || c == ')'; });
  while (!unit.empty() && unit.back() == ' ') unit.pop_back();
  return unit;
}

struct Unit {
  std::string_view name;
  bool rate;
  double factor;  // to m or m/s; 1 kg of water on 1 m² is 1 mm
};

constexpr std::array<Unit, 18> units{{{"kg m-2 s-1", true, 1e-3},
                                      {"kg m-2 s**-1", true, 1e-3},
                                      {"kg m**-2 s**-1", true, 1e-3},
                                      {"kg/m2/s", true, 1e-3},
                                      {"kg/m2 s", true, 1e-3},
                                      {"mm s-1", true, 1e-3},
                                      {"mm/s", true, 1e-3},
                                      {"mm h-1", true, 1e-3 / 3600.0},
                                      {"mm hr-1", true, 1e-3 / 3600.0},
                                      {"mm/hr", true, 1e-3 / 3600.0},
                                      {"mm hour-1", true, 1e-3 / 3600.0},
                                      {"mm day-1", true, 1e-3 / 86400.0},
                                      {"mm d-1", true, 1e-3 / 86400.0},
                                      {"kg m-2", false, 1e-3},
                                      {"kg m**-2", false, 1e-3},
                                      {"kg/m2", false, 1e-3},
                                      {"millimeter", false, 1e-3},
                                      {"millimetre", false, 1e-3}}};

Result<double> factor_of(const std::string& given, bool rate, const std::string& place) {
  const std::string unit = plain(given);
  const auto* found = std::ranges::find(units, unit, &Unit::name);
  const auto as = [&](Dimension d) { return to_si(1.0, unit, d); };
  if (found != units.end() && found->rate == rate) return found->factor;
  const auto known = as(rate ? Dimension::speed : Dimension::length);
  if (known) return *known;
  const bool other_kind =
      found != units.end() || as(rate ? Dimension::length : Dimension::speed).has_value();
  return fail(
      ErrorCode::invalid_input,
      place + ": rain in \"" + given + "\" " +
          (other_kind ? std::string("is ") + (rate ? "an accumulation" : "a rate") + ", but " +
                            (rate ? "a rate" : "an accumulation") + " is declared"
                      : "is not known; " + known.error().message));
}

}  // namespace

Result<Time> time_in_name(std::string_view name, std::string_view pattern) {
  Stamp stamp;
  if (fits(name, pattern, stamp))
    if (const auto time = to_time(stamp)) return *time;
  return fail(ErrorCode::invalid_input, "the name \"" + std::string(name) +
                                            "\" does not hold a time as in the pattern \"" +
                                            std::string(pattern) + "\"");
}

Result<Time> cf_time(double value, const std::string& units_text, const std::string& calendar) {
  constexpr std::array civil{"", "standard", "gregorian", "proleptic_gregorian"};
  if (std::ranges::find(civil, calendar) == civil.end())
    return fail(ErrorCode::invalid_input, "calendar \"" + calendar + "\" is not the civil one");
  constexpr std::array<std::pair<std::string_view, double>, 12> steps{{{"second", 1},
                                                                       {"seconds", 1},
                                                                       {"s", 1},
                                                                       {"sec", 1},
                                                                       {"minute", 60},
                                                                       {"minutes", 60},
                                                                       {"min", 60},
                                                                       {"hour", 3600},
                                                                       {"hours", 3600},
                                                                       {"h", 3600},
                                                                       {"day", 86400},
                                                                       {"days", 86400}}};
  const auto since = units_text.find(" since ");
  const auto* step = std::ranges::find(
      steps, std::string_view(units_text).substr(0, since == std::string::npos ? 0 : since),
      &std::pair<std::string_view, double>::first);
  Stamp stamp;
  double second = 0.0;
  if (step != steps.end() &&
      std::sscanf(units_text.c_str() + since + 7, "%d-%d-%d%*1[T ]%d:%d:%lf", &stamp.year,
                  &stamp.month, &stamp.day, &stamp.hour, &stamp.minute, &second) >= 3)
    if (const auto epoch = to_time(stamp); epoch && std::isfinite(value))
      return *epoch + from_seconds(second + value * step->second);
  return fail(ErrorCode::invalid_input, "time in \"" + units_text +
                                            "\" is not understood; CF has e.g. \"hours since "
                                            "1970-01-01 00:00:00\"");
}

Result<std::vector<RainGrid>> find_rain_grids(const RainSource& source) {
  const auto files = files_of(source);
  if (!files) return fail(files.error());
  std::vector<RainGrid> grids;
  for (const auto& file : *files) {
    if (!source.file_pattern.empty()) {
      const auto stamp = time_in_name(file.filename().string(), source.file_pattern);
      if (!stamp)
        return fail(ErrorCode::invalid_input, file.string() + ": " + stamp.error().message);
      grids.push_back({file, 1, *stamp});
      continue;
    }
    const auto opened = open_source(file, reading(source));
    if (!opened) return fail(opened.error());
    for (const int band : opened->bands) {
      const auto stamp = time_of_band(*opened, band);
      if (!stamp) return fail(stamp.error());
      grids.push_back({file, band, *stamp});
    }
  }
  std::ranges::stable_sort(grids, {}, &RainGrid::stamp);
  return grids;
}

Result<double> rain_unit_factor(const SourceRaster& source, int band, const RainSource& rain) {
  const bool rate = rain.kind == RainKind::rate;
  std::string own = source.band(band)->GetUnitType();
  if (own.empty()) own = metadata(source.band(band), "GRIB_UNIT");
  if (own == "[-]") own.clear();  // GRIB's word for none
  if (own.empty() && rain.unit.empty())
    return fail(ErrorCode::invalid_input,
                source.place +
                    ": rain without a unit: the file names none; declare it (unit = "
                    "\"mm/h\" or the like)");
  auto of_file = factor_of(own.empty() ? rain.unit : own, rate, source.place);
  if (!of_file || rain.unit.empty()) return of_file;
  auto declared = factor_of(rain.unit, rate, source.place);
  if (!declared) return declared;
  if (std::abs(*declared - *of_file) > 1e-9 * std::abs(*of_file))
    return fail(ErrorCode::invalid_input, source.place + ": says its rain is in \"" + own +
                                              "\", but \"" + rain.unit + "\" is declared");
  return declared;
}

}  // namespace vandvagt::grids::detail
