// A forecaster at the service: what is stored while a warning waits, who did what, and what is
// made again from it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "alerts/explain.hpp"
#include "alerts/service.hpp"
#include "tests/alerts/cap_samples.hpp"

namespace vandvagt {
namespace {

using alerts::AlertService;
using alerts::Evidence;
using alerts::Outbox;
using alerts::PersonsDecision;
using test::at;
using test::reading;

const std::string first = "vandvagt-bridge-stage-o20160601t001500z-r1";

class People : public testing::Test {
 protected:
  void SetUp() override {
    setup_.rules = {test::gauge_rule()};
    setup_.areas = {test::town()};
    setup_.rules[0].approval.needed = true;
    setup_.rules[0].approval.by = {"anna", "bo"};
    open();
  }
  void open() {
    service_.reset();
    outbox_.reset();
    auto outbox = Outbox::open(folder_ / "w.db");
    ASSERT_TRUE(outbox) << outbox.error().message;
    outbox_ = std::make_unique<Outbox>(std::move(*outbox));
    auto service = AlertService::create(setup_, *outbox_);
    ASSERT_TRUE(service) << service.error().message;
    service_ = std::make_unique<AlertService>(std::move(*service));
  }
  void read(double hours, double value) {
    const auto report = service_->evaluate_all(
        {{"bridge-stage", Evidence{std::nullopt, {reading(hours, value)}}}}, at(hours));
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_TRUE(report->errors.empty()) << report->errors[0].message;
  }
  void propose() {
    read(0.0, 2.6);
    read(0.25, 2.6);
    ASSERT_EQ(outbox_->waiting()->size(), 1u);
  }
  nlohmann::json area() { return nlohmann::json::parse(outbox_->area_states()->front().payload); }
  PersonsDecision anna(int proposal = 0) {
    return {.who = "anna", .why = "seen at the bridge", .proposal = proposal, .edits = {}};
  }

  test::TemporaryFolder folder_;
  AlertService::Setup setup_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<AlertService> service_;
};

TEST_F(People, WhatWaitsIsStoredWithItsStateAndNotPublished) {
  propose();
  open();  // as after a crash
  const auto waiting = outbox_->waiting();
  ASSERT_EQ(waiting->size(), 1u);
  EXPECT_EQ(waiting->front().identifier, first);
  EXPECT_EQ(waiting->front().level, "moderate");
  EXPECT_TRUE(outbox_->pending()->empty());
  EXPECT_TRUE(outbox_->messages()->empty());
  EXPECT_EQ(outbox_->state("bridge-stage")->value().proposal->number, 1);
  int sent = 0;
  const auto count = [&](const std::string& topic, const std::string&, bool) -> Result<void> {
    sent += topic.ends_with("/cap") ? 1 : 0;
    return {};
  };
  ASSERT_TRUE(publish_pending(*outbox_, count, at(0.3)));
  EXPECT_EQ(sent, 0);
}

TEST_F(People, TheAreaIsToldNothingOfWhatWaitsAndDoesNotReadNone) {
  propose();
  const auto state = area();
  EXPECT_EQ(state.at("level"), "unknown");
  EXPECT_EQ(state.at("incident"), "");
  EXPECT_EQ(state.at("cap_id"), "");
  EXPECT_EQ(state.dump().find("moderate"), std::string::npos);
  EXPECT_EQ(state.at("status"), "Actual");
}

TEST_F(People, AReleaseIsAMessageLikeAnyOther) {
  propose();
  const auto report = service_->approve("bridge-stage", anna(), at(0.4));
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->issued.size(), 1u);
  EXPECT_EQ(report->issued[0].identifier, first);
  test::expect_oasis_valid(report->issued[0].xml);
  EXPECT_TRUE(outbox_->waiting()->empty());
  EXPECT_EQ(outbox_->proposals()->front().outcome, "released");
  EXPECT_EQ(outbox_->pending()->size(), 1u);
  EXPECT_EQ(area().at("level"), "moderate");
  EXPECT_EQ(area().at("cap_id"), first);
  read(0.5, 2.6);
  EXPECT_EQ(outbox_->messages()->size(), 1u);
}

TEST_F(People, AReleaseAgainAfterACrashGivesTheSameIdentifierOnce) {
  propose();
  open();
  ASSERT_TRUE(service_->approve("bridge-stage", anna(), at(0.4)));
  open();
  const auto again = service_->approve("bridge-stage", anna(), at(0.5));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::refused);
  ASSERT_EQ(outbox_->messages()->size(), 1u);
  EXPECT_EQ(outbox_->messages()->front().identifier, first);
}

