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

}  // namespace
}  // namespace vandvagt
