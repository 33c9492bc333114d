#include <gtest/gtest.h>

#include "alerts/index.hpp"
#include "alerts/subscriber.hpp"
#include "alerts/subscriber_folder.hpp"
#include "tests/alerts/cap_samples.hpp"

namespace vandvagt {
namespace {

using alerts::Reception;
using alerts::Subscriber;
using test::at;

std::vector<std::string> story() {
  test::Life life(test::gauge_rule());
  const auto area = test::town();
  std::vector<std::string> xml;
  for (const auto& message : test::life_of_messages(life)) {
    xml.push_back(*to_cap_xml(message, {life.rule(), area, {}, alerts::built_in_texts(), ""}));
  }
  return xml;
}

Subscriber fresh() {
  return Subscriber(*alerts::CapSchema::built_in());
}

TEST(Subscriber, DropsRepeatsByIdentifier) {
  auto subscriber = fresh();
  const auto messages = story();
  EXPECT_EQ(*subscriber.receive_cap("town", messages[0]), Reception::accepted);
  EXPECT_EQ(*subscriber.receive_cap("town", messages[0]), Reception::repeated);
  EXPECT_EQ(subscriber.received().size(), 1u);
}

TEST(Subscriber, SeesGapsAndFillsThemInAnyOrder) {
  auto subscriber = fresh();
  const auto messages = story();
  EXPECT_EQ(*subscriber.receive_cap("town", messages[0]), Reception::accepted);
  EXPECT_EQ(*subscriber.receive_cap("town", messages[2]), Reception::gap);
  const std::string incident = subscriber.received()[0].incident;
  EXPECT_EQ(subscriber.missing(incident), std::vector<int>{2});
  EXPECT_EQ(*subscriber.receive_cap("town", messages[1]), Reception::older);
  EXPECT_TRUE(subscriber.missing(incident).empty());
  EXPECT_EQ(subscriber.live().at(incident).revision, 3);
}

TEST(Subscriber, TheRetainedStateShowsThatMessagesAreMissing) {
  auto subscriber = fresh();
  ASSERT_TRUE(subscriber.receive_state(
      "town", R"({"level":"minor","incident":"i","cap_id":"c","basis":"forecast","revision":3,
                  "since":"2016-06-01T00:00:00Z","expires":"2016-06-02T00:00:00Z"})"));
  EXPECT_EQ(subscriber.missing("i"), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(subscriber.present_level("town", at(1.0)), "minor");
  EXPECT_EQ(subscriber.present_level("town", at(25.0)), "unknown");  // expired: nothing is known
}

TEST(Subscriber, RefusesAnotherAreasMessageAndWhatIsNoCap) {
  auto subscriber = fresh();
  EXPECT_FALSE(subscriber.receive_cap("village", story()[0]));
  EXPECT_FALSE(subscriber.receive_cap("town", "<alert/>"));
  EXPECT_FALSE(subscriber.receive_cap("town", "garbage"));
  EXPECT_FALSE(subscriber.receive_state("town", "{"));
  EXPECT_FALSE(subscriber.receive_state("town", "{\"level\":3}"));
  EXPECT_TRUE(subscriber.received().empty());
}

TEST(Subscriber, CancelledIncidentsAreNotLive) {
  auto subscriber = fresh();
  for (const auto& message : story()) ASSERT_TRUE(subscriber.receive_cap("town", message));
  EXPECT_TRUE(subscriber.live().empty());
  EXPECT_EQ(subscriber.received().back().message_type, "Cancel");
}

TEST(Subscriber, TheIndexNamesWhatABrokerHasLost) {
  auto subscriber = fresh();
  const auto messages = story();
  ASSERT_TRUE(subscriber.receive_cap("town", messages[0]));
  const auto first = subscriber.received()[0];
  std::vector<alerts::MessageHead> heads;
  for (const auto& xml : messages) {
    const auto read = *alerts::parse_cap(xml);
    heads.push_back(
        {read.identifier, "town", read.incident, read.revision, read.sent, read.expires});
  }
  ASSERT_TRUE(subscriber.receive_index("town", alerts::index_json("town", heads)));
  const auto wanted = subscriber.wanted();
  ASSERT_EQ(wanted.size(), messages.size() - 1);
  for (const auto& one : wanted) EXPECT_EQ(one.area, "town");
  for (const auto& xml : messages) ASSERT_TRUE(subscriber.receive_cap("town", xml));
  EXPECT_TRUE(subscriber.wanted().empty());
  EXPECT_FALSE(subscriber.receive_index("town", "[]"));
  EXPECT_FALSE(subscriber.receive_index("town", R"({"messages":[{"cap_id":1}]})"));
}

TEST(Subscriber, AsksForRevisionsBetweenThoseItHas) {
  auto subscriber = fresh();
  const auto messages = story();
  ASSERT_TRUE(subscriber.receive_cap("town", messages[2]));
  const auto third = subscriber.received()[0].identifier;
  const auto stem = third.substr(0, third.rfind("-r") + 2);
  EXPECT_EQ(subscriber.wanted(),
            (std::vector<alerts::WantedMessage>{{"town", stem + "1"}, {"town", stem + "2"}}));
}

TEST(Subscriber, AStaleStateIsUnknownButNotBecauseOfAnotherRule) {
  auto subscriber = fresh();
  const std::string head =
      R"("incident":"i","cap_id":"c-r1","basis":"observed","revision":1,"stale":true,
         "since":"2016-06-01T00:00:00Z","expires":"2016-06-02T00:00:00Z")";
  ASSERT_TRUE(subscriber.receive_state("calm", R"({"level":"none",)" + head + "}"));
  EXPECT_EQ(subscriber.present_level("calm", at(1.0)), "unknown");
  ASSERT_TRUE(subscriber.receive_state(
      "town", R"({"level":"severe",)" + head +
                  R"(,"rules":[{"cap_id":"c-r1","stale":false},{"cap_id":"","stale":true}]})"));
  EXPECT_EQ(subscriber.present_level("town", at(1.0)), "severe");
  ASSERT_TRUE(subscriber.receive_state(
      "town", R"({"level":"severe",)" + head + R"(,"rules":[{"cap_id":"c-r1","stale":true}]})"));
  EXPECT_EQ(subscriber.present_level("town", at(1.0)), "unknown");
  EXPECT_EQ(subscriber.picture("town", at(1.0)).last_known, "severe");
}

TEST(SubscriberFolder, KeepsMessagesOnceAndRestoresThem) {
  test::TemporaryFolder folder;
  const auto messages = story();
  {
    auto subscriber = fresh();
    auto kept = alerts::SubscriberFolder::open(folder / "s").value();
    for (const auto& xml : messages) {
      const auto warning = *subscriber.examine("town", xml);
      ASSERT_TRUE(kept.keep_message("town", warning.identifier, xml));
    }
    EXPECT_EQ(kept.without_receipt().size(), messages.size());
    ASSERT_TRUE(kept.keep_receipt(kept.without_receipt().begin()->first, "{}"));
  }
  auto subscriber = fresh();
  auto kept = alerts::SubscriberFolder::open(folder / "s").value();
  EXPECT_TRUE(kept.restore(subscriber)->empty());
  EXPECT_EQ(subscriber.received().size(), messages.size());
  EXPECT_EQ(kept.without_receipt().size(), messages.size() - 1);
  test::write_text(folder / "s" / "cap" / "town" / "broken.xml", "<alert>");
  auto again = fresh();
  EXPECT_EQ(alerts::SubscriberFolder::open(folder / "s")->restore(again)->size(), 1u);
}

TEST(SubscriberFolder, NoNameLeadsOutOfIt) {
  test::TemporaryFolder folder;
  auto kept = alerts::SubscriberFolder::open(folder / "s").value();
  for (const char* name : {"../x", "a/b", "", ".hidden", "a\nb", "..", "a b"})
    EXPECT_FALSE(kept.keep_message("town", name, "x")) << name;
  EXPECT_FALSE(kept.keep_message("../town", "a", "x"));
}

TEST(ParseCap, RefusesOtherServicesMessages) {
  if (test::shared_data().empty()) GTEST_SKIP() << "no shared data";
  const auto samples = test::shared_data() / "cap12" / "samples";
  EXPECT_FALSE(alerts::parse_cap(test::read_text(samples / "canada.cap")));
  EXPECT_FALSE(alerts::parse_cap(test::read_text(samples / "xee.cap")));
}

}  // namespace
}  // namespace vandvagt
