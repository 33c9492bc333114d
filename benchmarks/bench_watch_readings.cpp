// How many readings a second the service makes durable, with the broker on the same machine, and
// how long one waits: what a network may send, and what a rule waits for. The measure is the rate
// at which the same disk carries out fdatasync, taken just before and just after each case: a store
// that waits for the disk once for each message cannot pass it, one that commits together what
// arrives together can. Varied: single readings without and with numbers, batches, a file and a
// PostgreSQL server, Paho's way (a commit inside the message callback) over one and over four
// connections; and ten million readings, for the memory. Each case checks that the store holds
// every reading.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"
#include "messaging/receiver.hpp"
#include "sensors/encode.hpp"
#include "sensors/intake.hpp"
#include "sensors/store.hpp"
#include "tests/messaging/raw_publisher.hpp"
#include "tests/support/postgresql_server.hpp"
#include "tests/support/support.hpp"
#include "watch/service.hpp"

namespace vandvagt {
namespace {

using namespace std::chrono_literals;
using messaging::PrivateBroker;
using std::chrono::steady_clock;

constexpr int stations = 20;

double seconds_since(steady_clock::time_point began) {
  return std::chrono::duration<double>(steady_clock::now() - began).count();
}

/// fdatasync calls a second of one appended page, on the disk that the stores lie on.
double measure_sync_rate() {
  const test::TemporaryFolder folder;
  const int file = ::open((folder / "sync").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const std::string page(4096, 'x');
  const auto began = steady_clock::now();
  int calls = 0;
  while (seconds_since(began) < 1.0 && ::write(file, page.data(), page.size()) > 0 &&
         ::fdatasync(file) == 0)
    ++calls;
  ::close(file);
  return calls / seconds_since(began);
}

/// The disk's own rate around a case: another tenant of the disk comes and goes within minutes.
class SyncRate {
 public:
  double mean() const { return (before_ + measure_sync_rate()) / 2.0; }

 private:
  double before_ = measure_sync_rate();
};

std::vector<sensors::Station> network() {
  std::vector<sensors::Station> all;
  for (int i = 0; i < stations; ++i) {
    sensors::Station station;
    station.id = fmt::format("s{}", i);
    station.op = "op";
    station.unit = "m";
    station.datum = "EPSG:5799";
    station.datum_offset_declared = true;
    station.limits.sensor_min = -100.0;
    station.limits.sensor_max = 1e9;
    station.limits.spike_suspect = 1e9;
    station.limits.flat_tolerance = 0.0;
    all.push_back(station);
  }
  return all;
}

/// The i-th reading of the network: stations in turn, one a second each.
sensors::Reading reading_of(const sensors::Station& station, std::int64_t number, bool numbered) {
  sensors::Reading reading{
      .station = station.id,
      .time = parse_time("2026-01-01T00:00:00Z").value() + number * std::chrono::seconds{1},
      .value = static_cast<double>(number) / 8.0};
  if (numbered) {
    reading.session = 1;
    reading.sequence = number;
  }
  return reading;
}

struct Traffic {
  std::string topic, payload;
};

std::vector<Traffic> singles(int count, bool numbered) {
  const auto all = network();
  std::vector<Traffic> traffic;
  for (int i = 0; i < count; ++i) {
    const auto& station = all[static_cast<std::size_t>(i % stations)];
    traffic.push_back({"vv/v1/obs/op/" + station.id + "/stage",
                       sensors::encode(station, reading_of(station, i / stations + 1, numbered))});
  }
  return traffic;
}

std::vector<Traffic> batches(int first, int readings) {
  std::vector<Traffic> traffic;
  for (const auto& station : network()) {
    std::vector<sensors::Reading> own;
    for (int n = first; n < first + readings / stations; ++n)
      own.push_back(reading_of(station, n, true));
    for (auto& payload : sensors::encode_batches(station, own))
      traffic.push_back({"vv/v1/obs/op/" + station.id + "/stage", std::move(payload)});
  }
  return traffic;
}

/// The service on a thread of its own.
class Watching {
 public:
  Watching(const std::string& url, const std::filesystem::path& store,
           const sensors::StoreLocation& readings) {
    watch::Service::Setup setup;
    setup.model = "bench";
    setup.stations = network();
    setup.broker.url = url;
    setup.store_folder = store;
    setup.readings = readings;
    setup.options.station_rate = 1e9;
    setup.options.station_burst = 1'000'000'000;
    auto service = watch::Service::start(std::move(setup), [this](const std::string& line) {
      if (line.find("receiving") != std::string::npos) ready_ = true;
    });
    if (!service) return;
    service_ = std::move(*service);
    thread_ = std::jthread([this](const std::stop_token& stop) { service_->run(stop); });
    while (!ready_) std::this_thread::sleep_for(5ms);
  }
  ~Watching() { stop(); }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  long long stored() const { return service_->counters().keeper.intake.added; }
  long long groups() const { return service_->counters().keeper.groups; }

 private:
  std::atomic<bool> ready_ = false;
  std::unique_ptr<watch::Service> service_;
  std::jthread thread_;
};

double resident_mib() {
  std::ifstream status("/proc/self/statm");
  long total = 0, resident = 0;
  status >> total >> resident;
  return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

bool holds(const sensors::StoreLocation& place, long long readings) {
  const auto store = sensors::Store::open(place);
  return store && store->check_integrity() && store->count_readings().value_or(-1) == readings;
}

void report(benchmark::State& state, long long readings, double seconds, const SyncRate& disk) {
  state.SetIterationTime(seconds);
  const double rate = static_cast<double>(readings) / seconds, syncs = disk.mean();
  state.counters["readings/s"] = rate;
  state.counters["fdatasync/s"] = syncs;
  state.counters["ratio"] = rate / syncs;
}

enum class Where { file, server };

/// A place for the readings: a file in the folder, or a server that lives as long as this.
class Place {
 public:
  Place(Where where, const test::TemporaryFolder& folder) {
    if (where == Where::server) server_.emplace();
    location_ = server_ ? sensors::StoreLocation::on_server(server_->database())
                        : folder / "store/readings.db";
  }
  const sensors::StoreLocation& location() const { return location_; }

 private:
  std::optional<test::PostgresqlServer> server_;
  sensors::StoreLocation location_;
};

void send(benchmark::State& state, const std::string& url, const std::vector<Traffic>& traffic) {
  test::RawPublisher publisher(url);
  for (const auto& [topic, payload] : traffic)
    if (!publisher.publish(topic, payload)) break;
  if (!publisher.finish()) state.SkipWithError("the broker did not take the messages");
}

void through_the_service(benchmark::State& state, const std::vector<Traffic>& traffic,
                         long long readings, Where where) {
  for (auto _ : state) {
    const test::TemporaryFolder folder;
    const Place place(where, folder);
    const auto broker = PrivateBroker::start(folder / "broker").value();
    Watching watching(broker.url(), folder / "store", place.location());
    const SyncRate disk;
    const auto began = steady_clock::now();
    std::jthread sender([&] { send(state, broker.url(), traffic); });
    while (watching.stored() < readings && seconds_since(began) < 300.0)
      std::this_thread::sleep_for(1ms);
    const double took = seconds_since(began);
    sender.join();
    state.counters["messages/commit"] =
        static_cast<double>(traffic.size()) / static_cast<double>(watching.groups());
    watching.stop();
    if (!holds(place.location(), readings))
      state.SkipWithError("the store does not hold every reading once");
    report(state, readings, took, disk);
  }
}

void single(benchmark::State& state, Where where) {
  const int count = static_cast<int>(state.range(0));
  through_the_service(state, singles(count, false), count, where);
}
void single_numbered(benchmark::State& state, Where where) {
  const int count = static_cast<int>(state.range(0));
  through_the_service(state, singles(count, true), count, where);
}
void batch(benchmark::State& state, Where where) {
  const int count = static_cast<int>(state.range(0));
  through_the_service(state, batches(1, count), count, where);
}

/// Batches made as they are sent, a twentieth of all at a time. The memory is that of this process,
/// service and sender together, after each twentieth; the first two fill caches and are left out.
void memory(benchmark::State& state) {
  const int count = static_cast<int>(state.range(0)), part = count / 20;
  for (auto _ : state) {
    const test::TemporaryFolder folder;
    const Place place(Where::file, folder);
    const auto broker = PrivateBroker::start(folder / "broker").value();
    Watching watching(broker.url(), folder / "store", place.location());
    const SyncRate disk;
    const auto began = steady_clock::now();
    double least = 1e9, most = 0.0, last = 0.0;
    for (int i = 0; i < 20; ++i) {
      send(state, broker.url(), batches(1 + i * (part / stations), part));
      while (watching.stored() < static_cast<long long>(i + 1) * part &&
             seconds_since(began) < 3000.0)
        std::this_thread::sleep_for(5ms);
      if (i < 2) continue;
      last = resident_mib();
      least = std::min(least, last);
      most = std::max(most, last);
    }
    const double took = seconds_since(began);
    watching.stop();
    if (!holds(place.location(), count))
      state.SkipWithError("the store does not hold every reading once");
    state.counters["least_MiB"] = least;
    state.counters["most_MiB"] = most;
    state.counters["last_MiB"] = last;
    report(state, count, took, disk);
  }
}

/// What the library at hand would do: a commit inside the callback, then its acknowledgement.
void paho(benchmark::State& state) {
  const int count = 3000, connections = static_cast<int>(state.range(0));
  const auto traffic = singles(count, false);
  const auto catalogue = sensors::Catalogue::make(network()).value();
  for (auto _ : state) {
    const test::TemporaryFolder folder;
    const auto broker = PrivateBroker::start(folder / "broker").value();
    auto store = sensors::Store::open(folder / "readings.db").value();
    sensors::Intake intake(catalogue, store);
    std::atomic<long long> stored = 0;
    std::vector<std::unique_ptr<messaging::Client>> clients;
    for (int c = 0; c < connections; ++c) {
      std::vector<std::string> filters;  // its share of the stations
      for (int s = c; s < stations; s += connections)
        filters.push_back(fmt::format("vv/v1/obs/op/s{}/stage", s));
      messaging::Options options;
      options.url = broker.url();
      clients.push_back(std::make_unique<messaging::Client>(
          options, filters,
          messaging::Client::Callbacks{
              .on_message =
                  [&](const messaging::Message& message) {
                    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
                    if (!intake.receive(message.topic, message.payload, now))
                      return messaging::Handled::refused;
                    ++stored;
                    return messaging::Handled::done;
                  },
              .on_connected = {},
              .on_lost = {}}));
      if (!clients.back()->connect(10s)) state.SkipWithError("no connection");
    }
    const SyncRate disk;
    const auto began = steady_clock::now();
    std::jthread sender([&] { send(state, broker.url(), traffic); });
    while (stored < count && seconds_since(began) < 120.0) std::this_thread::sleep_for(1ms);
    const double took = seconds_since(began);
    sender.join();
    clients.clear();
    if (store.count_readings().value() != count)
      state.SkipWithError("the store does not hold every reading once");
    report(state, count, took, disk);
  }
}

/// From publish to the `ack` that tells of the commit, at 1,000 readings a second: an upper bound
/// of the time to the commit.
void latency(benchmark::State& state) {
  constexpr int count = 5000;
  const auto all = network();
  const auto& station = all.front();
  for (auto _ : state) {
    const test::TemporaryFolder folder;
    const auto broker = PrivateBroker::start(folder / "broker").value();
    Watching watching(broker.url(), folder / "store", folder / "store/readings.db");
    messaging::Options options;
    options.url = broker.url();
    options.client_id = "reader";
    std::atomic<bool> listening = false;
    messaging::Receiver reader(options, {"vv/v1/ack/op/" + station.id, "vv/v1/sys/heartbeat"},
                               {.on_connected = [&] { listening = true; }, .on_lost = {}});
    if (!reader.start()) state.SkipWithError("no reader");
    while (!listening) std::this_thread::sleep_for(1ms);
    // With its first heartbeat the service has a connection to tell on.
    if (const auto heard = reader.take(1, 30s); !heard.empty()) reader.acknowledge(heard);
    std::vector<steady_clock::time_point> sent(count + 1);
    std::vector<double> waited;
    const auto began = steady_clock::now();
    std::jthread sender([&] {
      test::RawPublisher publisher(broker.url(), 1);
      for (int n = 1; n <= count; ++n) {
        std::this_thread::sleep_until(began + n * 1ms);
        sent[static_cast<std::size_t>(n)] = steady_clock::now();
        publisher.publish("vv/v1/obs/op/" + station.id + "/stage",
                          sensors::encode(station, reading_of(station, n, true)));
      }
    });
    int told = 0;
    while (told < count && seconds_since(began) < 120.0)
      for (const auto& delivery : reader.take(100, 100ms)) {
        const auto now = steady_clock::now();
        const auto ack = nlohmann::json::parse(delivery.message.payload, nullptr, false);
        for (const int to = ack.value("stored_to", 0); told < to;) {
          ++told;
          waited.push_back(
              std::chrono::duration<double>(now - sent[static_cast<std::size_t>(told)]).count());
        }
        reader.acknowledge({&delivery, 1});
      }
    state.SetIterationTime(seconds_since(began));
    sender.join();
    if (told < count) state.SkipWithError("not every reading was acknowledged");
    std::ranges::sort(waited);
    if (waited.empty()) return;
    state.counters["p50_ms"] = 1e3 * waited[waited.size() / 2];
    state.counters["p99_ms"] = 1e3 * waited[waited.size() * 99 / 100];
    state.counters["fdatasync/s"] = measure_sync_rate();
  }
}

void lasting(benchmark::internal::Benchmark* one) {
  one->Iterations(1)->UseManualTime()->Unit(benchmark::kSecond);
}

BENCHMARK_CAPTURE(single, file, Where::file)->Name("watch/single")->Arg(20'000)->Apply(lasting);
BENCHMARK_CAPTURE(single_numbered, file, Where::file)
    ->Name("watch/single_numbered")
    ->Arg(40'000)
    ->Apply(lasting);
BENCHMARK_CAPTURE(batch, file, Where::file)->Name("watch/batch")->Arg(400'000)->Apply(lasting);
BENCHMARK(latency)->Name("watch/latency_at_1000_per_second")->Apply(lasting);
BENCHMARK(memory)->Name("watch/memory")->Arg(2'000'000)->Arg(10'000'000)->Apply(lasting);
BENCHMARK_CAPTURE(single, server, Where::server)
    ->Name("watch/postgresql/single")
    ->Arg(10'000)
    ->Apply(lasting);
BENCHMARK_CAPTURE(single_numbered, server, Where::server)
    ->Name("watch/postgresql/single_numbered")
    ->Arg(10'000)
    ->Apply(lasting);
BENCHMARK_CAPTURE(batch, server, Where::server)
    ->Name("watch/postgresql/batch")
    ->Arg(200'000)
    ->Apply(lasting);
BENCHMARK(paho)->Name("paho/commit_in_callback/connections")->Arg(1)->Arg(4)->Apply(lasting);

}  // namespace
}  // namespace vandvagt

BENCHMARK_MAIN();
