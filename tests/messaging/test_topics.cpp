#include <gtest/gtest.h>

#include "messaging/topics.hpp"

namespace vandvagt::messaging {
namespace {

TEST(Topics, NamesAreLowerCaseDigitsAndDashes) {
  for (const auto* good : {"a", "n12", "skjern-aa", "0-9"}) EXPECT_TRUE(valid_name(good)) << good;
  for (const auto* bad : {"", "-a", "a-", "A", "a b", "a/b", "+", "#", "å", "a_b"})
    EXPECT_FALSE(valid_name(bad)) << bad;
  EXPECT_TRUE(valid_name(std::string(64, 'a')));
  EXPECT_FALSE(valid_name(std::string(65, 'a')));
}

TEST(Topics, WildcardsAndNulAreNoTopicsToPublishOn) {
  EXPECT_TRUE(valid_topic("vv/v1/obs/op/st/stage"));
  for (const auto* bad : {"", "vv/+/x", "vv/#", "a+b"}) EXPECT_FALSE(valid_topic(bad)) << bad;
  EXPECT_FALSE(valid_topic(std::string_view("a\0b", 3)));
  EXPECT_FALSE(valid_topic(std::string(65'536, 'a')));
}

TEST(Topics, AreBuiltBelowThePrefix) {
  const auto t = Topics::make("flood/v2").value();
  EXPECT_EQ(t.observation("op", "st", "stage"), "flood/v2/obs/op/st/stage");
  EXPECT_EQ(t.ack("op", "st"), "flood/v2/ack/op/st");
  EXPECT_EQ(t.status("op", "st"), "flood/v2/status/op/st");
  EXPECT_EQ(t.latest("op", "st", "rain"), "flood/v2/latest/op/st/rain");
  EXPECT_EQ(t.warning_cap("town"), "flood/v2/warn/town/cap");
  EXPECT_EQ(t.warning_state("town"), "flood/v2/warn/town/state");
  EXPECT_EQ(t.receipt("fire", "2.49.0.1"), "flood/v2/receipt/fire/2.49.0.1");
  EXPECT_EQ(t.run_status("maas"), "flood/v2/run/maas/status");
  EXPECT_EQ(t.heartbeat(), "flood/v2/sys/heartbeat");
  EXPECT_EQ(t.all_observations(), "flood/v2/obs/+/+/+");
}

TEST(Topics, APrefixWithWildcardsOrEmptyLevelsIsRefused) {
  for (const auto* bad : {"", "/", "vv/", "/vv", "vv//v1", "vv/+", "vv/#", "VV", "v v"})
    EXPECT_FALSE(Topics::make(bad)) << bad;
}

TEST(Topics, AnObservationTopicIsReadBack) {
  const auto t = Topics::make().value();
  const ObservationTopic expected{"op", "st", "groundwater-depth"};
  EXPECT_EQ(t.parse_observation(t.observation("op", "st", "groundwater-depth")), expected);
  for (const auto* other :
       {"vv/v1/obs/op/st", "vv/v1/obs/op/st/stage/x", "vv/v1/obs/op//stage", "vv/v1/obs/+/st/stage",
        "vv/v2/obs/op/st/stage", "vv/v1/ack/op/st/stage", "xvv/v1/obs/op/st/stage",
        "vv/v1/obs/OP/st/stage", ""})
    EXPECT_FALSE(t.parse_observation(other)) << other;
}

TEST(Topics, AReceiptNamesSubscriberAndMessage) {
  const auto t = Topics::make().value();
  const ReceiptTopic expected{"fire-brigade", "2.49.0.1.208-A_1"};
  EXPECT_EQ(t.parse_receipt("vv/v1/receipt/fire-brigade/2.49.0.1.208-A_1"), expected);
  EXPECT_FALSE(t.parse_receipt("vv/v1/receipt/fire-brigade/a b"));
  EXPECT_FALSE(t.parse_receipt("vv/v1/receipt/fire-brigade"));
}

}  // namespace
}  // namespace vandvagt::messaging
