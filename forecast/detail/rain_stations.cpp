#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "forecast/detail/rain_parts.hpp"

namespace vandvagt::forecast::detail {
namespace {

/// A rain gauge and what it has sent up to the reference time.
struct RainGauge {
  std::string id;
  grids::Point position;
  std::vector<Observation> readings;
  std::size_t negative = 0;  // readings left out: no rain is less than none
};

/// A gauge asked for, then those that stand in for it.
using GaugeChain = std::vector<RainGauge>;

/// A rate at a place, and until when it holds.
struct RatedGauge {
  const RainGauge* gauge = nullptr;
  double rate = 0.0;  // [m/s]
  Time until;
  bool held = false;
  bool operator==(const RatedGauge& other) const {
    return gauge == other.gauge && rate == other.rate;
  }
};

/// Which reading of a gauge tells of an instant.
struct ReadingRule {
  bool stamp_at_end = true;
  Duration interval{0};  // of one reading; 0: to the neighbouring reading, at most max_age
  Duration max_age{0};
  Time reference;
};

Duration reach(const ReadingRule& rule) {
  return rule.interval > Duration{0} ? rule.interval : rule.max_age;
}

std::optional<RatedGauge> rate_at(const RainGauge& gauge, Time instant, const ReadingRule& rule) {
  const auto& readings = gauge.readings;
  const auto next = std::ranges::lower_bound(readings, instant, {}, &Observation::time);
  if (rule.stamp_at_end && next != readings.end()) {
    // The reading tells of the time before it: back to its neighbour, or over its own interval.
    const bool neighbour =
        next != readings.begin() && next->time - std::prev(next)->time <= rule.max_age;
    const bool own = rule.interval > Duration{0};
    const bool told = own ? next->time - instant <= rule.interval : neighbour;
    if (!told) return std::nullopt;
    return RatedGauge{&gauge, next->value, next->time};
  }
  const auto last = std::ranges::upper_bound(readings, instant, {}, &Observation::time);
  if (last == readings.begin()) return std::nullopt;
  const Observation& before = *std::prev(last);
  const bool newest = last == readings.end();
  if (rule.stamp_at_end) {
    // After the newest reading its rate is held up to the reference time while it is young.
    if (instant >= rule.reference || rule.reference - before.time > rule.max_age) {
      return std::nullopt;
    }
    return RatedGauge{&gauge, before.value, rule.reference, true};
  }
  const Time until =
      newest ? before.time + reach(rule) : std::min(last->time, before.time + reach(rule));
  if (instant >= until) return std::nullopt;
  return RatedGauge{&gauge, before.value, until};
}

class RainStations final : public RainPart {
 public:
  RainStations(std::vector<GaugeChain> chains, ReadingRule rule, const RainContext& context)
      : chains_(std::move(chains)),
        rule_(rule),
        geometry_(context.built.geometry),
        sync_(context.sync),
        field_(geometry_.nx, geometry_.ny, 0.0F) {}

  Result<RainRate> at(Time time) override {
    auto rated = rates(time);
    RainRate rate;
    rate.until = time + sync_;
    if (rated.size() == chains_.size()) {
      Time until = rated.front().until;
      for (const RatedGauge& one : rated) until = std::min(until, one.until);
      rate.until = std::max(rate.until, floor_to(until, sync_));
    }
    if (rated.empty()) {
      rate.uniform = 0.0;
      return rate;
    }
    if (rated != shown_) interpolate(rated);
    shown_ = std::move(rated);
    rate.field = &field_;
    return rate;
  }

  /// One rate for each gauge asked for that has one, by itself or by one that stands in.
  std::vector<RatedGauge> rates(Time time) const {
    std::vector<RatedGauge> rated;
    for (const GaugeChain& chain : chains_) {
      for (const RainGauge& gauge : chain) {
        if (const auto rate = rate_at(gauge, time + sync_ / 2, rule_)) {
          rated.push_back(*rate);
          break;
        }
      }
    }
    return rated;
  }

  const std::vector<GaugeChain>& chains() const { return chains_; }

 private:
  /// Inverse distance squared; within half a cell of a gauge its own rate.
  void interpolate(const std::vector<RatedGauge>& rated) {
    const double nearest = 0.25 * geometry_.dx * geometry_.dx;
#pragma omp parallel for schedule(static)
    for (int j = 0; j < geometry_.ny; ++j) {
      for (int i = 0; i < geometry_.nx; ++i) {
        const grids::Point centre = geometry_.centre(i, j);
        double sum = 0.0;
        double weights = 0.0;
        for (const RatedGauge& one : rated) {
          const double x = centre.x - one.gauge->position.x;
          const double y = centre.y - one.gauge->position.y;
          const double weight = 1.0 / std::max(x * x + y * y, nearest);
          sum += weight * one.rate;
          weights += weight;
        }
        field_(i, j) = static_cast<float>(sum / weights);
      }
    }
  }

