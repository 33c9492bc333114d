#include "web/feed.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/alerts/issued.hpp"
#include "tests/web/http_client.hpp"
#include "web/page.hpp"

namespace vandvagt {
namespace {

using test::at;
using test::HttpClient;

class Served : public testing::Test {
 protected:
  void open(alerts::AlertService::Setup setup) {
    areas_ = setup.areas;
    issued_ = std::make_unique<test::Issued>(std::move(setup), folder_ / "w.db");
  }
  void serve() {
    web::Feed::Setup setup;
    setup.options.port = 0;
    setup.warnings = folder_ / "w.db";
    setup.areas = areas_;
    setup.author = "Vandvagt";
    setup.now = [this] { return now_.load(); };
    auto feed = web::Feed::start(std::move(setup));
    ASSERT_TRUE(feed) << feed.error().message;
    feed_ = std::move(*feed);
  }
  test::HttpResponse ask(const std::string& target) {
    return HttpClient(feed_->port()).ask(target);
  }
  test::TemporaryFolder folder_;
  std::vector<alerts::Area> areas_;
  std::unique_ptr<test::Issued> issued_;
  std::atomic<Time> now_ = at(0.5);
  std::unique_ptr<web::Feed> feed_;
};

TEST_F(Served, GivesTheDocumentsThatItsFeedNames) {
  open(test::Issued::town_and_meadow());
  const auto warning = issued_->read(0.25, 2.6).front();
  serve();
  const auto atom = ask("/warnings.atom");
  EXPECT_EQ(atom["Content-Type"], "application/atom+xml");
  const std::string path = "/cap/" + warning.identifier + ".xml";
  EXPECT_NE(atom.body().find("http://127.0.0.1:" + std::to_string(feed_->port()) + path),
            std::string::npos);
  const auto cap = ask(path);
  EXPECT_EQ(cap["Content-Type"], "application/cap+xml");
  EXPECT_EQ(cap.body(), warning.xml);  // as it was issued, to the byte
  const auto map = nlohmann::json::parse(ask("/warnings.geojson").body());
  EXPECT_EQ(map.at("features").size(), 2u);
  EXPECT_NE(ask("/").body().find("The town by the river"), std::string::npos);
}

TEST_F(Served, HasNothingElse) {
  open(test::Issued::town_and_meadow());
  serve();
  for (const char* target : {"/cap/none.xml", "/cap/.xml", "/cap/../../etc/passwd.xml", "/x",
                             "/cap/%2e%2e%2fw.db", "//", "/warnings.atom/"})
    EXPECT_EQ(ask(target).result_int(), 404u) << target;
}

TEST_F(Served, SaysThatNothingIsKnownWhereTheOutboxCannotBeRead) {
  test::write_text(folder_ / "w.db", "this is no database, but long enough to be looked at");
  serve();
  const auto answer = ask("/warnings.geojson");
  EXPECT_EQ(answer.result_int(), 503u);
  EXPECT_NE(answer.body().find("nothing is known"), std::string::npos);
}

// Names as an enemy, or a careless operator, would write them.
TEST_F(Served, NoNameBreaksXmlJsonOrHtml) {
  const std::string evil = "</td><script>alert(1)</script>\"'&]]>\x01\x1b[31m\xff`$(reboot)";
  auto setup = test::Issued::town_and_meadow();
  setup.areas[0].name_en = evil;
  setup.areas[0].name_da = evil;
  setup.station_names["bridge"] = evil;
  setup.options.sender_name = evil;
  setup.options.contact = evil;
  open(std::move(setup));
  const auto warning = issued_->read(0.25, 2.6);
  ASSERT_EQ(warning.size(), 1u);
  serve();
  for (const char* target : {"/warnings.atom", "/"}) {
    const auto body = ask(target).body();
    EXPECT_EQ(body.find("<script"), std::string::npos) << target;
    EXPECT_EQ(body.find('\x1b'), std::string::npos) << target;
  }
  test::write_text(folder_ / "feed.atom", ask("/warnings.atom").body());
  test::write_text(folder_ / "cap.xml", ask("/cap/" + warning.front().identifier + ".xml").body());
  for (const char* name : {"feed.atom", "cap.xml"}) {
    const auto checked =
        test::run_command("xmllint --nonet --noout '" + (folder_ / name).string() + "'");
    EXPECT_EQ(checked.exit_code, 0) << checked.output;
  }
  const auto map = nlohmann::json::parse(ask("/warnings.geojson").body());
  EXPECT_EQ(map.at("features").at(0).at("id"), "town");
}

TEST(Html, IsEscapedBetweenTagsAndWithinQuotes) {
  EXPECT_EQ(web::escape_html("<a href='x' b=\"y\">&"),
            "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;");
}

}  // namespace
}  // namespace vandvagt
