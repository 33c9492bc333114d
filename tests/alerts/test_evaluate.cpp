#include <gtest/gtest.h>

#include <limits>

#include "alerts/encode.hpp"
#include "tests/alerts/history.hpp"

namespace vandvagt {
namespace {

using namespace std::chrono_literals;
using alerts::Basis;
using alerts::Certainty;
using alerts::Evidence;
using alerts::MessageKind;
using alerts::Urgency;
using test::area_rule;
using test::at;
using test::gauge_rule;
using test::Life;
using test::reading;
using test::run_of;
using test::well_rule;

TEST(Warning, IsUnknownBeforeAnythingIsKnown) {
  Life life(gauge_rule());
  life.evaluate(0.0);
  EXPECT_EQ(life.level(), "unknown");
  EXPECT_FALSE(life.last().message);
}

TEST(Warning, IsNoneAfterOneGoodReadingBelowEveryLevel) {
  Life life(gauge_rule());
  life.read(0.0, 1.0);
  EXPECT_EQ(life.level(), "none");
  EXPECT_FALSE(life.last().message);
}

TEST(Warning, OneReadingAboveTheLevelNeitherWarnsNorSaysNone) {
  Life life(gauge_rule());
  life.read(0.0, 2.2);
  EXPECT_EQ(life.level(), "unknown");
}

TEST(Warning, TwoConsecutiveGoodReadingsAtTheLevelRaiseIt) {
  Life life(gauge_rule());
  life.read(0.0, 1.0);
  life.read(0.25, 2.0);
  EXPECT_EQ(life.level(), "none");
  life.read(0.5, 2.0);
  ASSERT_TRUE(life.last().message);
  const auto& message = *life.last().message;
  EXPECT_EQ(life.level(), "minor");
  EXPECT_EQ(message.kind, MessageKind::alert);
  EXPECT_EQ(message.revision, 1);
  EXPECT_EQ(message.incident, "bridge-stage-o20160601t003000z");
  EXPECT_EQ(message.certainty, Certainty::observed);
  EXPECT_EQ(message.urgency, Urgency::immediate);
  EXPECT_EQ(message.basis, Basis::observed);
  EXPECT_EQ(message.onset, at(0.25));
  EXPECT_EQ(message.sent, at(0.5));
  EXPECT_EQ(message.expires, at(0.5 + 24.0 + 3.0));
}

TEST(Warning, ABadReadingBetweenTwoGoodOnesDoesNotPartThem) {
  Life life(gauge_rule());
  life.read(0.0, 2.1);
  life.read(0.25, 0.0, false);
  life.read(0.5, 2.1);
  EXPECT_EQ(life.level(), "minor");
}

TEST(Warning, BadReadingsNeverRaise) {
  Life life(gauge_rule());
  life.read(0.0, 1.0);
  for (double t = 0.25; t < 2.0; t += 0.25) life.read(t, 9.0, false);
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, ReadingsThatAreNotFiniteNeverCount) {
  Life life(gauge_rule());
  life.read(0.0, 1.0);
  life.read(0.25, std::numeric_limits<double>::infinity());
  life.read(0.5, std::numeric_limits<double>::infinity());
  life.read(0.75, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, ReadingsRaiseTheHighestLevelThatBothReach) {
  Life life(gauge_rule());
  life.read(0.0, 3.5);
  life.read(0.25, 2.6);
  EXPECT_EQ(life.level(), "moderate");
}

TEST(Warning, TwoReadingsFurtherApartThanFreshDoNotRaise) {
  Life life(gauge_rule());
  life.read(0.0, 2.2);
  life.read(1.25, 2.2);
  EXPECT_EQ(life.level(), "unknown");
  life.read(1.5, 2.2);
  EXPECT_EQ(life.level(), "minor");
}

TEST(Warning, LateReadingsAboutAPassedPeakNeverRaise) {
  Life life(gauge_rule());
  life.read(5.0, 1.0);
  life.evaluate(5.25,
                Evidence{std::nullopt, {reading(2.0, 3.2), reading(2.25, 3.3), reading(2.5, 3.1)}});
  EXPECT_EQ(life.level(), "none");
  // A heap that holds the peak and what came after it, in one delivery after a silence.
  life.evaluate(9.0,
                Evidence{std::nullopt, {reading(6.0, 3.2), reading(6.25, 3.3), reading(8.9, 1.2)}});
  EXPECT_EQ(life.level(), "none");
  // Old readings alone, with nothing newer: the peak may have passed.
  life.evaluate(14.0, Evidence{std::nullopt, {reading(10.0, 3.2), reading(10.25, 3.3)}});
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, ReadingsFromTheFutureAreNotUsed) {
  Life life(gauge_rule());
  life.evaluate(0.0,
                Evidence{std::nullopt, {reading(0.0, 1.0), reading(0.5, 3.2), reading(0.6, 3.2)}});
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, FallsOnlyAfterClearAfterBelowTheClearLevel) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 2.1);
  life.read_steadily(1.0, 4.0, 1.9);  // below raise, not below clear
  EXPECT_EQ(life.level(), "minor");
  life.read_steadily(4.0, 5.0, 1.7);  // first at 4.25
  EXPECT_EQ(life.level(), "minor");
  life.read(5.25, 1.7);
  EXPECT_EQ(life.level(), "none");
  ASSERT_TRUE(life.last().message);
  EXPECT_EQ(life.last().message->kind, MessageKind::all_clear);
  EXPECT_EQ(life.last().message->references.size(), 1u);
  EXPECT_TRUE(life.state().incident.empty());
}

TEST(Warning, OneReadingAboveClearStartsTheWaitingAgain) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 2.1);
  life.read_steadily(1.0, 1.75, 1.7);
  life.read(2.0, 1.85);
  life.read_steadily(2.0, 3.0, 1.7);
  EXPECT_EQ(life.level(), "minor");
  life.read(3.25, 1.7);
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, ALateReadingAboveClearMovesTheStartOfTheWaiting) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 2.1);
  life.read(1.25, 1.7);
  life.read(2.0, 1.7);
  life.evaluate(2.1, Evidence{std::nullopt, {reading(1.75, 1.95)}});
  life.read(2.25, 1.7);
  EXPECT_EQ(life.level(), "minor");
  life.read(2.75, 1.7);
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, AGapInTheReadingsStartsTheWaitingAgain) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 2.1);
  life.read(1.25, 1.7);
  life.read(3.0, 1.7);
  EXPECT_EQ(life.level(), "minor");
}