TEST_F(People, WhoAndWhyAreKept) {
  propose();
  alerts::PersonsDecision decision = anna();
  decision.edits["en-GB"].headline = "The bridge is closed";
  ASSERT_TRUE(service_->approve("bridge-stage", decision, at(0.4)));
  ASSERT_TRUE(
      service_->cancel("bridge-stage", {.who = "bo", .why = "stuck float", .edits = {}}, at(0.5)));
  const auto audit = outbox_->audit("bridge-stage");
  ASSERT_EQ(audit->size(), 2u);
  EXPECT_EQ(audit->at(0).action, "released");
  EXPECT_EQ(audit->at(0).identifier, first);
  EXPECT_EQ(audit->at(0).who, "anna");
  EXPECT_EQ(audit->at(0).why, "seen at the bridge");
  EXPECT_EQ(audit->at(0).time, at(0.4));
  EXPECT_NE(audit->at(0).edits.find("The bridge is closed"), std::string::npos);
  EXPECT_EQ(audit->at(1).action, "cancelled");
  EXPECT_EQ(audit->at(1).who, "bo");
}

TEST_F(People, EditedWordsAreInTheMessageAndCannotBreakIt) {
  propose();
  alerts::PersonsDecision decision = anna();
  decision.edits["da-DK"] = {.headline = "Broen <lukket> & \"spærret\"",
                             .description = "",
                             .instruction = "Kør \x01 udenom ]]>"};
  const auto report = service_->approve("bridge-stage", decision, at(0.4));
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->issued.size(), 1u) << report->errors[0].message;
  const auto& xml = report->issued[0].xml;
  test::expect_oasis_valid(xml);
  EXPECT_NE(xml.find("Broen &lt;lukket&gt; &amp; \"spærret\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("River flooding, moderate danger"), std::string::npos)
      << "English words stay as they were made";
}

TEST_F(People, AnEditThatDoesNotFitIsRefusedWhole) {
  propose();
  alerts::PersonsDecision decision = anna();
  decision.edits["da-DK"].headline = std::string(200, 'a');
  decision.edits["de-DE"].headline = "Hochwasser";
  const auto refused = service_->approve("bridge-stage", decision, at(0.4));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_input);
  EXPECT_NE(refused.error().message.find("too long"), std::string::npos);
  EXPECT_NE(refused.error().message.find("de-DE"), std::string::npos);
  EXPECT_EQ(outbox_->waiting()->size(), 1u);
  EXPECT_TRUE(outbox_->audit()->empty());
}

TEST_F(People, OnlyThoseNamedMayDecide) {
  propose();
  for (const char* who : {"", "eve"}) {
    PersonsDecision decision = anna();
    decision.who = who;
    EXPECT_FALSE(service_->approve("bridge-stage", decision, at(0.4))) << who;
    EXPECT_FALSE(service_->reject("bridge-stage", decision, at(0.4))) << who;
  }
  EXPECT_EQ(outbox_->waiting()->size(), 1u);
}

TEST_F(People, AProposalThatWasReplacedIsNotReleasedUnseen) {
  propose();
  read(0.5, 3.1);
  read(0.75, 3.1);
  const auto refused = service_->approve("bridge-stage", anna(1), at(0.8));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("proposal 1 does not wait any more, 2 does"),
            std::string::npos)
      << refused.error().message;
  ASSERT_EQ(outbox_->proposals()->size(), 2u);
  EXPECT_EQ(outbox_->proposals()->at(0).outcome, "superseded");
  EXPECT_EQ(outbox_->proposals()->at(1).identifier, first);
  const auto report = service_->approve("bridge-stage", anna(2), at(0.8));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->issued.at(0).level, "severe");
}

