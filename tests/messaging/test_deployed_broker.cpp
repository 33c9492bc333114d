// The configuration and access list of deploy/mosquitto, as an operator would install them.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"
#include "tests/messaging/inbox.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::messaging {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using test::Inbox;

int free_port(const fs::path& folder) {
  auto broker = PrivateBroker::start(folder).value();
  return broker.port();
}

class DeployedBroker : public testing::Test {
 protected:
  void SetUp() override {
    if (test::run_command("command -v mosquitto_passwd && command -v openssl").exit_code != 0)
      GTEST_SKIP() << "mosquitto_passwd or openssl is not installed";
    plain_ = free_port(folder_ / "a");
    tls_ = free_port(folder_ / "b");
    write_configuration();
    make_passwords();
    make_certificates();
    run("PATH=$PATH:/usr/sbin mosquitto -c mosquitto.conf >log 2>&1 & echo $! >pid");
    for (int i = 0; i < 100; ++i) {
      Client probe(Options{.url = url(plain_),
                           .user = "vandvagt",
                           .password_file = (folder_ / "password").string()},
                   {}, {});
      if (probe.connect(2s)) return;
    }
    FAIL() << test::read_text(folder_ / "log");
  }
  void TearDown() override {
    if (fs::exists(folder_ / "pid")) run("kill $(cat pid)");
  }

  void run(const std::string& command) const {
    const auto done = test::run_command("cd " + folder_.path().string() + " && " + command);
    ASSERT_EQ(done.exit_code, 0) << command << "\n" << done.output;
  }
  void write_configuration() const {
    const fs::path deploy = fs::path(VANDVAGT_SOURCE_DIR) / "deploy" / "mosquitto";
    auto text = test::read_text(deploy / "mosquitto.conf");
    const auto folder = folder_.path().string() + "/";
    text =
        std::regex_replace(text, std::regex("listener 1883"), "listener " + std::to_string(plain_));
    text =
        std::regex_replace(text, std::regex("listener 8883"), "listener " + std::to_string(tls_));
    text = std::regex_replace(text, std::regex("/etc/mosquitto/(certs/)?"), folder);
    text += "\npersistence true\npersistence_location " + folder + "\n";
    if (test::run_command("id -u").output == "0\n") text += "user root\n";
    test::write_text(folder_ / "mosquitto.conf", text);
    fs::copy_file(deploy / "vandvagt.acl", folder_ / "vandvagt.acl");
  }
  void make_passwords() const {
    run("touch vandvagt.passwd && for u in vandvagt kommune fire-brigade; do "
        "PATH=$PATH:/usr/sbin mosquitto_passwd -b vandvagt.passwd $u secret; done");
    test::write_text(folder_ / "password", "secret\n");
    test::write_text(folder_ / "wrong", "guess\n");
  }
  void make_certificates() const {
    for (const auto* ca : {"ca", "other-ca"})
      run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
          "/CN=" +
          std::string(ca) + " -keyout " + ca + ".key -out " + ca + ".crt 2>/dev/null");
    certificate("broker", "127.0.0.1", "ca", "subjectAltName=IP:127.0.0.1");
    certificate("kommune", "kommune", "ca", "extendedKeyUsage=clientAuth");
    certificate("forged", "kommune", "other-ca", "extendedKeyUsage=clientAuth");
  }
  void certificate(const std::string& file, const std::string& name, const std::string& ca,
                   const std::string& extension) const {
    test::write_text(folder_ / (file + ".ext"), extension + "\n");
    run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name +
        " -keyout " + file + ".key -out " + file +
        ".csr 2>/dev/null && openssl x509 -req -days 2 " + "-in " + file + ".csr -CA " + ca +
        ".crt -CAkey " + ca + ".key -CAcreateserial -extfile " + file + ".ext -out " + file +
        ".crt 2>/dev/null");
  }

  static std::string url(int port) { return "tcp://127.0.0.1:" + std::to_string(port); }
  Options user(const std::string& name, const std::string& password = "password") const {
    return {.url = url(plain_), .user = name, .password_file = (folder_ / password).string()};
  }
  Options holder_of(const std::string& certificate, const std::string& ca = "ca") const {
    return {.url = "ssl://127.0.0.1:" + std::to_string(tls_),
            .ca_file = (folder_ / (ca + ".crt")).string(),
            .certificate_file = (folder_ / (certificate + ".crt")).string(),
            .key_file = (folder_ / (certificate + ".key")).string()};
  }
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

  test::TemporaryFolder folder_;
  int plain_ = 0, tls_ = 0;
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
