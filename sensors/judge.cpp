#include "sensors/judge.hpp"

#include <algorithm>

#include "sensors/check.hpp"

namespace vandvagt::sensors {
namespace {

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

}  // namespace

Result<std::vector<Review>> judge(const Catalogue& catalogue, const Store& store,
                                  std::vector<Reading>& readings, Time now) {
  const Station& station = *catalogue.find(readings.front().station);
  const auto parameter = station.parameter;
  const Time first = readings.front().time, last = readings.back().time;
  auto before = store.last(station.id, parameter, first - instant, history_needed(station));
  if (!before) return fail(before.error());
  const auto among = store.read(station.id, parameter, first, last);
  if (!among) return fail(among.error());
  const auto newest = store.last(station.id, parameter, now + most_ahead, 1);
  if (!newest) return fail(newest.error());
  before->insert(before->end(), among->begin(), among->end());
  Context context(station, std::move(*before));
  std::vector<Review> reviews;
  for (auto& reading : readings) {
    reading.late = !newest->empty() && reading.time < newest->front().time;
    context.judge(reading, now, reviews);
  }
  return reviews;
}

}  // namespace vandvagt::sensors
