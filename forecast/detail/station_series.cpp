#include "forecast/detail/station_series.hpp"

#include <algorithm>

namespace vandvagt::forecast::detail {
namespace {

/// `readings` that lie in silences of `marks` longer than max_age, merged into them.
std::vector<Mark> fill_silences(const std::vector<Mark>& marks,
                                const std::vector<Observation>& readings, int source,
                                Duration max_age, Time now) {
  const auto in_silence = [&](Time t) {
    const auto after = std::ranges::upper_bound(marks, t, {}, &Mark::time);
    if (after == marks.begin()) return true;  // before the first
    const Time before = std::prev(after)->time;
    const Time next = after == marks.end() ? now : after->time;
    return before != t && next - before > max_age;
  };
  std::vector<Mark> merged = marks;
  for (const Observation& reading : readings) {
    if (in_silence(reading.time)) merged.push_back({reading.time, reading.value, source});
  }
  std::ranges::stable_sort(merged, {}, &Mark::time);
  return merged;
}

}  // namespace

std::vector<Mark> merge_chain(const std::vector<std::vector<Observation>>& chain, Duration max_age,
                              Time now) {
  std::vector<Mark> marks;
  for (std::size_t k = 0; k < chain.size(); ++k) {
    marks = fill_silences(marks, chain[k], static_cast<int>(k), max_age, now);
  }
  std::vector<Mark> held;
  for (std::size_t k = 0; k < marks.size(); ++k) {
    const bool silence = k > 0 && marks[k].time - marks[k - 1].time > max_age;
    const Time just_before = marks[k].time - Duration{1};
    if (silence && just_before > marks[k - 1].time) {
      held.push_back({just_before, marks[k - 1].value, marks[k - 1].source, true});
    }
    held.push_back(marks[k]);
  }
  return held;
}

Time settled_until(const std::vector<Mark>& marks, const std::vector<bool>& judged_later,
                   Duration max_age, Time now) {
  if (marks.empty() || now - marks.back().time > max_age) return now;
  const bool open = judged_later.at(static_cast<std::size_t>(marks.back().source));
  if (open && marks.size() > 1) return marks[marks.size() - 2].time;
  return std::min(marks.back().time, now);
}

}  // namespace vandvagt::forecast::detail
