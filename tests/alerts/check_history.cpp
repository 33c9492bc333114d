#include "tests/alerts/history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
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

namespace {

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
  const Step back = good_data_again(rule, silence + 25.0, seed);
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
