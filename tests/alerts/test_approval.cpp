// A person decides: what waits, what is told meanwhile, and what a decision leaves behind.
#include <gtest/gtest.h>

#include "alerts/encode.hpp"
#include "tests/alerts/history.hpp"

namespace vandvagt {
namespace {

using namespace std::chrono_literals;
using alerts::MessageKind;
using alerts::Standing;
using test::at;

alerts::Rule approved_rule() {
  auto rule = test::gauge_rule();
  rule.approval.needed = true;
  return rule;
}

// A life with a person in it, who sees what waits.
class Watched {
 public:
  explicit Watched(alerts::Rule rule) : rule_(std::move(rule)), state_(initial_state(rule_)) {}
  void read(double hours, double value) {
    take(alerts::evaluate(rule_, state_, {std::nullopt, {test::reading(hours, value)}}, at(hours)));
  }
  void read_steadily(double from, double to, double value) {
    for (double t = from + 0.25; t <= to + 1e-9; t += 0.25) read(t, value);
  }
  void run(const alerts::ForecastEvidence& forecast, double hours) {
    take(alerts::evaluate(rule_, state_, {forecast, {}}, at(hours)));
  }
  void quiet(double hours) { take(alerts::evaluate(rule_, state_, {}, at(hours))); }
  void release(double hours, const alerts::TextEdits& edits = {}) {
    take(alerts::release(rule_, state_, edits, at(hours)));
  }
  void reject(double hours) { take(alerts::reject(rule_, state_, at(hours))); }
  void cancel(double hours) { take(alerts::cancel(rule_, state_, "mistake", at(hours))); }

  std::string told() const { return to_string(told_standing(state_), rule_); }
  std::string stands() const { return to_string(state_.level, rule_); }

  std::vector<alerts::MessageContent> messages, drafts;
  std::vector<std::string> notes, outcomes;
  const alerts::WarningState& state() const { return state_; }

