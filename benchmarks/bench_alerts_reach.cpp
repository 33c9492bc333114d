// How soon a warning is with its subscriber. Two costs matter to an emergency service: from a
// published reading that crosses a level to the CAP message, while the whole network goes on
// sending; and from the end of a forecast to the last of its warnings, when all areas are warned at
// once. Broker and subscriber run on the same machine; every message is signed only where the name
// says so. Each case checks that every warning that must come has come, once, for its area.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "alerts/service.hpp"
#include "alerts/subscriber.hpp"
#include "app/dissemination.hpp"
#include "messaging/client.hpp"
#include "messaging/private_broker.hpp"
#include "sensors/encode.hpp"
#include "tests/messaging/raw_publisher.hpp"
#include "tests/support/support.hpp"
#include "watch/service.hpp"

namespace vandvagt {
namespace {

using namespace std::chrono_literals;
using messaging::PrivateBroker;
using std::chrono::steady_clock;

double seconds_since(steady_clock::time_point began) {
  return std::chrono::duration<double>(steady_clock::now() - began).count();
}

alerts::Area area_of(int number) {
  const double west = 8.0 + 0.01 * (number % 100), south = 55.0 + 0.01 * (number / 100);
  alerts::Area area;
  area.id = fmt::format("area-{}", number);
  area.name_da = area.name_en = fmt::format("Area {}", number);
  auto& ring = area.rings.emplace_back();
  for (int k = 0; k < 60; ++k) {  // as a municipality's outline is
    const double angle = 2.0 * 3.14159265358979 * k / 60.0;
    ring.push_back({west + 0.004 * std::cos(angle), south + 0.004 * std::sin(angle)});
  }
  ring.push_back(ring.front());
  area.geocodes = {{"EMMA_ID", fmt::format("DK{:03}", number % 1000)}};
  return area;
}

alerts::Rule gauge_rule(int number) {
  alerts::Rule rule;
  rule.id = fmt::format("rule-{}", number);
  rule.area = fmt::format("area-{}", number);
  rule.station = fmt::format("s{}", number);
  rule.datum = "EPSG:5799";
  rule.levels = {{"minor", 2.0, 1.8}, {"moderate", 2.5, 2.3}, {"severe", 3.0, 2.8}};
  return rule;
}

sensors::Station station_of(int number) {
  sensors::Station station;
  station.id = fmt::format("s{}", number);
  station.op = "op";
  station.unit = "m";
  station.datum = "EPSG:5799";
  station.datum_offset_declared = true;
  station.limits.sensor_min = -100.0;
  station.limits.sensor_max = 100.0;
  return station;
}

/// A subscriber that notes when the first message of each area came.
class Ear {
 public:
  explicit Ear(const std::string& url) {
    messaging::Options options;
    options.url = url;
    client_ = std::make_unique<messaging::Client>(
        options, std::vector<std::string>{"vv/v1/warn/+/cap"},
        messaging::Client::Callbacks{.on_message =
                                         [this](const messaging::Message& message) {
                                           const auto now = steady_clock::now();
                                           const std::lock_guard lock(mutex_);
                                           messages_.emplace_back(message, now);
                                           changed_.notify_all();
                                           return messaging::Handled::done;
                                         },
                                     .on_connected = {},
                                     .on_lost = {}});
    connected_ = client_->connect(10s).has_value();
  }
  bool connected() const { return connected_; }
  bool wait_for(std::size_t count, std::chrono::seconds longest) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, longest, [&] { return messages_.size() >= count; });
  }
  /// When each area's message came; empty where one is invalid, doubled, or another area's.
  std::map<std::string, steady_clock::time_point> by_area() {
    const std::lock_guard lock(mutex_);
    alerts::Subscriber subscriber(alerts::CapSchema::built_in().value());
    std::map<std::string, steady_clock::time_point> times;
    for (const auto& [message, time] : messages_) {
      const auto area = message.topic.substr(11, message.topic.size() - 11 - 4);
      const auto taken = subscriber.receive_cap(area, message.payload);
      if (!taken || *taken != alerts::Reception::accepted || !times.emplace(area, time).second)
        return {};
    }
    return times;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<messaging::Message, steady_clock::time_point>> messages_;
  bool connected_ = false;
  std::unique_ptr<messaging::Client> client_;
};

struct Network {
  int stations, rules, per_second, seconds, crossings;
};

/// Calm readings in turn over all stations; every so often one rule's station sends two above the
/// level, and the time of the second is noted.
std::map<std::string, steady_clock::time_point> play(const Network& network,
                                                     const std::string& url) {
  std::vector<sensors::Station> stations;
  for (int s = 0; s < network.stations; ++s) stations.push_back(station_of(s));
  const auto start =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - 20min;
  std::vector<int> sent(stations.size(), 0);
  const auto payload = [&](int s, double value) {
    const auto k = static_cast<std::size_t>(s);
    return sensors::encode(stations[k], {.station = stations[k].id,
                                         .time = start + ++sent[k] * std::chrono::seconds{1},
                                         .value = value});
  };
  const auto topic = [&](int s) { return fmt::format("vv/v1/obs/op/s{}/stage", s); };
  std::map<std::string, steady_clock::time_point> crossed;
  test::RawPublisher publisher(url, 1);
  const int total = network.per_second * network.seconds, every = total / network.crossings;
  const auto began = steady_clock::now();
  for (int n = 0; n < total; ++n) {
    std::this_thread::sleep_until(began + n * 1'000'000us / network.per_second);
    const int crossing = n / every;
    if (n % every == 0 && crossing < network.crossings) {
      publisher.publish(topic(crossing), payload(crossing, 2.2));
      crossed[fmt::format("area-{}", crossing)] = steady_clock::now();
      publisher.publish(topic(crossing), payload(crossing, 2.2));
    } else {  // stations without a rule that is to cross
      const int s = network.crossings + n % (network.stations - network.crossings);
      publisher.publish(topic(s), payload(s, 0.5 + 0.001 * (n % 7)));
    }
  }
  static_cast<void>(publisher.finish());
  return crossed;
}

void reading_to_cap(benchmark::State& state) {
  const Network network{.stations = 10'000,
                        .rules = 1000,
                        .per_second = 1000,
                        .seconds = static_cast<int>(state.range(0)),
                        .crossings = 400};
  for (auto _ : state) {
    const test::TemporaryFolder folder;
    const auto broker = PrivateBroker::start(folder / "broker").value();
    watch::Service::Setup setup;
    setup.model = "bench";
    for (int s = 0; s < network.stations; ++s) setup.stations.push_back(station_of(s));
    for (int r = 0; r < network.rules; ++r) {
      setup.alerts.rules.push_back(gauge_rule(r));
      setup.alerts.areas.push_back(area_of(r));
    }
    setup.broker.url = broker.url();
    setup.store_folder = folder / "store";
    std::atomic<bool> ready = false;
    auto service = watch::Service::start(std::move(setup), [&](const std::string& line) {
      if (line.find("receiving") != std::string::npos) ready = true;
    });
    if (!service) return state.SkipWithError(service.error().message.c_str());
    std::jthread running([&](const std::stop_token& stop) { (*service)->run(stop); });
    while (!ready) std::this_thread::sleep_for(5ms);
    Ear ear(broker.url());
    if (!ear.connected()) return state.SkipWithError("no subscriber");
    const auto began = steady_clock::now();
    const auto crossed = play(network, broker.url());
    ear.wait_for(crossed.size(), 60s);
    state.SetIterationTime(seconds_since(began));
    std::vector<double> waited;
    const auto heard = ear.by_area();
    for (const auto& [area, time] : crossed) {
      const auto found = heard.find(area);
      if (found == heard.end() || heard.size() != crossed.size()) {
        state.SkipWithError("not every warning came, once, for its area");
        return;
      }
      waited.push_back(std::chrono::duration<double>(found->second - time).count());
    }
    std::ranges::sort(waited);
    state.counters["warnings"] = static_cast<double>(waited.size());
    state.counters["p50_ms"] = 1e3 * waited[waited.size() / 2];
    state.counters["p99_ms"] = 1e3 * waited[waited.size() * 99 / 100];
    state.counters["max_ms"] = 1e3 * waited.back();
  }
}

alerts::ForecastEvidence run_of(Time reference, int members) {
  alerts::ForecastEvidence forecast;
  forecast.run = "bench";
  forecast.reference_time = reference;
  for (int m = 0; m < members; ++m) {
    alerts::MemberSeries series{m, {}, {}};
    for (int quarter = 0; quarter <= 48 * 4; ++quarter) {
      series.times.push_back(reference + quarter * std::chrono::minutes{15});
      series.values.push_back(quarter > 20 ? 0.8 : 0.0);
    }
    forecast.members.push_back(std::move(series));
  }
  return forecast;
}

void run_to_last_warning(benchmark::State& state) {
  const int areas = static_cast<int>(state.range(0)), members = 20;
  const bool is_signed = state.range(1) != 0;
  for (auto _ : state) {
    const test::TemporaryFolder folder;
    const auto broker = PrivateBroker::start(folder / "broker").value();
    alerts::AlertService::Setup setup;
    if (is_signed) {
      setup.options.signing_key = folder / "k.pem";
      setup.options.signing_certificate = folder / "c.pem";
      test::run_command("openssl req -x509 -nodes -newkey rsa:2048 -keyout '" +
                        setup.options.signing_key.string() + "' -out '" +
                        setup.options.signing_certificate.string() + "' -days 30 -subj /CN=bench");
    }
    for (int r = 0; r < areas; ++r) {
      auto rule = gauge_rule(r);
      rule.station.clear();
      rule.quantity = alerts::Quantity::area_depth;
      rule.levels = {{"minor", 0.2, 0.15}, {"severe", 0.5, 0.4}};
      setup.rules.push_back(rule);
      setup.areas.push_back(area_of(r));
    }
    config::Configuration configuration;
    configuration.broker = messaging::Options{};
    configuration.broker->url = broker.url();
    const Time now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto link = app::BrokerLink::open(configuration, now);
    auto outbox = alerts::Outbox::open(folder / "warnings.db");
    if (!link || !outbox) return state.SkipWithError("no broker or outbox");
    auto service = alerts::AlertService::create(setup, *outbox);
    if (!service) return state.SkipWithError(service.error().message.c_str());
    std::map<std::string, alerts::Evidence> evidence;
    for (const auto& rule : setup.rules)
      evidence[rule.id].forecast = run_of(now - std::chrono::minutes{10}, members);
    Ear ear(broker.url());
    const auto began = steady_clock::now();
    const auto report = service->evaluate_all(evidence, now);
    const double evaluated = seconds_since(began);
    if (!report) return state.SkipWithError(report.error().message.c_str());
    const auto sent = app::disseminate(*outbox, *link, setup.options, now);
    ear.wait_for(static_cast<std::size_t>(areas), 60s);
    const auto heard = ear.by_area();
    if (!sent || heard.size() != static_cast<std::size_t>(areas))
      return state.SkipWithError("not every warning came, once, for its area");
    steady_clock::time_point last{};
    for (const auto& [area, time] : heard) last = std::max(last, time);
    state.SetIterationTime(std::chrono::duration<double>(last - began).count());
    state.counters["evaluated_s"] = evaluated;
    state.counters["last_warning_s"] = std::chrono::duration<double>(last - began).count();
  }
}

BENCHMARK(reading_to_cap)
    ->Name("alerts/reading_to_cap/10000_stations_1000_rules_1000_per_second/seconds")
    ->Arg(20)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kSecond);
BENCHMARK(run_to_last_warning)
    ->Name("alerts/run_to_last_warning/areas/signed")
    ->Args({1000, 0})
    ->Args({1000, 1})
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kSecond);

}  // namespace
}  // namespace vandvagt

BENCHMARK_MAIN();
