// The broker away for an hour of history: what each area's subscriber has when it is back.
#include <gtest/gtest.h>

#include <algorithm>

#include "alerts/index.hpp"
#include "alerts/subscriber.hpp"
#include "tests/alerts/issued.hpp"

namespace vandvagt {
namespace {

using test::at;

/// A broker that can be away, with one subscriber behind it.
struct Line {
  bool up = true;
  alerts::Subscriber subscriber{alerts::CapSchema::built_in().value()};
  std::vector<std::string> sent;  // identifiers, as new

  alerts::Sink sink() {
    return [this](const std::string& topic, const std::string& payload, bool) -> Result<void> {
      if (!up) return fail(ErrorCode::unavailable, "no broker");
      const std::string rest = topic.substr(std::string("vv/v1/warn/").size());
      const std::string area = rest.substr(0, rest.find('/'));
      if (rest.ends_with("/cap")) {
        const auto warning = alerts::parse_cap(payload);
        if (!warning) return fail(warning.error());
        sent.push_back(warning->identifier);
        EXPECT_TRUE(subscriber.receive_cap(area, payload));
      } else if (rest.ends_with("/index")) {
        EXPECT_TRUE(subscriber.receive_index(area, payload));
      } else {
        EXPECT_TRUE(subscriber.receive_state(area, payload));
      }
      return {};
    };
  }
};

TEST(Outage, OnReturnEachAreaGetsItsMissedRevisionsAndItsStateAndNothingExpiredAsNew) {
  test::TemporaryFolder folder;
  auto setup = test::Issued::town_and_meadow();
  for (auto& rule : setup.rules) {
    rule.cycle = std::chrono::minutes{40};  // messages live 50 minutes
    rule.grace = std::chrono::minutes{10};
  }
  test::Issued issued(setup, folder / "w.db");
  Line line;
  const auto publish = [&](double hours) {
    ASSERT_TRUE(issued.outbox->publish_all_states_again());
    auto report = publish_pending(*issued.outbox, line.sink(), at(hours));
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_TRUE(
        publish_indexes(*issued.outbox, setup.options, line.sink(), at(hours), report->areas));
  };
  issued.read(0.25, 2.1);
  publish(0.25);
  ASSERT_EQ(line.sent.size(), 1u);

  line.up = false;
  for (const auto& [hours, stage] : {std::pair{0.75, 2.6}, std::pair{1.25, 3.1}}) {
    issued.read(hours, stage);
    publish(hours);
  }
  const auto all = issued.outbox->messages().value();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(line.sent.size(), 1u);
  EXPECT_EQ(line.subscriber.present_level("town", at(1.2)), "unknown");  // the old state expired

  line.up = true;
  publish(1.65);
  int expired = 0;
  for (const auto& message : all) {
    const auto times = std::ranges::count(line.sent, message.identifier);
    if (message.revision > 1 && message.expires <= at(1.65)) {
      EXPECT_EQ(times, 0) << message.identifier << " had expired";
      ++expired;
    } else {
      EXPECT_EQ(times, 1) << message.identifier;
    }
  }
  EXPECT_GE(expired, 1);
  EXPECT_EQ(line.subscriber.present_level("town", at(1.65)), "severe");
  EXPECT_EQ(line.subscriber.present_level("meadow", at(1.65)), "unknown");

  // What had expired can be asked for by name, and then nothing is missing.
  const auto wanted = line.subscriber.wanted();
  EXPECT_EQ(wanted.size(), static_cast<std::size_t>(expired));
  for (const auto& one : wanted) {
    const auto message = issued.outbox->message(one.identifier).value();
    ASSERT_TRUE(message) << one.identifier;
    EXPECT_TRUE(line.subscriber.receive_cap(one.area, message->xml));
  }
  EXPECT_TRUE(line.subscriber.wanted().empty());
  for (const auto& [incident, revisions] : line.subscriber.incidents()) {
    int expected = 0;
    Time sent{};
    for (const auto& [revision, warning] : revisions) {
      EXPECT_EQ(revision, ++expected);
      EXPECT_GT(warning.sent, sent);
      sent = warning.sent;
    }
  }
}

}  // namespace
}  // namespace vandvagt
