// kill -9 of the service, the broker, both, and a database server at random instants: what the
// network was told is stored is stored, byte for byte, and after it has sent the rest again each
// reading is there once.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <thread>

#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"
#include "sensors/encode.hpp"
#include "sensors/store.hpp"
#include "tests/app/running_program.hpp"
#include "tests/app/watch_case.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/postgresql_server.hpp"
#include "tests/support/support.hpp"

namespace vandvagt {
namespace {

using namespace std::chrono_literals;
using messaging::Client;
using messaging::Message;
using messaging::PrivateBroker;
using test::RunningProgram;

constexpr int kills = VANDVAGT_KILLS;

Time time_of(std::int64_t number) {
  return parse_time("2026-11-23T00:00:00Z").value() + number * std::chrono::milliseconds{250};
}
double value_of(std::int64_t number) {
  return static_cast<double>(number) / 8.0;
}

std::string payload(std::int64_t number) {
  sensors::Reading reading{.station = "n12", .time = time_of(number), .value = value_of(number)};
  reading.session = 1;
  reading.sequence = number;
  return sensors::encode(test::stage_station(), reading);
}

/// A network that numbers its readings and keeps each until `ack` says that it is stored.
class Network {
 public:
  explicit Network(const std::string& url) {
    messaging::Options options;
    options.url = url;
    options.smallest_backoff = 20ms;
    options.largest_backoff = 100ms;
    client_ = std::make_unique<Client>(
        options, std::vector<std::string>{"vv/v1/ack/kommune/n12"},
        Client::Callbacks{.on_message = [this](const Message& m) { return hear(m); },
                          .on_connected = {},
                          .on_lost = {}});
    static_cast<void>(client_->connect(10s));
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  std::int64_t told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  /// No new readings; those not yet told stored are sent again until they are.
  bool finish(std::chrono::seconds longest) {
    finishing_ = true;
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, longest, [&] { return told_ == made_; });
  }
  std::int64_t made() {
    const std::lock_guard lock(mutex_);
    return made_;
  }
  /// Until `count` readings are made. One takes up to half a second while nobody listens.
  bool wait_until_made(std::int64_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 60s, [&] { return made_ >= count; });
  }

 private:
  messaging::Handled hear(const Message& message) {
    const auto ack = nlohmann::json::parse(message.payload, nullptr, false);
    if (ack.is_object() && ack.value("session", 0) == 1) {
      const std::lock_guard lock(mutex_);
      told_ = std::max(told_, ack.at("stored_to").get<std::int64_t>());
      missing_.clear();
      for (const auto& gap : ack.at("gaps"))
        missing_.emplace_back(gap.at(0).get<std::int64_t>(), gap.at(1).get<std::int64_t>());
    }
    changed_.notify_all();
    return messaging::Handled::done;
  }

  void send(std::int64_t number) {
    static_cast<void>(
        client_->publish({.topic = test::stage_topic, .payload = payload(number)}, 500ms));
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!finishing_) {
        std::int64_t number = 0;
        {
          const std::lock_guard lock(mutex_);
          number = ++made_;
        }
        changed_.notify_all();
        send(number);
        std::this_thread::sleep_for(1ms);
        continue;
      }
      send_again(stop);
    }
  }

  // What `ack` lists as missing, and what lies above all it speaks of: some, then look again.
  void send_again(const std::stop_token& stop) {
    std::vector<std::int64_t> again;
    std::int64_t told = 0;
    {
      const std::lock_guard lock(mutex_);
      told = told_;
      auto ranges = missing_;
      if (ranges.empty()) ranges.emplace_back(told_ + 1, made_);
      for (const auto& [first, last] : ranges)
        for (auto n = first; n <= last && again.size() < 300; ++n) again.push_back(n);
    }
    for (const auto number : again)
      if (!stop.stop_requested()) send(number);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 1s, [&] { return told_ != told || stop.stop_requested(); });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t made_ = 0, told_ = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> missing_;
  std::atomic<bool> finishing_ = false;
  std::unique_ptr<Client> client_;
  std::jthread thread_;
};

enum class Victim { service, broker, both, service_on_server, server };

bool on_server(Victim victim) {
  return victim == Victim::service_on_server || victim == Victim::server;
}
bool kills_service(Victim victim) {
  return victim == Victim::service || victim == Victim::both || victim == Victim::service_on_server;
}
bool kills_broker(Victim victim) {
  return victim == Victim::broker || victim == Victim::both;
}

