#include "grids/rain.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "grids/detail/placement.hpp"
#include "grids/detail/rain_catalog.hpp"
#include "grids/detail/warp.hpp"
#include "grids/raster.hpp"

namespace vandvagt::grids {
namespace {

using detail::RainGrid;
using detail::SourceRaster;

// What packing leaves below zero in a dry grid, and between two equal running totals.
constexpr double packing_noise = 1e-5;        // [m]
constexpr double running_total_noise = 1e-4;  // [m]

Result<void> check_declared(const RainSource& source) {
  const std::string place = source.paths.empty() ? "rain" : source.paths.front().string();
  const auto missing = [&](const char* what) {
    return fail(ErrorCode::invalid_input, place + ": rain: " + what);
  };
  if (!source.kind) return missing("declare whether it is a rate or an accumulation (kind)");
  if (!source.stamp)
    return missing("declare whether times name the start or the end of an interval (stamp)");
  if (!source.interval || *source.interval <= Duration::zero())
    return missing("declare the time that one grid stands for (interval), above zero");
  if (source.kind == RainKind::accumulation_since_start && source.stamp == RainStamp::start)
    return missing("a running total is stamped at its end; declare stamp = \"end\"");
  if (!(source.extend >= 0.0)) return missing("extend is a distance in metres, not negative");
  return {};
}

Result<std::vector<RainInterval>> intervals_of(const std::vector<RainGrid>& grids,
                                               const RainSource& source) {
  const Duration length = *source.interval;
  std::vector<RainInterval> intervals;
  for (const auto& grid : grids) {
    const Time from = source.stamp == RainStamp::start ? grid.stamp : grid.stamp - length;
    RainInterval next{from, from + length};
    if (!intervals.empty()) {
      const Time end = intervals.back().to;
      // A running total says what fell since the one before, however long ago that was.
      if (source.kind == RainKind::accumulation_since_start && next.to > end) next.from = end;
      if (next.from != end)
        return fail(ErrorCode::invalid_input,
                    grid.file.string() + ": rain " +
                        (next.from > end ? "is missing from " : "comes twice from ") +
                        format_time(std::min(end, next.from)) + " to " +
                        format_time(std::max(end, next.from)) + " (interval " +
                        format_duration(length) + "); every interval must be there once");
    }
    intervals.push_back(next);
  }
  return intervals;
}

/// How far a point lies beyond a rectangle [m].
double beyond(const Extent& e, Point p) {
  const double x = std::max({e.x_min - p.x, p.x - e.x_max, 0.0});
  const double y = std::max({e.y_min - p.y, p.y - e.y_max, 0.0});
  return std::hypot(x, y);
}

}  // namespace

struct RainSeries::Grids {
  RainSource source;
  Geometry target;
  std::vector<std::uint8_t> active;  // empty: all
  std::vector<RainGrid> grids;
  std::vector<RainInterval> intervals;
  std::vector<std::filesystem::path> files;

