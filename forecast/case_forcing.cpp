#include "forecast/detail/case_parts.hpp"
#include "forecast/detail/rain_parts.hpp"
#include "forecast/series_file.hpp"

namespace vandvagt::forecast {
namespace {

/// A series that no station drives is read now, so that what is wrong with it is told before a run.
void check_series(CaseDraft& draft, const SeriesInput& input, Dimension dimension,
                  const std::string& place) {
  if (!input.forecast_file.empty()) {
    draft.note_input(input.forecast_file);
    const auto read = read_series_file(input.forecast_file, input.file_unit, dimension,
                                       draft.scenario.time.start);
    if (!read) draft.fault(place, read.error().message, "");
  }
  if (input.from == SeriesInput::From::station) return;
  if (input.from == SeriesInput::From::file) draft.note_input(input.file);
  const auto made = fixed_series(input, dimension, draft.scenario.time.start);
  if (!made) draft.fault(input.place.empty() ? place : input.place, made.error().message, "");
}

/// The periods of the runs that a scenario describes, as far as it says when they are.
std::vector<ForcingPeriod> known_periods(const TimeInput& time) {
  std::vector<ForcingPeriod> periods;
  if (time.duration > Duration{0}) {
    const Time end = time.start + time.duration;
    periods.push_back({time.start, end, end});
  }
  if (time.horizon > Duration{0} && time.reference_time) {
    const Time reference = *time.reference_time;
    periods.push_back({reference - time.spin_up, reference, reference + time.horizon});
  }
  return periods;
}

/// Rain grids are read now for the time that a run will want them; `ahead`: only after the
/// reference time.
Result<void> read_grids(const CaseDraft& draft, const RainInput& rain, bool ahead) {
  const Scenario& scenario = draft.scenario;
  const ForcingPeriod no_time{};
  auto part = detail::rain_from_rasters(
      rain, {draft.built, no_time, scenario.solver.sync_interval, scenario.time.start});
  if (!part) return fail(part.error());
  for (const ForcingPeriod& period : known_periods(scenario.time)) {
    const bool both = ahead || scenario.rain_forecast.from == RainInput::From::none;
    auto sound =
        (*part)->check(ahead ? period.reference : period.from, both ? period.to : period.reference);
    if (!sound) return sound;
  }
  return {};
}

void check_rain(CaseDraft& draft, const RainInput& rain, bool ahead) {
  if (rain.from == RainInput::From::series)
    check_series(draft, rain.series, Dimension::speed, rain.place);
  if (rain.from != RainInput::From::rasters) return;
  const auto sound = read_grids(draft, rain, ahead);
  if (sound) return;
  std::string what = sound.error().message;
  const std::string named = rain.place + ": ";  // most messages begin with it
  if (what.starts_with(named)) what.erase(0, named.size());
  draft.fault(rain.place, std::move(what), "");
}

}  // namespace

void build_forcing(CaseDraft& draft) {
  for (const auto& edge : draft.scenario.edges) {
    if (edge.kind == model::EdgeKind::stage) {
      check_series(draft, edge.series, Dimension::length, edge.place);
    } else if (edge.kind == model::EdgeKind::discharge) {
      check_series(draft, edge.series, Dimension::discharge, edge.place);
    }
  }
  for (const auto& source : draft.scenario.sources)
    check_series(draft, source.series, Dimension::discharge, source.place);
  for (const auto& boundary : draft.scenario.groundwater.aquifer.boundaries)
    check_series(draft, boundary.stage, Dimension::length, boundary.place);
  for (const auto& pumping : draft.scenario.groundwater.aquifer.pumping)
    check_series(draft, pumping.rate, Dimension::discharge, pumping.place);
  check_rain(draft, draft.scenario.rain, false);
  check_rain(draft, draft.scenario.rain_forecast, true);
}

}  // namespace vandvagt::forecast
