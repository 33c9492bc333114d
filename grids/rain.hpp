#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::grids {

enum class RainKind {
  rate,                      // mean rate over the interval: mm/h, kg m-2 s-1, m s-1, ...
  accumulation,              // total of each interval: mm, kg m-2, m, ...
  accumulation_since_start,  // running total since the first interval's start (many GRIB forecasts)
};
enum class RainStamp { start, end };  // which end of its interval a grid's time names

/// Time-stamped rain grids: files with their time in the name, or NetCDF-CF or GRIB with times
/// inside. Nothing is guessed: kind, stamp and interval are declared, the unit comes from the file
/// or from `unit`.
struct RainSource {
  std::vector<std::filesystem::path> paths;  // files, or one folder
  std::string file_pattern;        // e.g. "NSL_%Y%m%d%H%M.ASC" (UTC); empty: times are in the file
  std::string variable;            // NetCDF, GRIB: the variable; empty = the only one
  std::optional<RainKind> kind;    // must be set
  std::optional<RainStamp> stamp;  // must be set; a running total is stamped at its end
  std::string unit;                // "mm", "mm/h", ...; empty: the file must say; both must agree
  std::optional<Duration> interval;  // must be set: the time that one grid stands for
  std::optional<std::string> crs;    // where the files name none
  double extend = 0.0;               // [m] the border's values are carried outwards this far
};

/// Time for which one grid holds.
struct RainInterval {
  Time from;
  Time to;
};

/// Rain on the model grid, one interval after the other without gap or overlap. Grids are read when
/// asked for; one thread at a time may ask.
class RainSeries {
 public:
  /// Finds all grids, checks their times, and checks the first against the target. `active` (nx ×
  /// ny, non-zero = computed; empty = all) tells which cells must be covered. Error{invalid_input}:
  /// nothing found, kind, stamp, unit or interval missing or contradicting the file, a file name
  /// that does not fit the pattern, gaps or overlaps in time, no CRS, a grid that does not cover
  /// the active cells (with the share missing and by how much).
  static Result<RainSeries> open(const RainSource& source, const Geometry& target,
                                 FieldView<const std::uint8_t> active = {});

  RainSeries(RainSeries&&) noexcept;
  RainSeries& operator=(RainSeries&&) noexcept;
  RainSeries(const RainSeries&) = delete;
  RainSeries& operator=(const RainSeries&) = delete;
  ~RainSeries();

  const std::vector<RainInterval>& intervals() const;
  /// Number of the interval that holds `time` (from <= time < to).
  std::optional<std::size_t> find(Time time) const;
  /// Files that the series reads, in order of time, each once: inputs of a run.
  const std::vector<std::filesystem::path>& files() const;

  /// Mean rate [m/s] of interval k on the target, nx × ny, >= 0; 0 on cells that are not active and
  /// not covered. Error{invalid_input} for nodata or not finite values on active cells, and for
  /// negative values (packing noise down to -0.01 mm a grid counts as 0).
  Result<Field<float>> rate(std::size_t k) const;

 private:
  struct Grids;
  explicit RainSeries(std::unique_ptr<Grids> grids);
  std::unique_ptr<Grids> grids_;
};

}  // namespace vandvagt::grids
