#include "sensors/intake.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sensors/check.hpp"
#include "sensors/decode.hpp"
#include "sensors/detail/payload.hpp"

namespace vandvagt::sensors {
namespace {

constexpr std::size_t most_reasons = 64;
constexpr Duration instant{1};

/// What is known of a series around a message's readings: stored ones and, as they are checked, the
/// message's own. So readings of one batch are judged by each other as if they had come singly.
class Context {
 public:
  Context(const Station& station, std::vector<Reading> stored)
      : station_(station), needed_(static_cast<std::size_t>(history_needed(station))) {
    for (auto& reading : stored) {
      known_.push_back(std::move(reading));
      own_.push_back(nullptr);
    }
  }

  // Checks `reading`, sets its flags, and passes on what it says of the one before.
  void judge(Reading& reading, Time now, std::vector<Review>& reviews) {
    const auto place = std::lower_bound(known_.begin(), known_.end(), reading.time,
                                        [](const Reading& r, Time t) { return r.time < t; });
    const auto at = static_cast<std::size_t>(place - known_.begin());
    const auto from = at > needed_ ? at - needed_ : 0;
    const auto verdict =
        check(station_, std::span<const Reading>(known_).subspan(from, at - from), reading, now);
    reading.quality = verdict.quality;
    if (verdict.previous) pass_on(at - 1, *verdict.previous, now, reviews);
    remember(at, reading);
  }

 private:
  void pass_on(std::size_t index, const Quality& quality, Time now, std::vector<Review>& reviews) {
    known_[index].quality = quality;
    // Not on the disk yet: the later verdict comes in time for the flags it is stored with.
    if (own_[index] != nullptr)
      own_[index]->quality = quality;
    else
      reviews.push_back({.station = station_.id,
                         .parameter = station_.parameter,
                         .time = known_[index].time,
                         .quality = quality,
                         .made = now});
  }

  void remember(std::size_t at, Reading& reading) {
    if (at == known_.size() || known_[at].time != reading.time) {
      const auto offset = static_cast<std::ptrdiff_t>(at);
      known_.insert(known_.begin() + offset, reading);
      own_.insert(own_.begin() + offset, &reading);
    } else if (known_[at].value != reading.value) {  // a revision; a repeat changes nothing
      known_[at] = reading;
      own_[at] = &reading;
    }
  }

  const Station& station_;
  std::size_t needed_;
  std::vector<Reading> known_;  // in order of time, one a time stamp
  std::vector<Reading*> own_;   // of the message; nullptr: stored before
};

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
  const std::lock_guard lock(mutex_);
  Result<Outcome> outcome = fail(ErrorCode::io, "");
  try {
    ++counters_.messages;
    outcome = take(topic, payload, now);
  } catch (const std::exception& e) {  // no memory: nothing was stored, the message comes again
    outcome = fail(ErrorCode::io, std::string("a message could not be taken in: ") + e.what());
  }
  if (!outcome) ++counters_.store_errors;
  return outcome;
}

Result<Outcome> Intake::take(const std::string& topic, std::string_view payload, Time now) {
  auto readings = decode(catalogue_, topic, payload, now);
  if (!readings) return put_away(topic, payload, now, readings.error().message);
  return keep(std::move(*readings), now);
}

Result<Outcome> Intake::put_away(const std::string& topic, std::string_view payload, Time now,
                                 const std::string& reason) {
  Outcome outcome;
  outcome.quarantined = Quarantined{.received = now,
                                    .topic = topic,
                                    .reason = reason,
                                    .payload = std::string(payload.substr(0, largest_payload))};
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
  const auto parameter = station.parameter;
  std::stable_sort(readings.begin(), readings.end(),
                   [](const Reading& a, const Reading& b) { return a.time < b.time; });
  const Time first = readings.front().time, last = readings.back().time;

  auto before = store_.last(station.id, parameter, first - instant, history_needed(station));
  if (!before) return fail(before.error());
  const auto among = store_.read(station.id, parameter, first, last);
  if (!among) return fail(among.error());
  const auto newest = store_.last(station.id, parameter, now + most_ahead, 1);
  if (!newest) return fail(newest.error());

  Outcome outcome;
  outcome.station = &station;
  before->insert(before->end(), among->begin(), among->end());
  Context context(station, std::move(*before));
  for (auto& reading : readings) {
    reading.late = !newest->empty() && reading.time < newest->front().time;
    context.judge(reading, now, outcome.reviews);
  }
  const auto stored = store_.add(readings, outcome.reviews);
  if (!stored) return fail(stored.error());

  const Reading* newest_usable_stamp = nullptr;
  bool numbered = false;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    auto& reading = readings[i];
    ++counters_.readings;
    ++((*stored)[i] == Stored::added       ? counters_.added
       : (*stored)[i] == Stored::duplicate ? counters_.duplicate
                                           : counters_.revision);
    numbered = numbered || reading.sequence.has_value();
    if (!reading.late && reading.time <= now + most_ahead && (*stored)[i] != Stored::duplicate)
      newest_usable_stamp = &reading;
  }
  if (newest_usable_stamp != nullptr)
    outcome.latest = latest_payload(station, *newest_usable_stamp);
  if (numbered) {
    const auto progress = store_.progress(station.id);
    // The readings are stored; that the ack cannot be told now must not make the broker repeat
    // them.
    if (progress && *progress) outcome.ack = ack_payload(**progress, now);
  }
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