/// What the network was told is on the disk, whatever was just killed.
void expect_told_is_stored(const sensors::StoreLocation& place, std::int64_t told) {
  if (told == 0) return;
  const auto store = sensors::Store::open(place);
  ASSERT_TRUE(store) << store.error().message;
  const auto progress = store->progress("n12").value();
  ASSERT_TRUE(progress);
  EXPECT_GE(progress->stored_to, told);
}

void expect_each_once(const sensors::StoreLocation& place, std::int64_t count) {
  const auto store = sensors::Store::open(place).value();
  EXPECT_TRUE(store.check_integrity());
  EXPECT_EQ(store.count_readings().value(), count);  // revisions would count too
  const auto readings =
      store.read("n12", sensors::Parameter::stage, time_of(0), time_of(count + 1)).value();
  ASSERT_EQ(readings.size(), static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& reading = readings[static_cast<std::size_t>(i)];
    ASSERT_EQ(reading.time, time_of(i + 1));
    ASSERT_EQ(reading.value, value_of(i + 1));
    ASSERT_EQ(reading.sequence, i + 1);
  }
}

class WatchKill : public testing::TestWithParam<Victim> {};

TEST_P(WatchKill, LosesNothingThatTheNetworkWasToldIsStored) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const test::TemporaryFolder folder;
  if (on_server(GetParam()) && !test::PostgresqlServer::installed())
    GTEST_SKIP() << "PostgreSQL is not installed";
  std::optional<test::PostgresqlServer> server;
  if (on_server(GetParam())) server.emplace();
  auto broker = PrivateBroker::start(folder / "broker").value();
  const test::WatchCase made(folder.path(), "url = \"" + broker.url() + "\"\n",
                             "\n[watch]\nstation_rate = 100000.0\nstation_burst = 1000000\n",
                             server ? "postgresql = \"" + server->database() + "\"\n" : "");
  const sensors::StoreLocation place =
      server ? sensors::StoreLocation::on_server(server->database()) : made.readings();
  auto service = std::make_unique<RunningProgram>(made.command());
  ASSERT_TRUE(service->wait_for("receiving")) << service->output();
  Network network(broker.url());
  // A server makes readings durable one by one, and reads its log before it serves again.
  const int rounds = on_server(GetParam()) ? (kills + 3) / 4 : kills;
  for (int i = 0; i < rounds; ++i) {
    // Each kill falls among new readings, also where the last one was hardly got over.
    EXPECT_TRUE(network.wait_until_made(network.made() + 11));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400));
    if (kills_service(GetParam())) service->send(SIGKILL);
    if (kills_broker(GetParam())) broker.kill();
    if (GetParam() == Victim::server) server->kill();
    const auto told = network.told();
    if (GetParam() == Victim::server) {
      server->start();
      expect_told_is_stored(place, told);
    }
    if (kills_service(GetParam())) {
      EXPECT_EQ(service->wait(), 128 + SIGKILL) << service->output();
      expect_told_is_stored(place, told);
    }
    if (kills_broker(GetParam())) {
      ASSERT_TRUE(broker.restart());
    }
    if (kills_service(GetParam())) {
      service = std::make_unique<RunningProgram>(made.command());
      ASSERT_TRUE(service->wait_for("watching")) << service->output();
    }
  }
  // What the broker lost at each kill is sent again one by one.
  EXPECT_TRUE(network.finish(120s + 3s * kills)) << network.told() << " of " << network.made();
  service->send(SIGTERM);
  EXPECT_EQ(service->wait(), 0) << service->output();
  EXPECT_GT(network.made(), 10 * rounds);
  expect_each_once(place, network.made());
}

INSTANTIATE_TEST_SUITE_P(Of, WatchKill,
                         testing::Values(Victim::service, Victim::broker, Victim::both,
                                         Victim::service_on_server, Victim::server),
                         [](const auto& one) {
                           return one.param == Victim::service             ? "Service"
                                  : one.param == Victim::broker            ? "Broker"
                                  : one.param == Victim::both              ? "Both"
                                  : one.param == Victim::service_on_server ? "ServiceOnPostgresql"
                                                                           : "Postgresql";
                         });

}  // namespace
}  // namespace vandvagt