TEST_F(People, ARejectionIsStoredWithItsReason) {
  propose();
  ASSERT_TRUE(service_->reject("bridge-stage", anna(), at(0.4)));
  EXPECT_TRUE(outbox_->waiting()->empty());
  EXPECT_TRUE(outbox_->messages()->empty());
  EXPECT_EQ(outbox_->proposals()->front().outcome, "rejected");
  EXPECT_EQ(outbox_->audit()->front().action, "rejected");
  EXPECT_EQ(outbox_->audit()->front().identifier, first);
  EXPECT_EQ(area().at("level"), "none");
}

TEST_F(People, AnotherInstanceThatMovedTheStateOnMakesADecisionFail) {
  propose();
  auto other_box = Outbox::open(folder_ / "w.db");
  auto other = AlertService::create(setup_, *other_box);
  read(0.3, 2.6);
  EXPECT_EQ(other->approve("bridge-stage", anna(), at(0.4)).error().code, ErrorCode::refused);
  EXPECT_TRUE(outbox_->audit()->empty());
  EXPECT_TRUE(other->approve("bridge-stage", anna(), at(0.4))) << "on the state as it is now";
}

TEST_F(People, EveryMessageAndProposalIsMadeAgainByteForByte) {
  propose();
  read(0.5, 3.1);
  read(0.75, 3.1);
  alerts::PersonsDecision decision = anna();
  decision.edits["en-GB"].description = "Come to the school.";
  ASSERT_TRUE(service_->approve("bridge-stage", decision, at(0.8)));
  ASSERT_TRUE(service_->cancel("bridge-stage", anna(), at(0.9)));
  int checked = 0;
  const auto expect_same = [&](const std::string& evidence, const std::string& xml) {
    const auto again = alerts::reproduce(evidence, xml, alerts::built_in_texts());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->same) << again->difference;
    EXPECT_FALSE(evidence_chain(*again).empty());
    auto altered = xml;
    altered.replace(altered.find("town"), 4, "tawn");
    EXPECT_FALSE(alerts::reproduce(evidence, altered, alerts::built_in_texts())->same);
    ++checked;
  };
  const auto messages = outbox_->messages();
  for (const auto& one : *messages) expect_same(one.evidence, one.xml);
  const auto proposals = outbox_->proposals();
  for (const auto& one : *proposals) expect_same(one.evidence, one.xml);
  EXPECT_EQ(checked, 4);
}

TEST_F(People, ChangedTextsAreNamedAsTheCauseOfADifference) {
  propose();
  auto texts = alerts::built_in_texts();
  texts.english.templates["headline.alert"] = "Water: {area}";
  const auto one = outbox_->waiting()->front();
  const auto again = alerts::reproduce(one.evidence, one.xml, texts);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->same);
  EXPECT_NE(again->difference.find("texts have been changed"), std::string::npos);
}

TEST_F(People, TheChainOfEvidenceNamesWhatTheWarningRestsOn) {
  propose();
  const auto one = outbox_->waiting()->front();
  std::string chain;
  for (const auto& line :
       evidence_chain(*alerts::reproduce(one.evidence, one.xml, alerts::built_in_texts())))
    chain += line + "\n";
  for (const char* part : {"rule bridge-stage, version 1 (content ", "): stage at bridge",
                           "moderate raised at 2.50 m", "2016-06-01T00:15:00Z 2.60 m good",
                           "state before: unknown", "newest good: 2.60 m at 2016-06-01T00:00:00Z",
                           "because unknown -> moderate", "state after: moderate"})
    EXPECT_NE(chain.find(part), std::string::npos) << part << "\n" << chain;
}

TEST_F(People, AnExerciseCannotBeTakenForRealWhateverIsWritten) {
  setup_.options.status = alerts::MessageStatus::exercise;
  open();
  propose();
  alerts::PersonsDecision decision = anna();
  decision.edits["en-GB"] = {"Leave now", "Leave now", "Leave now"};
  decision.edits["da-DK"] = {"Gå nu", "Gå nu", "Gå nu"};
  const auto report = service_->approve("bridge-stage", decision, at(0.4));
  ASSERT_TRUE(report);
  const auto& xml = report->issued.at(0).xml;
  EXPECT_NE(xml.find("<status>Exercise</status>"), std::string::npos);
  for (const char* element : {"headline", "description", "instruction"}) {
    for (const char* words : {"ØVELSE: Gå nu", "EXERCISE: Leave now"}) {
      EXPECT_NE(xml.find(std::string("<") + element + ">" + words), std::string::npos) << element;
    }
  }
  const auto message = outbox_->messages()->front();
  EXPECT_NE(message.identifier.find("-exercise-"), std::string::npos);
  EXPECT_EQ(message.topic, "vv/v1/exercise/warn/town/cap");
  EXPECT_EQ(outbox_->area_states()->front().topic, "vv/v1/exercise/warn/town/state");
  EXPECT_EQ(area().at("status"), "Exercise");
}

