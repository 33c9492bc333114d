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

TEST(Warning, AForecastRaisesWhenTheShareOfMembersReachesTheProbability) {
  Life life(gauge_rule());
  life.read(0.0, 1.0);
  life.run(run_of(0.0, {2.2, 1.0, 1.0, 1.0}, 10.0, 14.0, 1.0), 0.1);
  EXPECT_EQ(life.level(), "none");
  life.read_steadily(0.25, 6.0, 1.0);
  life.run(run_of(6.0, {2.2, 2.3, 1.0, 1.0}, 10.0, 14.0, 1.0), 6.0);
  EXPECT_EQ(life.level(), "minor");
  ASSERT_TRUE(life.last().message);
  const auto& message = *life.last().message;
  EXPECT_EQ(message.incident, "bridge-stage-f20160601t060000z");
  EXPECT_EQ(message.certainty, Certainty::possible);  // p = 0.5 is not more than 0.5
  EXPECT_EQ(message.urgency, Urgency::future);
  EXPECT_EQ(message.onset, at(10.0));
  EXPECT_EQ(message.ending, at(15.0));
  EXPECT_DOUBLE_EQ(*message.probability, 0.5);
  EXPECT_DOUBLE_EQ(message.peak->value, 2.2);
  EXPECT_EQ(message.run, "run-20160601T060000Z");
}

TEST(Warning, CertaintyIsLikelyAboveOneHalf) {
  Life life(gauge_rule());
  life.run(run_of(0.0, {2.2, 2.3, 1.0}, 10.0, 14.0, 1.0), 0.0);
  EXPECT_EQ(life.last().message->certainty, Certainty::likely);
}

TEST(Warning, ThreeOfTenMembersAreThirtyPercent) {
  auto rule = gauge_rule();
  rule.raise_probability = 0.3;
  Life life(rule);
  life.run(run_of(0.0, {2, 2, 2, 1, 1, 1, 1, 1, 1, 1}, 10.0, 14.0, 1.0), 0.0);
  EXPECT_EQ(life.level(), "minor");
}

TEST(Warning, NOfMRunsAreNeededAndTheNewestMustBeOneOfThem) {
  auto rule = gauge_rule();
  rule.runs_needed = 2;
  rule.runs_looked_at = 3;
  rule.cycle = 6h;
  Life life(rule);
  const auto flood = [](double t) { return run_of(t, {2.2}, 30.0, 34.0, 1.0); };
  const auto calm = [](double t) { return run_of(t, {1.0}, 30.0, 34.0, 1.0); };
  life.run(flood(0.0), 0.0);
  EXPECT_EQ(life.level(), "unknown");
  life.run(calm(6.0), 6.0);
  life.run(flood(12.0), 12.0);  // flood, calm, flood
  EXPECT_EQ(life.level(), "minor");

  Life other(rule);
  other.run(flood(0.0), 0.0);
  other.run(calm(6.0), 6.0);
  other.run(calm(12.0), 12.0);
  other.run(flood(18.0), 18.0);  // calm, calm, flood
  EXPECT_EQ(other.level(), "unknown");
}

TEST(Warning, AFloodBeyondTheLeadWindowDoesNotRaise) {
  auto rule = gauge_rule();
  rule.lead_window = 12h;
  Life life(rule);
  life.run(run_of(0.0, {3.5, 3.5}, 13.0, 20.0, 1.0), 0.0);
  EXPECT_EQ(life.level(), "unknown");
}

TEST(Warning, AForecastPeakThatHasPassedDoesNotRaise) {
  Life life(gauge_rule());
  life.read(8.0, 1.0);
  life.run(run_of(0.0, {3.5, 3.5}, 2.0, 6.0, 1.0), 8.0);
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, MembersWithoutValuesAreNoEvidenceForCalm) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Life life(gauge_rule());
  life.run(run_of(0.0, {nan, 2.2}, 0.0, 48.0, 1.0), 0.0);
  EXPECT_EQ(life.level(), "minor");  // one of one that is known
  EXPECT_DOUBLE_EQ(*life.last().message->probability, 1.0);
  life.read_steadily(0.0, 24.0, 1.0);
  life.run(run_of(24.0, {nan, 1.0}, 24.0, 72.0, 1.0), 24.0);
  life.read_steadily(24.0, 27.0, 1.0);
  EXPECT_EQ(life.level(), "minor");  // half of the members may be above
}

TEST(Warning, ARunWithoutAnyValueCountsAsFailed) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Life life(area_rule());
  life.run(run_of(0.0, {nan, nan}, 0.0, 48.0, nan), 0.0);
  EXPECT_EQ(life.level(), "unknown");
  EXPECT_TRUE(life.state().failed_run);
}

