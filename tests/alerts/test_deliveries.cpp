#include "alerts/deliveries.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "alerts/escalation.hpp"
#include "alerts/wis2.hpp"
#include "core/digest.hpp"
#include "tests/alerts/issued.hpp"

namespace vandvagt {
namespace {

using alerts::Deliveries;
using alerts::OutboxMessage;
using test::at;

class Deliver : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_ / "w.db"; }
  /// Delivers what is due; `works` says of which identifiers.
  alerts::DeliveryReport deliver(double hours,
                                 const std::function<bool(const std::string&)>& works) {
    auto deliveries = Deliveries::open(file()).value();
    const auto report = deliver_due(
        deliveries, "hook",
        [&](const OutboxMessage& message) -> Result<void> {
          tried_.push_back(message.revision);
          if (works(message.identifier)) return {};
          return fail(ErrorCode::unavailable, "no gateway");
        },
        {}, at(hours));
    EXPECT_TRUE(report) << report.error().message;
    return *report;
  }
  static bool always(const std::string&) { return true; }
  static bool never(const std::string&) { return false; }

  test::TemporaryFolder folder_;
  test::Issued issued_{test::Issued::town_and_meadow(), folder_ / "w.db"};
  std::vector<int> tried_;
};

TEST_F(Deliver, EachMessageOnceAndInOrder) {
  issued_.read(0.25, 2.1);
  issued_.read(1.0, 2.6);
  EXPECT_EQ(deliver(1.0, always).done, 2);
  EXPECT_EQ(deliver(1.1, always).done, 0);
  issued_.read(2.0, 3.1);
  EXPECT_EQ(deliver(2.0, always).done, 1);
  EXPECT_EQ(tried_, (std::vector{1, 2, 3}));
}

TEST_F(Deliver, TriesAgainLaterAndLaterUntilItSucceeds) {
  issued_.read(0.25, 2.1);
  EXPECT_EQ(deliver(0.25, never).failed, 1);
  EXPECT_EQ(deliver(0.25 + 4.0 / 3600.0, always).done, 0);  // 5 s are not over
  EXPECT_EQ(deliver(0.25 + 6.0 / 3600.0, never).failed, 1);
  EXPECT_EQ(deliver(0.25 + 12.0 / 3600.0, always).done, 0);  // nor 10 s more
  EXPECT_EQ(deliver(0.25 + 17.0 / 3600.0, always).done, 1);
  EXPECT_EQ(tried_, (std::vector{1, 1, 1}));
}

TEST_F(Deliver, AMessageThatCannotGoHoldsUpNoOther) {
  issued_.read(0.25, 2.1);
  issued_.read(1.0, 2.6);
  const auto first = issued_.outbox->messages()->front().identifier;
  const auto report = deliver(1.0, [&](const std::string& id) { return id != first; });
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.done, 1);
  const auto later = deliver(1.5, always);  // and is not sent after the one that replaced it
  EXPECT_EQ(later.overtaken, 1);
  EXPECT_EQ(later.done, 0);
}

TEST_F(Deliver, NothingThatHasExpiredIsHandedOn) {
  issued_.read(0.25, 2.1);
  EXPECT_EQ(deliver(0.25, never).failed, 1);
  const auto report = deliver(28.0, always);
  EXPECT_EQ(report.expired, 1);
  EXPECT_EQ(report.done, 0);
}

TEST_F(Deliver, AWayThatIsNewBeginsWithWhatHasNotExpired) {
  issued_.read(0.25, 2.1);
  issued_.read(30.0, 2.1);
  EXPECT_EQ(issued_.outbox->messages()->size(), 2u);
  const auto report = deliver(30.0, always);
  EXPECT_EQ(report.done, 1);
  EXPECT_EQ(report.expired, 0);
}

TEST(Backoff, DoublesUpToItsMost) {
  const alerts::Backoff backoff{std::chrono::seconds{5}, std::chrono::seconds{60}};
  EXPECT_EQ(wait_after(backoff, 0), std::chrono::seconds{5});
  EXPECT_EQ(wait_after(backoff, 2), std::chrono::seconds{20});
  EXPECT_EQ(wait_after(backoff, 1000), std::chrono::seconds{60});
}

class Escalation : public testing::Test {
 protected:
  alerts::EscalationReport look(double hours) {
    auto deliveries = Deliveries::open(folder_ / "w.db").value();
    const auto report = escalate_due(
        deliveries, *issued_.outbox, options_,
        [&](const std::string& subscriber, const OutboxMessage& message) -> Result<void> {
          if (!broker_) return fail(ErrorCode::unavailable, "no broker");
          sent_.emplace_back(subscriber, message.identifier);
          return {};
        },
        at(hours));
    EXPECT_TRUE(report) << report.error().message;
    return *report;
  }
  std::string issue(double hours, double value) {
    const auto warnings = issued_.read(hours, value);
    EXPECT_EQ(warnings.size(), 1u);
    issued_.publish(hours);
    return warnings.front().identifier;
  }
  test::TemporaryFolder folder_;
  test::Issued issued_{test::Issued::town_and_meadow(), folder_ / "w.db"};
  alerts::EscalationOptions options_{.subscribers = {"fire-brigade", "police", "mayor"},
                                     .after = std::chrono::minutes{10}};
  std::vector<std::pair<std::string, std::string>> sent_;
  bool broker_ = true;
};

