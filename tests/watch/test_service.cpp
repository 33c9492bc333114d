// The observed path end to end: a broker, a network that publishes, the service, and who reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/watch/watched.hpp"

namespace vandvagt {
namespace {

using messaging::Client;
using messaging::PrivateBroker;
using nlohmann::json;
using test::Reader;
using test::RunningService;
using test::stage_payload;
using namespace std::chrono_literals;

constexpr const char* topic = "vv/v1/obs/kommune/n12/stage";
constexpr const char* latest = "vv/v1/latest/kommune/n12/stage";
constexpr const char* ack = "vv/v1/ack/kommune/n12";
constexpr const char* status = "vv/v1/status/kommune/n12";
constexpr const char* heartbeat = "vv/v1/sys/heartbeat";

class Watch : public testing::Test {
 protected:
  Watch() : broker_(PrivateBroker::start(folder_ / "broker").value()) {}
  watch::Service::Setup setup() const { return test::setup_of(broker_.url(), store()); }
  std::filesystem::path store() const { return folder_ / "store"; }
  void publish(const std::string& payload, const std::string& where = topic,
               bool retained = false) {
    if (!network_) {
      network_ = std::make_unique<Client>(test::client_of(broker_.url()),
                                          std::vector<std::string>{}, Client::Callbacks{});
      ASSERT_TRUE(network_->connect(10s));
    }
    ASSERT_TRUE(network_->publish({.topic = where, .payload = payload, .retained = retained}, 10s));
  }

