#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <utility>

#include "forecast/detail/rain_parts.hpp"
#include "forecast/forcing.hpp"
#include "grids/files.hpp"
#include "grids/rain.hpp"

namespace vandvagt::forecast {
namespace detail {

Time floor_to(Time time, Duration sync) {
  const auto count = time.time_since_epoch().count();
  const auto step = sync.count();
  const auto rest = ((count % step) + step) % step;
  return Time{Duration{count - rest}};
}

namespace {

/// Rain given as a series, the same everywhere; each sync interval gets the value at its middle,
/// which is its mean between two points.
class RainUniform final : public RainPart {
 public:
  RainUniform(ResolvedSeries resolved, Duration sync)
      : series_(std::move(resolved.series)), sync_(sync) {
    settled_until = resolved.settled_until;
    report = std::move(resolved.report);
    inputs = std::move(resolved.inputs);
  }

  Result<RainRate> at(Time time) override {
    RainRate rate;
    rate.uniform = series_.at(time, to_seconds(sync_) / 2.0);
    rate.until = std::max(time + sync_, floor_to(level_until(time), sync_));
    return rate;
  }

 private:
  /// Until when the series keeps one value.
  Time level_until(Time time) const {
    const auto next = std::ranges::upper_bound(series_.times, time);
    if (next == series_.times.end()) return Time::max();
    const auto k = static_cast<std::size_t>(next - series_.times.begin());
    const bool level = k == 0 || series_.values[k - 1] == series_.values[k];
    return level ? *next : time;
  }

  model::Series series_;
  Duration sync_;
};

/// Rain grids. Those in use stay in memory up to a bound, since every member asks for them.
class RainGrids final : public RainPart {
 public:
  RainGrids(grids::RainSeries series, const RainContext& context, std::string place)
      : series_(std::move(series)),
        place_(std::move(place)),
        sync_(context.sync),
        mean_(context.built.geometry.nx, context.built.geometry.ny, 0.0F) {
    const std::size_t bytes = std::max<std::size_t>(1, mean_.size() * sizeof(float));
    most_kept_ = std::max<std::size_t>(2, kept_bytes / bytes);
    kept_.resize(series_.intervals().size());
  }

  Result<RainRate> at(Time time) override {
    const auto& intervals = series_.intervals();
    RainRate rate;
    rate.until = time + sync_;
    if (const auto k = series_.find(time); k && intervals[*k].to >= time + sync_) {
      auto field = grid(*k);
      if (!field) return fail(field.error());
      rate.field = *field;
      rate.until = std::max(rate.until, floor_to(intervals[*k].to, sync_));
      return rate;
    }
    if (time >= intervals.back().to || time + sync_ <= intervals.front().from) {
      rate.uniform = 0.0;
      const Time next = time >= intervals.back().to ? Time::max() : intervals.front().from;
      rate.until = std::max(rate.until, floor_to(next, sync_));
      return rate;
    }
    if (auto made = average(time); !made) return fail(made.error());
    rate.field = &mean_;
    return rate;
  }

  const grids::RainSeries& series() const { return series_; }

  /// The first bad grid, and how many more there are.
  Result<void> check(Time from, Time to) override {
    std::optional<Error> first;
    std::size_t more = 0;
    for (std::size_t k = 0; k < series_.intervals().size(); ++k) {
      const grids::RainInterval& interval = series_.intervals()[k];
      if (interval.to <= from || interval.from >= to) continue;
      const auto read = grid(k);
      if (read) continue;
      if (first) ++more;
      if (!first) first = read.error();
    }
    if (!first) return {};
    const std::string others = more > 0 ? fmt::format(" (and {} more rain grids)", more) : "";
    return fail(first->code, place_ + ": " + first->message + others);
  }

  /// Grids that end before they are needed, or begin after.
  std::vector<std::string> missing(Time from, Time to) const override {
    const Time first = series_.intervals().front().from;
    const Time last = series_.intervals().back().to;
    std::vector<std::string> told;
    if (first > from) {
      told.push_back(fmt::format("rain: no grid before {}; none was assumed from {}",
                                 format_time(first), format_time(from)));
    }
    if (last < to) {
      told.push_back(fmt::format("rain: no grid after {}; none was assumed up to {}",
                                 format_time(last), format_time(to)));
    }
    return told;
  }

 private:
  static constexpr std::size_t kept_bytes = std::size_t{512} << 20U;

  Result<const Field<float>*> grid(std::size_t k) {
    if (kept_[k].empty()) {
      auto field = series_.rate(k);
      if (!field) return fail(field.error());
      if (in_use_.size() >= most_kept_) {
        kept_[in_use_.front()] = {};
        in_use_.erase(in_use_.begin());
      }
      kept_[k] = std::move(*field);
      in_use_.push_back(k);
    }
    return &kept_[k];
  }

