// kill -9 of the service that warns, the broker and both at random instants, while a river rises
// and falls: the subscriber ends with every revision once, in order, and the right state of every
// area.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <random>

#include "alerts/outbox.hpp"
#include "messaging/private_broker.hpp"
#include "tests/app/running_program.hpp"
#include "tests/app/warned_case.hpp"
#include "tests/support/support.hpp"

namespace vandvagt {
namespace {

using namespace std::chrono_literals;
using messaging::PrivateBroker;
using test::RunningProgram;

constexpr int kills = VANDVAGT_KILLS;
constexpr int areas = 3;
constexpr const char* quick_service = R"toml(
[watch]
heartbeat = "500ms"
watchdog = "5s"
evaluation_interval = "1s"
station_rate = 100000.0
)toml";

enum class Victim { service, broker, both };

class WarningKill : public testing::TestWithParam<Victim> {};

TEST_P(WarningKill, LeavesTheSubscriberWithEveryRevisionOnceAndTheRightStates) {
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << std::endl;
  std::mt19937 random(seed);
  const test::TemporaryFolder folder;
  auto broker = PrivateBroker::start(folder / "broker").value();
  const test::WatchCase made(folder.path(), "url = \"" + broker.url() + "\"\n",
                             test::areas_with_rules(areas) + quick_service);
  auto service = std::make_unique<RunningProgram>(made.command());
  ASSERT_TRUE(service->wait_for("receiving")) << service->output();
  test::Listener listener(broker.url(), folder / "heard");
  // Up through the levels and down again, a level about every half second, and at last low for
  // good: the gauge goes on, since a reading that a broker took before the service was back is
  // lost.
  constexpr auto step = 20ms;  // at most one reading in so long: their stamps stay behind the clock
  test::Gauge gauge(broker.url(), step);
  std::atomic<bool> over = false;
  std::jthread river([&](const std::stop_token& stop) {
    for (int n = 0; !stop.stop_requested(); ++n) {
      const int phase = (n / 20) % (2 * areas);
      const double stage = phase <= areas ? phase + 0.5 : 2 * areas - phase + 0.5;
      gauge.publish(over ? 0.1 : stage);
      std::this_thread::sleep_for(step);
    }
  });
  Time half_way;
  for (int i = 0; i < kills; ++i) {
    if (i == kills / 2)
      half_way = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + random() % 2500));
    if (GetParam() != Victim::broker) service->send(SIGKILL);
    if (GetParam() != Victim::service) broker.kill();
    if (GetParam() != Victim::broker) {
      EXPECT_EQ(service->wait(), 128 + SIGKILL) << service->output();
    }
    if (GetParam() != Victim::service) {
      ASSERT_TRUE(broker.restart());
    }
    if (GetParam() != Victim::broker) {
      service = std::make_unique<RunningProgram>(made.command());
      ASSERT_TRUE(service->wait_for("watching")) << service->output();
    }
  }
  over = true;

  const auto outbox = folder / "store" / "warnings.db";
  std::string difference;
  const bool agreed = listener.wait_for(
      [&](const alerts::Subscriber& subscriber) {
        for (int k = 0; k < areas; ++k) {
          const auto state = subscriber.areas().find("a" + std::to_string(k));
          if (state == subscriber.areas().end() || state->second.level != "none") {
            difference = "an area is not yet none";
            return false;
          }
        }
        difference = test::differs(subscriber, outbox);
        return difference.empty();
      },
      180s);
  EXPECT_TRUE(agreed) << difference << "\n" << listener.said();
  river.request_stop();
  river.join();
  // Enough to be killed among, to the end.
  const auto issued = alerts::Outbox::open(outbox)->messages().value();
  const auto late = std::count_if(issued.begin(), issued.end(),
                                  [&](const auto& message) { return message.sent >= half_way; });
  std::cout << issued.size() << " messages over " << kills << " kills, " << late
            << " of them in the second half" << std::endl;
  EXPECT_GE(issued.size(), static_cast<std::size_t>(kills) / 2);
  EXPECT_GE(late, kills / 10);
  service->send(SIGTERM);
  EXPECT_EQ(service->wait(), 0) << service->output();
}

INSTANTIATE_TEST_SUITE_P(Of, WarningKill,
                         testing::Values(Victim::service, Victim::broker, Victim::both),
                         [](const auto& one) {
                           return one.param == Victim::service  ? "Service"
                                  : one.param == Victim::broker ? "Broker"
                                                                : "Both";
                         });

}  // namespace
}  // namespace vandvagt
