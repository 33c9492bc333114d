#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "alerts/cap.hpp"
#include "alerts/warning.hpp"

namespace vandvagt::test {

/// 2016-06-01T00:00:00Z, where the tests' histories begin.
Time start();
inline Time at(double hours) {
  return start() +
         std::chrono::duration_cast<Duration>(std::chrono::duration<double>(hours * 3600.0));
}

/// River stage at a gauge: minor 2.0/1.8 m, moderate 2.5/2.3 m, severe 3.0/2.8 m.
alerts::Rule gauge_rule();
/// Groundwater: minor 0.5/0.7 m below ground, moderate 0.2/0.4 m.
alerts::Rule well_rule();
/// Depth in an area, from the forecast alone: minor 0.2/0.15 m, severe 0.5/0.4 m.
alerts::Rule area_rule();
/// A rule on the share of the town with shallow groundwater, levels at 0.1 and 0.5.
alerts::Rule shallow_rule();
/// Rate of rise at the gauge: minor 0.3/0.1 m/h, severe 0.6/0.4 m/h.
alerts::Rule rise_rule();
alerts::Area town();

alerts::ObservedReading reading(double hours, double value, bool good = true);
/// A run at `hours` whose members stand at `base` and at `peak` within [from, to], hourly over 48
/// h.
alerts::ForecastEvidence run_of(double hours, const std::vector<double>& peaks, double from,
                                double to, double base = 0.0);

/// Evaluates step by step and keeps what happened.
class Life {
 public:
  explicit Life(alerts::Rule rule) : rule_(std::move(rule)), state_(alerts::initial_state(rule_)) {}
  const alerts::Decision& evaluate(double hours, alerts::Evidence evidence = {});
  const alerts::Decision& read(double hours, double value, bool good = true);
  const alerts::Decision& run(const alerts::ForecastEvidence& forecast, double hours);
  /// Readings every quarter of an hour in (from, to], all of one value.
  void read_steadily(double from, double to, double value);
  const alerts::WarningState& state() const { return state_; }
  std::string level() const { return alerts::to_string(state_.level, rule_); }
  const alerts::Decision& last() const { return last_; }
  const std::vector<alerts::MessageContent>& messages() const { return messages_; }
  void cancel(double hours, const std::string& reason);
  alerts::Rule& rule() { return rule_; }

 private:
  const alerts::Decision& take(alerts::Decision decision);
  alerts::Rule rule_;
  alerts::WarningState state_;
  alerts::Decision last_;
  std::vector<alerts::MessageContent> messages_;
};

/// One step of a random history: an evaluation, or what a person does.
struct Step {
  enum class Act { evaluate, release, reject, cancel };
  Time now;
  alerts::Evidence evidence;
  Act act = Act::evaluate;
};
struct RandomHistory {
  alerts::Rule rule;
  std::vector<Step> steps;
  bool clock_jumps = false;
};
/// Readings with gaps, bad values, repeats and late arrivals, runs that fail or stay away, waves of
/// water, seasons that begin and end, people who release, refuse and withdraw, a clock that may
/// jump by an hour, for one step or for hours.
RandomHistory random_history(std::uint64_t seed);

/// What a good reading and a usable run of calm water bring at `hours`.
Step good_data_again(const alerts::Rule& rule, double hours, std::uint64_t seed);

/// Plays one history and asserts everything that must hold. Names seed and step where it does not.
/// Returns what failed, empty when all held.
std::string check_history(std::uint64_t seed);
/// Plays `count` histories from `first_seed` on; stops at the first that fails.
void check_histories(std::uint64_t first_seed, int count);

}  // namespace vandvagt::test
