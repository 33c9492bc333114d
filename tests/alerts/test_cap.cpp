#include <gtest/gtest.h>

#include <set>

#include "alerts/subscriber.hpp"
#include "tests/alerts/cap_samples.hpp"

namespace vandvagt {
namespace {

using alerts::built_in_texts;
using alerts::cap_faults;
using alerts::CapSchema;
using alerts::CapSubject;
using alerts::MessageContent;
using alerts::MessageKind;
using alerts::to_cap_xml;
using alerts::validate_cap;
using test::Life;

const CapSchema& schema() {
  static const CapSchema compiled = *CapSchema::built_in();
  return compiled;
}

std::string cap_of(const MessageContent& content, const alerts::Rule& rule,
                   const alerts::Area& area, const alerts::Options& options = {},
                   const std::string& station = "Stone bridge") {
  const CapSubject subject{rule, area, options, built_in_texts(), station};
  const auto xml = to_cap_xml(content, subject);
  EXPECT_TRUE(xml) << xml.error().message;
  return xml.value_or("");
}

MessageContent first_alert() {
  Life life(test::gauge_rule());
  return test::life_of_messages(life).front();
}

void expect_valid(const std::string& xml) {
  const auto valid = validate_cap(xml, schema());
  EXPECT_TRUE(valid) << valid.error().message << "\n" << xml.substr(0, 4000);
}

std::filesystem::path sample(const std::string& name) {
  return test::shared_data() / "cap12" / "samples" / name;
}

TEST(Cap, EveryMessageOfALifeIsValid) {
  Life life(test::gauge_rule());
  const auto messages = test::life_of_messages(life);
  std::set<MessageKind> kinds;
  for (const auto& message : messages) {
    kinds.insert(message.kind);
    const std::string xml = cap_of(message, life.rule(), test::town());
    expect_valid(xml);
    test::expect_oasis_valid(xml);
  }
  EXPECT_EQ(kinds.size(), 4u);
  EXPECT_GE(messages.size(), 7u);
  if (test::shared_data().empty())
    GTEST_SKIP() << "no shared data: not compared with OASIS' schema";
}

TEST(Cap, EveryHazardAndQuantityIsValid) {
  for (const auto& base :
       {test::gauge_rule(), test::well_rule(), test::area_rule(), test::shallow_rule()}) {
    for (const char* hazard : {"river", "sea", "rain", "groundwater"}) {
      auto rule = base;
      rule.hazard = *alerts::parse_hazard(hazard);
      Life life(rule);
      const double flood = rule.levels.back().raise, dry = direction(rule.quantity) > 0 ? 0.0 : 2.0;
      life.run(test::run_of(0.0, {flood, flood}, 10.0, 12.0, dry), 0.0);
      ASSERT_TRUE(life.last().message);
      expect_valid(cap_of(*life.last().message, rule, test::town()));
    }
  }
}

TEST(Cap, GroundwaterIsToldAsWaterFromBelow) {
  Life area(test::shallow_rule());
  area.run(test::run_of(0.0, {0.6, 0.7}, 10.0, 12.0, 0.0), 0.0);
  const std::string share = cap_of(*area.last().message, test::shallow_rule(), test::town());
  for (const char* part :
       {"<event>High groundwater</event>", "<event>Højt grundvand</event>",
        "share of the area with the groundwater less than 0.30 m below ground: 70 %",
        "andel af området med grundvand mindre end 0,30 m under terræn: 70 %",
        "Keep out of cellars", "Gå ikke ned i kældre",
        "<value>shallow_groundwater_share</value>"}) {
    EXPECT_NE(share.find(part), std::string::npos) << part << "\n" << share;
  }
  Life well(test::well_rule());
  well.run(test::run_of(0.0, {0.3, 0.3}, 10.0, 12.0, 2.0), 0.0);
  const std::string depth = cap_of(*well.last().message, test::well_rule(), test::town());
  for (const char* part : {"Smallest depth of the groundwater below ground at Stone bridge: 0.30 m",
                           "Mindste dybde til grundvandet under terræn ved Stone bridge: 0,30 m"}) {
    EXPECT_NE(depth.find(part), std::string::npos) << part << "\n" << depth;
  }
}

TEST(Cap, SaysWhatTheDesignAsksFor) {
  const std::string xml = cap_of(first_alert(), test::gauge_rule(), test::town());
  for (const char* part :
       {"<sent>2016-06-01T00:00:00-00:00</sent>",
        "<status>Actual</status>",
        "<msgType>Alert</msgType>",
        "<language>da-DK</language>",
        "<language>en-GB</language>",
        "<category>Met</category>",
        "<severity>Minor</severity>",
        "<urgency>Future</urgency>",
        "<certainty>Likely</certainty>",
        "<onset>2016-06-01T10:00:00-00:00</onset>",
        "<expires>2016-06-02T03:00:00-00:00</expires>",
        "<valueName>awareness_level</valueName>",
        "<value>1; green; Minor</value>",
        "<value>12; flooding</value>",
        "<valueName>eventEndingTime</valueName>",
        "<valueName>vandvagt:peak</valueName>",
        "<value>2.20 m</value>",
        "<value>EPSG:5799</value>",
        "<value>0.67</value>",
        "<value>run-20160601T000000Z</value>",
        "<identifier>vandvagt-bridge-stage-f20160601t000000z-r1</identifier>",
        "<polygon>56.20000,8.10000 56.20000,8.20000 56.30000,8.20000 56.30000,8.10000 "
        "56.20000,8.10000</polygon>",
        "<valueName>EMMA_ID</valueName>",
        "Byen ved åen",
        "The town by the river",
        "Stone bridge",
        "2,20 m (EPSG:5799)"}) {
    EXPECT_NE(xml.find(part), std::string::npos) << part << "\n" << xml;
  }
  EXPECT_EQ(xml.find("<references>"), std::string::npos);
}

TEST(Cap, AnUpdateCarriesReferencesAsTriples) {
  Life life(test::gauge_rule());
  const auto messages = test::life_of_messages(life);
  const std::string xml = cap_of(messages.at(1), life.rule(), test::town());
  EXPECT_NE(xml.find("<references>vandvagt@localhost,vandvagt-bridge-stage-f20160601t000000z-r1,"
                     "2016-06-01T00:00:00-00:00</references>"),
            std::string::npos)
      << xml;
}

TEST(Cap, TheAllClearSaysSo) {
  Life life(test::gauge_rule());
  for (const auto& message : test::life_of_messages(life)) {
    if (message.kind != MessageKind::all_clear) continue;
    const std::string xml = cap_of(message, life.rule(), test::town());
    EXPECT_NE(xml.find("<msgType>Update</msgType>"), std::string::npos);
    EXPECT_NE(xml.find("<responseType>AllClear</responseType>"), std::string::npos);
    EXPECT_NE(xml.find("<urgency>Past</urgency>"), std::string::npos);
  }
}

TEST(Cap, UnknownIsNoAllClear) {
  Life life(test::gauge_rule());
  int seen = 0;
  for (const auto& message : test::life_of_messages(life)) {
    if (!message.level.is_unknown() || message.kind != MessageKind::update) continue;
    ++seen;
    const std::string xml = cap_of(message, life.rule(), test::town());
    EXPECT_EQ(xml.find("AllClear"), std::string::npos);
    EXPECT_NE(xml.find("<severity>Unknown</severity>"), std::string::npos);
    EXPECT_NE(xml.find("not an all-clear"), std::string::npos);
    EXPECT_NE(xml.find("moderate"), std::string::npos);  // the last known level
  }
  EXPECT_EQ(seen, 1);
}

TEST(Cap, SeverityFollowsTheLevelsName) {
  auto rule = test::gauge_rule();
  rule.levels = {{"minor", 1, 0.9}, {"moderate", 2, 1.9}, {"severe", 3, 2.9}, {"extreme", 4, 3.9}};
  const std::vector<std::string> expected = {"1; green; Minor", "2; yellow; Moderate",
                                             "3; orange; Severe", "4; red; Extreme"};
  auto content = first_alert();
  for (int k = 0; k < 4; ++k) {
    content.level = alerts::Standing::level(k);
    const std::string xml = cap_of(content, rule, test::town());
    EXPECT_NE(xml.find(expected[static_cast<std::size_t>(k)]), std::string::npos);
    expect_valid(xml);
  }
}

TEST(Cap, ExercisesAndTestsCannotBeTakenForReal) {
  for (const auto status : {alerts::MessageStatus::exercise, alerts::MessageStatus::test}) {
    alerts::Options options;
    options.status = status;
    const bool exercise = status == alerts::MessageStatus::exercise;
    const std::string xml = cap_of(first_alert(), test::gauge_rule(), test::town(), options);
    expect_valid(xml);
    EXPECT_NE(xml.find(exercise ? "<status>Exercise</status>" : "<status>Test</status>"),
              std::string::npos);
    EXPECT_NE(xml.find(exercise ? "<headline>ØVELSE: " : "<headline>TEST: "), std::string::npos);
    EXPECT_NE(xml.find(exercise ? "<identifier>vandvagt-exercise-" : "<identifier>vandvagt-test-"),
              std::string::npos);
    EXPECT_EQ(alerts::cap_topic(options, "a").find("vv/v1/warn"), std::string::npos);
  }
}

TEST(Cap, HostileTextStaysText) {
  const std::string hostile =
      "<alert>&amp;\"'--><![CDATA[x]]><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>&b;"
      "\x01\x02\x1b[31m\r\n\t\xff\xfe\xc0\x80\xed\xa0\x80\xef\xbf\xbf {place}{value} % $(rm -rf /)";
  auto area = test::town();
  area.name_da = hostile;
  area.name_en = hostile + hostile;
  area.geocodes = {{hostile, hostile}};
  auto rule = test::gauge_rule();
  rule.datum = hostile;
  alerts::Options options;
  options.sender_name = hostile;
  options.contact = hostile;
  const std::string xml = cap_of(first_alert(), rule, area, options, hostile);
  expect_valid(xml);
  test::expect_oasis_valid(xml);
  const auto received = alerts::parse_cap(xml);
  ASSERT_TRUE(received) << received.error().message;
  EXPECT_EQ(received->area_description.find("<alert>&amp;\"'-->"), 0u);
  EXPECT_NE(received->area_description.find("{place}{value}"), std::string::npos);
}

TEST(Cap, NamesOfTenKilobytesLeaveHeadlinesShort) {
  auto area = test::town();
  area.name_en = std::string(10'000, 'x');
  area.name_da.clear();
  for (int i = 0; i < 5000; ++i) area.name_da += "å";
  const std::string xml = cap_of(first_alert(), test::gauge_rule(), area);
  expect_valid(xml);
  test::expect_oasis_valid(xml);
  const auto received = alerts::parse_cap(xml);
  ASSERT_TRUE(received);
  EXPECT_EQ(received->area_description.size(), 10'000u);
  EXPECT_LT(received->headline.size(), 145u);
}

TEST(Cap, TheSameContentGivesTheSameBytes) {
  EXPECT_EQ(cap_of(first_alert(), test::gauge_rule(), test::town()),
            cap_of(first_alert(), test::gauge_rule(), test::town()));
}

TEST(Cap, ARingThatCrossesItselfIsAnError) {
  auto area = test::town();
  area.rings = {{{8.1, 56.2}, {8.2, 56.3}, {8.2, 56.2}, {8.1, 56.3}, {8.1, 56.2}}};
  const auto rule = test::gauge_rule();
  const auto xml = to_cap_xml(first_alert(), {rule, area, {}, built_in_texts(), ""});
  ASSERT_FALSE(xml);
  EXPECT_NE(xml.error().message.find("town"), std::string::npos);
}

TEST(CapSchema, SharedSamplesOfCap12Validate) {
  if (test::shared_data().empty()) GTEST_SKIP() << "no shared data";
  for (const char* name :
       {"australia.cap", "canada.cap", "canada_errors.cap", "wcatwc-warning.cap"}) {
    const auto valid = schema().validate(test::read_text(sample(name)));
    EXPECT_TRUE(valid) << name << ": " << valid.error().message;
  }
}

TEST(CapSchema, InvalidAttackingAndOlderSamplesAreRefused) {
  if (test::shared_data().empty()) GTEST_SKIP() << "no shared data";
  for (const char* name :
       {"invalid.cap", "xee.cap", "earthquake.cap", "weather.cap", "no_optional_fields.cap"}) {
    EXPECT_FALSE(schema().validate(test::read_text(sample(name)))) << name;
  }
  const auto attack = schema().validate(test::read_text(sample("xee.cap")));
  EXPECT_NE(attack.error().message.find("document type"), std::string::npos);
}

TEST(CapRules, FindWhatTheSchemaCannotSay) {
  if (test::shared_data().empty()) GTEST_SKIP() << "no shared data";
  const auto faults = cap_faults(test::read_text(sample("canada_errors.cap")));
  ASSERT_TRUE(faults);
  ASSERT_FALSE(faults->empty());
  EXPECT_EQ(faults->front().place, "references");
  EXPECT_TRUE(cap_faults(test::read_text(sample("canada.cap")))->empty());
  EXPECT_TRUE(cap_faults(test::read_text(sample("australia.cap")))->empty());
  const auto tsunami = cap_faults(test::read_text(sample("wcatwc-warning.cap")));
  ASSERT_EQ(tsunami->size(), 1u);
  EXPECT_EQ(tsunami->front().place, "info[1]/headline");
}

// A valid message with one thing changed, and the place of the fault that must be found.
struct Change {
  std::string from, to, place;
};

TEST(CapRules, EachBrokenRuleIsNamed) {
  Life life(test::gauge_rule());
  const std::string good = cap_of(test::life_of_messages(life).at(1), life.rule(), test::town());
  ASSERT_TRUE(cap_faults(good)->empty());
  const std::string closing = " 56.20000,8.10000</polygon>";
  const std::vector<Change> changes = {
      {"<identifier>vandvagt-", "<identifier>vandvagt ", "identifier"},
      {"<sender>vandvagt@", "<sender>a,b@", "sender"},
      {"-00:00</sent>", "+00:00</sent>", "alert/sent"},
      {"-00:00</sent>", "Z</sent>", "alert/sent"},
      {"<references>vandvagt@localhost,", "<references>vandvagt@localhost;", "references"},
      {",2016-06-01T00:00:00-00:00</references>", ",2017-06-01T00:00:00-00:00</references>",
       "references"},
      {closing, "</polygon>", "info[1]/area/polygon"},
      {closing, " 56.20000,8.15000 56.20000,8.10000</polygon>", "info[1]/area/polygon"},
      {"<polygon>56.20000,", "<polygon>96.20000,", "info[1]/area/polygon"},
      {"<areaDesc>Byen ved åen", "<areaDesc>", "info[1]/area/areaDesc"},
      {"<value>DK001", "<value>", "info[1]/area/geocode"},
      {"<headline>", "<headline>" + std::string(140, 'x'), "info[1]/headline"},
      {"<scope>Public", "<scope>Private", "addresses"},
  };
  for (const auto& change : changes) {
    std::string xml = good;
    const auto at = xml.find(change.from);
    ASSERT_NE(at, std::string::npos) << change.from;
    xml.replace(at, change.from.size(), change.to);
    const auto faults = cap_faults(xml);
    ASSERT_TRUE(faults) << change.from << ": " << faults.error().message;
    ASSERT_FALSE(faults->empty()) << change.from << " -> " << change.to;
    EXPECT_EQ(faults->front().place, change.place) << to_string(faults->front());
  }
}

TEST(CapRules, EntitiesInOtherEncodingsAreRefusedToo) {
  // UTF-7 would hide "<!DOCTYPE" from a search in the bytes.
  const std::string hidden =
      "<?xml version=\"1.0\" encoding=\"UTF-7\"?>+ADwAIQ-DOCTYPE a SYSTEM \"file:///etc/passwd\">"
      "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"/>";
  EXPECT_FALSE(cap_faults(hidden));
  EXPECT_FALSE(cap_faults(std::string("\xff\xfe<\0a\0/\0>\0", 10)));
  EXPECT_FALSE(cap_faults(""));
  EXPECT_FALSE(cap_faults(std::string(2 << 20, ' ')));
}

TEST(Texts, BuiltInFilesHaveEveryKeyAndNoUnknownPlaceholder) {
  const auto folder = std::filesystem::path(VANDVAGT_SOURCE_DIR) / "alerts" / "texts";
  Faults faults;
  const auto texts = alerts::read_texts(folder, faults);
  for (const auto& fault : faults) ADD_FAILURE() << to_string(fault);
  EXPECT_EQ(texts.danish.templates, built_in_texts().danish.templates);
  EXPECT_EQ(texts.english.templates, built_in_texts().english.templates);
}

TEST(Texts, FaultsNameFileKeyAndCure) {
  Faults faults;
  alerts::parse_texts("[headline]\nalert = \"{aera}\"\nextra = \"x\"\nupdate = 3\n", "en-GB",
                      "t.toml", faults);
  std::string all;
  for (const auto& fault : faults) all += to_string(fault) + "\n";
  EXPECT_NE(all.find("t.toml: headline.alert: unknown placeholder {aera}"), std::string::npos)
      << all;
  EXPECT_NE(all.find("t.toml: headline.extra: is not a text that messages use"), std::string::npos);
  EXPECT_NE(all.find("t.toml: headline.update: is not a text"), std::string::npos);
  EXPECT_NE(all.find("t.toml: event.sea: is missing"), std::string::npos);
  Faults broken;
  alerts::parse_texts("[headline\n", "en-GB", "t.toml", broken);
  EXPECT_EQ(broken.front().place, "t.toml:1");
}

TEST(CleanText, CutsAtCodePointsAndDropsWhatXmlForbids) {
  EXPECT_EQ(alerts::clean_text("åååå", 4), "åååå");
  EXPECT_EQ(alerts::clean_text("ååååå", 4), "ååå…");
  EXPECT_EQ(alerts::clean_text("a\x01"
                               "b\xff"
                               "c",
                               10),
            "a b c");
  EXPECT_EQ(alerts::clean_text("", 10), "");
  EXPECT_EQ(alerts::clean_text("\xf0\x9f\x8c\x8a", 1), "\xf0\x9f\x8c\x8a");  // a wave
  EXPECT_EQ(alerts::clean_text("\xf0\x9f", 5), "  ");
}

}  // namespace
}  // namespace vandvagt
