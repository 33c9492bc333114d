#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <thread>

#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"
#include "tests/messaging/inbox.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::messaging {
namespace {

using namespace std::chrono_literals;
using test::Counter;
using test::Inbox;

class ClientTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = PrivateBroker::start(folder_.path());
    ASSERT_TRUE(started) << started.error().message;
    broker_.emplace(std::move(*started));
  }
  // Small back-off: the tests wait for reconnections.
  Options options(const std::string& client_id = "") const {
    return {.url = broker_->url(),
            .client_id = client_id,
            .smallest_backoff = 50ms,
            .largest_backoff = 500ms};
  }
  // Of another process, so that nothing of ours can stand in for the broker.
  void publish_from_outside(const std::string& topic, const std::string& payload) {
    const auto done = test::run_command("mosquitto_pub -q 1 -p " + std::to_string(broker_->port()) +
                                        " -t '" + topic + "' -m '" + payload + "'");
    ASSERT_EQ(done.exit_code, 0) << done.output;
  }

  test::TemporaryFolder folder_;
  std::optional<PrivateBroker> broker_;
};

TEST_F(ClientTest, DeliversWhatIsPublishedByteForByte) {
  Inbox inbox;
  Client client(options(), {"t/+"}, {.on_message = inbox.handler()});
  ASSERT_TRUE(client.connect(10s));
  EXPECT_TRUE(client.connected());
  const std::string payload("\0binary\xff\x80 end", 13);
  const auto sent = client.publish({.topic = "t/a", .payload = payload}, 10s);
  ASSERT_TRUE(sent) << sent.error().message;
  ASSERT_TRUE(inbox.wait_for(1));
  EXPECT_EQ(inbox.messages()[0].topic, "t/a");
  EXPECT_EQ(inbox.messages()[0].payload, payload);
  EXPECT_FALSE(inbox.messages()[0].retained);
}

TEST_F(ClientTest, ALateSubscriberGetsWhatIsRetained) {
  Client client(options(), {}, {});
  ASSERT_TRUE(client.connect(10s));
  ASSERT_TRUE(client.publish({.topic = "t/state", .payload = "none", .retained = true}, 10s));
  ASSERT_TRUE(client.publish({.topic = "t/other", .payload = "x"}, 10s));
  const auto seen = test::run_command("mosquitto_sub -C 1 -W 10 -v -t 't/#' -p " +
                                      std::to_string(broker_->port()));
  EXPECT_EQ(seen.output, "t/state none\n");
}

TEST_F(ClientTest, TheWillSpeaksForAKilledProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    Client client(options("mortal"), {}, {}, Will{"t/status", "dead"});
    if (!client.connect(10s)) ::_exit(1);
    static_cast<void>(
        client.publish({.topic = "t/status", .payload = "alive", .retained = true}, 10s));
    while (true) ::pause();
  }
  Inbox inbox;
  Client client(options(), {"t/status"}, {.on_message = inbox.handler()});
  ASSERT_TRUE(client.connect(10s));
  ASSERT_TRUE(inbox.wait_for(1));
  EXPECT_EQ(inbox.messages()[0].payload, "alive");
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(inbox.wait_for(2));
  EXPECT_EQ(inbox.messages()[1].payload, "dead");
}

TEST_F(ClientTest, ReconnectsSubscribesAndPublishesRetainedAnewAfterTheBrokerWasKilled) {
  Inbox inbox;
  Counter connected, lost;
  Client* self = nullptr;
  Client client(options(), {"t/#"},
                {.on_message = inbox.handler(),
                 .on_connected =
                     [&] {
                       static_cast<void>(self->publish(
                           {.topic = "t/state", .payload = "held", .retained = true}, 10s));
                       connected.up();
                     },
                 .on_lost = [&](const std::string&) { lost.up(); }});
  self = &client;
  ASSERT_TRUE(client.connect(10s));
  ASSERT_TRUE(connected.wait_for(1));
  broker_->kill();
  ASSERT_TRUE(lost.wait_for(1));
  EXPECT_FALSE(client.connected());
  const auto failed = client.publish({.topic = "t/a", .payload = "1"}, 100ms);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::unavailable);
  std::filesystem::remove(folder_ / "mosquitto.db");  // it has lost everything
  ASSERT_TRUE(broker_->restart());
  ASSERT_TRUE(connected.wait_for(2));
  publish_from_outside("t/b", "2");
  ASSERT_TRUE(inbox.wait_for(3));
  EXPECT_EQ(inbox.messages().back().topic, "t/b");
  const auto seen = test::run_command("mosquitto_sub -C 1 -W 10 -t t/state -p " +
                                      std::to_string(broker_->port()));
  EXPECT_EQ(seen.output, "held\n");
  EXPECT_EQ(client.counters().losses, 1);
}

TEST_F(ClientTest, ARefusedMessageIsNotAcknowledgedAndComesAgain) {
  Inbox kept;
  std::atomic<int> refusals = 0;
  Client client(options("keeper"), {"t/#"}, {.on_message = [&](const Message& m) {
                  if (m.payload == "2" && refusals < 2) {
                    ++refusals;
                    return Handled::refused;
                  }
                  kept.add(m);
                  return Handled::done;
                }});
  ASSERT_TRUE(client.connect(10s));
  for (const auto* payload : {"1", "2", "3"}) publish_from_outside("t/a", payload);
  std::set<std::string> seen;
  for (std::size_t n = 1; seen.size() < 3 && kept.wait_for(n); ++n)
    for (const auto& m : kept.messages()) seen.insert(m.payload);
  EXPECT_EQ(seen, (std::set<std::string>{"1", "2", "3"}));
  EXPECT_EQ(refusals, 2);
  // Others may come twice too: their acknowledgement was on the way when the connection was cut.
  for (const auto& m : kept.messages()) EXPECT_TRUE(m.duplicate || m.payload != "2");
  EXPECT_EQ(client.counters().refused, 2);
}

