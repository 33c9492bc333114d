#include "forecast/forcing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>

#include "forecast/detail/station_series.hpp"
#include "forecast/series_file.hpp"
#include "grids/files.hpp"

namespace vandvagt::forecast {
namespace {

using detail::Mark;

// How many times max_age a last value may be held before nothing is known any more: a day at the
// default of three hours.
constexpr int longest_hold = 8;

/// A station and those that stand in for it, with what each has sent up to the reference time.
struct Chain {
  std::vector<const sensors::Station*> stations;
  std::vector<std::vector<Observation>> readings;
  std::vector<bool> judged_later;
};

bool measures(const sensors::Station& station, Dimension dimension) {
  using sensors::Parameter;
  switch (dimension) {
    case Dimension::length:
      return station.parameter == Parameter::stage;
    case Dimension::discharge:
      return station.parameter == Parameter::discharge;
    default:
      return station.parameter == Parameter::rain;
  }
}

Result<Chain> read_chain(const SeriesInput& input, const std::string& what, Dimension dimension,
                         const ForcingPeriod& period, const Observations& observations) {
  Chain chain;
  const sensors::Station* first = observations.find(input.station);
  std::vector<std::string> ids{input.station};
  if (first) ids.insert(ids.end(), first->fallback.begin(), first->fallback.end());
  for (const std::string& id : ids) {
    auto readings = observations.read(id, period.from, period.reference);
    if (!readings) return fail(readings.error().code, what + ": " + readings.error().message);
    const sensors::Station* station = observations.find(id);
    if (!measures(*station, dimension)) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("{}: station \"{}\" measures {}, not what drives it; name a station "
                              "of {}",
                              what, id, to_string(station->parameter),
                              dimension == Dimension::length      ? "stage"
                              : dimension == Dimension::discharge ? "discharge"
                                                                  : "rain"));
    }
    chain.stations.push_back(station);
    chain.readings.push_back(std::move(*readings));
    chain.judged_later.push_back(station->limits.spike_suspect || station->limits.spike_fail);
  }
  return chain;
}

/// The forecast file of a station series, if it names one.
Result<model::Series> read_forecast(const SeriesInput& input, Dimension dimension, Time start,
                                    std::vector<InputFile>& inputs) {
  if (input.forecast_file.empty()) return model::Series{};
  auto digest = grids::file_digest(input.forecast_file);
  if (!digest) return fail(digest.error());
  inputs.push_back({input.forecast_file.string(), *digest});
  return read_series_file(input.forecast_file, input.file_unit, dimension, start);
}

void append(model::Series& series, Time time, double value) {
  if (!series.times.empty() && time <= series.times.back()) return;
  series.times.push_back(time);
  series.values.push_back(value);
}

bool covers(const model::Series& series, Time time) {
  return !series.empty() && series.times.front() <= time && time <= series.times.back();
}

/// What moves a forecast onto the last reading: a shift, or a factor for a discharge.
struct Bias {
  double shift = 0.0;
  double factor = 1.0;
  double apply(double value) const { return value * factor + shift; }
};

Bias bias_at(const model::Series& forecast, const Mark& last, Dimension dimension) {
  if (!covers(forecast, last.time)) return {};
  const double expected = forecast.at(last.time);
  if (dimension == Dimension::discharge && expected > 0.0 && last.value > 0.0) {
    return {.factor = std::clamp(last.value / expected, 0.2, 5.0)};
  }
  return {.shift = last.value - expected};
}

/// Values after the newest reading.
void append_future(ResolvedSeries& resolved, const model::Series& forecast, const Mark& last,
                   Dimension dimension, const ForcingPeriod& period, bool recent) {
  ForcingReport& report = resolved.report;
  if (forecast.empty()) {
    report.after = "last value held";
    return;
  }
  const Bias bias = recent ? bias_at(forecast, last, dimension) : Bias{};
  const Time from = recent ? last.time : period.reference;
  if (!recent) append(resolved.series, from, last.value);
  for (std::size_t k = 0; k < forecast.times.size(); ++k) {
    if (forecast.times[k] > from) {
      append(resolved.series, forecast.times[k], bias.apply(forecast.values[k]));
    }
  }
  report.after = dimension == Dimension::discharge && bias.factor != 1.0
                     ? fmt::format("forecast file times {:.3f}", bias.factor)
                     : fmt::format("forecast file {:+.3f}", bias.shift);
  if (!covers(forecast, last.time)) {
    report.notices.push_back(report.what +
                             ": the forecast file does not cover the newest reading; it is used "
                             "without correction");
  }
  if (forecast.times.back() < period.to) {
    report.degraded = true;
    report.notices.push_back(fmt::format("{}: the forecast file ends at {}; its last value is held",
                                         report.what, format_time(forecast.times.back())));
  }
}

