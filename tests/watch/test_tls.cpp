// The whole observed path over TLS with client certificates, as deploy/mosquitto has it: who is not
// who they say, or speaks for another, gets nothing in, and the refusal is logged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/messaging/deployed_broker.hpp"
#include "tests/watch/watched.hpp"

namespace vandvagt {
namespace {

using messaging::Client;
using nlohmann::json;
using test::RunningService;
using test::stage_payload;
using testing::ContainsRegex;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* own_topic = "vv/v1/obs/kommune/n12/stage";

class WatchOverTls : public test::DeployedBroker {
 protected:
  watch::Service::Setup setup(const std::string& certificate = "vandvagt",
                              const std::string& ca = "ca") const {
    auto setup = test::setup_of("", folder_ / "store");
    auto broker = holder_of(certificate, ca);
    broker.smallest_backoff = 20ms;
    broker.largest_backoff = 200ms;
    setup.broker = broker;
    return setup;
  }
  /// Publishes as often as it takes; true if the broker took one.
  static bool try_to_publish(const messaging::Options& who, const std::string& topic) {
    Client client(who, {}, {});
    if (!client.connect(3s)) return false;
    return client.publish({.topic = topic, .payload = stage_payload(9.0)}, 3s).has_value();
  }
  long long stored() const {
    return sensors::Store::open(folder_ / "store" / "readings.db").value().count_readings().value();
  }
};

TEST_F(WatchOverTls, TakesAStationsReadingsFromItsOwnCertificateAlone) {
  RunningService running(setup());
  ASSERT_TRUE(running.logged("receiving")) << running.log() << log();
  EXPECT_FALSE(try_to_publish(holder_of("forged"), own_topic)) << "another authority";
  EXPECT_THAT(log(), HasSubstr("certificate verify failed"));
  auto bare = holder_of("kommune");
  bare.certificate_file.clear();
  bare.key_file.clear();
  EXPECT_FALSE(try_to_publish(bare, own_topic)) << "no certificate";
  EXPECT_THAT(log(), HasSubstr("peer did not return a certificate"));
  try_to_publish(holder_of("dmi"), own_topic);                      // another user
  try_to_publish(holder_of("kommune"), "vv/v1/obs/dmi/n12/stage");  // another's topic
  // MQTT 3.1.1 has no word for it: the broker drops the publication and closes the connection.
  EXPECT_THAT(log(), ContainsRegex("u'dmi'\\)\\.\n.*Bad socket read/write"));
  EXPECT_THAT(log(), ContainsRegex("u'kommune'\\)\\.\n.*Bad socket read/write"));
  EXPECT_TRUE(try_to_publish(holder_of("kommune"), own_topic));
  test::Reader reader(holder_of("kommune"), "vv/v1/latest/kommune/+/+");
  EXPECT_TRUE(reader.wait_for("vv/v1/latest/kommune/n12/stage",
                              [](const json& p) { return p.at("value") == 9.0; }))
      << running.log() << log();
  // dmi may publish below its own name; that n12 is not its station is seen by the program.
  EXPECT_TRUE(try_to_publish(holder_of("dmi"), "vv/v1/obs/dmi/n12/stage"));
  EXPECT_TRUE(running.logged("quarantined: vv/v1/obs/dmi/n12/stage"));
  running.stop();
  EXPECT_EQ(stored(), 1);
}

TEST_F(WatchOverTls, DoesNotSpeakToABrokerThatItsAuthorityHasNotSigned) {
  RunningService running(setup("vandvagt", "other-ca"));
  EXPECT_TRUE(running.logged("the broker's certificate: ")) << running.log();
  running.stop();
  EXPECT_EQ(running.log().find("receiving"), std::string::npos);
}

TEST_F(WatchOverTls, WithoutACertificateOfItsOwnItGetsNothingAndSaysSo) {
  auto given = setup();
  given.broker.certificate_file.clear();
  given.broker.key_file.clear();
  RunningService running(given);
  EXPECT_TRUE(running.logged("TLS: ")) << running.log();
  running.stop();
  EXPECT_EQ(running.log().find("receiving"), std::string::npos);
}

}  // namespace
}  // namespace vandvagt