TEST(Warning, FallsThroughSeveralLevelsWithoutSkippingTheirClearTimes) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 3.1);
  EXPECT_EQ(life.level(), "severe");
  life.read_steadily(1.0, 2.25, 2.4);
  EXPECT_EQ(life.level(), "moderate");
  EXPECT_EQ(life.messages().back().kind, MessageKind::update);
  life.read_steadily(2.25, 3.5, 1.0);
  EXPECT_EQ(life.level(), "none");
  EXPECT_EQ(life.messages().size(), 3u);
}

TEST(Warning, SilenceHoldsTheLevelAndMarksItStale) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 2.1);
  life.evaluate(6.0);
  EXPECT_EQ(life.level(), "minor");
  EXPECT_TRUE(life.state().stale);
}

TEST(Warning, SilenceForHoldMaxEndsInUnknownAndOperatorsAreToldOnce) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 2.1);
  life.evaluate(13.0);
  EXPECT_EQ(life.level(), "minor");
  life.evaluate(13.1);
  EXPECT_EQ(life.level(), "unknown");
  EXPECT_TRUE(life.last().tell_operators());
  ASSERT_TRUE(life.last().message);
  EXPECT_EQ(life.last().message->kind, MessageKind::update);
  EXPECT_EQ(life.last().message->certainty, Certainty::unknown);
  EXPECT_FALSE(life.state().incident.empty());
  life.evaluate(13.2);
  EXPECT_FALSE(life.last().tell_operators());
}

