#include "alerts/feed.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/alerts/issued.hpp"

namespace vandvagt {
namespace {

using alerts::FeedBook;
using alerts::FeedStatus;
using test::at;

const alerts::FeedOptions names{.title = "Warnings <of> & \"all\"",
                                .author = "Vandvagt",
                                .base_url = "https://warn.example.org"};

/// One xpath of one document, asked of xmllint.
std::string xpath(const std::filesystem::path& file, const std::string& path) {
  auto asked =
      test::run_command("xmllint --nonet --xpath \"" + path + "\" '" + file.string() + "'");
  while (asked.output.ends_with('\n')) asked.output.pop_back();
  return asked.exit_code == 0 ? asked.output : "failed: " + asked.output;
}

class Feed : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(issued_.read(0.25, 2.1).size(), 1u);
    ASSERT_EQ(issued_.read(1.0, 2.6).size(), 1u);
  }
  void clear() {
    for (double hours = 1.25; hours <= 4.0; hours += 0.25) issued_.read(hours, 1.0);
    ASSERT_EQ(issued_.outbox->messages()->size(), 3u);
  }
  nlohmann::json area(const std::string& id, double hours) {
    EXPECT_TRUE(book_.refresh(*issued_.outbox, at(hours)));
    const auto map = nlohmann::json::parse(areas_geojson(test::Issued::town_and_meadow().areas,
                                                         issued_.outbox->area_states().value(),
                                                         book_, names, at(hours)));
    for (const auto& feature : map.at("features"))
      if (feature.at("id") == id) return feature;
    return nullptr;
  }

  test::TemporaryFolder folder_;
  test::Issued issued_{test::Issued::town_and_meadow(), folder_ / "w.db"};
  FeedBook book_;
};

TEST_F(Feed, TellsWhatIsInForceAndWhatItReplaces) {
  ASSERT_TRUE(book_.refresh(*issued_.outbox, at(1.5)));
  ASSERT_EQ(book_.entries().size(), 2u);
  EXPECT_EQ(book_.entries()[0].status, FeedStatus::in_force);
  EXPECT_EQ(book_.entries()[0].warning.revision, 2);
  EXPECT_EQ(book_.entries()[1].status, FeedStatus::superseded);
}

TEST_F(Feed, KeepsWhatHasEndedForTwoDays) {
  clear();
  const auto ended = issued_.outbox->messages()->back().sent;
  const double hours = to_seconds(ended - at(0.0)) / 3600.0;
  ASSERT_TRUE(book_.refresh(*issued_.outbox, at(hours + 47.9)));
  ASSERT_EQ(book_.entries().size(), 3u);
  EXPECT_EQ(book_.entries()[0].status, FeedStatus::ended);
  EXPECT_TRUE(book_.entries()[0].warning.all_clear);
  ASSERT_TRUE(book_.refresh(*issued_.outbox, at(hours + 48.1)));
  EXPECT_TRUE(book_.entries().empty());
}

TEST_F(Feed, ALiveIncidentWhoseMessagesHaveExpiredHasEnded) {
  ASSERT_TRUE(book_.refresh(*issued_.outbox, at(40.0)));
  ASSERT_EQ(book_.entries().size(), 2u);
  EXPECT_EQ(book_.entries()[0].status, FeedStatus::ended);
}

TEST_F(Feed, IsAtomThatAReaderUnderstands) {
  ASSERT_TRUE(book_.refresh(*issued_.outbox, at(1.5)));
  test::write_text(folder_ / "feed.atom", atom_feed(book_.entries(), names, at(1.5)));
  const auto file = folder_ / "feed.atom";
  const std::string feed =
      "/*[local-name()='feed' and "
      "namespace-uri()='http://www.w3.org/2005/Atom']";
  const std::string entry = feed + "/*[local-name()='entry']";
  EXPECT_EQ(xpath(file, "count(" + entry + ")"), "2");
  for (const char* needed : {"id", "title", "updated"})
    EXPECT_EQ(xpath(file, "count(" + entry + "/*[local-name()='" + needed + "'])"), "2");
  EXPECT_EQ(xpath(file, "string(" + feed + "/*[local-name()='title'])"), "Warnings <of> & \"all\"");
  const auto newest = issued_.outbox->messages()->back().identifier;
  EXPECT_EQ(xpath(file, "string(" + entry + "[1]/*[local-name()='link']/@href)"),
            "https://warn.example.org/cap/" + newest + ".xml");
  EXPECT_EQ(xpath(file, "string(" + entry + "[1]/*[local-name()='category']/@term)"), "in-force");
  EXPECT_EQ(xpath(file, "string(" + entry + "[1]/*[local-name()='severity'])"), "Moderate");
}

TEST_F(Feed, SaysOfAnAreaThatNothingIsKnownOfIt) {
  const auto meadow = area("meadow", 1.5).at("properties");
  EXPECT_EQ(meadow.at("level"), "unknown");
  EXPECT_EQ(meadow.at("known"), false);
  EXPECT_NE(meadow.at("why_unknown"), "");
  const auto town = area("town", 1.5);
  EXPECT_EQ(town.at("properties").at("level"), "moderate");
  EXPECT_EQ(town.at("properties").at("known"), true);
  EXPECT_EQ(town.at("properties").at("severity"), "Moderate");
  EXPECT_EQ(town.at("geometry").at("type"), "MultiPolygon");
  EXPECT_EQ(town.at("geometry").at("coordinates").at(0).at(0).size(), 5u);
}

TEST_F(Feed, AnExpiredStateIsUnknownAndSaysWhatWasLastKnown) {
  const auto town = area("town", 40.0).at("properties");
  EXPECT_EQ(town.at("level"), "unknown");
  EXPECT_EQ(town.at("last_known"), "moderate");
}

TEST(FeedWithoutState, EveryAreaIsUnknown) {
  const auto map =
      nlohmann::json::parse(areas_geojson({test::town()}, {}, FeedBook{}, names, at(0.0)));
  EXPECT_EQ(map.at("features").at(0).at("properties").at("level"), "unknown");
  test::TemporaryFolder folder;
  test::write_text(folder / "feed.atom", alerts::atom_feed({}, names, at(0.0)));
  EXPECT_EQ(xpath(folder / "feed.atom", "count(//*[local-name()='entry'])"), "0");
}

}  // namespace
}  // namespace vandvagt
