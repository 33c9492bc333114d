// The configuration and access list of deploy/mosquitto keep everybody to what is theirs.
#include <gtest/gtest.h>

#include "messaging/client.hpp"
#include "tests/messaging/deployed_broker.hpp"
#include "tests/messaging/inbox.hpp"

namespace vandvagt::messaging {
namespace {

using namespace std::chrono_literals;
using test::Inbox;

class DeployedBroker : public test::DeployedBroker {
 protected:
  // Which of the topics reach vandvagt when `sender` publishes on each; the last must get through.
  std::vector<std::string> reaching(Client& sender, const std::vector<std::string>& topics) const {
    Inbox inbox;
    Client vandvagt(user("vandvagt"), {"vv/v1/obs/+/+/+"}, {.on_message = inbox.handler()});
    EXPECT_TRUE(vandvagt.connect(10s));
    // Mosquitto closes the connection on a publication that it drops, confirmed or not.
    bool sent = false;
    for (const auto& topic : topics)
      for (int attempt = 0; attempt == 0 || (attempt < 5 && !sent && topic == topics.back());
           ++attempt)
        sent = sender.publish({.topic = topic, .payload = "x"}, 10s).has_value();
    EXPECT_TRUE(sent) << test::read_text(folder_ / "log");
    EXPECT_TRUE(inbox.wait_for(1));
    std::vector<std::string> seen;
    for (const auto& message : inbox.messages()) seen.push_back(message.topic);
    return seen;
  }
};

TEST_F(DeployedBroker, KeepsAnOperatorToItsOwnTopics) {
  Client kommune(user("kommune"), {}, {});
  ASSERT_TRUE(kommune.connect(10s));
  EXPECT_EQ(reaching(kommune, {"vv/v1/obs/dmi/n12/stage", "vv/v1/warn/town/state",
                               "vv/v1/obs/kommune/n12/stage"}),
            std::vector<std::string>{"vv/v1/obs/kommune/n12/stage"});
}

TEST_F(DeployedBroker, RefusesAWrongPassword) {
  Client guesser(user("kommune", "wrong"), {}, {});
  const auto connected = guesser.connect(5s);
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, ErrorCode::unavailable);
}

TEST_F(DeployedBroker, TakesTheOperatorFromTheCertificate) {
  Client kommune(holder_of("kommune"), {}, {});
  const auto connected = kommune.connect(10s);
  ASSERT_TRUE(connected) << connected.error().message << test::read_text(folder_ / "log");
  EXPECT_EQ(reaching(kommune, {"vv/v1/obs/dmi/n12/stage", "vv/v1/obs/kommune/n12/stage"}),
            std::vector<std::string>{"vv/v1/obs/kommune/n12/stage"});
}

TEST_F(DeployedBroker, RefusesACertificateOfAnotherAuthority) {
  Client forger(holder_of("forged"), {}, {});
  EXPECT_FALSE(forger.connect(5s));
}

TEST_F(DeployedBroker, AClientRefusesABrokerThatItsAuthorityHasNotSigned) {
  Client careful(holder_of("kommune", "other-ca"), {}, {});
  EXPECT_FALSE(careful.connect(5s));
}

}  // namespace
}  // namespace vandvagt::messaging