TEST(Warning, SilenceTurnsNoneIntoUnknownWithoutAMessage) {
  Life life(gauge_rule());
  life.read(0.0, 1.0);
  life.evaluate(12.5);
  EXPECT_EQ(life.level(), "unknown");
  EXPECT_TRUE(life.last().tell_operators());
  EXPECT_FALSE(life.last().message);
}

TEST(Warning, GoodDataLeadBackFromUnknownToTheHeldLevelAndThenDown) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 2.6);
  life.evaluate(14.0);
  ASSERT_EQ(life.level(), "unknown");
  life.read(20.0, 1.0);
  EXPECT_EQ(life.level(), "moderate");
  EXPECT_EQ(life.messages().back().kind, MessageKind::update);
  life.read_steadily(20.0, 21.0, 1.0);
  EXPECT_EQ(life.level(), "none");
  EXPECT_EQ(life.messages().back().kind, MessageKind::all_clear);
  EXPECT_EQ(life.messages().back().revision, 4);
  const std::string first = life.messages().front().incident;
  for (const auto& message : life.messages()) EXPECT_EQ(message.incident, first);
}

TEST(Warning, SmallerGroundwaterDepthIsWorse) {
  Life life(well_rule());
  life.read(0.0, 1.5);
  EXPECT_EQ(life.level(), "none");
  life.read(0.25, 0.45);
  life.read(0.5, 0.45);
  EXPECT_EQ(life.level(), "minor");
  life.read_steadily(0.5, 2.0, 0.15);
  EXPECT_EQ(life.level(), "moderate");
  EXPECT_DOUBLE_EQ(life.state().peak->value, 0.15);
  life.read_steadily(2.0, 4.0, 0.6);  // above 0.4 m: moderate ends; not deeper than 0.7 m
  EXPECT_EQ(life.level(), "minor");
  life.read_steadily(4.0, 6.0, 0.9);
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, AClockThatJumpsBackNeverLowersNorReusesAnIdentifier) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 2.0, 2.1);
  life.read_steadily(2.0, 3.0, 1.0);
  life.evaluate(2.25, Evidence{std::nullopt, {reading(3.25, 1.0)}});  // an hour back
  EXPECT_EQ(life.level(), "minor");
  EXPECT_TRUE(life.last().tell_operators());
  // Raising goes on: what was good before the jump is not from the future now.
  life.evaluate(2.3, Evidence{std::nullopt, {reading(3.05, 2.7), reading(3.06, 2.7)}});
  EXPECT_EQ(life.level(), "moderate");
  EXPECT_EQ(life.messages().back().revision, 2);
  EXPECT_GT(life.messages().back().sent, life.messages().front().sent);
}

TEST(Warning, AClockThatJumpsForwardNeverLowers) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 2.0, 2.1);
  life.read(2.25, 1.0);
  life.evaluate(4.5);
  EXPECT_EQ(life.level(), "minor");
}

TEST(Warning, AnUpdateFollowsWhenTheGaugeConfirmsTheForecast) {
  Life life(gauge_rule());
  life.run(run_of(0.0, {2.2, 2.2}, 2.0, 6.0, 1.0), 0.0);
  life.read(2.0, 2.1);
  life.read(2.25, 2.1);
  ASSERT_TRUE(life.last().message);
  EXPECT_EQ(life.last().message->certainty, Certainty::observed);
  EXPECT_EQ(life.level(), "minor");
}