TEST_F(Escalation, GoesDownTheListAndThenTellsOperatorsOnce) {
  const auto id = issue(1.0, 3.1);
  look(1.0);
  look(1.0 + 9.0 / 60.0);
  EXPECT_TRUE(sent_.empty());
  look(1.0 + 10.0 / 60.0);
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0], std::pair(std::string("police"), id));
  look(1.0 + 19.0 / 60.0);
  EXPECT_EQ(sent_.size(), 1u);
  look(1.0 + 20.0 / 60.0);
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_EQ(sent_[1].first, "mayor");
  const auto last = look(1.0 + 30.0 / 60.0);
  ASSERT_EQ(last.operator_notes.size(), 1u);
  EXPECT_NE(last.operator_notes.front().find("police"), std::string::npos);
  EXPECT_TRUE(look(1.0 + 40.0 / 60.0).operator_notes.empty());
  EXPECT_EQ(sent_.size(), 2u);
}

TEST_F(Escalation, AReceiptOfAnyoneInTheListEndsIt) {
  const auto id = issue(1.0, 3.1);
  look(1.0);
  ASSERT_TRUE(issued_.outbox->add_receipt({"stranger", id, at(1.0), {}}));
  ASSERT_TRUE(issued_.outbox->add_receipt({"police", id, at(1.0), {}}));
  look(1.2);
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(issued_.outbox->receipts(id)->size(), 2u);
}

TEST_F(Escalation, AReceiptOfSomebodyElseDoesNot) {
  const auto id = issue(1.0, 3.1);
  look(1.0);
  ASSERT_TRUE(issued_.outbox->add_receipt({"stranger", id, at(1.0), {}}));
  look(1.2);
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(Escalation, LowerLevelsAndAllClearsWakeNobody) {
  issue(1.0, 2.6);  // moderate
  look(1.0);
  look(2.0);
  EXPECT_TRUE(sent_.empty());
}

TEST_F(Escalation, TheTimeCountsFromTheBrokersConfirmation) {
  ASSERT_EQ(issued_.read(1.0, 3.1).size(), 1u);
  look(1.0);
  look(1.5);  // still in the outbox
  EXPECT_TRUE(sent_.empty());
  issued_.publish(1.6);
  look(1.7);
  EXPECT_TRUE(sent_.empty());
  look(1.8);
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(Escalation, ABrokerThatIsAwayIsTriedAgain) {
  issue(1.0, 3.1);
  look(1.0);
  broker_ = false;
  look(1.2);
  broker_ = true;
  look(1.2 + 6.0 / 3600.0);
  EXPECT_EQ(sent_.size(), 1u);
}

class Wis2 : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  const alerts::Wis2Options options_{
      .topic = "origin/a/wis2/dk-vandvagt/data/core/weather/advisories-warnings",
      .base_url = "https://warn.example.org"};
};

TEST_F(Wis2, TellsWhereTheDocumentIsAndWhatItMustBe) {
  test::Issued issued(test::Issued::town_and_meadow(), folder_ / "w.db");
  issued.read(0.25, 2.6);
  const auto message = issued.outbox->messages()->front();
  const auto text = wis2_notification(message, options_, at(0.3));
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_LE(text->size(), alerts::most_wis2_bytes);
  const auto note = nlohmann::json::parse(*text);
  EXPECT_EQ(note.at("type"), "Feature");
  EXPECT_EQ(note.at("geometry").at("type"), "Polygon");
  EXPECT_EQ(note.at("geometry").at("coordinates").at(0).at(0).at(0), 8.1);  // longitude first
  const auto& properties = note.at("properties");
  EXPECT_EQ(properties.at("pubtime"), "2016-06-01T00:18:00Z");
  EXPECT_EQ(properties.at("integrity").at("value"), sha512_base64(message.xml));
  ASSERT_EQ(note.at("links").size(), 1u);
  EXPECT_EQ(note.at("links").at(0).at("rel"), "canonical");
  EXPECT_EQ(note.at("links").at(0).at("href"),
            "https://warn.example.org/cap/" + message.identifier + ".xml");
  const auto again = wis2_notification(message, options_, at(5.0));
  EXPECT_EQ(nlohmann::json::parse(*again).at("id"), note.at("id"));
  EXPECT_EQ(note.at("id").get<std::string>().size(), 36u);
  if (properties.contains("content")) {
    EXPECT_LE(properties.at("content").at("size").get<std::size_t>(), alerts::most_wis2_content);
  }
}

TEST_F(Wis2, KeepsItsLimitWithManyLargeAreas) {
  auto setup = test::Issued::town_and_meadow();
  auto& rings = setup.areas.front().rings;
  rings.clear();
  for (int k = 0; k < 8; ++k) {
    std::vector<alerts::Position> ring;
    for (int i = 0; i < 90; ++i) {
      const double angle = 2.0 * 3.14159265358979 * i / 90.0;
      ring.push_back({8.0 + k * 0.1 + 0.03 * std::cos(angle), 56.0 + 0.03 * std::sin(angle)});
    }
    ring.push_back(ring.front());
    rings.push_back(ring);
  }
  test::Issued issued(std::move(setup), folder_ / "w.db");
  issued.read(0.25, 2.6);
  const auto text = wis2_notification(issued.outbox->messages()->front(), options_, at(0.3));
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_LE(text->size(), alerts::most_wis2_bytes);
  const auto box = nlohmann::json::parse(*text).at("geometry").at("coordinates").at(0);
  EXPECT_EQ(box.size(), 5u);
}

TEST(Digest, OfSha512InBase64IsTheStandards) {
  EXPECT_EQ(
      sha512_base64("abc"),
      "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==");
}

}  // namespace
}  // namespace vandvagt
