#include "alerts/rules_test.hpp"

#include <fmt/format.h>

#include <array>

namespace vandvagt::alerts {
namespace {

// A message or a proposal, as the two are compared.
struct Said {
  Time at;
  MessageContent content;
  bool waits = false;
};

std::string level_of(const MessageContent& content, const Rule& rule) {
  return to_string(content.kind == MessageKind::all_clear ? Standing::none() : content.level, rule);
}

std::string in_words(const Said& said, const Rule& rule) {
  const auto& content = said.content;
  return fmt::format("{} {} ({}, {}, {}){} at {}", to_string(content.kind), level_of(content, rule),
                     to_string(content.basis), to_string(content.certainty),
                     to_string(content.urgency), said.waits ? " that waits" : "",
                     format_time(said.at));
}

std::string in_words(const ExpectedMessage& expected) {
  std::string details;
  const auto add = [&details](const std::string& word) {
    details += (details.empty() ? " (" : ", ") + word;
  };
  if (expected.basis) add(to_string(*expected.basis));
  if (expected.certainty) add(to_string(*expected.certainty));
  if (expected.urgency) add(to_string(*expected.urgency));
  if (!details.empty()) details += ")";
  return fmt::format("{} {}{}{} at {}", to_string(expected.kind), expected.level, details,
                     expected.waits ? " that waits" : "", format_time(expected.at));
}

bool fits(const ExpectedMessage& expected, const Said& said, const Rule& rule) {
  const auto& content = said.content;
  const auto same = [](const auto& wanted, const auto& got) { return !wanted || *wanted == got; };
  return expected.at == said.at && expected.kind == content.kind &&
         expected.level == level_of(content, rule) && expected.waits == said.waits &&
         same(expected.basis, content.basis) && same(expected.certainty, content.certainty) &&
         same(expected.urgency, content.urgency);
}

class Player {
 public:
  Player(const RulesTestCase& test, const Rule& rule)
      : test_(test), rule_(rule), state_(initial_state(rule)) {}

  Faults play() {
    for (const auto& step : test_.steps) {
      check_standings(step.now);
      take(step);
    }
    check_standings(std::nullopt);
    compare();
    return std::move(faults_);
  }

 private:
  void add(const std::string& place, const std::string& expected, const std::string& got) {
    faults_.push_back(
        {place + ": case \"" + test_.name + "\"", "expected " + expected + ", got " + got, ""});
  }

  void take(const RulesTestStep& step) {
    Decision decision = act(step);
    if (decision.message) said_.push_back({step.now, *decision.message, false});
    if (decision.draft) said_.push_back({step.now, *decision.draft, true});
    state_ = std::move(decision.state);
  }

  Decision act(const RulesTestStep& step) const {
    switch (step.act) {
      case RulesTestStep::Act::approve:
        return release(rule_, state_, {}, step.now);
      case RulesTestStep::Act::reject:
        return reject(rule_, state_, step.now);
      case RulesTestStep::Act::cancel:
        return cancel(rule_, state_, "rules test", step.now);
      case RulesTestStep::Act::evaluate:
        break;
    }
    return evaluate(rule_, state_, step.evidence, step.now);
  }

  // Those that lie before the evaluation that comes next.
  void check_standings(std::optional<Time> next) {
    for (; checked_ < test_.standings.size(); ++checked_) {
      const auto& expected = test_.standings[checked_];
      if (next && expected.at >= *next) return;
      const std::string level = to_string(state_.level, rule_);
      const bool same =
          level == expected.level && expected.stale.value_or(state_.stale) == state_.stale;
      if (same) continue;
      const auto words = [](const std::string& name, bool stale) {
        return "standing " + name + (stale ? ", stale" : "");
      };
      add(expected.place,
          words(expected.level, expected.stale.value_or(false)) + " at " + format_time(expected.at),
          words(level, expected.stale && state_.stale));
    }
  }

  void compare() {
    const std::size_t count = std::max(said_.size(), test_.messages.size());
    for (std::size_t k = 0; k < count; ++k) {
      const bool wanted = k < test_.messages.size(), came = k < said_.size();
      if (wanted && came && fits(test_.messages[k], said_[k], rule_)) continue;
      add(wanted ? test_.messages[k].place : test_.place,
          wanted ? in_words(test_.messages[k]) : "no further message",
          came ? in_words(said_[k], rule_) : "nothing");
      // What comes after the first difference would only repeat it.
      if (wanted && came && test_.messages[k].at != said_[k].at) return;
    }
  }

  const RulesTestCase& test_;
  const Rule& rule_;
  WarningState state_;
  std::vector<Said> said_;
  std::size_t checked_ = 0;
  Faults faults_;
};

}  // namespace

std::string to_string(MessageKind kind) {
  constexpr std::array names = {"alert", "update", "all-clear", "cancel"};
  return names.at(static_cast<std::size_t>(kind));
}

Faults run_rules_test(const RulesTestCase& test, const Rule& rule) {
  return Player(test, rule).play();
}

}  // namespace vandvagt::alerts