  bool is_active(std::size_t cell) const { return active.empty() || active[cell] != 0; }
  Result<SourceRaster> open(const RainGrid& grid) const {
    return detail::open_source(grid.file,
                               {.band = 1, .variable = source.variable, .crs = source.crs});
  }
  Result<Field<double>> total(std::size_t k) const;
  Result<void> check_not_negative(const SourceRaster& raster, std::size_t k, double factor) const;
  Result<void> check_covered(const SourceRaster& raster, const Field<double>& field,
                             std::size_t k) const;
};

/// Numbers of grid k in m or m/s on the target; NaN where it has none.
Result<Field<double>> RainSeries::Grids::total(std::size_t k) const {
  const RainGrid& grid = grids[k];
  const auto raster = open(grid);
  if (!raster) return fail(raster.error());
  const auto factor = detail::rain_unit_factor(*raster, grid.band, source);
  if (!factor) return fail(factor.error());
  if (const auto sound = check_not_negative(*raster, k, *factor); !sound)
    return fail(sound.error());
  auto field = detail::source_onto(
      *raster, grid.band, target,
      {.resampling = Resampling::average, .refuse_undeclared_nan = true, .extend = source.extend});
  if (!field) return field;
  if (const auto covered = check_covered(*raster, *field, k); !covered)
    return fail(covered.error());
  for (double& value : field->values()) value = std::max(0.0, value * *factor);
  return field;
}

Result<void> RainSeries::Grids::check_not_negative(const SourceRaster& raster, std::size_t k,
                                                   double factor) const {
  std::vector<double> values;
  const auto read =
      detail::read_window(raster, grids[k].band, {0, 0, raster.nx, raster.ny}, values);
  if (!read) return fail(read.error());
  const double seconds = source.kind == RainKind::rate ? to_seconds(*source.interval) : 1.0;
  for (std::size_t n = 0; n < values.size(); ++n) {
    if (!(values[n] * factor * seconds < -packing_noise)) continue;
    const auto columns = static_cast<std::size_t>(raster.nx);
    return fail(ErrorCode::invalid_input,
                raster.place + ": negative rain " + std::to_string(values[n]) + " at column " +
                    std::to_string(n % columns + 1) + ", row " + std::to_string(n / columns + 1) +
                    " at " + format_time(grids[k].stamp) +
                    "; if it stands for missing data, declare it as nodata");
  }
  return {};
}

Result<void> RainSeries::Grids::check_covered(const SourceRaster& raster,
                                              const Field<double>& field, std::size_t k) const {
  const auto crs = detail::parse_crs(target.crs);
  if (!crs) return fail(crs.error());
  const auto extent = detail::extent_in(raster, *crs);
  if (!extent) return fail(extent.error());
  std::size_t wanted = 0, missing = 0;
  double farthest = 0.0;
  for (int j = 0; j < target.ny; ++j)
    for (int i = 0; i < target.nx; ++i) {
      const auto cell = static_cast<std::size_t>(j) * static_cast<std::size_t>(target.nx) +
                        static_cast<std::size_t>(i);
      if (!is_active(cell)) continue;
      ++wanted;
      if (!std::isnan(field(i, j))) continue;
      ++missing;
      farthest = std::max(farthest, beyond(*extent, target.centre(i, j)));
    }
  if (missing == 0) return {};
  const double percent = 100.0 * static_cast<double>(missing) / static_cast<double>(wanted);
  std::string what = raster.place + ": rain at " + format_time(grids[k].stamp) + " is missing on " +
                     std::to_string(missing) + " of " + std::to_string(wanted) +
                     " computed cells (" + std::to_string(percent) + " %)";
  if (farthest > 0.0)
    what += ": the rain grid ends up to " + std::to_string(farthest) +
            " m short of the terrain; give larger grids, a smaller extent, or carry the border's "
            "values outwards (extend)";
  else
    what +=
        ": it holds nodata there; rain is not guessed: fill it (gdal_fillnodata.py) or cut the "
        "terrain to where there is rain";
  return fail(ErrorCode::invalid_input, what);
}

RainSeries::RainSeries(std::unique_ptr<Grids> grids) : grids_(std::move(grids)) {}
RainSeries::RainSeries(RainSeries&&) noexcept = default;
RainSeries& RainSeries::operator=(RainSeries&&) noexcept = default;
RainSeries::~RainSeries() = default;

Result<RainSeries> RainSeries::open(const RainSource& source, const Geometry& target,
                                    FieldView<const std::uint8_t> active) {
  assert(active.empty() || (active.nx() == target.nx && active.ny() == target.ny));
  if (const auto declared = check_declared(source); !declared) return fail(declared.error());
  auto found = detail::find_rain_grids(source);
  if (!found) return fail(found.error());
  auto intervals = intervals_of(*found, source);
  if (!intervals) return fail(intervals.error());
  auto grids = std::make_unique<Grids>();
  grids->source = source;
  grids->target = target;
  grids->active.assign(active.values().begin(), active.values().end());
  grids->grids = std::move(*found);
  grids->intervals = std::move(*intervals);
  for (const auto& grid : grids->grids)
    if (grids->files.empty() || grids->files.back() != grid.file) grids->files.push_back(grid.file);
  std::vector<std::filesystem::path> once = grids->files;
  std::ranges::sort(once);
  if (std::ranges::adjacent_find(once) != once.end()) {  // files whose times interleave
    once.erase(std::unique(once.begin(), once.end()), once.end());
    grids->files = std::move(once);
  }
  if (const auto first = grids->total(0); !first) return fail(first.error());
  return RainSeries(std::move(grids));
}

const std::vector<RainInterval>& RainSeries::intervals() const {
  return grids_->intervals;
}

const std::vector<std::filesystem::path>& RainSeries::files() const {
  return grids_->files;
}

std::optional<std::size_t> RainSeries::find(Time time) const {
  const auto& all = grids_->intervals;
  const auto after = std::ranges::upper_bound(all, time, {}, &RainInterval::from);
  if (after == all.begin() || time >= std::prev(after)->to) return {};
  return static_cast<std::size_t>(std::prev(after) - all.begin());
}

Result<Field<float>> RainSeries::rate(std::size_t k) const {
  const Grids& g = *grids_;
  assert(k < g.intervals.size());
  const auto now = g.total(k);
  if (!now) return fail(now.error());
  const bool running = g.source.kind == RainKind::accumulation_since_start;
  Field<double> before(g.target.nx, g.target.ny, 0.0);
  if (running && k > 0) {
    auto previous = g.total(k - 1);
    if (!previous) return fail(previous.error());
    before = std::move(*previous);
  }
  const double seconds =
      g.source.kind == RainKind::rate ? 1.0 : to_seconds(g.intervals[k].to - g.intervals[k].from);
  Field<float> rate(g.target.nx, g.target.ny, 0.0F);
  for (std::size_t n = 0; n < rate.size(); ++n) {
    const double fell = now->values()[n] - before.values()[n];
    if (running && g.is_active(n) && fell < -running_total_noise)
      return fail(ErrorCode::invalid_input,
                  g.grids[k].file.string() + ": the running total of rain falls by " +
                      std::to_string(-fell * 1000.0) + " mm at " + format_time(g.grids[k].stamp) +
                      "; is it an accumulation of each interval?");
    if (std::isfinite(fell)) rate.values()[n] = static_cast<float>(std::max(0.0, fell) / seconds);
  }
  return rate;
}

}  // namespace vandvagt::grids
