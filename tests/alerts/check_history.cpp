#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "alerts/cap.hpp"
#include "alerts/encode.hpp"
#include "alerts/explain.hpp"
#include "tests/alerts/history.hpp"

namespace vandvagt::test {

using namespace std::chrono_literals;
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
    take_inputs(input, before);
    const WarningState& after = decision.state;
    if (input.act == Step::Act::evaluate) check_level_change(input, before, after);
    check_proposal(input, before, decision);
    if (decision.message) check_message(input, *decision.message, before, after);
    check_incident(input, before, decision);
    check_told(after);
    last_now_ = std::max(last_now_, input.now);
    return failure_;
  }

  int falls = 0, person_acts = 0;

 private:
  void require(bool holds, const std::string& what) {
    if (holds || !failure_.empty()) return;
    failure_ = "seed " + std::to_string(seed_) + ", step " + std::to_string(step_) + ", rule " +
               rule_.id + ": " + what;
  }

  Time latest(const Step& input) const { return std::max(last_now_, input.now); }
  double badness(double value) const { return alerts::direction(rule_.quantity) * value; }
  bool of_values() const { return rule_.quantity != Quantity::rate_of_rise; }

  // The good readings that the gauge has given, independent of the code under test.
  void take_inputs(const Step& input, const WarningState& before) {
    if (input.act != Step::Act::evaluate) ++person_acts;
    if (input.act == Step::Act::cancel && !before.incident.empty()) {  // it was judged wrong
      newest_.reset();
      seen_.clear();
    }
    for (const auto& r : input.evidence.readings) {
      if (!r.good || r.time > latest(input) + 5min) continue;
      seen_[r.time] = r.value;
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
    const bool none = before.incident.empty() || before.level.is_none();
    const int was = none ? -1 : before.held;
    const int is = after.level.active() ? after.level.index() : -1;
    if (is > was) {
      last_rise_ = latest(input);
      check_rise(input, static_cast<std::size_t>(is), after);
    }
    if (after.level.is_unknown()) {
      require(!before.level.is_none() || !fresh(input.now, rule_.hold_max),
              "unknown despite good data");
      return;
    }
    if (was >= 0 && is < was) check_fall(input, was, is);
  }

  void check_rise(const Step& input, std::size_t level, const WarningState& after) {
    require(in_force(rule_, level, input.now), "a rise to a level that is out of season");
    if (after.basis == alerts::Basis::observed) {
      require(newest_ && input.now - newest_->time <= rule_.fresh,
              "a rise by a gauge without a fresh good reading");
      require(!of_values() || badness(newest_->value) >= badness(rule_.levels[level].raise),
              "a rise although the newest good reading is below raise");
    } else {
      require(usable_run_ && input.now <= *usable_run_ + rule_.cycle + rule_.grace,
              "a rise by a forecast without an unexpired run");
    }
  }

  void check_fall(const Step& input, int was, int is) {
    ++falls;
    require(input.now >= last_now_, "a fall while the clock was behind");
    require(!input.evidence.clock_doubted, "a fall while the clock was doubted");
    require(input.now - last_rise_ >= rule_.clear_after, "a fall sooner than clear_after");
    if (!alerts::watches_readings(rule_)) {
      require(usable_run_ && input.now <= *usable_run_ + rule_.cycle + rule_.grace,
              "a fall without an unexpired run");
      return;
    }
    require(newest_ && input.now - newest_->time <= rule_.fresh,
            "a fall without a fresh good reading");
    if (of_values() && newest_) check_low_for_long(was, is, latest(input));
  }

  // Every good reading of the last clear_after lies below `clear` of each level that was left and
  // could have been rested on.
  void check_low_for_long(int was, int is, Time now) {
    for (int k = was; k > is; --k) {
      const auto level = static_cast<std::size_t>(k);
      if (k != was && !in_force(rule_, level, now)) continue;
      const double clear = badness(rule_.levels[level].clear);
      const auto from = seen_.lower_bound(newest_->time - rule_.clear_after + Duration{1});
      require(std::all_of(from, seen_.end(),
                          [&](const auto& one) { return badness(one.second) < clear; }),
              "a fall although a good reading of the last clear_after is not below clear");
      require(!seen_.empty() && seen_.begin()->first <= newest_->time - rule_.clear_after,
              "a fall although less than clear_after is known");
    }
  }

  bool fresh(Time now, Duration within) const {
    if (alerts::watches_readings(rule_))
      return of_values() && newest_ && now - newest_->time <= within;
    return usable_run_ && now <= *usable_run_ + rule_.cycle + rule_.grace;
  }

  int lowest_that_waits() const {
    for (std::size_t k = 0; k < rule_.levels.size(); ++k)
      if (rule_.levels[k].name == rule_.approval.from) return static_cast<int>(k);
    return 0;
  }

  void check_proposal(const Step& input, const WarningState& before,
                      const alerts::Decision& decision) {
    const auto& after = decision.state;
    if (decision.draft) {
      require(rule_.approval.needed, "a proposal of an automatic rule");
      require(after.proposal && after.proposal->revision == decision.draft->revision,
              "a draft that is not the proposal");
      require(!proposals_.contains(after.proposal->number), "a proposal's number used twice");
      proposals_.insert(after.proposal->number);
      const int told = live_.empty() ? 0 : last_revision_;
      const int next = decision.message ? decision.message->revision + 1 : told + 1;
      require(decision.draft->revision == next, "a proposal that leaves a gap in the revisions");
    }
    if (before.proposal && (!after.proposal || after.proposal->number != before.proposal->number)) {
      require(!decision.settled.empty(), "a proposal that ended without an outcome");
    }
    if (input.act == Step::Act::release && before.proposal && decision.message) {
      require(decision.message->incident == before.incident &&
                  decision.message->revision == before.proposal->revision,
              "a release under another identifier than the proposal's");
    }
  }

  // A rise to a level that waits, or a fall from one, needs a person or the time-out.
  void check_decided(const Step& input, const alerts::MessageContent& message) {
    if (!rule_.approval.needed || input.act != Step::Act::evaluate) return;
    const bool by_timeout = rule_.approval.after_timeout == alerts::AfterTimeout::release &&
                            rule_.approval.timeout > Duration::zero() &&
                            message.reason.ends_with("released after the time-out");
    const bool fall = !message.level.active() || message.level.index() < told_;
    require(!by_timeout || !fall || !alerts::watches_readings(rule_) ||
                (newest_ && input.now - newest_->time <= rule_.fresh),
            "a fall released by time-out without a fresh good reading");
    if (by_timeout || message.level.is_unknown()) return;
    const int next = message.level.active() ? message.level.index() : -1;
    const int from = lowest_that_waits();
    require(next <= told_ || next < from, "a rise that nobody released");
    require(next >= told_ || told_ < from || !rule_.approval.lowering,
            "a fall that nobody released");
  }

  void check_message(const Step& input, const alerts::MessageContent& message,
                     const WarningState& before, const WarningState& after) {
    const std::string identifier =
        alerts::cap_identifier("vandvagt", message.incident, message.revision);
    require(identifiers_.insert(identifier).second, "identifier " + identifier + " used twice");
    require(message.expires > message.sent, "a message that has expired when it is sent");
    if (message.kind == MessageKind::alert) {
      require(live_.empty(), "an Alert while an incident is live");
      require(message.revision == 1, "an Alert that is not revision 1");
      require(message.references.empty(), "an Alert with references");
      require(message.level.active(), "an Alert of no level");
      live_ = message.incident;
      told_ = -1;
      sent_.clear();
    } else {
      require(message.incident == live_, "a message of an incident that is not live");
      require(message.revision == last_revision_ + 1, "revisions that do not follow each other");
      require(!sent_.empty() && message.sent > sent_.back().sent,
              "a message not sent after the one before it");
      check_references(message);
    }
    if (message.kind != MessageKind::cancel) check_decided(input, message);
    last_revision_ = message.revision;
    sent_.push_back({"vandvagt@localhost", identifier, message.sent, message.expires});
    if (message.level.active()) told_ = message.level.index();
    if (message.kind == MessageKind::all_clear) {
      require(after.incident.empty() && after.level.is_none(),
              "an all-clear that leaves an incident");
      require(!before.incident.empty(), "an all-clear without an incident");
    }
    if (message.kind == MessageKind::all_clear || message.kind == MessageKind::cancel) {
      live_.clear();
    }
  }

  void check_references(const alerts::MessageContent& message) {
    std::size_t live = 0;
    for (const auto& earlier : sent_) {
      const bool last = &earlier == &sent_.back();
      if (!last && earlier.expires <= message.sent) continue;
      ++live;
      const auto same = [&](const alerts::Reference& r) {
        return r.identifier == earlier.identifier && r.sent == earlier.sent;
      };
      require(std::any_of(message.references.begin(), message.references.end(), same),
              "an Update that does not reference " + earlier.identifier);
    }
    require(message.references.size() == live, "a reference to what was never told or has expired");
  }

  void check_incident(const Step& input, const WarningState& before,
                      const alerts::Decision& decision) {
    const auto& after = decision.state;
    if (before.incident != after.incident) {
      require(after.incident.empty() || !ended_.contains(after.incident),
              "incident " + after.incident + " used again");
      ended_.insert(before.incident);
    }
    if (before.incident != after.incident && !before.incident.empty()) {
      const bool told = before.revision > 0;
      const auto kind =
          input.act == Step::Act::cancel ? MessageKind::cancel : MessageKind::all_clear;
      require(!told || (decision.message && decision.message->kind == kind),
              "an incident ended without an all-clear");
    }
    require(!after.level.active() || !after.incident.empty(), "a level stands without an incident");
    require(after.incident.empty() || after.revision > 0 || after.proposal,
            "an incident of which nothing was told and nothing waits");
  }

  // What an area reads: never "none" while a warning is live or waits.
  void check_told(const WarningState& after) {
    const Standing told = told_standing(after);
    require(live_.empty() || !told.is_none(), "none is told while an incident is live");
    require(live_.empty() == (after.incident.empty() || after.revision == 0),
            "the state and the messages do not agree on what is live");
    require(after.incident.empty() || after.revision > 0 || told.is_unknown(),
            "an area reads something before its first warning was released");
    require(live_.empty() || !told.active() || told.index() == told_,
            "an area reads another level than was told last");
  }

  const Rule& rule_;
  std::uint64_t seed_;
  std::size_t step_ = 0;
  std::string failure_;
  std::map<Time, double> seen_;
  std::optional<alerts::ObservedReading> newest_;
  std::optional<Time> usable_run_;
  Time last_now_{}, last_rise_{};
  std::string live_;
  int last_revision_ = 0, told_ = -1;
  std::vector<alerts::Reference> sent_;
  std::set<std::string> identifiers_, ended_;
  std::set<int> proposals_;
};