TEST(Warning, UrgencyRisesAsTheOnsetComesNear) {
  Life life(gauge_rule());
  life.run(run_of(0.0, {2.2, 2.2}, 10.0, 12.0, 1.0), 0.0);
  EXPECT_EQ(life.messages().back().urgency, Urgency::future);
  for (double t = 0.25; t <= 9.0; t += 0.25) life.evaluate(t);
  ASSERT_EQ(life.messages().size(), 3u);
  EXPECT_EQ(life.messages()[1].urgency, Urgency::expected);
  EXPECT_EQ(life.messages()[1].sent, at(8.0));  // onset 10, action time 1 h, one hour more
  EXPECT_EQ(life.messages()[2].urgency, Urgency::immediate);
  EXPECT_EQ(life.messages()[2].sent, at(9.0));
}

TEST(Warning, AStandingWarningIsRefreshedBeforeItsMessageExpires) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 25.0, 2.1);
  ASSERT_EQ(life.messages().size(), 2u);
  EXPECT_LT(life.messages()[1].sent, life.messages()[0].expires);
  EXPECT_EQ(life.messages()[1].reason, "still in force");
  ASSERT_EQ(life.messages()[1].references.size(), 1u);
}

TEST(Warning, CancelEndsTheIncidentAndTheSameReadingsDoNotRaiseAgain) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 2.1);
  const std::string incident = life.state().incident;
  life.cancel(1.1, "the gauge was moved");
  EXPECT_EQ(life.messages().back().kind, MessageKind::cancel);
  EXPECT_EQ(life.messages().back().reason, "the gauge was moved");
  EXPECT_EQ(life.messages().back().references.size(), 1u);
  EXPECT_EQ(life.level(), "unknown");
  life.evaluate(1.15);
  EXPECT_EQ(life.level(), "unknown");
  life.read(1.25, 2.1);
  life.read(1.5, 2.1);
  EXPECT_EQ(life.level(), "minor");
  EXPECT_NE(life.state().incident, incident);
}

TEST(Warning, ARunThatRaisesAgainAfterACancelOpensAnotherIncident) {
  Life life(gauge_rule());
  life.run(run_of(0.0, {2.2}, 10.0, 12.0, 1.0), 0.0);
  const std::string incident = life.state().incident;
  life.cancel(0.1, "wrong rain");
  life.run(run_of(0.0, {2.2}, 10.0, 12.0, 1.0), 0.2);
  EXPECT_EQ(life.state().incident, incident + "-2");
}

TEST(Warning, AStateSavedUnderOtherLevelsKeepsItsIncident) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 3.1);
  const std::string incident = life.state().incident;
  life.rule().levels.pop_back();
  life.evaluate(1.1);
  EXPECT_EQ(life.level(), "moderate");
  EXPECT_EQ(life.state().incident, incident);
}

TEST(Warning, TheDigestChangesWithTheEvidence) {
  Life one(gauge_rule()), other(gauge_rule());
  one.read_steadily(0.0, 1.0, 2.1);
  other.read_steadily(0.0, 1.0, 2.1000001);
  ASSERT_EQ(one.messages().size(), 1u);
  EXPECT_NE(one.messages()[0].evidence_digest, other.messages()[0].evidence_digest);
}

TEST(WarningState, SurvivesItsJsonToTheLastBit) {
  Life life(gauge_rule());
  life.run(run_of(0.0, {2.2, 0.1 + 0.2}, 10.0, 12.0, 1.0), 0.0);
  life.read_steadily(0.0, 2.0, 2.7);
  const auto text = alerts::encode(life.state());
  const auto back = alerts::decode_state(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(alerts::encode(*back), text);
  EXPECT_EQ(back->level, life.state().level);
  EXPECT_EQ(back->references.size(), life.state().references.size());
}

TEST(WarningState, DamagedJsonIsAnError) {
  EXPECT_FALSE(alerts::decode_state("{}"));
  EXPECT_FALSE(alerts::decode_state("not json"));
  EXPECT_FALSE(alerts::decode_record("{\"rule\":1}"));
}

}  // namespace
}  // namespace vandvagt
