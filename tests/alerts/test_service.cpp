#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "alerts/area_state.hpp"
#include "alerts/explain.hpp"
#include "alerts/service.hpp"
#include "alerts/subscriber.hpp"
#include "tests/alerts/cap_samples.hpp"

namespace vandvagt {
namespace {

using alerts::AlertService;
using alerts::Evidence;
using alerts::MessageKind;
using alerts::Outbox;
using test::at;
using test::reading;
using test::run_of;
using test::TemporaryFolder;

AlertService::Setup setup() {
  auto meadow = test::town();
  meadow.id = "meadow";
  auto well = test::well_rule();
  well.area = "meadow";
  auto empty = test::town();
  empty.id = "empty";
  return {.rules = {test::gauge_rule(), test::area_rule(), well},
          .areas = {test::town(), meadow, empty},
          .station_names = {{"bridge", "Stone bridge"}},
          .options = {}};
}

std::map<std::string, Evidence> gauge(std::vector<alerts::ObservedReading> readings) {
  return {{"bridge-stage", Evidence{std::nullopt, std::move(readings)}}};
}

class Service : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    service_.reset();
    outbox_.reset();
    auto outbox = Outbox::open(folder_ / "w.db");
    ASSERT_TRUE(outbox) << outbox.error().message;
    outbox_ = std::make_unique<Outbox>(std::move(*outbox));
    auto service = AlertService::create(setup(), *outbox_);
    ASSERT_TRUE(service) << service.error().message;
    service_ = std::make_unique<AlertService>(std::move(*service));
  }
  alerts::EvaluationReport all(const std::map<std::string, Evidence>& evidence, double hours) {
    auto report = service_->evaluate_all(evidence, at(hours));
    EXPECT_TRUE(report) << report.error().message;
    return report.value_or(alerts::EvaluationReport{});
  }
  nlohmann::json payload(const std::string& area) {
    const auto states = outbox_->area_states();
    for (const auto& state : *states) {
      if (state.area == area) return nlohmann::json::parse(state.payload);
    }
    return nullptr;
  }
  TemporaryFolder folder_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<AlertService> service_;
};

TEST_F(Service, EveryAreaHasAStateFromTheFirstEvaluationOn) {
  EXPECT_TRUE(all({}, 0.0).issued.empty());
  for (const char* area : {"town", "meadow", "empty"}) {
    EXPECT_EQ(payload(area).at("level"), "unknown") << area;
  }
}

TEST_F(Service, OneUnknownRuleKeepsAnAreaFromShowingNone) {
  all(gauge({reading(0.0, 1.0)}), 0.0);
  EXPECT_EQ(payload("town").at("level"), "unknown");  // the area rule has no run yet
  all({{"town-depth", Evidence{run_of(0.0, {0.0}, 0.0, 0.0), {}}}}, 0.25);
  EXPECT_EQ(payload("town").at("level"), "none");
}

TEST_F(Service, IssuesWhatTheTableNeeds) {
  const auto report = all(gauge({reading(0.0, 2.6), reading(0.25, 2.6)}), 0.25);
  ASSERT_EQ(report.issued.size(), 1u);
  const auto& warning = report.issued.front();
  EXPECT_EQ(warning.kind, MessageKind::alert);
  EXPECT_EQ(warning.area_name, "The town by the river");
  EXPECT_EQ(warning.level, "moderate");
  EXPECT_EQ(warning.basis, "observed");
  EXPECT_EQ(warning.identifier, "vandvagt-bridge-stage-o20160601t001500z-r1");
  EXPECT_EQ(warning.lead_time, -std::chrono::minutes{15});
  EXPECT_NE(warning.xml.find("Stone bridge"), std::string::npos);
  test::expect_oasis_valid(warning.xml);
  const auto state = payload("town");
  EXPECT_EQ(state.at("level"), "moderate");
  EXPECT_EQ(state.at("cap_id"), warning.identifier);
  EXPECT_EQ(state.at("revision"), 1);
  EXPECT_EQ(state.at("basis"), "observed");
  EXPECT_EQ(state.at("expires"), format_time(warning.expires));
  EXPECT_EQ(state.at("rules").size(), 2u);
}

TEST_F(Service, ARestartBetweenTwoReadingsLosesNothing) {
  all(gauge({reading(0.0, 2.6)}), 0.0);
  open();
  const auto report = all(gauge({reading(0.25, 2.6)}), 0.25);
  ASSERT_EQ(report.issued.size(), 1u);
  open();
  EXPECT_TRUE(all({}, 0.3).issued.empty());
  EXPECT_EQ(payload("town").at("level"), "moderate");
}

