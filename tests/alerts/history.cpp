#include "tests/alerts/history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <set>

#include "alerts/encode.hpp"

namespace vandvagt::test {

using namespace std::chrono_literals;
using alerts::Evidence;
using alerts::ForecastEvidence;
using alerts::MessageKind;
using alerts::Quantity;
using alerts::Rule;
using alerts::Standing;
using alerts::WarningState;

Time start() {
  return *parse_time("2016-06-01T00:00:00Z");
}

Rule gauge_rule() {
  Rule rule;
  rule.id = "bridge-stage";
  rule.area = "town";
  rule.station = "bridge";
  rule.quantity = Quantity::stage;
  rule.datum = "EPSG:5799";
  rule.levels = {{"minor", 2.0, 1.8}, {"moderate", 2.5, 2.3}, {"severe", 3.0, 2.8}};
  return rule;
}

Rule well_rule() {
  Rule rule = gauge_rule();
  rule.id = "meadow-well";
  rule.station = "well";
  rule.quantity = Quantity::groundwater_depth;
  rule.hazard = alerts::Hazard::groundwater;
  rule.levels = {{"minor", 0.5, 0.7}, {"moderate", 0.2, 0.4}};
  return rule;
}

Rule area_rule() {
  Rule rule = gauge_rule();
  rule.id = "town-depth";
  rule.station.clear();
  rule.quantity = Quantity::area_depth;
  rule.hazard = alerts::Hazard::rain;
  rule.levels = {{"minor", 0.2, 0.15}, {"severe", 0.5, 0.4}};
  return rule;
}

alerts::Area town() {
  alerts::Area area;
  area.id = "town";
  area.name_da = "Byen ved åen";
  area.name_en = "The town by the river";
  area.rings = {{{8.1, 56.2}, {8.2, 56.2}, {8.2, 56.3}, {8.1, 56.3}, {8.1, 56.2}}};
  area.geocodes = {{"EMMA_ID", "DK001"}};
  return area;
}

alerts::ObservedReading reading(double hours, double value, bool good) {
  return {at(hours), value, good, "d" + std::to_string(hours)};
}

ForecastEvidence run_of(double hours, const std::vector<double>& peaks, double from, double to,
                        double base) {
  ForecastEvidence forecast;
  forecast.reference_time = at(hours);
  forecast.run = "run-" + format_time_compact(forecast.reference_time);
  forecast.state_used = "cold";
  forecast.model_version = "test";
  for (std::size_t m = 0; m < peaks.size(); ++m) {
    alerts::MemberSeries series{static_cast<int>(m), {}, {}};
    for (int h = 0; h <= 48; ++h) {
      const double t = hours + h;
      series.times.push_back(at(t));
      series.values.push_back(t >= from && t <= to ? peaks[m] : base);
    }
    forecast.members.push_back(std::move(series));
  }
  return forecast;
}

const alerts::Decision& Life::take(alerts::Decision decision) {
  last_ = std::move(decision);
  state_ = last_.state;
  if (last_.message) messages_.push_back(*last_.message);
  return last_;
}
const alerts::Decision& Life::evaluate(double hours, Evidence evidence) {
  return take(alerts::evaluate(rule_, state_, evidence, at(hours)));
}
const alerts::Decision& Life::read(double hours, double value, bool good) {
  return evaluate(hours, Evidence{std::nullopt, {reading(hours, value, good)}});
}
const alerts::Decision& Life::run(const ForecastEvidence& forecast, double hours) {
  return evaluate(hours, Evidence{forecast, {}});
}
void Life::read_steadily(double from, double to, double value) {
  for (double t = from + 0.25; t <= to + 1e-9; t += 0.25) read(t, value);
}
void Life::cancel(double hours, const std::string& reason) {
  take(alerts::cancel(rule_, state_, reason, at(hours)));
}

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

Rule random_rule(Random& random) {
  Rule rule = chance(random, 0.4) ? gauge_rule() : chance(random, 0.5) ? well_rule() : area_rule();
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

// What one history has shown so far, as an observer who sees only inputs and decisions.
class Observer {
 public:
  Observer(const Rule& rule, std::uint64_t seed) : rule_(rule), seed_(seed) {}

  std::string check(std::size_t step, const Step& input, const WarningState& before,
                    const alerts::Decision& decision) {
    step_ = step;
    failure_.clear();
    take_inputs(input);
    check_level_change(input, before, decision.state);
    if (decision.message) check_message(*decision.message, before, decision.state);
    if (before.incident != decision.state.incident && !before.incident.empty()) {
      require(decision.message && (decision.message->kind == MessageKind::all_clear),
              "an incident ended without an all-clear");
    }
    require(decision.state.level.active() ? !decision.state.incident.empty() : true,
            "a level stands without an incident");
    last_now_ = std::max(last_now_, input.now);
    return failure_;
  }

  int falls = 0;
  Time first_evaluation{};

 private:
  void require(bool holds, const std::string& what) {
    if (holds || !failure_.empty()) return;
    failure_ = "seed " + std::to_string(seed_) + ", step " + std::to_string(step_) + ", rule " +
               rule_.id + ": " + what;
  }

  // The newest good reading that the gauge has given, independent of the code under test.
  void take_inputs(const Step& input) {
    const Time latest = std::max(last_now_, input.now);
    for (const auto& r : input.evidence.readings) {
      if (!r.good || r.time > latest + 5min) continue;
      if (!newest_ || r.time > newest_->time) newest_ = r;
    }
    const auto& forecast = input.evidence.forecast;
    if (forecast && forecast->usable &&
        (!usable_run_ || forecast->reference_time >= *usable_run_)) {
      usable_run_ = forecast->reference_time;
    }
  }

  void check_level_change(const Step& input, const WarningState& before,
                          const WarningState& after) {
    const int was = before.incident.empty() ? -1 : before.held;
    const int is = after.level.active() ? after.level.index() : -1;
    if (is > was) last_rise_ = std::max(last_now_, input.now);
    if (after.level.is_unknown()) {
      require(!before.level.is_none() || !fresh(input.now, rule_.hold_max),
              "unknown despite good data");
      return;
    }
    if (was < 0 || is >= was) return;
    ++falls;
    require(input.now >= last_now_, "a fall while the clock was behind");
    require(input.now - last_rise_ >= rule_.clear_after, "a fall sooner than clear_after");
    if (alerts::watches_readings(rule_)) {
      require(newest_ && input.now - newest_->time <= rule_.fresh,
              "a fall without a fresh good reading");
      const auto& left = rule_.levels[static_cast<std::size_t>(is + 1)];
      require(newest_ && alerts::direction(rule_.quantity) * newest_->value <
                             alerts::direction(rule_.quantity) * left.clear,
              "a fall although the newest good reading is not below clear");
    } else {
      require(usable_run_ && input.now <= *usable_run_ + rule_.cycle + rule_.grace,
              "a fall without an unexpired run");
    }
  }

  bool fresh(Time now, Duration within) const {
    if (alerts::watches_readings(rule_)) return newest_ && now - newest_->time <= within;
    return usable_run_ && now <= *usable_run_ + rule_.cycle + rule_.grace;
  }

  void check_message(const alerts::MessageContent& message, const WarningState& before,
                     const WarningState& after) {
    const std::string identifier =
        alerts::cap_identifier("vandvagt", message.incident, message.revision);
    require(identifiers_.insert(identifier).second, "identifier " + identifier + " used twice");
    require(message.expires > message.sent, "a message that has expired when it is sent");
    if (message.kind == MessageKind::alert) {
      require(live_.empty(), "an Alert while an incident is live");
      require(message.revision == 1, "an Alert that is not revision 1");
      require(message.references.empty(), "an Alert with references");
      live_ = message.incident;
      sent_.clear();
    } else {
      require(message.incident == live_, "a message of an incident that is not live");
      require(message.revision == last_revision_ + 1, "revisions that do not follow each other");
      require(message.sent > sent_.back().sent, "a message not sent after the one before it");
      check_references(message);
    }
    last_revision_ = message.revision;
    sent_.push_back({"vandvagt@localhost", identifier, message.sent, message.expires});
    if (message.kind == MessageKind::all_clear) {
      require(after.incident.empty() && after.level.is_none(),
              "an all-clear that leaves an incident");
      require(!before.incident.empty(), "an all-clear without an incident");
      live_.clear();
    }
  }

  void check_references(const alerts::MessageContent& message) {
    for (const auto& earlier : sent_) {
      const bool last = &earlier == &sent_.back();
      if (!last && earlier.expires <= message.sent) continue;
      const auto same = [&](const alerts::Reference& r) {
        return r.identifier == earlier.identifier && r.sent == earlier.sent;
      };
      require(std::any_of(message.references.begin(), message.references.end(), same),
              "an Update that does not reference " + earlier.identifier);
    }
  }

  const Rule& rule_;
  std::uint64_t seed_;
  std::size_t step_ = 0;
  std::string failure_;
  std::optional<alerts::ObservedReading> newest_;
  std::optional<Time> usable_run_;
  Time last_now_{}, last_rise_{};
  std::string live_;
  int last_revision_ = 0;
  std::vector<alerts::Reference> sent_;
  std::set<std::string> identifiers_;
};

std::string digest(const alerts::Decision& decision) {
  std::string text = alerts::encode(decision.state);
  for (const auto& line : decision.explanation) text += line;
  return text + (decision.message ? decision.message->evidence_digest : "");
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
  double silent_until = -1.0, next_run = 0.0;
  std::vector<alerts::ObservedReading> held_back;
  for (double t = 0.25; t <= 36.0; t += 0.25) {
    Step step{at(t), {}};
    if (history.clock_jumps && chance(random, 0.05)) {
      step.now = at(t + (chance(random, 0.5) ? 1.0 : -1.0));
    }
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
  }
  return history;
}

std::string check_history(std::uint64_t seed) {
  RandomHistory history = random_history(seed);
  const Rule& rule = history.rule;
  Observer observer(rule, seed);
  WarningState state = alerts::initial_state(rule);
  const auto play = [&](std::size_t number, const Step& step) {
    const WarningState before = state;
    const auto decision = alerts::evaluate(rule, before, step.evidence, step.now);
    std::string failure = observer.check(number, step, before, decision);
    // A repeat of the same evaluation, also from a stored state, gives the same bytes.
    if (failure.empty() && number % 64 == seed % 64) {
      const auto stored = alerts::decode_state(alerts::encode(before));
      if (!stored ||
          digest(alerts::evaluate(rule, *stored, step.evidence, step.now)) != digest(decision)) {
        failure = "seed " + std::to_string(seed) + ": a replay gives other bytes";
      }
    }
    state = decision.state;
    return failure;
  };
  for (std::size_t i = 0; i < history.steps.size(); ++i) {
    if (auto failure = play(i, history.steps[i]); !failure.empty()) return failure;
  }
  // A fall needs clear_after since the rise before it, or since a fall to another level: with n
  // levels no more than n falls fit into each such span.
  const double spans = 38.0 * 3600.0 / to_seconds(rule.clear_after) + 1.0;
  if (observer.falls > spans * static_cast<double>(rule.levels.size())) {
    return "seed " + std::to_string(seed) + ": more falls than hysteresis allows";
  }
  // A day without anything, then good data again.
  const double silence = 38.0 + to_seconds(rule.hold_max + rule.cycle + rule.grace + 1h) / 3600.0;
  for (double t = 37.5; t <= silence + 24.0; t += 1.0) {
    if (auto failure = play(1000, Step{at(t), {}}); !failure.empty()) return failure;
    if (t > silence && !state.level.is_unknown()) {
      return "seed " + std::to_string(seed) + ": not unknown although nothing came for long";
    }
  }
  const Water calm{rule.levels.front().clear - alerts::direction(rule.quantity) * 0.1,
                   rule.levels.front().clear - alerts::direction(rule.quantity) * 0.1, 10.0, 0.0,
                   0.0};
  Random random(seed);
  Step back{at(silence + 25.0), {}};
  back.evidence.readings = {reading(silence + 24.9, calm.low)};
  auto run = random_run(silence + 25.0, calm, random);
  run.usable = true;
  for (auto& member : run.members) std::fill(member.values.begin(), member.values.end(), calm.low);
  back.evidence.forecast = run;
  if (auto failure = play(1001, back); !failure.empty()) return failure;
  if (state.level.is_unknown()) {
    return "seed " + std::to_string(seed) + ": still unknown although good data came back";
  }
  return {};
}

void check_histories(std::uint64_t first_seed, int count) {
  std::cout << "random histories: seeds " << first_seed << " to "
            << first_seed + static_cast<std::uint64_t>(count) - 1 << std::endl;
  for (int i = 0; i < count; ++i) {
    const std::string failure = check_history(first_seed + static_cast<std::uint64_t>(i));
    ASSERT_TRUE(failure.empty()) << failure;
  }
}

}  // namespace vandvagt::test