  std::vector<GaugeChain> chains_;
  ReadingRule rule_;
  grids::Geometry geometry_;
  Duration sync_;
  Field<float> field_;
  std::vector<RatedGauge> shown_;
};

Result<GaugeChain> read_gauges(const std::string& station, const RainContext& context,
                               const Observations& observations) {
  std::vector<std::string> ids{station};
  if (const sensors::Station* declared = observations.find(station)) {
    ids.insert(ids.end(), declared->fallback.begin(), declared->fallback.end());
  }
  GaugeChain chain;
  for (const std::string& id : ids) {
    auto readings = observations.read(id, context.period.from, context.period.reference);
    if (!readings) return fail(readings.error().code, "rain: " + readings.error().message);
    if (observations.find(id)->parameter != sensors::Parameter::rain) {
      return fail(ErrorCode::invalid_input,
                  "rain: station \"" + id + "\" does not measure rain; name a rain gauge");
    }
    auto position = observations.position(id, context.built.geometry);
    if (!position) return fail(position.error());
    const auto negative =
        std::erase_if(*readings, [](const Observation& reading) { return reading.value < 0.0; });
    chain.push_back({id, *position, std::move(*readings), negative});
  }
  return chain;
}

std::string told_of_negative(const RainGauge& gauge) {
  return fmt::format(
      "rain: station {}: {} readings of less than no rain were left out; with "
      "quality.sensor_min = 0 they are flagged as they come",
      gauge.id, gauge.negative);
}

/// Looks once through the observed time: what was heard, what stood in, what was missing.
void describe(RainStations& part, const RainContext& context) {
  ForcingReport& report = part.report;
  Duration missing{0};
  Duration stood_in{0};
  for (Time t = context.period.from; t < context.period.reference; t += context.sync) {
    const auto rated = part.rates(t);
    if (rated.empty()) missing += context.sync;
    bool fallback = rated.size() < part.chains().size();
    for (const RatedGauge& one : rated) {
      if (std::ranges::find(report.stations_used, one.gauge->id) == report.stations_used.end()) {
        report.stations_used.push_back(one.gauge->id);
      }
      fallback = fallback || std::ranges::none_of(part.chains(), [&](const GaugeChain& chain) {
                   return one.gauge == &chain.front();
                 });
    }
    if (fallback && !rated.empty()) stood_in += context.sync;
  }
  for (const GaugeChain& chain : part.chains()) {
    for (const RainGauge& gauge : chain) {
      if (gauge.negative > 0) report.notices.push_back(told_of_negative(gauge));
      if (gauge.readings.empty()) continue;
      report.newest = std::max(report.newest.value_or(Time::min()), gauge.readings.back().time);
    }
  }
  if (report.newest) report.age = context.period.reference - *report.newest;
  if (stood_in > Duration{0}) {
    report.degraded = true;
    report.notices.push_back("rain: other gauges stood in for silent ones for " +
                             format_duration(stood_in));
  }
  if (missing > Duration{0}) {
    report.degraded = true;
    report.notices.push_back("rain: no gauge was heard for " + format_duration(missing) +
                             "; none was assumed there");
  }
}

/// No later reading changes what lies before: of each gauge that still speaks its newest reading,
/// of one that fell silent the reference time (less one interval, should it speak again).
Time settled(const std::vector<GaugeChain>& chains, const ReadingRule& rule) {
  Time settled = rule.reference;
  for (const GaugeChain& chain : chains) {
    for (const RainGauge& gauge : chain) {
      const bool speaks =
          !gauge.readings.empty() && rule.reference - gauge.readings.back().time <= rule.max_age;
      settled =
          std::min(settled, speaks ? gauge.readings.back().time : rule.reference - rule.interval);
    }
  }
  return settled;
}

}  // namespace

RainPartResult rain_from_stations(const RainInput& input, const RainContext& context,
                                  const Observations& observations) {
  std::vector<std::string> asked = input.stations;
  if (input.from == RainInput::From::series) asked = {input.series.station};
  std::vector<GaugeChain> chains;
  std::string names;
  for (const std::string& station : asked) {
    auto chain = read_gauges(station, context, observations);
    if (!chain) return fail(chain.error());
    chains.push_back(std::move(*chain));
    names += (names.empty() ? "" : ", ") + station;
  }
  const ReadingRule rule{.stamp_at_end = input.stamp_at_end,
                         .interval = input.interval,
                         .max_age = std::max(input.series.max_age, input.interval),
                         .reference = context.period.reference};
  auto part = std::make_unique<RainStations>(std::move(chains), rule, context);
  part->settled_until = settled(part->chains(), rule);
  for (const GaugeChain& chain : part->chains()) {
    for (const RainGauge& gauge : chain) {
      part->inputs.push_back({"readings of " + gauge.id, digest_of_readings(gauge.readings)});
    }
  }
  part->report.what = "rain";
  part->report.driven_by = (asked.size() == 1 ? "station " : "stations ") + names;
  part->report.after = "nothing known";
  describe(*part, context);
  return part;
}

}  // namespace vandvagt::forecast::detail