TEST_F(Service, ReadingsPathEvaluatesOnlyTheRulesThatHaveEvidence) {
  const auto report =
      service_->evaluate_some(gauge({reading(0.0, 2.6), reading(0.25, 2.6)}), at(0.25));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->issued.size(), 1u);
  EXPECT_EQ(report->explanations.size(), 1u);
  EXPECT_EQ(payload("town").at("level"), "moderate");
  EXPECT_EQ(payload("meadow"), nullptr);
}

TEST_F(Service, AMessageReplaysFromItsEvidence) {
  all({{"bridge-stage", Evidence{run_of(0.0, {2.2, std::nan(""), 2.7}, 5.0, 9.0, 1.0), {}}}}, 0.0);
  all(gauge({reading(0.25, 1.0)}), 0.25);
  all(gauge({reading(6.0, 2.6), reading(6.25, 2.6)}), 6.25);
  ASSERT_TRUE(service_->cancel("bridge-stage", {.who = "anna", .why = "moved gauge", .edits = {}},
                               at(6.5)));
  const auto messages = outbox_->messages();
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 3u);
  for (auto message : *messages) {
    const auto again = alerts::replay(message, service_->options());
    EXPECT_TRUE(again) << again.error().message;
    const std::string digest = again->message->evidence_digest;
    for (auto found = message.xml.find(digest); found != std::string::npos;
         found = message.xml.find(digest)) {
      message.xml[found] = '?';
    }
    EXPECT_FALSE(alerts::replay(message, service_->options()));
  }
  EXPECT_NE(messages->back().xml.find("<note>moved gauge</note>"), std::string::npos);
}

TEST_F(Service, TwoInstancesOnOneStoreGiveOneSetOfMessages) {
  auto second_box = Outbox::open(folder_ / "w.db");
  ASSERT_TRUE(second_box);
  auto second = AlertService::create(setup(), *second_box);
  ASSERT_TRUE(second);
  const auto evidence = gauge({reading(0.0, 2.6), reading(0.25, 2.6)});
  ASSERT_EQ(all(evidence, 0.25).issued.size(), 1u);
  const auto refused = second->evaluate_all(evidence, at(0.25));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  const auto again = second->evaluate_all(evidence, at(0.25));  // on the state as it is now
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->issued.empty());
  EXPECT_EQ(outbox_->messages()->size(), 1u);
}

