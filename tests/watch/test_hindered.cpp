// A connection that stands and carries nothing, and a disk or a file that is not as it was.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <random>

#include "sensors/intake.hpp"
#include "tests/support/postgresql_server.hpp"
#include "tests/watch/watched.hpp"

namespace vandvagt {
namespace {

using messaging::Client;
using messaging::PrivateBroker;
using nlohmann::json;
using test::RunningService;
using test::stage_payload;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Forwards bytes between a port of its own and the broker's; when muted, connections stand and
/// nothing goes through, as behind a firewall that has forgotten them.
class Forwarder {
 public:
  explicit Forwarder(int broker) : broker_(broker), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    auto address = loopback(0);
    socklen_t size = sizeof(address);
    if (::bind(listener_, generic(address), size) != 0 || ::listen(listener_, 16) != 0) return;
    ::getsockname(listener_, generic(address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~Forwarder() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    for (const int fd : ends_) ::close(std::abs(fd));
    ::close(listener_);
  }
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;
  std::string url() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  void mute(bool on) { muted_ = on; }

 private:
  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

  void accept_one() {
    const int client = ::accept(listener_, nullptr, nullptr);
    const int broker = ::socket(AF_INET, SOCK_STREAM, 0);
    auto address = loopback(broker_);
    if (::connect(broker, generic(address), sizeof(address)) != 0) {
      ::close(client);
      ::close(broker);
      return;
    }
    ends_.push_back(client);
    ends_.push_back(broker);
  }
  void forward(std::size_t i) {
    std::array<char, 4096> bytes{};
    const auto count = ::recv(ends_[i], bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count <= 0) {
      ::shutdown(std::abs(ends_[i ^ 1U]), SHUT_WR);
      ends_[i] = -std::abs(ends_[i]);  // poll passes over it
      return;
    }
    ::send(std::abs(ends_[i ^ 1U]), bytes.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL);
  }
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (muted_) {
        std::this_thread::sleep_for(10ms);
        continue;
      }
      std::vector<pollfd> watched{{listener_, POLLIN, 0}};
      for (const int fd : ends_) watched.push_back({fd, POLLIN, 0});
      ::poll(watched.data(), watched.size(), 20);
      for (std::size_t i = 1; i < watched.size(); ++i)
        if (watched[i].revents != 0) forward(i - 1);
      if (watched[0].revents != 0) accept_one();
    }
  }

  int broker_, listener_, port_ = 0;
  std::atomic<bool> muted_ = false;
  std::vector<int> ends_;  // pairs
  std::jthread thread_;
};

TEST(WatchHindered, AConnectionThatCarriesNothingIsMadeAnew) {
  const test::TemporaryFolder folder;
  const auto broker = PrivateBroker::start(folder / "broker").value();
  Forwarder between(broker.port());
  RunningService running(test::setup_of(between.url(), folder / "store"));
  ASSERT_TRUE(running.logged("receiving")) << running.log();
  test::Reader reader(test::client_of(broker.url()));
  ASSERT_TRUE(reader.wait_for("vv/v1/sys/heartbeat",
                              [](const json& p) { return p.at("degraded").empty(); }));
  between.mute(true);
  EXPECT_TRUE(running.logged("watchdog: no heartbeat came back", 60s)) << running.log();
  EXPECT_GE(running.service().counters().watchdog_cuts, 1);
  between.mute(false);
  Client network(test::client_of(broker.url()), {}, {});
  ASSERT_TRUE(network.connect(10s));
  ASSERT_TRUE(network.publish(
      {.topic = "vv/v1/obs/kommune/n12/stage", .payload = stage_payload(1.5)}, 10s));
  EXPECT_TRUE(reader.wait_for(
      "vv/v1/latest/kommune/n12/stage", [](const json& p) { return p.at("value") == 1.5; }, 60s))
      << running.log();
}

// SQLite's log is cut anywhere, as by a power cut of a disk that had written a part of it: what is
// left is whole transactions from the first on.
TEST(WatchHindered, ATornLogLeavesWholeTransactions) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "whole");
  const auto whole = folder / "whole" / "readings.db";
  auto store = sensors::Store::open(whole).value();
  std::vector<sensors::Reading> batch(10);
  for (int group = 0; group < 40; ++group) {
    for (int i = 0; i < 10; ++i)
      batch[static_cast<std::size_t>(i)] = test::reading_at(10 * group + i, group + i / 16.0);
    ASSERT_TRUE(store.add(batch));
  }
  const auto log_size = fs::file_size(whole.string() + "-wal");
  for (int i = 0; i < 30; ++i) {
    const auto torn = folder / ("torn" + std::to_string(i));
    fs::create_directories(torn);
    fs::copy_file(whole, torn / "readings.db");
    fs::copy_file(whole.string() + "-wal", torn / "readings.db-wal");
    const auto cut = random() % log_size;
    fs::resize_file(torn / "readings.db-wal", cut);
    // The file is there again after the cut, full of what the disk had before.
    if (i % 2 == 1) fs::resize_file(torn / "readings.db-wal", log_size);
    const auto opened = sensors::Store::open(torn / "readings.db");
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE(opened->check_integrity()) << cut;
    const auto count = opened->count_readings().value();
    EXPECT_EQ(count % 10, 0) << cut;
    const auto readings =
        opened->read("n12", sensors::Parameter::stage, test::at(0), test::at(1000)).value();
    ASSERT_EQ(static_cast<long long>(readings.size()), count);
    for (long long n = 0; n < count; ++n)
      EXPECT_EQ(readings[static_cast<std::size_t>(n)].time, test::at(static_cast<int>(n)));
  }
}

