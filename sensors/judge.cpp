#include "sensors/judge.hpp"

#include <algorithm>
#include <map>

#include "sensors/check.hpp"

namespace vandvagt::sensors {
namespace {

constexpr Duration instant{1};
constexpr int looked_at_after = 2;
constexpr int most_among = 2000;  // stored readings in the span of a message, read as one

/// What is known of a series around a message's readings: stored ones and, as they are checked, the
/// message's own. So readings of one batch are judged by each other as if they had come singly.
class Context {
 public:
  Context(const Station& station, std::vector<Reading> stored, const Surroundings& around)
      : station_(station),
        needed_(static_cast<std::size_t>(history_needed(station))),
        around_(around) {
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
    const auto known = std::span<const Reading>(known_);
    auto after = at;
    if (after < known.size() && known[after].time == reading.time) ++after;
    around_.later = known.subspan(after);
    const auto verdict = check(station_, known.subspan(from, at - from), reading, now, around_);
    reading.quality = verdict.quality;
    if (verdict.previous) pass_on(at - 1, *verdict.previous, now, reviews);
    if (verdict.next) pass_on(after, *verdict.next, now, reviews);
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
  Surroundings around_;
  std::vector<Reading> known_;  // in order of time, one a time stamp
  std::vector<Reading*> own_;   // of the message; nullptr: stored before
};

/// Readings of another station around those of a message; none where none is named.
Result<std::vector<Reading>> read_beside(const Catalogue& catalogue, const Store& store,
                                         const std::string& id, std::pair<Time, Time> span,
                                         Duration margin) {
  const Station* other = catalogue.find(id);
  if (other == nullptr) return std::vector<Reading>{};
  return store.read(id, other->parameter, span.first - margin, span.second + margin);
}

/// Stored readings after `last`, as many as a late reading's spike tests look at: all of them would
/// make each late reading cost what the series is long.
Result<std::vector<Reading>> read_after(const Store& store, const Station& station, Time last) {
  const auto interval = station.limits.expected_interval.value_or(std::chrono::hours{6});
  return store.first(station.id, station.parameter, last + instant, last + 4 * interval,
                     looked_at_after);
}

/// What is stored in the span of a message's readings. A batch may reach over years of a dense
/// series: then only what the tests look at around each of its readings.
Result<std::vector<Reading>> read_among(const Store& store, const Station& station,
                                        const std::vector<Reading>& readings) {
  const auto parameter = station.parameter;
  const Time last = readings.back().time;
  auto all = store.first(station.id, parameter, readings.front().time, last, most_among + 1);
  if (!all || all->size() <= static_cast<std::size_t>(most_among)) return all;
  std::map<Time, Reading> around;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const Time at = readings[i].time;
    const auto before = store.last(station.id, parameter, at, history_needed(station) + 1);
    if (!before) return fail(before.error());
    const Time next = i + 1 < readings.size() ? readings[i + 1].time : last;
    const auto after = store.first(station.id, parameter, at + instant, next, looked_at_after);
    if (!after) return fail(after.error());
    for (const auto& reading : *before)
      if (reading.time >= readings.front().time) around.emplace(reading.time, reading);
    for (const auto& reading : *after) around.emplace(reading.time, reading);
  }
  std::vector<Reading> among;
  among.reserve(around.size());
  for (auto& [time, reading] : around) among.push_back(std::move(reading));
  return among;
}

}  // namespace

Result<std::vector<Review>> judge(const Catalogue& catalogue, const Store& store,
                                  std::vector<Reading>& readings, Time now) {
  const Station& station = *catalogue.find(readings.front().station);
  const auto parameter = station.parameter;
  const Time first = readings.front().time, last = readings.back().time;
  auto known = store.last(station.id, parameter, first - instant, history_needed(station));
  if (!known) return fail(known.error());
  const auto among = read_among(store, station, readings);
  if (!among) return fail(among.error());
  known->insert(known->end(), among->begin(), among->end());
  const auto newest = store.last(station.id, parameter, now + most_ahead, 1);
  if (!newest) return fail(newest.error());
  if (!newest->empty() && newest->front().time > last) {
    const auto after = read_after(store, station, last);
    if (!after) return fail(after.error());
    known->insert(known->end(), after->begin(), after->end());
  }
  const auto& limits = station.limits;
  const Duration margin = 3 * limits.expected_interval.value_or(Duration{0});
  const auto neighbour = read_beside(catalogue, store, limits.neighbour, {first, last}, margin);
  if (!neighbour) return fail(neighbour.error());
  const auto companion = read_beside(catalogue, store, limits.companion, {first, last}, margin);
  if (!companion) return fail(companion.error());

  Context context(station, std::move(*known),
                  {.later = {}, .neighbour = *neighbour, .companion = *companion});
  std::vector<Review> reviews;
  for (auto& reading : readings) {
    reading.late = !newest->empty() && reading.time < newest->front().time;
    context.judge(reading, now, reviews);
  }
  return reviews;
}

}  // namespace vandvagt::sensors
