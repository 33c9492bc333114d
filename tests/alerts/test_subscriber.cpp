#include <gtest/gtest.h>

#include "alerts/subscriber.hpp"
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

TEST(ParseCap, RefusesOtherServicesMessages) {
  if (test::shared_data().empty()) GTEST_SKIP() << "no shared data";
  const auto samples = test::shared_data() / "cap12" / "samples";
  EXPECT_FALSE(alerts::parse_cap(test::read_text(samples / "canada.cap")));
  EXPECT_FALSE(alerts::parse_cap(test::read_text(samples / "xee.cap")));
}

}  // namespace
}  // namespace vandvagt
