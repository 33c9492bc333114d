#include <gtest/gtest.h>

#include "alerts/check.hpp"
#include "alerts/local_time.hpp"
#include "tests/alerts/cap_samples.hpp"

namespace vandvagt {
namespace {

using alerts::LocalTime;

Time utc(const char* text) {
  return *parse_time(text);
}

TEST(LocalTime, FollowsSummerTimeToTheSecond) {
  const auto zone = LocalTime::named("Europe/Copenhagen");
  ASSERT_TRUE(zone) << zone.error().message;
  EXPECT_EQ(zone->cap(utc("2026-01-15T12:00:00Z")), "2026-01-15T13:00:00+01:00");
  EXPECT_EQ(zone->cap(utc("2026-07-15T12:00:00Z")), "2026-07-15T14:00:00+02:00");
  // Summer time ends on 25 October 2026 at 01:00 UTC: the same local hour comes twice.
  EXPECT_EQ(zone->cap(utc("2026-10-25T00:59:59Z")), "2026-10-25T02:59:59+02:00");
  EXPECT_EQ(zone->cap(utc("2026-10-25T01:00:00Z")), "2026-10-25T02:00:00+01:00");
  EXPECT_EQ(zone->for_people(utc("2026-10-25T00:30:00Z")), "2026-10-25 02:30 CEST");
  EXPECT_EQ(zone->for_people(utc("2026-10-25T01:30:00Z")), "2026-10-25 02:30 CET");
}

TEST(LocalTime, WritesOffsetsAsCapWantsThem) {
  const Time noon = utc("2026-01-15T12:00:00.75Z");
  EXPECT_EQ(LocalTime::utc().cap(noon), "2026-01-15T12:00:00-00:00");
  EXPECT_EQ(LocalTime::named("Europe/London")->cap(noon), "2026-01-15T12:00:00-00:00");
  EXPECT_EQ(LocalTime::named("America/St_Johns")->cap(noon), "2026-01-15T08:30:00-03:30");
  EXPECT_EQ(LocalTime::named("Asia/Kathmandu")->cap(noon), "2026-01-15T17:45:00+05:45");
}

TEST(LocalTime, OfAnUnknownZoneIsAFaultOfTheConfiguration) {
  EXPECT_FALSE(LocalTime::named("Europe/Aarhus"));
  EXPECT_FALSE(LocalTime::named("../../etc/passwd"));
  alerts::Options options;
  options.time_zone = "Mars/Olympus";
  const auto faults = validate(options);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].place, "alerts.time_zone");
}

TEST(LocalTime, IsInTheWordsAndTimesOfBothLanguages) {
  const auto schema = alerts::CapSchema::built_in();
  alerts::Options options;
  options.time_zone = "Europe/Copenhagen";
  test::Life life(test::gauge_rule());
  for (const auto& message : test::life_of_messages(life)) {
    const auto area = test::town();
    const auto xml =
        to_cap_xml(message, {life.rule(), area, options, alerts::built_in_texts(), ""});
    ASSERT_TRUE(xml) << xml.error().message;
    const auto valid = validate_cap(*xml, *schema);
    EXPECT_TRUE(valid) << valid.error().message;
    test::expect_oasis_valid(*xml);
    EXPECT_EQ(xml->find("-00:00"), std::string::npos) << *xml;
    EXPECT_EQ(xml->find("UTC"), std::string::npos) << *xml;
    EXPECT_NE(xml->find("+02:00</sent>"), std::string::npos);
  }
  const auto area = test::town();
  const auto xml = *to_cap_xml(life.messages().front(),
                               {life.rule(), area, options, alerts::built_in_texts(), ""});
  // The river peaks at 10:00 UTC on 1 June.
  EXPECT_NE(xml.find("omkring 2016-06-01 12:00 CEST"), std::string::npos) << xml;
  EXPECT_NE(xml.find("around 2016-06-01 12:00 CEST"), std::string::npos) << xml;
}

}  // namespace
}  // namespace vandvagt