  test::TemporaryFolder folder_;
  PrivateBroker broker_;
  std::unique_ptr<Client> network_;
};

json session_and_number(const json& payload) {
  return {payload.value("session", json{}), payload.value("stored_to", json{}),
          payload.value("gaps", json{})};
}

TEST_F(Watch, StoresAReadingAndTellsOfIt) {
  RunningService running(setup());
  Reader reader(test::client_of(broker_.url()));
  ASSERT_TRUE(running.logged("receiving"));
  publish(stage_payload(1.5, 0s, 1));
  EXPECT_TRUE(reader.wait_for(latest, [](const json& p) {
    return p.at("value") == 1.5 && p.at("flag") == 1 && p.at("unit") == "m";
  })) << running.log();
  EXPECT_TRUE(reader.wait_for(ack, [](const json& p) {
    return session_and_number(p) == json{1, 1, json::array()};
  })) << reader.newest(ack);
  EXPECT_TRUE(reader.wait_for(status, [](const json& p) {
    return p.at("online") == true && p.at("session") == 1 && p.at("intake").at("readings") == 1;
  })) << reader.newest(status);
  EXPECT_TRUE(reader.wait_for(heartbeat, [](const json& p) { return p.at("degraded").empty(); }))
      << reader.newest(heartbeat);
  running.stop();
  const auto stored = sensors::Store::open(store() / "readings.db").value();
  EXPECT_EQ(stored.count_readings().value(), 1);
  EXPECT_TRUE(reader.wait_for_text(heartbeat, "stopped on request"));
}

TEST_F(Watch, TellsOfAGapUntilItIsClosed) {
  RunningService running(setup());
  Reader reader(test::client_of(broker_.url()));
  ASSERT_TRUE(running.logged("receiving"));
  publish(stage_payload(1.0, -30s, 1));
  publish(stage_payload(1.2, -10s, 4));
  EXPECT_TRUE(reader.wait_for(ack, [](const json& p) {
    return session_and_number(p) == json{1, 1, json::parse("[[2,3]]")};
  })) << reader.newest(ack);
  publish(stage_payload(1.1, -15s, 3));
  publish(stage_payload(1.1, -20s, 2));
  EXPECT_TRUE(reader.wait_for(ack, [](const json& p) {
    return session_and_number(p) == json{1, 4, json::array()};
  })) << reader.newest(ack);
}

TEST_F(Watch, CountsWhatItCannotReadAndServesOn) {
  RunningService running(setup());
  Reader reader(test::client_of(broker_.url()));
  ASSERT_TRUE(running.logged("receiving"));
  publish("{", topic);
  publish(stage_payload(1.0), "vv/v1/obs/dmi/n12/stage");  // another operator's name
  publish(std::string(300'000, 'x'));
  publish(stage_payload(1.5));
  EXPECT_TRUE(reader.wait_for(latest, [](const json& p) { return p.at("value") == 1.5; }))
      << running.log();
  EXPECT_TRUE(reader.wait_for(status, [](const json& p) {
    return p.at("intake").at("quarantined") == 2;
  })) << reader.newest(status);
  EXPECT_TRUE(running.logged("quarantined: vv/v1/obs/dmi/n12/stage"));
  running.stop();
  EXPECT_EQ(running.service().counters().keeper.intake.quarantined, 3);
}

TEST_F(Watch, TakesTheNetworksWordOnWhetherItIsThere) {
  RunningService running(setup());
  Reader reader(test::client_of(broker_.url()));
  ASSERT_TRUE(running.logged("receiving"));
  publish(R"({"online":true,"session":9,"t":"2026-11-23T04:10:00Z"})", status, true);
  const auto said = [](bool online) {
    return [online](const json& p) {
      return p.contains("intake") && p.at("online") == online && p.at("by") == "network" &&
             p.at("session") == 9;
    };
  };
  EXPECT_TRUE(reader.wait_for(status, said(true))) << reader.newest(status);
  publish(R"({"online":false,"t":"2026-11-23T04:10:00Z"})", status, true);
  EXPECT_TRUE(reader.wait_for(status, said(false))) << reader.newest(status);
}

alerts::AlertService::Setup bridge_rule() {
  alerts::Rule rule;
  rule.id = "bridge";
  rule.area = "town";
  rule.station = "n12";
  rule.datum = "EPSG:5799";
  rule.levels = {{.name = "minor", .raise = 2.0, .clear = 1.8}};
  alerts::Area area;
  area.id = "town";
  area.name_da = "Byen";
  area.name_en = "The town";
  area.rings = {{{9.0, 55.0}, {9.1, 55.0}, {9.1, 55.1}, {9.0, 55.0}}};
  return {.rules = {rule}, .areas = {area}, .station_names = {}, .options = {}};
}

TEST_F(Watch, TwoHighReadingsBecomeAWarning) {
  auto given = setup();
  given.alerts = bridge_rule();
  RunningService running(given);
  Reader reader(test::client_of(broker_.url()));
  EXPECT_TRUE(reader.wait_for("vv/v1/warn/town/state", [](const json& p) {
    return p.at("level") == "unknown";
  })) << running.log();
  publish(stage_payload(2.1, -60s));
  publish(stage_payload(2.2, -1s));
  EXPECT_TRUE(reader.wait_for("vv/v1/warn/town/state", [](const json& p) {
    return p.at("level") == "minor" && p.at("basis") == "observed";
  })) << running.log();
  EXPECT_THAT(reader.newest("vv/v1/warn/town/cap"), testing::HasSubstr("<msgType>Alert</msgType>"));
  EXPECT_TRUE(
      reader.wait_for(heartbeat, [](const json& p) { return p.at("last_eval").is_string(); }));
}

TEST_F(Watch, PublishesEverythingRetainedAgainAfterTheBrokerLostIt) {
  auto given = setup();
  given.alerts = bridge_rule();
  RunningService running(given);
  ASSERT_TRUE(running.logged("receiving"));
  {
    Reader reader(test::client_of(broker_.url()));
    publish(stage_payload(1.5, 0s, 1));
    ASSERT_TRUE(reader.wait_for(ack, [](const json&) { return true; })) << running.log();
    ASSERT_TRUE(reader.wait_for("vv/v1/warn/town/state", [](const json&) { return true; }));
  }
  network_.reset();
  broker_.kill();
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "broker"))
    if (entry.path().extension() == ".db") std::filesystem::remove(entry.path());
  ASSERT_TRUE(broker_.restart());
  Reader reader(test::client_of(broker_.url()));
  for (const auto* lost : {ack, latest, status, heartbeat, "vv/v1/warn/town/state"})
    EXPECT_TRUE(reader.wait_for(lost, [](const json&) { return true; })) << lost << running.log();
  publish(stage_payload(1.6, 1s, 2));
  EXPECT_TRUE(reader.wait_for(ack, [](const json& p) { return p.at("stored_to") == 2; }))
      << running.log();
}

TEST_F(Watch, AFloodFromOneStationDoesNotDelayAnother) {
  auto given = setup();
  given.options.station_rate = 20.0;
  given.options.station_burst = 200;
  RunningService running(given);
  Reader reader(test::client_of(broker_.url()));
  ASSERT_TRUE(running.logged("receiving"));
  std::atomic<bool> enough = false;
  std::jthread flood([&] {
    Client wild(test::client_of(broker_.url()), {}, {});
    EXPECT_TRUE(wild.connect(10s));
    const std::string payload = stage_payload(1.0);
    while (!enough) EXPECT_TRUE(wild.publish({.topic = topic, .payload = payload, .qos = 0}, 10s));
  });
  ASSERT_TRUE(reader.wait_for(
      status, [](const json& p) { return p.at("intake").at("flooding") == true; }, 60s))
      << reader.newest(status);
  double longest = 0.0;
  for (int i = 0; i < 10; ++i) {
    const auto began = std::chrono::steady_clock::now();
    publish(R"({"t":")" +
                format_time(std::chrono::floor<Duration>(std::chrono::system_clock::now())) +
                R"(","value":)" + std::to_string(1000 + i) + R"(,"unit":"l/s"})",
            "vv/v1/obs/kommune/q1/discharge");
    EXPECT_TRUE(reader.wait_for("vv/v1/latest/kommune/q1/discharge",
                                [&](const json& p) { return p.at("value") == 1000 + i; }));
    longest = std::max(
        longest, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  }
  enough = true;
  EXPECT_LT(longest, 1.0) << "the other station waits this long [s]";
  const auto shown = json::parse(reader.newest(status)).at("intake");
  EXPECT_GT(shown.at("over_limit"), 0);
  EXPECT_EQ(shown.at("limit").at("per_second"), 20.0);
}

}  // namespace
}  // namespace vandvagt
