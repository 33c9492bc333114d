#include "watch/keeper.hpp"

#include <utility>

#include "sensors/check.hpp"

namespace vandvagt::watch {
namespace {

using namespace std::chrono_literals;
using messaging::Delivery;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_up = 200ms;

}  // namespace

Keeper::Keeper(Setup setup, messaging::Receiver& receiver, Board& board, Health& health)
    : setup_(std::move(setup)),
      receiver_(receiver),
      board_(board),
      health_(health),
      limits_(setup_.options),
      book_(setup_.catalogue, setup_.options),
      patience_(setup_.readings.is_server()) {}

// The store is opened anew after every failure: one that was read-only stays so for the connection.
Result<void> Keeper::open() {
  auto opened = sensors::Store::open(setup_.readings);
  if (!opened) return fail(opened.error());
  if (store_) {
    *store_ = std::move(*opened);  // the intake refers to it and goes on counting
    return {};
  }
  store_.emplace(std::move(*opened));
  intake_.emplace(setup_.catalogue, *store_);
  for (const auto& station : setup_.catalogue.stations()) {
    const auto newest =
        store_->last(station.id, station.parameter, setup_.now() + sensors::most_ahead, 1);
    if (newest && !newest->empty()) book_.heard(station.id, newest->back().received);
  }
  return {};
}

bool Keeper::ready(const std::stop_token& stop) {
  if (store_) return true;
  const auto opened = open();
  if (opened) {
    health_.well("store");
    return true;
  }
  health_.degraded("store", "readings cannot be stored: " + opened.error().message);
  patience_.pause(stop);
  return false;
}

void Keeper::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      if (!ready(stop)) continue;
      if (tell_all_.exchange(false)) publish_everything();
      auto deliveries = receiver_.take(static_cast<std::size_t>(setup_.options.group), look_up);
      if (!deliveries.empty()) handle(std::move(deliveries), stop);
      if (const auto now = steady_clock::now(); now >= next_statuses_) {
        next_statuses_ = now + setup_.options.status_interval;
        publish_statuses(book_.changed(setup_.now()));
        look_at_server();
      }
    } catch (const std::exception& e) {  // no memory: what was not acknowledged comes again
      health_.log(std::string("readings: ") + e.what());
      receiver_.reconnect("messages were dropped for want of memory");
      patience_.pause(stop);
    }
  }
}

void Keeper::handle(Deliveries deliveries, const std::stop_token& stop) {
  const auto readings = sort_out(std::move(deliveries));
  if (readings.empty()) return;
  if (keep(readings)) {
    receiver_.acknowledge(readings);
    patience_.well();
    health_.well("store");
  } else {
    keep_patiently(readings, stop);
  }
}

// Takes out what is no reading or over its limit, and acknowledges that at once.
Keeper::Deliveries Keeper::sort_out(Deliveries deliveries) {
  Deliveries readings, done;
  const auto now = Limits::Clock::now();
  for (auto& delivery : deliveries) {
    const auto& message = delivery.message;
    if (hear(message)) {
      done.push_back(std::move(delivery));
    } else if (!limits_.admit(message.topic, now)) {
      ++over_limit_;
      if (book_.over_limit(message.topic, setup_.topics, setup_.now()))
        health_.log(message.topic +
                    ": more messages than its limit; what exceeds it is not stored");
      done.push_back(std::move(delivery));
    } else {
      readings.push_back(std::move(delivery));
    }
  }
  receiver_.acknowledge(done);
  return readings;
}

bool Keeper::hear(const messaging::Message& message) {
  if (const auto status = setup_.topics.parse_status(message.topic)) {
    book_.network_says(status->op, status->station, message.payload);
    return true;
  }
  if (message.topic == setup_.topics.heartbeat() ||
      setup_.topics.parse_receipt(message.topic).has_value() ||
      setup_.topics.parse_request(message.topic).has_value() ||
      setup_.topics.parse_run_status(message.topic).has_value()) {
    setup_.other(message);
    return true;
  }
  return false;
}