alerts::EvaluationRecord record_of(const Rule& rule, const WarningState& before, const Step& step) {
  alerts::EvaluationRecord record{
      .rule = rule, .previous = before, .evidence = step.evidence, .now = step.now};
  if (step.act == Step::Act::cancel) record.cancel_reason = "judged wrong";
  record.released = step.act == Step::Act::release;
  return record;
}

alerts::Decision decide(const Rule& rule, const WarningState& before, const Step& step) {
  switch (step.act) {
    case Step::Act::reject:
      return alerts::reject(rule, before, step.now);
    case Step::Act::release:
      return alerts::release(rule, before, {}, step.now);
    case Step::Act::cancel:
      return alerts::cancel(rule, before, "judged wrong", step.now);
    case Step::Act::evaluate:
      break;
  }
  return alerts::evaluate(rule, before, step.evidence, step.now);
}

// All of a message that a reader could see.
std::string cap_of(const alerts::MessageContent& content, const Rule& rule) {
  static const alerts::Area area = town();
  static const alerts::Options options;
  return to_cap_xml(content, {rule, area, options, alerts::built_in_texts(), ""}).value_or("");
}

std::string digest(const alerts::Decision& decision) {
  std::string text = alerts::encode(decision.state);
  for (const auto& line : decision.explanation) text += line;
  return text + (decision.message ? decision.message->evidence_digest : "");
}

