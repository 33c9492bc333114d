#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <random>
#include <stdexcept>
#include <thread>

#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"
#include "messaging/topics.hpp"
#include "sensors/encode.hpp"
#include "sensors/intake.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::sensors {
namespace {

using namespace std::chrono_literals;
using messaging::Client;
using messaging::Handled;
using messaging::Message;
using messaging::Options;
using messaging::PrivateBroker;

constexpr int most_messages = 100'000;
constexpr int kills = 12;

const Catalogue& catalogue() {
  static const Catalogue all = test::catalogue_of({test::stage_station()});
  return all;
}

std::string payload(int number) {
  auto reading = test::reading_at(number, number / 8.0);
  reading.session = 1;
  reading.sequence = number;
  return encode(*catalogue().find("n12"), reading);
}

// The service in little: store what comes, acknowledge by returning. It ends only by a kill.
[[noreturn]] void serve(const std::string& url, const std::filesystem::path& file) {
  auto store = Store::open(file);
  if (!store) {
    std::fprintf(stderr, "service: %s\n", store.error().message.c_str());
    ::_exit(1);
  }
  Intake intake(catalogue(), *store);
  const auto keep = [&](const Message& message) {
    const auto outcome =
        intake.receive(message.topic, message.payload, test::at(2 * most_messages));
    return outcome ? Handled::done : Handled::refused;
  };
  Client client(
      Options{
          .url = url, .client_id = "service", .smallest_backoff = 20ms, .largest_backoff = 100ms},
      {messaging::Topics::make().value().all_observations()}, {.on_message = keep});
  static_cast<void>(client.connect(10s));
  while (true) ::pause();
}

pid_t start_service(const std::string& url, const std::filesystem::path& file) {
  const pid_t child = ::fork();
  if (child == 0) serve(url, file);
  return child;
}

void kill_service(pid_t child) {
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

std::string state_of(pid_t child) {
  return ::waitpid(child, nullptr, WNOHANG) == 0 ? "the service lives" : "the service has ended";
}

// Waits until `number` readings are stored, for as long as there is progress.
bool stored(const std::filesystem::path& file, long long number,
            std::chrono::seconds patience = 30s) {
  long long most = -1;
  auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    const auto store = Store::open(file);
    const long long now = store ? store->count_readings().value_or(0) : 0;
    if (now >= number) return true;
    if (now > most) end = std::chrono::steady_clock::now() + patience;
    most = std::max(most, now);
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

void expect_each_once(const std::filesystem::path& file, int count) {
  const auto store = Store::open(file).value();
  EXPECT_TRUE(store.check_integrity());
  EXPECT_EQ(store.count_readings().value(), count);  // revisions would count too
  const auto readings =
      store.read("n12", Parameter::stage, test::at(0), test::at(most_messages)).value();
  ASSERT_EQ(readings.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    EXPECT_EQ(readings[static_cast<std::size_t>(i)].time, test::at(i + 1));
    EXPECT_EQ(readings[static_cast<std::size_t>(i)].value, (i + 1) / 8.0);
  }
  const auto progress = store.progress("n12").value();
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->stored_to, count);
  EXPECT_TRUE(progress->gaps.empty());
}

// Publishes 1, 2, 3, … until told to stop; each again until the broker has confirmed it. In a
// process of its own: this one forks, which it may not do beside the MQTT library's threads.
class Sensor {
 public:
  explicit Sensor(const std::string& url) {
    void* memory =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
    shared_ = new (memory) Shared;
    child_ = ::fork();
    if (child_ == 0) run(url);
  }
  ~Sensor() {
    stop();
    ::munmap(shared_, sizeof(Shared));
  }
  Sensor(const Sensor&) = delete;
  Sensor& operator=(const Sensor&) = delete;

  int stop() {
    shared_->stop = true;
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
    child_ = -1;
    return shared_->confirmed;
  }
  int confirmed() const { return shared_->confirmed; }

 private:
  struct Shared {
    std::atomic<int> confirmed = 0;
    std::atomic<bool> stop = false;
  };
  [[noreturn]] void run(const std::string& url) {
    {
      Client client(Options{.url = url, .smallest_backoff = 20ms, .largest_backoff = 100ms}, {},
                    {});
      static_cast<void>(client.connect(10s));
      while (!shared_->stop && shared_->confirmed < most_messages) {
        const int next = shared_->confirmed + 1;
        if (client.publish({.topic = test::stage_topic, .payload = payload(next)}, 10s))
          shared_->confirmed = next;
      }
    }
    ::_exit(0);
  }
  Shared* shared_ = nullptr;
  pid_t child_ = -1;
};

TEST(Kill, OfTheServiceAtRandomInstantsLosesNothingThatWasPublished) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const test::TemporaryFolder folder;
  const auto file = folder / "readings.db";
  const auto broker = PrivateBroker::start(folder / "broker").value();
  pid_t service = start_service(broker.url(), file);
  // The broker keeps messages only for a session it knows: the service must have been there once.
  ASSERT_EQ(test::run_command("mosquitto_pub -q 1 -r -t vv/v1/obs/kommune/n12/stage -p " +
                              std::to_string(broker.port()) + " -m '" + payload(1) + "'")
                .exit_code,
            0);
  ASSERT_TRUE(stored(file, 1));
  Sensor sensor(broker.url());
  for (int i = 0; i < kills; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 300));
    kill_service(service);
    service = start_service(broker.url(), file);
  }
  const int published = sensor.stop();
  EXPECT_GT(published, 100);
  EXPECT_TRUE(stored(file, published)) << state_of(service);
  std::this_thread::sleep_for(200ms);  // for what should not come
  kill_service(service);
  expect_each_once(file, published);
}

TEST(Kill, OfTheBrokerLosesNothingThatWasAcknowledgedByTheService) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const test::TemporaryFolder folder;
  const auto file = folder / "readings.db";
  auto broker = PrivateBroker::start(folder / "broker").value();
  const pid_t service = start_service(broker.url(), file);
  ASSERT_EQ(test::run_command("mosquitto_pub -q 1 -r -t vv/v1/obs/kommune/n12/stage -p " +
                              std::to_string(broker.port()) + " -m '" + payload(1) + "'")
                .exit_code,
            0);
  ASSERT_TRUE(stored(file, 1));
  int published = 0;
  {
    Sensor sensor(broker.url());
    for (int i = 0; i < 5; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(300 + random() % 500));
      broker.kill();
      ASSERT_TRUE(broker.restart());
    }
    const int before = sensor.confirmed();
    for (int i = 0; i < 500 && sensor.confirmed() <= before; ++i) std::this_thread::sleep_for(20ms);
    published = sensor.stop();
  }
  EXPECT_GT(published, 50);
  // A killed broker loses what only it had. What it had is told missing by number, and sent again.
  Client resender(Options{.url = broker.url()}, {}, {});
  ASSERT_TRUE(resender.connect(10s));
  bool whole = false;
  for (int round = 0; round < 20 && !whole; ++round) {
    const auto progress = Store::open(file).value().progress("n12").value();
    ASSERT_TRUE(progress);
    auto missing = progress->gaps;
    if (missing.empty()) missing.emplace_back(progress->stored_to + 1, published);
    for (const auto& [first, last] : missing)
      for (auto n = first; n <= last; ++n)
        ASSERT_TRUE(resender.publish(
            {.topic = test::stage_topic, .payload = payload(static_cast<int>(n))}, 10s));
    whole = stored(file, published, 2s);
  }
  kill_service(service);
  expect_each_once(file, published);
}

}  // namespace
}  // namespace vandvagt::sensors
