#include "sensors/intake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sensors/check.hpp"
#include "sensors/decode.hpp"
#include "sensors/detail/payload.hpp"
#include "sensors/judge.hpp"

namespace vandvagt::sensors {
namespace {

constexpr std::size_t most_reasons = 64;

std::string latest_payload(const Station& station, const Reading& reading) {
  std::string datum;
  if (!station.datum.empty()) datum = ",\"datum\":" + detail::json_text(station.datum);
  return fmt::format("{{\"t\":\"{}\",\"value\":{},\"unit\":{}{},\"flag\":{},\"tests\":\"{}\"}}",
                     format_time(reading.time), detail::value_text(station, reading.value),
                     detail::json_text(station.unit), datum,
                     static_cast<int>(reading.quality.overall), tests_text(reading.quality));
}

std::string ack_payload(const Progress& progress, Time now) {
  std::string gaps;
  for (const auto& [first, last] : progress.gaps)
    gaps += fmt::format("{}[{},{}]", gaps.empty() ? "" : ",", first, last);
  return fmt::format("{{\"session\":{},\"stored_to\":{},\"gaps\":[{}],\"t\":\"{}\"}}",
                     progress.session, progress.stored_to, gaps, format_time(now));
}

std::string category(const std::string& reason) {
  return reason.substr(0, reason.find(':'));
}

}  // namespace

Intake::Intake(Catalogue catalogue, Store& store)
    : catalogue_(std::move(catalogue)), store_(store) {}

Result<Outcome> Intake::receive(const std::string& topic, std::string_view payload, Time now) {
  const Arrived message{.topic = topic, .payload = payload, .received = now};
  auto outcomes = receive_all({&message, 1});
  if (!outcomes) return fail(outcomes.error());
  return std::move(outcomes->front());
}

Result<std::vector<Outcome>> Intake::receive_all(std::span<const Arrived> messages) {
  const std::lock_guard lock(mutex_);
  const auto before = counters_;
  std::vector<Outcome> outcomes;
  const auto stored = store_.together([&]() -> Result<void> {
    for (const auto& message : messages) {
      auto outcome = take(message);
      if (!outcome) return fail(outcome.error());
      outcomes.push_back(std::move(*outcome));
    }
    return {};
  });
  if (!stored) {
    counters_ = before;
    ++counters_.store_errors;
    return fail(stored.error());
  }
  if (!messages.empty()) tell_progress(outcomes, messages.back().received);
  return outcomes;
}

// The readings are stored: that an ack cannot be told now must not make the broker repeat them.
void Intake::tell_progress(std::vector<Outcome>& outcomes, Time now) const {
  std::set<const Station*> told;
  for (auto outcome = outcomes.rbegin(); outcome != outcomes.rend(); ++outcome) {
    const auto numbered = [](const Outcome::Kept& kept) {
      return kept.reading.sequence.has_value();
    };
    if (outcome->station == nullptr || told.contains(outcome->station) ||
        std::none_of(outcome->readings.begin(), outcome->readings.end(), numbered))
      continue;
    told.insert(outcome->station);
    const auto progress = store_.progress(outcome->station->id);
    if (progress && *progress) outcome->ack = ack_payload(**progress, now);
  }
}

Result<Outcome> Intake::take(const Arrived& message) {
  ++counters_.messages;
  auto readings = decode(catalogue_, message.topic, message.payload, message.received);
  if (!readings) return put_away(message, readings.error().message);
  return keep(std::move(*readings), message.received);
}

Result<Outcome> Intake::put_away(const Arrived& message, const std::string& reason) {
  Outcome outcome;
  outcome.quarantined =
      Quarantined{.received = message.received,
                  .topic = std::string(message.topic),
                  .reason = reason,
                  .payload = std::string(message.payload.substr(0, largest_payload))};
  if (const auto stored = store_.quarantine(*outcome.quarantined); !stored)
    return fail(stored.error());
  ++counters_.quarantined;
  auto& reasons = counters_.quarantined_by_reason;
  const std::string kind = category(reason);
  ++reasons[reasons.size() < most_reasons || reasons.contains(kind) ? kind : "other"];
  return outcome;
}

Result<Outcome> Intake::keep(std::vector<Reading> readings, Time now) {
  const Station& station = *catalogue_.find(readings.front().station);
  std::stable_sort(readings.begin(), readings.end(),
                   [](const Reading& a, const Reading& b) { return a.time < b.time; });
  auto reviews = judge(catalogue_, store_, readings, now);
  if (!reviews) return fail(reviews.error());
  Outcome outcome;
  outcome.station = &station;
  outcome.reviews = std::move(*reviews);
  const auto stored = store_.add(readings, outcome.reviews);
  if (!stored) return fail(stored.error());

  const Reading* newest_usable_stamp = nullptr;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    auto& reading = readings[i];
    ++counters_.readings;
    ++((*stored)[i] == Stored::added       ? counters_.added
       : (*stored)[i] == Stored::duplicate ? counters_.duplicate
                                           : counters_.revision);
    if (!reading.late && reading.time <= now + most_ahead && (*stored)[i] != Stored::duplicate)
      newest_usable_stamp = &reading;
  }
  if (newest_usable_stamp != nullptr)
    outcome.latest = latest_payload(station, *newest_usable_stamp);
  for (std::size_t i = 0; i < readings.size(); ++i)
    outcome.readings.push_back({std::move(readings[i]), (*stored)[i]});
  return outcome;
}

Result<std::vector<Intake::Retained>> Intake::retained(Time now) const {
  std::vector<Retained> all;
  for (const auto& station : catalogue_.stations()) {
    const auto newest = store_.last(station.id, station.parameter, now + most_ahead, 1);
    if (!newest) return fail(newest.error());
    const auto progress = store_.progress(station.id);
    if (!progress) return fail(progress.error());
    Retained retained{.station = &station, .latest = {}, .ack = {}};
    if (!newest->empty()) retained.latest = latest_payload(station, newest->back());
    if (*progress) retained.ack = ack_payload(**progress, now);
    if (!retained.latest.empty() || !retained.ack.empty()) all.push_back(std::move(retained));
  }
  return all;
}

IntakeCounters Intake::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace vandvagt::sensors
