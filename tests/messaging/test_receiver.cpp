#include <gtest/gtest.h>

#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"
#include "messaging/receiver.hpp"
#include "tests/messaging/inbox.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::messaging {
namespace {

using namespace std::chrono_literals;

class ReceiverTest : public testing::Test {
 protected:
  ReceiverTest() : broker_(PrivateBroker::start(folder_ / "broker").value()) {}
  Options options(const std::string& id = "receiver") const {
    Options options;
    options.url = broker_.url();
    options.client_id = id;
    options.smallest_backoff = 20ms;
    options.largest_backoff = 100ms;
    return options;
  }
  std::unique_ptr<Receiver> receive() {
    auto receiver = std::make_unique<Receiver>(
        options(), std::vector<std::string>{"t/#"},
        Receiver::Callbacks{.on_connected = [this] { connected_.up(); }, .on_lost = {}});
    EXPECT_TRUE(receiver->start());
    return receiver;
  }
  void publish(const std::string& payload) {
    Client client(options("sender"), {}, {});
    ASSERT_TRUE(client.connect(10s));
    ASSERT_TRUE(client.publish({.topic = "t/a", .payload = payload}, 10s));
  }
  static std::vector<Delivery> take(Receiver& receiver, std::size_t count) {
    std::vector<Delivery> all;
    for (int i = 0; i < 100 && all.size() < count; ++i)
      for (auto& delivery : receiver.take(count - all.size(), 200ms))
        all.push_back(std::move(delivery));
    return all;
  }

  test::TemporaryFolder folder_;
  PrivateBroker broker_;
  test::Counter connected_;
};

TEST_F(ReceiverTest, WhatWasNotAcknowledgedComesAgain) {
  auto receiver = receive();
  ASSERT_TRUE(connected_.wait_for(1));
  publish("kept");
  publish("lost");
  const auto first = take(*receiver, 2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_FALSE(first[1].message.duplicate);
  receiver->acknowledge({first.data(), 1});
  receiver->stop();
  receiver = receive();
  const auto again = take(*receiver, 1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].message.payload, "lost");
  EXPECT_TRUE(again[0].message.duplicate);
  receiver->acknowledge(again);
  EXPECT_TRUE(receiver->take(1, 300ms).empty());
}

// As many as the broker sends without waiting come in the same bytes as the answer to SUBSCRIBE.
TEST_F(ReceiverTest, WhatTheBrokerKeptComesWithoutWaitingForMore) {
  auto receiver = receive();
  ASSERT_TRUE(connected_.wait_for(1));
  receiver->stop();
  {
    Client client(options("sender"), {}, {});
    ASSERT_TRUE(client.connect(10s));
    for (int i = 0; i < 300; ++i)
      ASSERT_TRUE(client.publish({.topic = "t/a", .payload = std::to_string(i)}, 10s));
  }
  const auto began = std::chrono::steady_clock::now();
  receiver = receive();
  int next = 0;
  while (next < 300 && std::chrono::steady_clock::now() - began < 8s) {
    const auto some = receiver->take(50, 200ms);
    for (const auto& delivery : some) EXPECT_EQ(delivery.message.payload, std::to_string(next++));
    receiver->acknowledge(some);
  }
  EXPECT_EQ(next, 300);
}

TEST_F(ReceiverTest, ReconnectsToARestartedBrokerAndSubscribesAnew) {
  auto receiver = receive();
  ASSERT_TRUE(connected_.wait_for(1));
  broker_.kill();
  ASSERT_TRUE(broker_.restart());
  ASSERT_TRUE(connected_.wait_for(2));
  publish("after");
  const auto came = take(*receiver, 1);
  ASSERT_EQ(came.size(), 1U);
  EXPECT_EQ(came[0].message.payload, "after");
  EXPECT_EQ(receiver->counters().losses, 1);
}

TEST_F(ReceiverTest, AnAcknowledgementOfAConnectionThatIsGoneIsNotTakenForAnother) {
  auto receiver = receive();
  ASSERT_TRUE(connected_.wait_for(1));
  publish("one");
  const auto before = take(*receiver, 1);
  ASSERT_EQ(before.size(), 1U);
  receiver->reconnect("for the test");
  ASSERT_TRUE(connected_.wait_for(2));
  const auto again = take(*receiver, 1);
  ASSERT_EQ(again.size(), 1U);
  receiver->acknowledge(before);
  EXPECT_EQ(receiver->counters().acknowledged, 0);
  receiver->acknowledge(again);
  EXPECT_EQ(receiver->counters().acknowledged, 1);
}

TEST_F(ReceiverTest, KeepsAQuietConnectionAlive) {
  auto patient = options();
  patient.keep_alive = 1s;
  std::atomic<int> losses = 0;
  Receiver receiver(patient, {"t/#"},
                    {.on_connected = [this] { connected_.up(); },
                     .on_lost = [&](const std::string&) { ++losses; }});
  ASSERT_TRUE(receiver.start());
  ASSERT_TRUE(connected_.wait_for(1));
  EXPECT_TRUE(receiver.take(1, 4s).empty());  // the broker cuts after 1.5 s without a word
  EXPECT_EQ(losses, 0);
  EXPECT_TRUE(receiver.connected());
}

TEST_F(ReceiverTest, TellsOfAddressesAndFilesThatCannotBeUsed) {
  auto wrong = options();
  wrong.url = "mqtt://x";
  EXPECT_EQ(Receiver(wrong, {}, {}).start().error().code, ErrorCode::invalid_input);
  wrong = options();
  wrong.ca_file = "/nowhere/ca.crt";
  EXPECT_EQ(Receiver(wrong, {}, {}).start().error().code, ErrorCode::invalid_input);
  wrong = options("");
  EXPECT_EQ(Receiver(wrong, {}, {}).start().error().code, ErrorCode::invalid_input);
}

}  // namespace
}  // namespace vandvagt::messaging
