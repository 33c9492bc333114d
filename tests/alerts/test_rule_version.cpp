// The versions of rules: what is kept, what is told, and that stores of releases without them go
// on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alerts/encode.hpp"
#include "alerts/explain.hpp"
#include "alerts/rule_version.hpp"
#include "alerts/service.hpp"
#include "tests/alerts/issued.hpp"

namespace vandvagt {
namespace {

using alerts::changed_rules;
using alerts::changed_without_version;
using alerts::Evidence;
using alerts::Outbox;
using alerts::Rule;
using alerts::RuleVersion;
using test::at;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Rule version(int number, double lead_hours = 48.0) {
  Rule rule = test::gauge_rule();
  rule.version = number;
  rule.lead_window = at(lead_hours) - at(0.0);
  return rule;
}

TEST(RuleVersion, ContentIsWhatARuleSaysWithoutItsVersion) {
  EXPECT_EQ(content_digest(version(1)), content_digest(version(2)));
  EXPECT_NE(content_digest(version(1)), content_digest(version(1, 24.0)));
  auto other = version(1);
  other.levels[1].clear += 1e-12;
  EXPECT_NE(content_digest(version(1)), content_digest(other));
}

TEST(RuleVersion, AChangeWithoutANewOneIsToldWithWhatChanged) {
  const std::vector<RuleVersion> known{{version(1), at(0)}};
  EXPECT_THAT(changed_without_version(std::vector{version(1)}, known), IsEmpty());
  EXPECT_THAT(changed_without_version(std::vector{version(2, 24.0)}, known), IsEmpty());
  auto changed = version(1, 24.0);
  changed.approval.needed = true;
  const auto faults = changed_without_version(std::vector{changed}, known);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(to_string(faults[0]),
            "rule \"bridge-stage\": version 1 no longer says what it said when it came into force "
            "at 2016-06-01T00:00:00Z (approval, lead_window); raise its version");
}

TEST(RuleVersion, GoingBackToAnEarlierOneIsWellWhereItSaysWhatItSaid) {
  const std::vector<RuleVersion> known{{version(1), at(0)}, {version(2, 24.0), at(1)}};
  EXPECT_THAT(changed_without_version(std::vector{version(1)}, known), IsEmpty());
  EXPECT_EQ(changed_rules(std::vector{version(1)}, known).size(), 1u) << "it comes into force anew";
  EXPECT_EQ(changed_without_version(std::vector{version(1, 24.0)}, known).size(), 1u);
  EXPECT_THAT(changed_rules(std::vector{version(2, 24.0)}, known), IsEmpty());
}

class RulesInForce : public testing::Test {
 protected:
  // What operators are told when a service begins with that rule.
  std::vector<std::string> begin(const Rule& rule, double hours) {
    auto outbox = Outbox::open(file_).value();
    auto service =
        alerts::AlertService::create(
            {.rules = {rule}, .areas = {test::town()}, .station_names = {}, .options = {}}, outbox)
            .value();
    std::vector<std::string> notes;
    for (int i = 0; i < 2; ++i) {
      const auto report = service.evaluate_all(
          {{rule.id, Evidence{{}, {test::reading(hours + i * 0.1, 1.0)}}}}, at(hours + i * 0.1));
      EXPECT_TRUE(report) << report.error().message;
      notes.insert(notes.end(), report->operator_notes.begin(), report->operator_notes.end());
    }
    return notes;
  }

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "100% w?#.db";
};

TEST_F(RulesInForce, AreKeptAndAChangeWithoutANewVersionIsToldOnce) {
  EXPECT_THAT(*alerts::read_rule_versions(file_), IsEmpty()) << "there is no store yet";
  EXPECT_THAT(begin(version(1), 0.0), IsEmpty());
  EXPECT_THAT(begin(version(1), 0.5), IsEmpty());
  EXPECT_THAT(begin(version(1, 24.0), 1.0), ElementsAre(HasSubstr("raise its version")));
  EXPECT_THAT(begin(version(1, 24.0), 1.5), IsEmpty()) << "told once";
  EXPECT_THAT(begin(version(2, 12.0), 2.0), IsEmpty());
  const auto known = alerts::read_rule_versions(file_).value();
  ASSERT_EQ(known.size(), 3u) << "one for each content that came into force";
  EXPECT_EQ(known[1].since, at(1.0));
  EXPECT_EQ(known[2].rule.version, 2);
  EXPECT_EQ(content_digest(known[2].rule), content_digest(version(2, 12.0)));
}

TEST_F(RulesInForce, AreNamedInStateMessageAndEvidence) {
  test::Issued issued(test::Issued::town_and_meadow(), file_);
  ASSERT_EQ(issued.read(0.5, 2.6).size(), 1u);
  EXPECT_EQ(issued.outbox->state("bridge-stage").value()->rule_version, 1);
  const auto message = issued.outbox->messages().value().front();
  EXPECT_THAT(message.xml, HasSubstr("<valueName>vandvagt:rule_version</valueName>\n      "
                                     "<value>1</value>"));
  const auto record = alerts::decode_record(message.evidence).value();
  EXPECT_EQ(record.rule.version, 1);
  const auto again =
      alerts::reproduce(message.evidence, message.xml, alerts::built_in_texts()).value();
  EXPECT_TRUE(again.same) << again.difference;
  EXPECT_THAT(evidence_chain(again).front(),
              HasSubstr("rule bridge-stage, version 1 (content " +
                        content_digest(test::gauge_rule()).substr(0, 12) + "): stage"));
}

// Written by a release that knew no versions: an area's share, half of the members above `minor`.
std::string of_earlier_release(const char* file) {
  return test::read_text(std::filesystem::path(VANDVAGT_SOURCE_DIR) / "tests" / "alerts" /
                         "earlier_release" / file);
}

TEST(EarlierRelease, ItsMessageIsMadeAgainByteForByte) {
  const auto again = alerts::reproduce(of_earlier_release("evidence.json"),
                                       of_earlier_release("message.xml"), alerts::built_in_texts());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->same) << again->difference;
  EXPECT_EQ(again->record.rule.version, 0);
  EXPECT_THAT(evidence_chain(*again).front(), HasSubstr("of a release without versions of rules"));
}

TEST(EarlierRelease, ItsStateKeepsWhatItKnows) {
  const auto stored = alerts::decode_state(of_earlier_release("state.json")).value();
  auto rule = alerts::decode_record(of_earlier_release("evidence.json")).value().rule;
  ASSERT_EQ(stored.runs.size(), 1u);
  rule.version = 1;
  auto decision = alerts::evaluate(rule, stored, {}, at(0.6));
  EXPECT_EQ(decision.state.runs.size(), 1u) << "the same rule, now with a version";
  EXPECT_EQ(decision.state.incident, stored.incident);
  EXPECT_FALSE(decision.message);
  EXPECT_EQ(decision.state.rule_version, 1);
  // From then on another depth is another rule: what was counted by the old one is dropped.
  rule.area_depth = 0.5;
  decision = alerts::evaluate(rule, decision.state, {}, at(0.7));
  EXPECT_TRUE(decision.state.runs.empty());
  EXPECT_EQ(decision.state.incident, stored.incident);
}

TEST(AreaRule, IsAnotherWhereItsAreaIsCountedByAnotherDepthOrShare) {
  for (const auto quantity : {alerts::Quantity::area_share, alerts::Quantity::area_depth}) {
    auto rule = test::area_rule();
    rule.quantity = quantity;
    const auto digest = [&](double depth, double share) {
      rule.area_depth = depth;
      rule.area_share = share;
      const auto run = test::run_of(0.0, {0.6, 0.6}, 1, 3);
      return alerts::evaluate(rule, alerts::initial_state(rule), Evidence{run, {}}, at(0.5))
          .message.value()
          .evidence_digest;
    };
    const bool by_depth = quantity == alerts::Quantity::area_share;
    EXPECT_EQ(digest(0.3, 0.1) != digest(0.5, 0.1), by_depth);
    EXPECT_EQ(digest(0.3, 0.1) != digest(0.3, 0.2), !by_depth);
  }
}

}  // namespace
}  // namespace vandvagt
