#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::messaging {
namespace {

using namespace std::chrono_literals;

bool reachable(const std::string& url) {
  Client client(Options{.url = url, .connect_timeout = 2s}, {}, {});
  return client.connect(5s).has_value();
}

TEST(PrivateBroker, AcceptsOnLoopbackOnly) {
  const test::TemporaryFolder folder;
  const auto broker = PrivateBroker::start(folder.path());
  ASSERT_TRUE(broker) << broker.error().message;
  EXPECT_TRUE(reachable(broker->url()));
  const auto port = std::to_string(broker->port());
  EXPECT_NE(test::read_text(folder / "mosquitto.conf").find("listener " + port + " 127.0.0.1"),
            std::string::npos);
}

TEST(PrivateBroker, OutlivesTheThreadThatStartedIt) {
  const test::TemporaryFolder folder;
  std::optional<PrivateBroker> broker;
  std::thread([&] { broker.emplace(PrivateBroker::start(folder.path()).value()); }).join();
  std::this_thread::sleep_for(200ms);  // the kernel's signal, if there were one
  EXPECT_TRUE(reachable(broker->url()));
}

TEST(PrivateBroker, KillAndRestartKeepThePort) {
  const test::TemporaryFolder folder;
  auto broker = PrivateBroker::start(folder.path()).value();
  const int port = broker.port();
  broker.kill();
  EXPECT_FALSE(reachable(broker.url()));
  const auto again = broker.restart();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(broker.port(), port);
  EXPECT_TRUE(reachable(broker.url()));
}

TEST(PrivateBroker, StopsWithItsObject) {
  const test::TemporaryFolder folder;
  std::string url;
  {
    const auto broker = PrivateBroker::start(folder.path()).value();
    url = broker.url();
  }
  EXPECT_FALSE(reachable(url));
}

TEST(PrivateBroker, DiesWhenItsProcessIsKilled) {
  const test::TemporaryFolder folder;
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto broker = PrivateBroker::start(folder.path());
    const int port = broker ? broker->port() : 0;
    if (::write(pipe[1], &port, sizeof(port)) != sizeof(port)) ::_exit(1);
    while (true) ::pause();
  }
  int port = 0;
  ASSERT_EQ(::read(pipe[0], &port, sizeof(port)), ssize_t{sizeof(port)});
  ASSERT_GT(port, 0);
  const std::string url = "tcp://127.0.0.1:" + std::to_string(port);
  EXPECT_TRUE(reachable(url));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  bool gone = false;
  for (int i = 0; i < 10 && !gone; ++i) gone = !reachable(url);
  EXPECT_TRUE(gone);
}

TEST(PrivateBroker, AFolderThatCannotBeMadeIsAnError) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "file", "");
  const auto broker = PrivateBroker::start(folder / "file" / "below");
  ASSERT_FALSE(broker);
  EXPECT_EQ(broker.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace vandvagt::messaging