 private:
  void take(alerts::Decision decision) {
    // Every step must survive being stored.
    const auto stored = alerts::decode_state(alerts::encode(decision.state));
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(alerts::encode(*stored), alerts::encode(decision.state));
    state_ = *stored;
    if (decision.message) messages.push_back(*decision.message);
    if (decision.draft) drafts.push_back(*decision.draft);
    if (!decision.settled.empty()) outcomes.push_back(decision.settled);
    for (auto& note : decision.operator_notes) notes.push_back(note);
  }
  alerts::Rule rule_;
  alerts::WarningState state_;
};

Watched with_waiting_alert() {
  Watched life(approved_rule());
  life.read(0.0, 2.6);
  life.read(0.25, 2.6);
  return life;
}

TEST(WarningThatNeedsApproval, WaitsAndIsToldToOperatorsOnce) {
  auto life = with_waiting_alert();
  life.read_steadily(0.25, 0.5, 2.6);
  EXPECT_TRUE(life.messages.empty());
  ASSERT_EQ(life.drafts.size(), 1u);
  EXPECT_EQ(life.drafts[0].kind, MessageKind::alert);
  EXPECT_EQ(life.drafts[0].revision, 1);
  EXPECT_EQ(life.notes.size(), 1u);
  EXPECT_EQ(life.stands(), "moderate");
  EXPECT_EQ(life.told(), "unknown") << "an area must not read none while a flood is proposed";
}

TEST(WarningThatNeedsApproval, IsSentWhenReleasedWithTheTimeOfTheRelease) {
  auto life = with_waiting_alert();
  life.release(0.4);
  ASSERT_EQ(life.messages.size(), 1u);
  EXPECT_EQ(life.messages[0].kind, MessageKind::alert);
  EXPECT_EQ(life.messages[0].sent, at(0.4));
  EXPECT_EQ(life.messages[0].incident, life.drafts[0].incident);
  EXPECT_EQ(life.messages[0].revision, life.drafts[0].revision);
  EXPECT_EQ(life.told(), "moderate");
  life.read(0.5, 2.6);
  EXPECT_EQ(life.messages.size(), 1u) << "nothing new to say";
  EXPECT_EQ(life.outcomes, std::vector<std::string>{"released"});
}

TEST(WarningThatNeedsApproval, AHigherLevelTakesThePlaceOfWhatWaits) {
  auto life = with_waiting_alert();
  life.read(0.5, 3.1);
  life.read(0.75, 3.1);
  ASSERT_EQ(life.drafts.size(), 2u);
  EXPECT_EQ(life.drafts[1].revision, 1) << "nothing was published: the same identifier";
  EXPECT_EQ(life.drafts[1].incident, life.drafts[0].incident);
  EXPECT_EQ(life.drafts[1].level, Standing::level(2));
  EXPECT_EQ(life.state().proposal->number, 2);
  EXPECT_EQ(life.state().proposal->since, at(0.25)) << "the time-out counts from the first";
  ASSERT_EQ(life.notes.size(), 3u);
  EXPECT_NE(life.notes[1].find("raised to severe waits"), std::string::npos) << life.notes[1];
  EXPECT_NE(life.notes[2].find("still waits"), std::string::npos) << life.notes[2];
  EXPECT_EQ(life.outcomes, std::vector<std::string>{"superseded"});
}

TEST(WarningThatNeedsApproval, EndsWithoutAWordWhenTheWaterFallsFirst) {
  auto life = with_waiting_alert();
  life.read_steadily(0.25, 3.0, 1.0);
  EXPECT_TRUE(life.messages.empty());
  EXPECT_EQ(life.told(), "none");
  EXPECT_FALSE(life.state().proposal);
  EXPECT_EQ(life.outcomes.back(), "withdrawn");
  life.read(3.25, 2.6);
  life.read(3.5, 2.6);
  EXPECT_NE(life.drafts.back().incident, life.drafts.front().incident);
}

TEST(WarningThatNeedsApproval, ReleasedRevisionsHaveNoGapAndReferToWhatWasTold) {
  auto life = with_waiting_alert();
  life.release(0.3);
  life.read(0.5, 3.1);
  life.read(0.75, 3.1);                // severe waits
  life.read_steadily(0.75, 3.0, 2.4);  // back to moderate: no longer proposed
  EXPECT_FALSE(life.state().proposal);
  life.read(3.25, 3.1);
  life.read(3.5, 3.1);
  life.release(3.6);
  ASSERT_EQ(life.messages.size(), 2u);
  EXPECT_EQ(life.messages[1].revision, 2);
  ASSERT_EQ(life.messages[1].references.size(), 1u);
  EXPECT_EQ(life.messages[1].references[0].sent, life.messages[0].sent);
}

TEST(WarningThatNeedsApproval, AnAllClearWaitsToo) {
  auto life = with_waiting_alert();
  life.release(0.3);
  life.read_steadily(0.3, 3.0, 1.0);
  EXPECT_EQ(life.told(), "moderate");
  EXPECT_EQ(life.stands(), "none");
  EXPECT_EQ(life.drafts.back().kind, MessageKind::all_clear);
  life.release(3.1);
  EXPECT_EQ(life.messages.back().kind, MessageKind::all_clear);
  EXPECT_EQ(life.told(), "none");
  EXPECT_TRUE(life.state().incident.empty());
}

TEST(WarningThatNeedsApproval, AnAllClearThatWaitsIsWithdrawnWhenTheWaterComesBack) {
  auto life = with_waiting_alert();
  life.release(0.3);
  life.read_steadily(0.3, 3.0, 1.0);
  ASSERT_TRUE(life.state().proposal);
  life.read(3.25, 2.6);
  life.read(3.5, 2.6);
  EXPECT_FALSE(life.state().proposal);
  EXPECT_EQ(life.stands(), "moderate");
  EXPECT_EQ(life.told(), "moderate");
  EXPECT_EQ(life.messages.size(), 1u);
}

TEST(WarningThatNeedsApproval, FallsByItselfWhereOnlyRisesWait) {
  auto rule = approved_rule();
  rule.approval.lowering = false;
  Watched life(rule);
  life.read(0.0, 2.6);
  life.read(0.25, 2.6);
  life.release(0.3);
  life.read_steadily(0.3, 3.0, 1.0);
  EXPECT_EQ(life.messages.back().kind, MessageKind::all_clear);
}

TEST(WarningThatNeedsApproval, LevelsBelowTheNamedOneGoOutByThemselves) {
  auto rule = approved_rule();
  rule.approval.from = "severe";
  Watched life(rule);
  life.read(0.0, 2.6);
  life.read(0.25, 2.6);
  ASSERT_EQ(life.messages.size(), 1u);
  life.read(0.5, 3.1);
  life.read(0.75, 3.1);
  EXPECT_EQ(life.messages.size(), 1u);
  EXPECT_EQ(life.told(), "moderate");
  ASSERT_TRUE(life.state().proposal);
  life.release(0.8);
  EXPECT_EQ(life.told(), "severe");
}

TEST(WarningThatNeedsApproval, WhatWasToldIsRefreshedWhileAPersonThinks) {
  auto rule = approved_rule();
  rule.cycle = 2h;
  rule.grace = 1h;
  Watched life(rule);
  life.read(0.0, 2.6);
  life.read(0.25, 2.6);
  life.release(0.25);
  life.read_steadily(0.25, 5.0, 3.1);  // severe waits, and moderate would expire at 3.25
  ASSERT_GE(life.messages.size(), 2u);
  for (std::size_t k = 1; k < life.messages.size(); ++k) {
    EXPECT_EQ(life.messages[k].level, Standing::level(1));
    EXPECT_EQ(life.messages[k].revision, static_cast<int>(k) + 1);
  }
  EXPECT_GT(life.messages.back().expires, at(5.0));
  EXPECT_EQ(life.drafts.back().revision, life.messages.back().revision + 1);
  EXPECT_EQ(life.drafts.back().level, Standing::level(2));
}

TEST(WarningThatNeedsApproval, UnknownIsToldAtOnce) {
  auto life = with_waiting_alert();
  life.release(0.3);
  for (double t = 1.0; t < 16.0; t += 1.0) life.quiet(t);
  EXPECT_EQ(life.told(), "unknown");
  EXPECT_EQ(life.messages.back().level, Standing::unknown());
}

TEST(WarningThatNeedsApproval, StaysProposedWhenItsDataEnd) {
  auto life = with_waiting_alert();
  for (double t = 1.0; t < 16.0; t += 1.0) life.quiet(t);
  EXPECT_EQ(life.told(), "unknown");
  ASSERT_TRUE(life.state().proposal);
  life.release(16.0);
  ASSERT_EQ(life.messages.size(), 1u);
  EXPECT_EQ(life.messages[0].level, Standing::level(1));
  EXPECT_TRUE(life.messages[0].stale);
}

TEST(TimeoutOfApproval, ReleasesWhereItIsToldTo) {
  auto rule = approved_rule();
  rule.approval.after_timeout = alerts::AfterTimeout::release;
  Watched life(rule);
  life.read(0.0, 2.6);
  life.read(0.25, 2.6);
  life.read(0.5, 2.6);
  EXPECT_TRUE(life.messages.empty());
  life.read(0.75, 2.6);  // half an hour after the proposal
  ASSERT_EQ(life.messages.size(), 1u);
  EXPECT_NE(life.messages[0].reason.find("time-out"), std::string::npos);
  EXPECT_EQ(life.outcomes, std::vector<std::string>{"released by time-out"});
}

TEST(TimeoutOfApproval, ReleasesNoAllClearOnceTheDataHaveEnded) {
  auto rule = approved_rule();
  rule.approval.after_timeout = alerts::AfterTimeout::release;
  rule.approval.timeout = 3h;
  Watched life(rule);
  life.read(0.0, 2.6);
  life.read(0.25, 2.6);
  life.release(0.3);
  life.read_steadily(0.3, 2.0, 1.0);
  ASSERT_TRUE(life.state().proposal);
  for (double t = 2.5; t < 8.0; t += 0.5) life.quiet(t);
  EXPECT_EQ(life.messages.size(), 1u);
  EXPECT_EQ(life.told(), "moderate");
}

TEST(TimeoutOfApproval, OfARiseReleasesNoFall) {
  auto rule = approved_rule();
  rule.approval.after_timeout = alerts::AfterTimeout::release;
  rule.approval.timeout = 2h;
  rule.clear_after = 1h;
  Watched life(rule);
  life.read(0.0, 2.6);
  life.read(0.25, 2.6);
  life.release(0.3);
  life.read(0.5, 3.1);
  life.read(0.75, 3.1);                 // severe waits until 2.75
  life.read_steadily(0.75, 2.25, 1.0);  // and is gone: now the all-clear waits
  ASSERT_TRUE(life.state().proposal);
  EXPECT_FALSE(life.state().proposal->rise);
  life.read_steadily(2.25, 3.5, 1.0);
  EXPECT_EQ(life.messages.size(), 1u) << "its own two hours are not over";
  life.read_steadily(3.5, 5.0, 1.0);
  EXPECT_EQ(life.messages.back().kind, MessageKind::all_clear);
}

TEST(TimeoutOfApproval, RemindsOnceWhereItIsToldTo) {
  auto life = with_waiting_alert();
  life.read_steadily(0.25, 4.0, 2.6);
  EXPECT_TRUE(life.messages.empty());
  ASSERT_EQ(life.notes.size(), 2u);
  EXPECT_NE(life.notes[1].find("still waits"), std::string::npos);
}

TEST(RejectedWarning, EndsUntoldAndItsIncidentIsNeverUsedAgain) {
  auto life = with_waiting_alert();
  const auto refused = life.state().incident;
  life.reject(0.3);
  EXPECT_TRUE(life.messages.empty());
  EXPECT_EQ(life.told(), "none");
  life.read_steadily(0.3, 4.0, 2.6);
  EXPECT_EQ(life.drafts.size(), 1u) << "the same is not proposed again";
  life.read_steadily(4.0, 7.0, 2.6);  // the rejection holds for six hours
  ASSERT_EQ(life.drafts.size(), 2u);
  EXPECT_NE(life.drafts[1].incident, refused);
}

TEST(RejectedWarning, IsProposedAgainAtAHigherLevel) {
  auto life = with_waiting_alert();
  life.reject(0.3);
  life.read(0.5, 3.1);
  life.read(0.75, 3.1);
  ASSERT_EQ(life.drafts.size(), 2u);
  EXPECT_EQ(life.drafts[1].level, Standing::level(2));
}

TEST(RejectedWarning, IsProposedAgainWhenTheGaugeConfirmsIt) {
  Watched life(approved_rule());
  life.run(test::run_of(0.0, {2.6, 2.7}, 6.0, 40.0), 0.0);
  ASSERT_EQ(life.drafts.size(), 1u);
  life.reject(0.1);
  life.run(test::run_of(1.0, {2.6, 2.7}, 6.0, 40.0), 1.0);
  EXPECT_EQ(life.drafts.size(), 1u);
  life.read(2.0, 2.6);
  life.read(2.25, 2.6);
  ASSERT_EQ(life.drafts.size(), 2u);
  EXPECT_EQ(life.drafts[1].basis, alerts::Basis::observed);
}

TEST(RejectedWarning, IsProposedAgainAfterTheWaterWasLow) {
  auto life = with_waiting_alert();
  life.reject(0.3);
  life.read_steadily(0.3, 2.0, 1.0);
  life.read(2.25, 2.6);
  life.read(2.5, 2.6);
  EXPECT_EQ(life.drafts.size(), 2u);
}

TEST(RejectedAllClear, KeepsTheWarningForAnotherClearAfter) {
  auto life = with_waiting_alert();
  life.release(0.3);
  life.read_steadily(0.3, 2.0, 1.0);
  ASSERT_TRUE(life.state().proposal);
  life.reject(2.1);
  EXPECT_EQ(life.told(), "moderate");
  life.read_steadily(2.1, 3.0, 1.0);
  EXPECT_FALSE(life.state().proposal);
  life.read_steadily(3.0, 4.0, 1.0);
  EXPECT_TRUE(life.state().proposal);
}

TEST(CancelledWarning, ThatWasNeverToldNeedsNoMessage) {
  auto life = with_waiting_alert();
  life.cancel(0.3);
  EXPECT_TRUE(life.messages.empty());
  EXPECT_EQ(life.outcomes.back(), "cancelled");
  EXPECT_TRUE(life.state().incident.empty());
}

TEST(CancelledWarning, WithdrawsWhatWasToldAndNotWhatWaits) {
  auto life = with_waiting_alert();
  life.release(0.3);
  life.read(0.5, 3.1);
  life.read(0.75, 3.1);
  life.cancel(0.8);
  EXPECT_EQ(life.messages.back().kind, MessageKind::cancel);
  EXPECT_EQ(life.messages.back().level, Standing::level(1));
  EXPECT_FALSE(life.state().proposal);
}

TEST(ReleaseWithoutAProposal, SaysNothing) {
  Watched life(approved_rule());
  life.read(0.0, 1.0);
  life.release(0.1);
  life.reject(0.2);
  EXPECT_TRUE(life.messages.empty());
  EXPECT_EQ(life.told(), "none");
}

}  // namespace
}  // namespace vandvagt