TEST_F(People, AnAreaWhoseOnlyRuleIsOutOfSeasonReadsUnknown) {
  setup_.rules[0].season = alerts::Season{{10, 1}, {4, 30}};
  open();
  read(0.0, 1.0);
  read(0.25, 1.0);
  EXPECT_EQ(area().at("level"), "unknown");
  EXPECT_EQ(area().at("rules").at(0).at("in_season"), false);
  auto second = test::gauge_rule();
  second.id = "always";
  setup_.rules.push_back(second);
  open();
  const auto report =
      service_->evaluate_all({{"always", Evidence{std::nullopt, {reading(0.5, 1.0)}}}}, at(0.5));
  ASSERT_TRUE(report);
  EXPECT_EQ(area().at("level"), "none") << "one rule in force and calm is enough";
}

// ---- a clock that jumps, and a day without anything, through the service

TEST_F(People, AClockThatJumpsAnHourLowersNothingAndUsesNoIdentifierTwice) {
  setup_.rules[0].approval.needed = false;
  open();
  read(0.0, 2.6);
  read(0.25, 2.6);
  ASSERT_EQ(area().at("level"), "moderate");
  const auto evaluate = [&](double clock, double measured, double value, bool doubted) {
    Evidence evidence{std::nullopt, {reading(measured, value)}};
    evidence.clock_doubted = doubted;
    ASSERT_TRUE(service_->evaluate_all({{"bridge-stage", evidence}}, at(clock)));
  };
  // Forward: the gauge's own times go on, and the water is low; back again before an hour is over.
  for (double t = 0.5; t < 2.0; t += 0.25) {
    evaluate(t + 1.0, t, 1.0, true);
    EXPECT_EQ(area().at("level"), "moderate") << t;
  }
  evaluate(2.0, 2.0, 1.0, false);  // behind the last evaluation now
  EXPECT_EQ(area().at("level"), "moderate");
  evaluate(2.25, 2.25, 1.0, false);
  EXPECT_EQ(area().at("level"), "moderate");
  for (double t = 2.5; t < 6.0; t += 0.25) evaluate(t, t, 1.0, false);
  EXPECT_EQ(area().at("level"), "none") << "the clock has caught up";
  evaluate(5.0, 6.0, 2.6, false);  // back, and the water rises: that is told as ever
  evaluate(5.25, 6.05, 2.6, false);
  const auto messages = outbox_->messages();
  std::set<std::string> identifiers;
  Time sent{};
  for (const auto& message : *messages) {
    EXPECT_TRUE(identifiers.insert(message.identifier).second) << message.identifier;
    EXPECT_GT(message.sent, sent) << message.identifier;
    sent = message.sent;
  }
}

TEST_F(People, ADayWithoutAnythingIsStaleThenUnknownAndToldOnce) {
  setup_.rules[0].approval.needed = false;
  open();
  read(0.0, 2.6);
  read(0.25, 2.6);
  std::vector<std::string> notes, levels;
  bool stale_before_unknown = false;
  for (double t = 0.5; t <= 24.5; t += 0.25) {
    const auto report = service_->evaluate_all({}, at(t));
    ASSERT_TRUE(report);
    notes.insert(notes.end(), report->operator_notes.begin(), report->operator_notes.end());
    const std::string level = area().at("level");
    EXPECT_NE(level, "none") << t;
    if (levels.empty() || levels.back() != level) levels.push_back(level);
    if (level == "moderate" && area().at("stale") == true) stale_before_unknown = true;
  }
  EXPECT_EQ(levels, (std::vector<std::string>{"moderate", "unknown"}));
  EXPECT_TRUE(stale_before_unknown);
  EXPECT_EQ(notes.size(), 1u);
  EXPECT_EQ(area().at("last_known"), "moderate");
}

}  // namespace
}  // namespace vandvagt