/// Which stations entered, how old the newest value is, where others stood in.
void describe(ForcingReport& report, const Chain& chain, const std::vector<Mark>& marks,
              const ForcingPeriod& period, Duration max_age) {
  std::vector<bool> used(chain.stations.size(), false);
  Duration held{0};
  for (std::size_t k = 0; k < marks.size(); ++k) {
    const Time until = k + 1 < marks.size() ? marks[k + 1].time : period.reference;
    if (until < period.from) continue;
    used[static_cast<std::size_t>(marks[k].source)] = true;
    if (until - marks[k].time > max_age) held += until - std::max(marks[k].time, period.from);
  }
  for (std::size_t s = 0; s < used.size(); ++s) {
    if (!used[s]) continue;
    report.stations_used.push_back(chain.stations[s]->id);
    if (s == 0) continue;
    report.degraded = true;
    report.notices.push_back(fmt::format("{}: station {} stood in for {} where that was silent",
                                         report.what, chain.stations[s]->id,
                                         chain.stations[0]->id));
  }
  report.newest = marks.back().time;
  report.age = period.reference - marks.back().time;
  if (held > Duration{0}) {
    report.degraded = true;
    report.notices.push_back(fmt::format("{}: no station was heard for {}; the last value was held",
                                         report.what, format_duration(held)));
  }
  if (marks.front().time > period.from) {
    report.degraded = true;
    report.notices.push_back(fmt::format("{}: nothing known before {}; its value was taken",
                                         report.what, format_time(marks.front().time)));
  }
}

Result<ResolvedSeries> forecast_alone(ResolvedSeries resolved, model::Series forecast,
                                      const Chain& chain, const ForcingPeriod& period) {
  if (forecast.empty()) {
    return fail(ErrorCode::unavailable,
                fmt::format("{}: station \"{}\" and its {} fallback stations have no usable "
                            "reading up to {}; nothing can drive it",
                            resolved.report.what, chain.stations[0]->id, chain.stations.size() - 1,
                            format_time(period.reference)));
  }
  resolved.report.degraded = true;
  resolved.report.after = "forecast file, not corrected";
  resolved.report.notices.push_back(resolved.report.what +
                                    ": no station was heard; the forecast file alone drives it");
  resolved.series = std::move(forecast);
  resolved.settled_until = period.reference;
  return resolved;
}

Result<ResolvedSeries> resolve_station(const SeriesInput& input, const std::string& what,
                                       Dimension dimension, const ForcingPeriod& period, Time start,
                                       const Observations& observations) {
  auto chain = read_chain(input, what, dimension, period, observations);
  if (!chain) return fail(chain.error());
  ResolvedSeries resolved;
  resolved.report.what = what;
  resolved.report.driven_by = "station " + input.station;
  auto forecast = read_forecast(input, dimension, start, resolved.inputs);
  if (!forecast) return fail(forecast.error().code, what + ": " + forecast.error().message);

  const auto marks = detail::merge_chain(chain->readings, input.max_age, period.reference);
  const bool known =
      !marks.empty() && period.reference - marks.back().time <= longest_hold * input.max_age;
  if (!known) {
    return forecast_alone(std::move(resolved), std::move(*forecast), *chain, period);
  }
  for (const Mark& mark : marks) append(resolved.series, mark.time, mark.value);
  for (std::size_t k = 0; k < chain->stations.size(); ++k) {
    resolved.inputs.push_back(
        {"readings of " + chain->stations[k]->id, digest_of_readings(chain->readings[k])});
  }
  resolved.settled_until =
      detail::settled_until(marks, chain->judged_later, input.max_age, period.reference);
  describe(resolved.report, *chain, marks, period, input.max_age);
  const bool recent = period.reference - marks.back().time <= input.max_age;
  append_future(resolved, *forecast, marks.back(), dimension, period, recent);
  return resolved;
}

}  // namespace

Result<ResolvedSeries> resolve_series(const SeriesInput& input, const std::string& what,
                                      Dimension dimension, const ForcingPeriod& period, Time start,
                                      const Observations& observations) {
  if (input.from == SeriesInput::From::station) {
    return resolve_station(input, what, dimension, period, start, observations);
  }
  auto series = fixed_series(input, dimension, start);
  if (!series) return fail(series.error().code, what + ": " + series.error().message);
  ResolvedSeries resolved;
  resolved.report.what = what;
  resolved.settled_until = period.reference;
  resolved.report.driven_by = input.from == SeriesInput::From::constant ? "constant" : "points";
  if (input.from == SeriesInput::From::file) {
    auto digest = grids::file_digest(input.file);
    if (!digest) return fail(digest.error());
    resolved.inputs.push_back({input.file.string(), *digest});
    resolved.report.driven_by = "file " + input.file.filename().string();
  }
  const bool timed = input.from != SeriesInput::From::constant && series->times.size() > 1;
  if (timed && (series->times.front() > period.from || series->times.back() < period.to)) {
    resolved.report.notices.push_back(
        fmt::format("{}: given from {} to {} only; the end values are held", what,
                    format_time(series->times.front()), format_time(series->times.back())));
  }
  resolved.series = std::move(*series);
  return resolved;
}