Result<void> Keeper::keep(std::span<const Delivery> readings) {
  const Time now = setup_.now();
  std::vector<sensors::Arrived> arrived;
  arrived.reserve(readings.size());
  for (const auto& reading : readings)
    arrived.push_back(
        {.topic = reading.message.topic, .payload = reading.message.payload, .received = now});
  const auto outcomes = intake_->receive_all(arrived);
  if (!outcomes) return fail(outcomes.error());
  ++groups_;
  publish(*outcomes);
  return {};
}

// What could not be kept together is kept one by one, each for as long as the disk refuses it: a
// little space may do for some, and nothing that was not stored is acknowledged.
void Keeper::keep_patiently(const Deliveries& readings, const std::stop_token& stop) {
  for (const auto& reading : readings) {
    while (true) {
      const auto kept = keep({&reading, 1});
      if (kept) break;
      health_.degraded("store", "readings cannot be stored: " + kept.error().message);
      if (stop.stop_requested()) return;
      patience_.pause(stop);
      if (const auto again = open(); !again)
        health_.degraded("store", "readings cannot be stored: " + again.error().message);
    }
    receiver_.acknowledge({&reading, 1});
    patience_.well();
  }
  health_.well("store");
}

void Keeper::publish(const std::vector<sensors::Outcome>& outcomes) {
  const auto& topics = setup_.topics;
  const Time now = setup_.now();
  std::set<std::string> stations;
  bool announced = false;
  for (const auto& outcome : outcomes) {
    book_.count(outcome, topics, now);
    if (outcome.quarantined)
      health_.log("quarantined: " + outcome.quarantined->topic + ": " +
                  outcome.quarantined->reason);
    if (outcome.station == nullptr) continue;
    const auto& station = *outcome.station;
    if (!outcome.latest.empty())
      board_.put(topics.latest(station.op, station.id, sensors::to_string(station.parameter)),
                 outcome.latest);
    if (!outcome.ack.empty()) board_.put(topics.ack(station.op, station.id), outcome.ack);
    announced = announced || !outcome.latest.empty() || !outcome.ack.empty();
    for (const auto& kept : outcome.readings)
      if (kept.stored != sensors::Stored::duplicate) stations.insert(station.id);
    if (!outcome.reviews.empty()) stations.insert(station.id);
  }
  if (announced) setup_.announced();
  if (!stations.empty()) setup_.stored(stations);
}

void Keeper::publish_everything() {
  const auto& topics = setup_.topics;
  const auto retained = intake_->retained(setup_.now());
  if (!retained) {
    health_.degraded("store", retained.error().message);
    tell_all_ = true;
    return;
  }
  health_.well("store");
  for (const auto& one : *retained) {
    const auto& station = *one.station;
    if (!one.latest.empty())
      board_.put(topics.latest(station.op, station.id, sensors::to_string(station.parameter)),
                 one.latest);
    if (!one.ack.empty()) board_.put(topics.ack(station.op, station.id), one.ack);
  }
  publish_statuses(book_.all(setup_.now()));
  setup_.announced();
}

// A server can go away while no reading comes; a disk is found out by the next one.
void Keeper::look_at_server() {
  if (!setup_.readings.is_server()) return;
  const auto there = store_->answers();
  if (there)
    health_.well("store");
  else
    health_.degraded("store", "readings cannot be stored: " + there.error().message);
}

void Keeper::publish_statuses(const std::vector<StationBook::Status>& statuses) {
  for (const auto& [station, payload] : statuses)
    board_.put(setup_.topics.status(station->op, station->id), payload);
  if (!statuses.empty()) setup_.announced();
}

Keeper::Counters Keeper::counters() const {
  Counters counters;
  if (intake_) counters.intake = intake_->counters();
  counters.groups = groups_;
  counters.over_limit = over_limit_;
  return counters;
}

}  // namespace vandvagt::watch
