#include "app/command_replay.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "app/exit_code.hpp"
#include "app/replay.hpp"
#include "app/station_link.hpp"
#include "config/configuration.hpp"
#include "messaging/client.hpp"
#include "messaging/topics.hpp"
#include "sensors/store.hpp"

namespace vandvagt::app {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using ScriptList = std::vector<SensorScript>;

constexpr std::chrono::milliseconds sending_timeout = 10s;

bool wanted(const std::vector<std::string>& stations, const std::string& id) {
  return stations.empty() || std::find(stations.begin(), stations.end(), id) != stations.end();
}

Result<ScriptList> stored_scripts(const config::Configuration& configuration,
                                  const ReplayArguments& arguments) {
  auto store = sensors::Store::open(sensors::StoreLocation::named(arguments.store.string()));
  if (!store) return fail(store.error());
  ScriptList scripts;
  for (const auto& station : configuration.stations) {
    if (!wanted(arguments.stations, station.id)) continue;
    auto readings = store->read(station.id, station.parameter,
                                arguments.from.value_or(parse_time("1900-01-01T00:00:00Z").value()),
                                arguments.to.value_or(parse_time("2199-12-31T23:59:59Z").value()));
    if (!readings) return fail(readings.error());
    if (!readings->empty()) scripts.push_back({station, std::move(*readings)});
  }
  return scripts;
}

ScriptList file_scripts(const config::Configuration& configuration,
                        const ReplayArguments& arguments, Faults& faults) {
  const auto& files = arguments.files.empty() ? configuration.replay.files : arguments.files;
  if (files.empty())
    faults.push_back({arguments.configuration.string() + ": replay.file",
                      "is missing: there is nothing to send",
                      "name files, or give --store, or write [replay] file"});
  ScriptList scripts = replay_files(configuration, files, faults);
  std::erase_if(scripts, [&](const SensorScript& script) {
    return !wanted(arguments.stations, script.station.id);
  });
  for (auto& script : scripts)
    std::erase_if(script.readings, [&](const sensors::Reading& reading) {
      return (arguments.from && reading.time < *arguments.from) ||
             (arguments.to && reading.time > *arguments.to);
    });
  std::erase_if(scripts, [](const SensorScript& script) { return script.readings.empty(); });
  return scripts;
}

struct Span {
  Time first, last;
};
Span span_of(const ScriptList& scripts) {
  Span span{scripts.front().readings.front().time, scripts.front().readings.front().time};
  for (const auto& script : scripts) {
    span.first = std::min(span.first, script.readings.front().time);
    span.last = std::max(span.last, script.readings.back().time);
  }
  return span;
}

/// The last reading is sent at its time. Numbers belong to a session of this replay.
void shift_to_now(ScriptList& scripts, double speed) {
  const auto span = span_of(scripts);
  const Time now = clock_now();
  const Duration lasts =
      speed > 0.0 ? from_seconds(to_seconds(span.last - span.first) / speed) : Duration{0};
  const Duration shift = now + lasts - span.last;
  const auto session = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  for (auto& script : scripts)
    for (auto& reading : script.readings) {
      reading.time += shift;
      if (reading.session) reading.session = session;
    }
}

/// What is sent of all stations, in order of sending.
struct Sending {
  sensors::Transmission what;
  std::string topic;
};
std::vector<Sending> plan(const ScriptList& scripts, const sensors::Disturbance& faults,
                          const messaging::Topics& topics) {
  std::vector<Sending> all;
  for (const auto& [station, readings] : scripts) {
    const auto topic =
        topics.observation(station.op, station.id, sensors::to_string(station.parameter));
    for (auto& one : sensors::transmissions(station, readings, faults))
      all.push_back({std::move(one), topic});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Sending& a, const Sending& b) { return a.what.when < b.what.when; });
  return all;
}

void wait_until(steady_clock::time_point when, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_until(lock, stop, when, [] { return false; });
}

/// How many were sent; fewer than all after a stop.
std::size_t send_all(const std::vector<Sending>& sendings, double speed, messaging::Client& client,
                     const std::stop_token& stop) {
  const auto began = steady_clock::now();
  std::size_t sent = 0;
  for (const auto& [what, topic] : sendings) {
    if (speed > 0.0)
      wait_until(began + std::chrono::duration_cast<steady_clock::duration>(
                             (what.when - sendings.front().what.when) / speed),
                 stop);
    while (!stop.stop_requested()) {
      const auto done = client.publish({.topic = topic, .payload = what.payload}, sending_timeout);
      if (done) break;
      fmt::print(stderr, "{}; trying again\n", done.error().message);
      wait_until(steady_clock::now() + 1s, stop);
    }
    if (stop.stop_requested()) break;
    ++sent;
  }
  return sent;
}

}  // namespace

int run_replay_command(const ReplayArguments& arguments, const std::stop_token& stop) {
  Faults faults = sensors::check_disturbance(arguments.faults);
  const auto configuration = config::load(arguments.configuration, arguments.data, faults);
  if (configuration && !configuration->broker)
    faults.push_back({arguments.configuration.string() + ": broker",
                      "is missing: there is nobody to send to", "write [broker] with its url"});
  Result<ScriptList> scripts;
  if (configuration && !arguments.store.empty())
    scripts = stored_scripts(*configuration, arguments);
  else if (configuration)
    scripts = file_scripts(*configuration, arguments, faults);
  if (!faults.empty()) {
    for (const auto& fault : faults) fmt::print(stderr, "{}\n", to_string(fault));
    return static_cast<int>(ExitCode::refused);
  }
  if (!scripts) return report(scripts.error());
  if (scripts->empty()) {
    fmt::print("no readings to send\n");
    return static_cast<int>(ExitCode::ok);
  }
  auto options = *configuration->broker;
  const auto topics = messaging::Topics::make(options.prefix);
  if (!topics) return report(topics.error());
  if (arguments.to_now) shift_to_now(*scripts, arguments.speed);
  const auto sendings = plan(*scripts, arguments.faults, *topics);
  options.client_id.clear();  // not to cut off a service of the same name
  messaging::Client client(options, {}, {});
  if (const auto connected = client.connect(options.connect_timeout); !connected)
    return report(connected.error());
  const auto sent = send_all(sendings, arguments.speed, client, stop);
  std::size_t measured = 0;
  for (const auto& script : *scripts) measured += script.readings.size();
  fmt::print("{} messages sent of {} readings from {} stations{}\n", sent, measured,
             scripts->size(), sent < sendings.size() ? "; stopped on request" : "");
  return static_cast<int>(sent < sendings.size() ? ExitCode::failed : ExitCode::ok);
}

}  // namespace vandvagt::app
