#include "tests/messaging/deployed_broker.hpp"

#include <chrono>
#include <regex>

#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"

namespace vandvagt::test {
namespace {

using namespace std::chrono_literals;
using messaging::Client;
using messaging::Options;
namespace fs = std::filesystem;

int free_port(const fs::path& folder) {
  auto broker = messaging::PrivateBroker::start(folder).value();
  return broker.port();
}

std::string url(int port) {
  return "tcp://127.0.0.1:" + std::to_string(port);
}

}  // namespace

std::string DeployedBroker::log() const {
  return read_text(folder_ / "log");
}

void DeployedBroker::SetUp() {
  if (run_command("command -v mosquitto_passwd && command -v openssl").exit_code != 0)
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
  FAIL() << read_text(folder_ / "log");
}
void DeployedBroker::TearDown() {
  if (fs::exists(folder_ / "pid")) run("kill $(cat pid)");
}

void DeployedBroker::run(const std::string& command) const {
  const auto done = run_command("cd " + folder_.path().string() + " && " + command);
  ASSERT_EQ(done.exit_code, 0) << command << "\n" << done.output;
}
void DeployedBroker::write_configuration() const {
  const fs::path deploy = fs::path(VANDVAGT_SOURCE_DIR) / "deploy" / "mosquitto";
  auto text = read_text(deploy / "mosquitto.conf");
  const auto folder = folder_.path().string() + "/";
  text =
      std::regex_replace(text, std::regex("listener 1883"), "listener " + std::to_string(plain_));
  text = std::regex_replace(text, std::regex("listener 8883"), "listener " + std::to_string(tls_));
  text = std::regex_replace(text, std::regex("/etc/mosquitto/(certs/)?"), folder);
  text += "\npersistence true\npersistence_location " + folder + "\n";
  if (run_command("id -u").output == "0\n") text += "user root\n";
  write_text(folder_ / "mosquitto.conf", text);
  fs::copy_file(deploy / "vandvagt.acl", folder_ / "vandvagt.acl");
}
void DeployedBroker::make_passwords() const {
  run("touch vandvagt.passwd && for u in vandvagt kommune fire-brigade; do "
      "PATH=$PATH:/usr/sbin mosquitto_passwd -b vandvagt.passwd $u secret; done");
  write_text(folder_ / "password", "secret\n");
  write_text(folder_ / "wrong", "guess\n");
}
void DeployedBroker::make_certificates() const {
  for (const auto* ca : {"ca", "other-ca"})
    run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
        "/CN=" +
        std::string(ca) + " -keyout " + ca + ".key -out " + ca + ".crt 2>/dev/null");
  certificate("broker", "127.0.0.1", "ca", "subjectAltName=IP:127.0.0.1");
  for (const auto* name : {"vandvagt", "kommune", "dmi"})
    certificate(name, name, "ca", "extendedKeyUsage=clientAuth");
  certificate("forged", "kommune", "other-ca", "extendedKeyUsage=clientAuth");
}
void DeployedBroker::certificate(const std::string& file, const std::string& name,
                                 const std::string& ca, const std::string& extension) const {
  write_text(folder_ / (file + ".ext"), extension + "\n");
  run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name +
      " -keyout " + file + ".key -out " + file + ".csr 2>/dev/null && openssl x509 -req -days 2 " +
      "-in " + file + ".csr -CA " + ca + ".crt -CAkey " + ca + ".key -CAcreateserial -extfile " +
      file + ".ext -out " + file + ".crt 2>/dev/null");
}

Options DeployedBroker::user(const std::string& name, const std::string& password) const {
  return {.url = url(plain_), .user = name, .password_file = (folder_ / password).string()};
}
Options DeployedBroker::holder_of(const std::string& certificate, const std::string& ca) const {
  return {.url = "ssl://127.0.0.1:" + std::to_string(tls_),
          .ca_file = (folder_ / (ca + ".crt")).string(),
          .certificate_file = (folder_ / (certificate + ".crt")).string(),
          .key_file = (folder_ / (certificate + ".key")).string()};
}

}  // namespace vandvagt::test