TEST(Warning, DoesNotFallWhileTheForecastExpectsTheWaterToReturn) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 2.1);
  life.run(run_of(1.0, {2.2, 2.2}, 8.0, 10.0, 1.0), 1.0);
  life.read_steadily(1.0, 9.0, 1.0);
  EXPECT_EQ(life.level(), "minor");
  life.read_steadily(9.0, 11.25, 1.0);  // the last expected exceedance ends at 11
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, AFailedRunHoldsTheLevelUntilReadingsAloneDecide) {
  Life life(gauge_rule());
  life.run(run_of(0.0, {2.2, 2.2}, 2.0, 3.0, 1.0), 0.0);
  auto failed = run_of(6.0, {}, 0.0, 0.0);
  failed.usable = false;
  failed.why_not = "time step collapsed";
  life.read_steadily(0.0, 6.0, 1.0);
  life.rule().hold_max = 4h;
  life.run(failed, 4.0);
  life.read_steadily(6.0, 9.75, 1.0);
  EXPECT_EQ(life.level(), "minor");
  EXPECT_TRUE(life.state().stale);
  EXPECT_FALSE(life.state().forecast_given_up);
  life.read(10.25, 1.0);
  EXPECT_TRUE(life.last().tell_operators());
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, AnExpiredForecastHoldsTheLevel) {
  auto rule = gauge_rule();
  rule.cycle = 1h;
  rule.grace = 1h;
  Life life(rule);
  life.run(run_of(0.0, {2.2}, 5.0, 8.0, 1.0), 0.0);
  EXPECT_EQ(life.level(), "minor");
  life.read_steadily(0.0, 10.0, 1.0);
  EXPECT_EQ(life.level(), "minor");
  life.read_steadily(10.0, 14.25, 1.0);  // expired at 2, given up after 14
  EXPECT_EQ(life.level(), "none");
}

TEST(Warning, ASilentGaugeIsNotHealedByACalmForecast) {
  Life life(gauge_rule());
  life.read_steadily(0.0, 1.0, 2.1);
  life.run(run_of(6.0, {1.0, 1.0}, 0.0, 0.0, 1.0), 6.0);
  EXPECT_EQ(life.level(), "minor");
  life.evaluate(14.0);
  EXPECT_EQ(life.level(), "unknown");
}

TEST(Warning, AForecastFloodIsKnownAlsoWhileTheGaugeIsSilent) {
  Life life(gauge_rule());
  life.read(0.0, 1.0);
  life.run(run_of(1.0, {2.6, 2.6}, 20.0, 26.0, 1.0), 1.0);
  life.evaluate(22.0);
  EXPECT_EQ(life.level(), "moderate");
  EXPECT_TRUE(life.state().stale);
}

TEST(Warning, AnAreaRuleLivesOnForecastsAlone) {
  Life life(area_rule());
  life.run(run_of(0.0, {0.1, 0.1}, 10.0, 14.0), 0.0);
  EXPECT_EQ(life.level(), "none");
  life.run(run_of(24.0, {0.6, 0.6}, 30.0, 34.0), 24.0);
  EXPECT_EQ(life.level(), "severe");
  life.run(run_of(48.0, {0.0, 0.0}, 0.0, 0.0), 48.0);
  EXPECT_EQ(life.level(), "severe");  // below since 48, clear_after not yet over
  life.evaluate(49.0);
  EXPECT_EQ(life.level(), "none");
  EXPECT_EQ(life.messages().back().kind, MessageKind::all_clear);
}

TEST(Warning, AnAreaRuleDoesNotFallBecauseTimePassesWithoutANewRun) {
  Life life(area_rule());
  life.run(run_of(0.0, {0.6, 0.6}, 3.0, 6.0), 0.0);
  for (double t = 1.0; t <= 26.0; t += 1.0) life.evaluate(t);
  EXPECT_EQ(life.level(), "severe");
  life.evaluate(28.0);
  EXPECT_TRUE(life.state().stale);
  life.evaluate(40.0);
  EXPECT_EQ(life.level(), "unknown");
}

TEST(Warning, ARunWhoseHindcastShowsTheWaterGoneClearsAnAreaAtOnce) {
  Life life(area_rule());
  life.run(run_of(0.0, {0.6}, 3.0, 6.0), 0.0);
  auto later = run_of(22.0, {0.0}, 0.0, 0.0);  // series from 22, evaluated at 24
  life.run(later, 24.0);
  EXPECT_EQ(life.level(), "none");
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
