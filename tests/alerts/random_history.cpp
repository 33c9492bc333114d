#include "tests/alerts/history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vandvagt::test {

using namespace std::chrono_literals;
using alerts::Evidence;
using alerts::ForecastEvidence;
using alerts::MessageKind;
using alerts::Quantity;
using alerts::Rule;
using alerts::Standing;
using alerts::WarningState;

namespace {

using Random = std::mt19937_64;

double uniform(Random& random, double low, double high) {
  // Not std::uniform_real_distribution, whose numbers differ between libraries.
  return low + (high - low) * static_cast<double>(random() >> 11) * 0x1.0p-53;
}
bool chance(Random& random, double probability) {
  return uniform(random, 0.0, 1.0) < probability;
}

// Water that rises and falls between well below the lowest clear and above the highest raise.
struct Water {
  double low, high, period, phase, noise;
  double operator()(double hours, Random& random) const {
    const double wave = 0.5 - 0.5 * std::cos(2.0 * M_PI * (hours + phase) / period);
    return low + (high - low) * wave + noise * uniform(random, -1.0, 1.0);
  }
};

// The histories begin on 1 June and last three days.
std::optional<alerts::Season> random_season(Random& random) {
  if (!chance(random, 0.15)) return std::nullopt;
  using alerts::MonthDay;
  const MonthDay days[] = {{5, 1}, {6, 1}, {6, 2}, {6, 3}, {9, 30}};
  const auto any = [&] { return days[static_cast<std::size_t>(uniform(random, 0.0, 5.0))]; };
  return alerts::Season{any(), any()};
}

alerts::Approval random_approval(const Rule& rule, Random& random) {
  alerts::Approval approval;
  approval.needed = chance(random, 0.3);
  if (chance(random, 0.5)) approval.from = rule.levels.back().name;
  approval.lowering = chance(random, 0.5);
  approval.timeout = std::chrono::minutes{static_cast<int>(uniform(random, 0.0, 180.0))};
  if (chance(random, 0.5)) approval.after_timeout = alerts::AfterTimeout::release;
  approval.rejection = std::chrono::hours{static_cast<int>(uniform(random, 0.0, 12.0))};
  return approval;
}

Rule random_kind(Random& random) {
  const double kind = uniform(random, 0.0, 1.0);
  if (kind < 0.35) return gauge_rule();
  if (kind < 0.55) return rise_rule();
  if (kind < 0.75) return well_rule();
  return kind < 0.9 ? area_rule() : shallow_rule();
}

Rule random_rule(Random& random) {
  Rule rule = random_kind(random);
  rule.season = random_season(random);
  for (auto& level : rule.levels) level.season = random_season(random);
  rule.approval = random_approval(rule, random);
  if (chance(random, 0.1)) rule.observed = false;
  rule.runs_looked_at = 1 + static_cast<int>(uniform(random, 0.0, 3.0));
  rule.runs_needed = 1 + static_cast<int>(uniform(random, 0.0, rule.runs_looked_at));
  rule.raise_probability = uniform(random, 0.1, 0.9);
  rule.clear_after = std::chrono::minutes{15 * (1 + static_cast<int>(uniform(random, 0.0, 12.0)))};
  rule.fresh = std::chrono::minutes{30 * (1 + static_cast<int>(uniform(random, 0.0, 4.0)))};
  rule.hold_max = 3h + std::chrono::hours{static_cast<int>(uniform(random, 0.0, 9.0))};
  rule.cycle = std::chrono::hours{1 + static_cast<int>(uniform(random, 0.0, 6.0))};
  rule.grace = 1h;
  return rule;
}

Water random_water(const Rule& rule, Random& random) {
  if (rule.quantity == Quantity::rate_of_rise) {
    // Stages whose fastest rise lies around the levels.
    const double period = uniform(random, 6.0, 40.0);
    const double fastest = rule.levels.back().raise * 3600.0 * uniform(random, 0.2, 1.6);
    return {0.0, 2.0 * fastest * period / (2.0 * M_PI), period, uniform(random, 0.0, 40.0),
            uniform(random, 0.0, 0.05)};
  }
  const double sign = alerts::direction(rule.quantity);
  const double clear = rule.levels.front().clear, raise = rule.levels.back().raise;
  const double span = std::abs(raise - clear);
  return {clear - sign * span * uniform(random, 0.3, 1.0),
          raise + sign * span * uniform(random, -0.8, 0.5), uniform(random, 6.0, 40.0),
          uniform(random, 0.0, 40.0), span * uniform(random, 0.0, 0.15)};
}

ForecastEvidence random_run(double hours, const Water& water, Random& random) {
  ForecastEvidence forecast;
  forecast.reference_time = at(hours);
  forecast.run = "run-" + format_time_compact(forecast.reference_time);
  forecast.usable = !chance(random, 0.15);
  if (!forecast.usable) forecast.why_not = "solver stopped";
  const int members = 1 + static_cast<int>(uniform(random, 0.0, 8.0));
  for (int m = 0; m < members; ++m) {
    Water own = water;
    own.phase += uniform(random, -2.0, 2.0);
    own.high += 0.2 * (own.high - own.low) * uniform(random, -1.0, 1.0);
    alerts::MemberSeries series{m, {}, {}};
    const bool holes = chance(random, 0.05);
    for (double t = hours - 2.0; t <= hours + 24.0; t += 2.0) {
      series.times.push_back(at(t));
      series.values.push_back(
          holes && chance(random, 0.5) ? std::numeric_limits<double>::quiet_NaN() : own(t, random));
    }
    forecast.members.push_back(std::move(series));
  }
  return forecast;
}

}  // namespace