TEST(WatchHindered, AReadOnlyStoreIsToldOfAndRecovers) {
  if (::geteuid() == 0 && test::run_command("command -v chattr").exit_code != 0)
    GTEST_SKIP() << "nothing is read-only for root here";
  const test::TemporaryFolder folder;
  const auto broker = PrivateBroker::start(folder / "broker").value();
  const auto store = folder / "store";
  const auto file = (store / "readings.db").string();
  RunningService running(test::setup_of(broker.url(), store));
  ASSERT_TRUE(running.logged("receiving")) << running.log();
  const bool root = ::geteuid() == 0;
  const std::string close_it = root ? "chattr +i " : "chmod a-w ",
                    open_it = root ? "chattr -i " : "chmod u+w ";
  const auto files = file + " " + file + "-wal";
  if (test::run_command(close_it + files).exit_code != 0)
    GTEST_SKIP() << "this file system knows no immutable files";
  running.stop();
  {
    RunningService hindered(test::setup_of(broker.url(), store));
    ASSERT_TRUE(hindered.logged("receiving")) << hindered.log();
    Client network(test::client_of(broker.url()), {}, {});
    ASSERT_TRUE(network.connect(10s));
    ASSERT_TRUE(network.publish(
        {.topic = "vv/v1/obs/kommune/n12/stage", .payload = stage_payload(1.5)}, 10s));
    EXPECT_TRUE(hindered.logged("store: readings cannot be stored")) << hindered.log();
    EXPECT_EQ(test::run_command(open_it + files + " 2>/dev/null; " + open_it + file).exit_code, 0);
    EXPECT_TRUE(hindered.logged("store: as it should be again")) << hindered.log();
    hindered.stop();
    EXPECT_EQ(sensors::Store::open(fs::path(file)).value().count_readings().value(), 1);
  }
  static_cast<void>(test::run_command(open_it + files));
}

TEST(WatchHindered, AServerThatIsAwayIsToldOfAndNothingIsLost) {
  if (!test::PostgresqlServer::installed()) GTEST_SKIP() << "PostgreSQL is not installed";
  const test::TemporaryFolder folder;
  test::PostgresqlServer server;
  const auto place = sensors::StoreLocation::on_server(server.database());
  const auto broker = PrivateBroker::start(folder / "broker").value();
  auto setup = test::setup_of(broker.url(), folder / "store");
  setup.readings = place;
  RunningService running(std::move(setup));
  ASSERT_TRUE(running.logged("receiving")) << running.log();
  test::Reader reader(test::client_of(broker.url()));
  Client network(test::client_of(broker.url()), {}, {});
  ASSERT_TRUE(network.connect(10s));
  const auto send = [&](double value, std::chrono::seconds from_now, int number) {
    ASSERT_TRUE(network.publish(
        {.topic = "vv/v1/obs/kommune/n12/stage", .payload = stage_payload(value, from_now, number)},
        10s));
  };
  send(1.5, -60s, 1);
  const auto stored_to = [](int number) {
    return [number](const json& p) { return p.at("stored_to") == number; };
  };
  ASSERT_TRUE(reader.wait_for("vv/v1/ack/kommune/n12", stored_to(1))) << running.log();
  server.stop();
  // It is found out without a reading, and said.
  EXPECT_TRUE(reader.wait_for_text("vv/v1/sys/heartbeat", "the server is away", 60s))
      << running.log();
  send(1.6, 0s, 2);
  EXPECT_FALSE(reader.wait_for("vv/v1/ack/kommune/n12", stored_to(2), 1s));
  server.start();
  EXPECT_TRUE(reader.wait_for("vv/v1/ack/kommune/n12", stored_to(2), 60s)) << running.log();
  EXPECT_TRUE(running.logged("store: as it should be again", 60s)) << running.log();
  running.stop();
  EXPECT_EQ(sensors::Store::open(place).value().count_readings().value(), 2);
  EXPECT_FALSE(fs::exists(folder / "store" / "readings.db"));
}

}  // namespace
}  // namespace vandvagt