  /// Mean over a sync interval that several grids share, each weighted by its part of the time.
  Result<void> average(Time time) {
    std::ranges::fill(mean_.values(), 0.0F);
    for (std::size_t k = 0; k < series_.intervals().size(); ++k) {
      const grids::RainInterval& interval = series_.intervals()[k];
      const Duration shared = std::min(interval.to, time + sync_) - std::max(interval.from, time);
      if (shared <= Duration{0}) continue;
      auto field = grid(k);
      if (!field) return fail(field.error());
      const auto weight = static_cast<float>(to_seconds(shared) / to_seconds(sync_));
      for (std::size_t c = 0; c < mean_.size(); ++c) {
        mean_.values()[c] += weight * (*field)->values()[c];
      }
    }
    return {};
  }

  grids::RainSeries series_;
  std::string place_;  // of the configuration
  Duration sync_;
  Field<float> mean_;
  std::vector<Field<float>> kept_;
  std::vector<std::size_t> in_use_;  // oldest first
  std::size_t most_kept_ = 2;
};

grids::RainSource source_of(const RainInput& input) {
  grids::RainSource source;
  source.paths = input.raster_files;
  if (!input.raster_folder.empty()) source.paths = {input.raster_folder};
  source.file_pattern = input.file_time_pattern;
  source.variable = input.variable;
  if (input.kind_declared) {
    source.kind = input.since_start    ? grids::RainKind::accumulation_since_start
                  : input.accumulation ? grids::RainKind::accumulation
                                       : grids::RainKind::rate;
  }
  if (input.stamp_declared) {
    source.stamp = input.stamp_at_end ? grids::RainStamp::end : grids::RainStamp::start;
  }
  source.unit = input.unit;
  if (input.interval > Duration{0}) source.interval = input.interval;
  if (!input.crs.empty()) source.crs = input.crs;
  source.extend = input.extend;
  return source;
}

Field<std::uint8_t> active_cells(const BuiltCase& built) {
  Field<std::uint8_t> active(built.geometry.nx, built.geometry.ny, 0);
  const auto bed = built.model.bed_elevation.values();
  for (std::size_t c = 0; c < active.size(); ++c) active.values()[c] = bed[c] == bed[c] ? 1 : 0;
  return active;
}

}  // namespace

RainPartResult rain_from_series(const RainInput& input, const RainContext& context,
                                const Observations& observations) {
  if (input.series.from == SeriesInput::From::station) {
    return rain_from_stations(input, context, observations);
  }
  auto resolved = resolve_series(input.series, "rain", Dimension::speed, context.period,
                                 context.start, observations);
  if (!resolved) return fail(resolved.error());
  return std::make_unique<RainUniform>(std::move(*resolved), context.sync);
}

RainPartResult rain_from_rasters(const RainInput& input, const RainContext& context) {
  const auto active = active_cells(context.built);
  auto series = grids::RainSeries::open(source_of(input), context.built.geometry, active.view());
  if (!series) return fail(series.error().code, input.place + ": " + series.error().message);
  auto part = std::make_unique<RainGrids>(std::move(*series), context, input.place);
  for (const auto& file : part->series().files()) {
    auto digest = grids::file_digest(file);
    if (!digest) return fail(digest.error());
    part->inputs.push_back({file.string(), *digest});
  }
  const Time first = part->series().intervals().front().from;
  const Time last = part->series().intervals().back().to;
  part->settled_until = context.period.reference;
  part->report.what = "rain";
  part->report.driven_by =
      fmt::format("{} rain grids from {} to {}", part->series().intervals().size(),
                  format_time(first), format_time(last));
  part->report.newest = std::min(last, context.period.reference);
  part->report.age = context.period.reference - *part->report.newest;
  return part;
}

}  // namespace detail

using detail::RainContext;
using detail::RainPart;
using detail::RainPartResult;
using detail::RainRate;

namespace {

RainPartResult open_part(const RainInput& input, const RainContext& context,
                         const Observations& observations) {
  switch (input.from) {
    case RainInput::From::none:
      return nullptr;
    case RainInput::From::series:
      return detail::rain_from_series(input, context, observations);
    case RainInput::From::rasters:
      return detail::rain_from_rasters(input, context);
    case RainInput::From::stations:
      return detail::rain_from_stations(input, context, observations);
  }
  return nullptr;
}

void note(ForcingReport& report, std::string notice) {
  report.degraded = true;
  report.notices.push_back(std::move(notice));
}

/// Whether what a part tells of a period is rain; notices for what it does not tell.
Result<void> look_through(RainPart& part, Time from, Time to) {
  if (from >= to) return {};
  for (std::string& notice : part.missing(from, to)) note(part.report, std::move(notice));
  return part.check(from, to);
}

}  // namespace

struct RainForcing::Sources {
  std::unique_ptr<RainPart> observed;
  std::unique_ptr<RainPart> forecast;
  bool observed_goes_on = false;  // the observed source also tells of the time after the reference
  ForcingPeriod period;
  Duration sync{0};
  Field<float> scaled;
  std::vector<ForcingReport> reports;
  std::vector<InputFile> inputs;