// The step once more, from what would have been stored; empty when it gives the same.
std::string check_replay(const Rule& rule, const WarningState& before, const Step& step,
                         const alerts::Decision& decision, bool with_words) {
  if (step.act == Step::Act::reject) return {};
  const auto record = alerts::decode_record(alerts::encode(record_of(rule, before, step)));
  if (!record) return "a record cannot be read: " + record.error().message;
  const auto again = alerts::decide(*record, {});
  if (digest(again) != digest(decision)) return "a replay gives another decision";
  if (again.message.has_value() != decision.message.has_value()) return "a replay is silent";
  const bool differs = with_words && decision.message &&
                       cap_of(*again.message, rule) != cap_of(*decision.message, rule);
  return differs ? "a replay gives another message" : "";
}

}  // namespace

std::string check_history(std::uint64_t seed) {
  RandomHistory history = random_history(seed);
  const Rule& rule = history.rule;
  Observer observer(rule, seed);
  WarningState state = alerts::initial_state(rule);
  const bool with_words = seed % 80 == 0;
  const auto play = [&](std::size_t number, const Step& step) {
    const WarningState before = state;
    const auto decision = decide(rule, before, step);
    std::string failure = observer.check(number, step, before, decision);
    if (!failure.empty()) {
      for (const auto& line : decision.explanation) failure += "\n  " + line;
      failure += "\n  before: " + alerts::encode(before);
    }
    // Every message of one history in eight again, and now and then a step of any.
    const bool again = (seed % 8 == 0 && decision.message) || number % 64 == seed % 64;
    if (failure.empty() && again) {
      failure = check_replay(rule, before, step, decision, with_words);
      if (!failure.empty()) failure = "seed " + std::to_string(seed) + ": " + failure;
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
    if (t > silence && !told_standing(state).is_unknown()) {
      return "seed " + std::to_string(seed) +
             ": an area does not read unknown after a day of silence";
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