TEST_F(Service, TwoInstancesOnTheirOwnGiveIdenticalMessages) {
  TemporaryFolder other;
  auto other_box = Outbox::open(other / "w.db");
  auto standby = AlertService::create(setup(), *other_box);
  ASSERT_TRUE(standby);
  const std::vector<std::pair<double, double>> history = {{0.0, 2.6},  {0.25, 2.6}, {0.5, 3.1},
                                                          {0.75, 3.1}, {1.0, 1.0},  {1.5, 1.0},
                                                          {2.0, 1.0},  {2.5, 1.0}};
  for (const auto& [hours, value] : history) {
    all(gauge({reading(hours, value)}), hours);
    ASSERT_TRUE(standby->evaluate_all(gauge({reading(hours, value)}), at(hours)));
  }
  const auto mine = outbox_->messages(), theirs = other_box->messages();
  ASSERT_EQ(mine->size(), 3u);
  ASSERT_EQ(theirs->size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ((*mine)[i].xml, (*theirs)[i].xml);
}

TEST_F(Service, AMissingDayEndsInUnknownEverywhereAndIsToldOnce) {
  all({{"bridge-stage", Evidence{std::nullopt, {reading(0.0, 1.0)}}},
       {"meadow-well", Evidence{std::nullopt, {reading(0.0, 1.5)}}},
       {"town-depth", Evidence{run_of(0.0, {0.0}, 0.0, 0.0), {}}}},
      0.0);
  EXPECT_EQ(payload("town").at("level"), "none");
  std::size_t told = 0;
  for (double t = 1.0; t <= 48.0; t += 1.0) told += all({}, t).operator_notes.size();
  EXPECT_EQ(payload("town").at("level"), "unknown");
  EXPECT_EQ(payload("meadow").at("level"), "unknown");
  EXPECT_EQ(told, 3u);  // once for each rule
}

TEST_F(Service, ASubscriberSeesTheWholeStory) {
  alerts::Subscriber subscriber(*alerts::CapSchema::built_in());
  const auto deliver = [&](const std::string& topic, const std::string& text,
                           bool retained) -> Result<void> {
    const auto area = topic.substr(11, topic.rfind('/') - 11);  // after vv/v1/warn/
    if (retained) return subscriber.receive_state(area, text);
    const auto got = subscriber.receive_cap(area, text);
    if (!got) return fail(got.error());
    EXPECT_EQ(*got, alerts::Reception::accepted);
    return {};
  };
  const std::vector<std::pair<double, double>> history = {
      {0.0, 2.6}, {0.25, 2.6}, {0.5, 3.1}, {0.75, 3.1}, {1.0, 1.0}, {1.5, 1.0}, {2.0, 1.0}};
  for (const auto& [hours, value] : history) {
    all(gauge({reading(hours, value)}), hours);
    const auto report = publish_pending(*outbox_, deliver, at(hours));
    ASSERT_TRUE(report);
    ASSERT_FALSE(report->stopped_by) << report->stopped_by->message;
    if (hours == 0.75) {
      EXPECT_EQ(subscriber.present_level("town", at(hours)), "severe");
      EXPECT_EQ(subscriber.live().size(), 1u);
    }
  }
  EXPECT_TRUE(subscriber.live().empty());
  ASSERT_EQ(subscriber.received().size(), 3u);
  EXPECT_TRUE(subscriber.received().back().all_clear);
  EXPECT_EQ(subscriber.present_level("town", at(2.0)), "unknown");  // the area rule has no run
  EXPECT_EQ(subscriber.present_level("nowhere", at(2.0)), "unknown");
}

TEST(ServiceSetup, FaultsAreAllNamedAtOnce) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  auto broken = setup();
  broken.rules[0].levels[0].clear = 9.0;
  broken.rules[1].area = "village";
  broken.options.sender = "a b";
  broken.options.texts = folder.path();
  const auto service = AlertService::create(broken, *outbox);
  ASSERT_FALSE(service);
  for (const char* what : {"safe side", "village", "sender", "da-DK.toml"}) {
    EXPECT_NE(service.error().message.find(what), std::string::npos) << service.error().message;
  }
}

TEST(ServiceSetup, TextsOfAServicesOwnAreUsed) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  const auto built_in = std::filesystem::path(VANDVAGT_SOURCE_DIR) / "alerts" / "texts";
  for (const char* name : {"da-DK.toml", "en-GB.toml"}) {
    auto text = test::read_text(built_in / name);
    const std::string from = "{event}, {level} ";
    text.replace(text.find(from), from.size(), "Storm & <b>water</b> {event}, {level} ");
    test::write_text(folder / name, text);
  }
  auto own = setup();
  own.options.texts = folder.path();
  auto service = AlertService::create(own, *outbox);
  ASSERT_TRUE(service) << service.error().message;
  const auto report =
      service->evaluate_all(gauge({reading(0.0, 2.6), reading(0.25, 2.6)}), at(0.25));
  ASSERT_TRUE(report);
  ASSERT_EQ(report->issued.size(), 1u);
  EXPECT_NE(report->issued[0].xml.find("Storm &amp; &lt;b&gt;water&lt;/b&gt;"), std::string::npos);
}

TEST(ServiceSetup, AWarningThatCannotBeMadeIsToldAndTriedAgain) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  auto own = setup();
  const auto built_in = std::filesystem::path(VANDVAGT_SOURCE_DIR) / "alerts" / "texts";
  for (const char* name : {"da-DK.toml", "en-GB.toml"}) {
    auto text = test::read_text(built_in / name);
    const auto at_river = text.find("river = ");
    text.replace(at_river, text.find('\n', at_river) - at_river, "river = \"\"");
    test::write_text(folder / name, text);
  }
  own.options.texts = folder.path();
  auto service = AlertService::create(own, *outbox);
  ASSERT_TRUE(service) << service.error().message;
  for (double t : {0.25, 0.5}) {
    const auto report =
        service->evaluate_all(gauge({reading(t - 0.1, 2.6), reading(t, 2.6)}), at(t));
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->issued.empty());
    ASSERT_EQ(report->errors.size(), 1u);
    EXPECT_NE(report->errors[0].message.find("event"), std::string::npos);
    EXPECT_FALSE(report->operator_notes.empty());
  }
  EXPECT_TRUE(outbox->messages()->empty());
}

}  // namespace
}  // namespace vandvagt