  RainPart* part_at(Time time) {
    if (time < period.reference) return observed.get();
    if (forecast) return forecast.get();
    return observed_goes_on ? observed.get() : nullptr;
  }
};

Result<RainForcing> RainForcing::open(const Scenario& scenario, const BuiltCase& built,
                                      const ForcingPeriod& period,
                                      const Observations& observations) {
  auto sources = std::make_unique<Sources>();
  sources->period = period;
  sources->sync = scenario.solver.sync_interval;
  const RainContext context{built, period, sources->sync, scenario.time.start};
  auto observed = open_part(scenario.rain, context, observations);
  if (!observed) return fail(observed.error());
  auto forecast = open_part(scenario.rain_forecast, context, observations);
  if (!forecast) return fail(forecast.error());
  sources->observed = std::move(*observed);
  sources->forecast = std::move(*forecast);
  const bool from_stations = scenario.rain.from == RainInput::From::stations ||
                             (scenario.rain.from == RainInput::From::series &&
                              scenario.rain.series.from == SeriesInput::From::station);
  sources->observed_goes_on = sources->observed && !sources->forecast && !from_stations;
  const bool looks_ahead = period.to > period.reference;
  if (sources->observed) {
    RainPart& part = *sources->observed;
    const Time until = sources->observed_goes_on ? period.to : period.reference;
    if (auto sound = look_through(part, period.from, until); !sound) return fail(sound.error());
    if (from_stations && looks_ahead && !sources->forecast) {
      part.report.after = "no rain assumed";
      note(part.report, "rain: no rain forecast is configured; none was assumed after " +
                            format_time(period.reference));
    } else if (sources->forecast) {
      part.report.after = "rain forecast";
    }
    sources->reports.push_back(part.report);
    std::ranges::copy(part.inputs, std::back_inserter(sources->inputs));
  }
  if (sources->forecast) {
    RainPart& part = *sources->forecast;
    part.report.what = "rain forecast";
    if (auto sound = look_through(part, period.reference, period.to); !sound)
      return fail(sound.error());
    sources->reports.push_back(part.report);
    std::ranges::copy(part.inputs, std::back_inserter(sources->inputs));
  }
  return RainForcing(std::move(sources));
}

Result<RainForcing::Rate> RainForcing::at(Time time, double factor) {
  Sources& s = *sources_;
  Rate rate;
  RainPart* part = s.part_at(time);
  if (!part) {
    rate.uniform = 0.0;
    rate.until = Time::max();
  } else {
    auto found = part->at(time);
    if (!found) return fail(found.error());
    rate.uniform = found->uniform;
    if (found->field) rate.field = found->field->view();
    rate.until = found->until;
  }
  if (time < s.period.reference) {
    rate.until = std::min(rate.until, std::max(s.period.reference, time + s.sync));
  } else if (factor != 1.0) {
    if (rate.uniform) {
      *rate.uniform *= factor;
    } else {
      if (s.scaled.empty()) s.scaled = Field<float>(rate.field.nx(), rate.field.ny());
      for (std::size_t c = 0; c < s.scaled.size(); ++c) {
        s.scaled.values()[c] =
            static_cast<float>(factor * static_cast<double>(rate.field.values()[c]));
      }
      rate.field = std::as_const(s.scaled).view();
    }
  }
  return rate;
}

Time RainForcing::settled_until() const {
  const Time reference = sources_->period.reference;
  return sources_->observed ? std::min(sources_->observed->settled_until, reference) : reference;
}

const std::vector<ForcingReport>& RainForcing::reports() const {
  return sources_->reports;
}
const std::vector<InputFile>& RainForcing::inputs() const {
  return sources_->inputs;
}

RainForcing::RainForcing(std::unique_ptr<Sources> sources) : sources_(std::move(sources)) {}
RainForcing::RainForcing(RainForcing&&) noexcept = default;
RainForcing& RainForcing::operator=(RainForcing&&) noexcept = default;
RainForcing::~RainForcing() = default;

}  // namespace vandvagt::forecast
