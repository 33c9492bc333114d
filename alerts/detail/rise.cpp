#include "alerts/detail/rise.hpp"

#include <algorithm>

namespace vandvagt::alerts::detail {

std::optional<double> rise_at(const Rule& rule, const std::vector<ObservedReading>& recent,
                              const ObservedReading& newest) {
  const Time from = newest.time - rule.rise_window;
  const auto after = std::upper_bound(
      recent.begin(), recent.end(), from,
      [](Time time, const ObservedReading& reading) { return time < reading.time; });
  if (after == recent.begin()) return std::nullopt;
  const auto& base = *(after - 1);
  if (base.time < from - rule.fresh) return std::nullopt;
  return (newest.value - base.value) / to_seconds(newest.time - base.time);
}

void remember_for_rise(const Rule& rule, std::vector<ObservedReading>& recent,
                       const ObservedReading& newest) {
  const bool crowded =
      recent.size() >= 2 && newest.time - (recent.end() - 2)->time < rule.rise_window / 60;
  if (crowded) recent.pop_back();
  recent.push_back(newest);
  const Time needed = newest.time - rule.rise_window - rule.fresh;
  const auto keep = std::find_if(recent.begin(), recent.end(),
                                 [&](const auto& reading) { return reading.time >= needed; });
  recent.erase(recent.begin(), keep);
}

MemberSeries rise_of(const Rule& rule, const MemberSeries& member) {
  MemberSeries rise{.member = member.member, .times = {}, .values = {}};
  const std::size_t count = std::min(member.times.size(), member.values.size());
  std::size_t base = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Time from = member.times[i] - rule.rise_window;
    while (base + 1 < i && member.times[base + 1] <= from) ++base;
    if (member.times[base] > from) continue;
    const double seconds = to_seconds(member.times[i] - member.times[base]);
    rise.times.push_back(member.times[i]);
    rise.values.push_back((member.values[i] - member.values[base]) / seconds);
  }
  return rise;
}

}  // namespace vandvagt::alerts::detail