namespace {

// A clock that is right, an hour off for one step, or an hour off for hours.
class Clock {
 public:
  Clock(bool jumps, Random& random) : jumps_(jumps), random_(random) {}
  Time at_step(double t) {
    if (jumps_ && t >= until_) {
      offset_ = 0.0;
      if (chance(random_, 0.03)) {
        offset_ = chance(random_, 0.5) ? 1.0 : -1.0;
        until_ = t + (chance(random_, 0.5) ? 0.25 : uniform(random_, 0.5, 6.0));
      }
    }
    return at(t + offset_);
  }
  bool doubted() const { return offset_ > 0.0; }

 private:
  bool jumps_;
  Random& random_;
  double offset_ = 0.0, until_ = 0.0;
};

Step::Act random_act(const Rule& rule, Random& random) {
  if (chance(random, 0.003)) return Step::Act::cancel;
  if (!rule.approval.needed || !chance(random, 0.1)) return Step::Act::evaluate;
  return chance(random, 0.7) ? Step::Act::release : Step::Act::reject;
}

}  // namespace

RandomHistory random_history(std::uint64_t seed) {
  Random random(seed);
  RandomHistory history;
  history.rule = random_rule(random);
  const Water water = random_water(history.rule, random);
  const double cycle = to_seconds(history.rule.cycle) / 3600.0;
  const double bad = uniform(random, 0.0, 0.2), late = uniform(random, 0.0, 0.2);
  const double silent = uniform(random, 0.0, 0.05);
  const bool forecasts = !alerts::watches_readings(history.rule) || chance(random, 0.6);
  history.clock_jumps = chance(random, 0.2);
  Clock clock(history.clock_jumps, random);
  double silent_until = -1.0, next_run = 0.0;
  std::vector<alerts::ObservedReading> held_back;
  for (double t = 0.25; t <= 36.0; t += 0.25) {
    Step step{clock.at_step(t), {}};
    step.evidence.clock_doubted = clock.doubted();
    if (chance(random, silent)) silent_until = t + uniform(random, 0.5, 14.0);
    const double value = water(t, random);
    if (t > silent_until) {
      auto one = reading(t, value, !chance(random, bad));
      if (chance(random, late)) {
        held_back.push_back(one);
      } else {
        step.evidence.readings.push_back(one);
      }
      if (chance(random, 0.3)) {  // what was late comes in a heap
        for (const auto& old : held_back) step.evidence.readings.push_back(old);
        held_back.clear();
      }
    }
    if (forecasts && t >= next_run) {
      next_run = t + cycle;
      if (!chance(random, 0.1)) step.evidence.forecast = random_run(t, water, random);
    }
    history.steps.push_back(std::move(step));
    if (const auto act = random_act(history.rule, random); act != Step::Act::evaluate) {
      history.steps.push_back({clock.at_step(t), {}, act});
    }
  }
  return history;
}

Step good_data_again(const Rule& rule, double hours, std::uint64_t seed) {
  Random random(seed);
  const bool rise = rule.quantity == Quantity::rate_of_rise;
  const double value =
      rise ? 1.0 : rule.levels.front().clear - alerts::direction(rule.quantity) * 0.1;
  const Water calm{value, value, 10.0, 0.0, 0.0};
  Step step{at(hours), {}};
  step.evidence.readings = {reading(hours - 1.2, value), reading(hours - 0.1, value)};
  auto run = random_run(hours, calm, random);
  run.usable = true;
  for (auto& member : run.members) {
    std::fill(member.values.begin(), member.values.end(), value);
  }
  step.evidence.forecast = run;
  return step;
}

}  // namespace vandvagt::test