namespace {

/// Adds one resolved series to the whole.
void gather(ResolvedForcing& all, std::vector<model::Series>& list, ResolvedSeries one) {
  all.settled_until = std::min(all.settled_until, one.settled_until);
  all.reports.push_back(std::move(one.report));
  std::ranges::move(one.inputs, std::back_inserter(all.inputs));
  list.push_back(std::move(one.series));
}

bool driven(model::EdgeKind kind) {
  return kind == model::EdgeKind::stage || kind == model::EdgeKind::discharge;
}

const SeriesInput& series_of(const EdgeInput& edge) {
  return edge.series;
}
const SeriesInput& series_of(const SourceInput& source) {
  return source.series;
}
const SeriesInput& series_of(const HeadBoundaryInput& boundary) {
  return boundary.stage;
}
const SeriesInput& series_of(const PumpingInput& pumping) {
  return pumping.rate;
}

}  // namespace

Result<ResolvedForcing> resolve_forcing(const Scenario& scenario, const BuiltCase& built,
                                        const ForcingPeriod& period,
                                        const Observations& observations) {
  ResolvedForcing all;
  all.settled_until = period.reference;
  // What is given the series of the input with its name, or keeps its own where there is none.
  const auto resolve = [&](const auto& given, const auto& inputs, const std::string& kind,
                           Dimension dimension, const model::Series& own,
                           std::vector<model::Series>& list) -> Result<void> {
    const auto input =
        std::ranges::find_if(inputs, [&](const auto& one) { return one.name == given.name; });
    if (input == inputs.end()) {
      list.push_back(own);
      return {};
    }
    auto one = resolve_series(series_of(*input), kind + " \"" + given.name + "\"", dimension,
                              period, scenario.time.start, observations);
    if (!one) return fail(one.error());
    gather(all, list, std::move(*one));
    return {};
  };
  for (const model::EdgeSegment& edge : built.model.edges) {
    const Dimension dimension =
        edge.kind == model::EdgeKind::stage ? Dimension::length : Dimension::discharge;
    const std::span<const EdgeInput> inputs = driven(edge.kind)
                                                  ? std::span<const EdgeInput>(scenario.edges)
                                                  : std::span<const EdgeInput>{};
    auto done = resolve(edge, inputs, "edge", dimension, edge.series, all.edges);
    if (!done) return fail(done.error());
  }
  for (const model::Source& source : built.model.sources) {
    auto done = resolve(source, scenario.sources, "source", Dimension::discharge, source.series,
                        all.sources);
    if (!done) return fail(done.error());
  }
  const AquiferInput& aquifer = scenario.groundwater.aquifer;
  for (const model::HeadBoundary& boundary : built.model.aquifer.boundaries) {
    auto done = resolve(boundary, aquifer.boundaries, "groundwater boundary", Dimension::length,
                        boundary.stage, all.boundaries);
    if (!done) return fail(done.error());
  }
  for (const model::GroundwaterWell& well : built.model.aquifer.wells) {
    auto done =
        resolve(well, aquifer.pumping, "pumping", Dimension::discharge, well.rate, all.wells);
    if (!done) return fail(done.error());
  }
  return all;
}

namespace {

/// value × (1 + (factor - 1) w) + offset w after the reference time, w from 0 to 1 over the ramp.
model::Series perturbed(const model::Series& series, double factor, double offset, Time reference,
                        Duration ramp) {
  model::Series out;
  const auto moved = [&](Time t, double value) {
    const double w = std::clamp(to_seconds(t - reference) / to_seconds(ramp), 0.0, 1.0);
    append(out, t, value * (1.0 + (factor - 1.0) * w) + offset * w);
  };
  std::vector<Time> times = series.times;
  times.insert(times.end(), {reference, reference + ramp});
  std::ranges::sort(times);
  for (const Time t : times) moved(t, series.at(t));
  return out;
}

}  // namespace

model::Case case_of_member(const BuiltCase& built, const ResolvedForcing& forcing,
                           const Perturbation& perturbation, const ForcingPeriod& period,
                           Duration ramp) {
  model::Case given = built.model;
  for (std::size_t k = 0; k < given.edges.size(); ++k) {
    model::EdgeSegment& edge = given.edges[k];
    edge.series = forcing.edges[k];
    if (edge.kind == model::EdgeKind::stage && perturbation.stage_offset != 0.0) {
      edge.series = perturbed(edge.series, 1.0, perturbation.stage_offset, period.reference, ramp);
    }
    if (edge.kind == model::EdgeKind::discharge && perturbation.discharge_factor != 1.0) {
      edge.series =
          perturbed(edge.series, perturbation.discharge_factor, 0.0, period.reference, ramp);
    }
  }
  for (std::size_t k = 0; k < given.sources.size(); ++k) {
    given.sources[k].series = forcing.sources[k];
    if (perturbation.discharge_factor != 1.0) {
      given.sources[k].series = perturbed(given.sources[k].series, perturbation.discharge_factor,
                                          0.0, period.reference, ramp);
    }
  }
  for (std::size_t k = 0; k < forcing.boundaries.size(); ++k) {
    given.aquifer.boundaries[k].stage = forcing.boundaries[k];
  }
  for (std::size_t k = 0; k < forcing.wells.size(); ++k) {
    given.aquifer.wells[k].rate = forcing.wells[k];
  }
  return given;
}

}  // namespace vandvagt::forecast