TEST_F(ClientTest, AnExceptionInAHandlerIsARefusal) {
  Inbox kept;
  std::atomic<bool> thrown = false;
  Client client(options("thrower"), {"t/#"}, {.on_message = [&](const Message& m) {
                  if (!thrown.exchange(true)) throw std::runtime_error("disk");
                  kept.add(m);
                  return Handled::done;
                }});
  ASSERT_TRUE(client.connect(10s));
  publish_from_outside("t/a", "1");
  ASSERT_TRUE(kept.wait_for(1));
  EXPECT_EQ(client.counters().handler_exceptions, 1);
}

TEST_F(ClientTest, ARefusalLeavesOtherClientsOfTheProcessAlone) {
  Counter refused;
  Client refuser(options("refuser"), {"t/#"}, {.on_message = [&](const Message&) {
                   refused.up();
                   return Handled::refused;
                 }});
  Client other(options(), {}, {});
  ASSERT_TRUE(refuser.connect(10s));
  ASSERT_TRUE(other.connect(10s));
  ASSERT_TRUE(other.publish({.topic = "t/a", .payload = "1"}, 10s));
  ASSERT_TRUE(refused.wait_for(2));
  EXPECT_TRUE(other.publish({.topic = "x", .payload = "1"}, 10s));
  EXPECT_EQ(other.counters().losses, 0);
}

TEST_F(ClientTest, MessagesWaitAtTheBrokerWhileWeAreAway) {
  constexpr std::size_t count = 300;
  Inbox inbox;
  Client away(options("absent"), {"t/#"}, {.on_message = inbox.handler()});
  ASSERT_TRUE(away.connect(10s));
  away.disconnect();
  EXPECT_FALSE(away.connected());
  {
    Client sender(options(), {}, {});
    ASSERT_TRUE(sender.connect(10s));
    for (std::size_t i = 0; i < count; ++i)
      ASSERT_TRUE(sender.publish({.topic = "t/a", .payload = std::to_string(i)}, 10s));
  }
  ASSERT_TRUE(away.connect(10s));
  ASSERT_TRUE(inbox.wait_for(count));
  const auto messages = inbox.messages();
  ASSERT_EQ(messages.size(), count);
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(messages[i].payload, std::to_string(i));
}

TEST_F(ClientTest, ManyThreadsPublishWithoutOverflowingTheLibrary) {
  constexpr int threads = 100, each = 10;
  Client client(options(), {}, {});
  ASSERT_TRUE(client.connect(10s));
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < threads; ++i)
      all.emplace_back([&] {
        for (int n = 0; n < each; ++n)
          static_cast<void>(client.publish({.topic = "t/a", .payload = "1"}, 30s));
      });
  }
  EXPECT_EQ(client.counters().published, threads * each);
  EXPECT_EQ(client.counters().publish_failures, 0);
}

TEST_F(ClientTest, PublishingFromAHandlerIsRefusedInsteadOfWaitingForItself) {
  Inbox inbox;
  Client* self = nullptr;
  std::atomic<bool> refused = false;
  Client client(options(), {"t/#"}, {.on_message = [&](const Message& m) {
                  const auto done = self->publish({.topic = "x", .payload = "1"}, 10s);
                  refused = !done && done.error().code == ErrorCode::refused;
                  inbox.add(m);
                  return Handled::done;
                }});
  self = &client;
  ASSERT_TRUE(client.connect(10s));
  publish_from_outside("t/a", "1");
  ASSERT_TRUE(inbox.wait_for(1));
  EXPECT_TRUE(refused);
}

TEST_F(ClientTest, WildcardsAreNotPublishedOn) {
  Client client(options(), {}, {});
  for (const auto* topic : {"", "t/+", "#"}) {
    const auto done = client.publish({.topic = topic, .payload = "1"}, 1s);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::invalid_input);
  }
}

TEST(Client, AnAbsentBrokerIsUnavailableAndNamed) {
  Client client(Options{.url = "tcp://127.0.0.1:1"}, {}, {});
  const auto connected = client.connect(3s);
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, ErrorCode::unavailable);
  EXPECT_NE(connected.error().message.find("tcp://127.0.0.1:1"), std::string::npos);
  EXPECT_FALSE(client.connected());
}

TEST(Client, WrongAddressesAndUnreadableFilesAreInvalidInput) {
  for (const auto& options :
       {Options{.url = "127.0.0.1"}, Options{.url = "http://a:1"}, Options{.url = "tcp://a"},
        Options{.password_file = "/nonexistent/password"},
        Options{.url = "ssl://127.0.0.1:8883", .ca_file = "/nonexistent/ca.pem"}}) {
    Client client(options, {}, {});
    const auto connected = client.connect(3s);
    ASSERT_FALSE(connected) << options.url;
    EXPECT_EQ(connected.error().code, ErrorCode::invalid_input) << connected.error().message;
  }
}

}  // namespace
}  // namespace vandvagt::messaging
