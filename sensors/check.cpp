#include "sensors/check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vandvagt::sensors {
namespace {

constexpr int gap_intervals = 2;

using Earlier = std::vector<const Reading*>;  // in order of time, one a time stamp

Earlier earlier_than(std::span<const Reading> history, Time time) {
  Earlier earlier;
  for (const auto& reading : history) {
    if (reading.time >= time) break;
    if (!earlier.empty() && earlier.back()->time == reading.time) earlier.pop_back();
    earlier.push_back(&reading);
  }
  return earlier;
}

bool is_gap(const QualityLimits& limits, Duration between) {
  return limits.expected_interval && between > gap_intervals * *limits.expected_interval;
}

Flag gap(const QualityLimits& limits, const Earlier& earlier, const Reading& candidate, Time now) {
  if (candidate.time > now + most_ahead) return Flag::fail;
  if (!limits.expected_interval || earlier.empty()) return Flag::not_evaluated;
  return is_gap(limits, candidate.time - earlier.back()->time) ? Flag::suspect : Flag::pass;
}

Flag gross_range(const QualityLimits& limits, double value) {
  const auto outside = [value](std::optional<double> low, std::optional<double> high) {
    return (low && value < *low) || (high && value > *high);
  };
  if (outside(limits.sensor_min, limits.sensor_max)) return Flag::fail;
  if (outside(limits.operator_min, limits.operator_max)) return Flag::suspect;
  const bool declared =
      limits.sensor_min || limits.sensor_max || limits.operator_min || limits.operator_max;
  return declared ? Flag::pass : Flag::not_evaluated;
}

// How far `middle` stands out from both neighbours in the same direction; 0 where it does not.
double spike_height(double before, double middle, double after) {
  const double rise = middle - before, fall = middle - after;
  return rise * fall > 0.0 ? std::min(std::abs(rise), std::abs(fall)) : 0.0;
}

Flag spike_of_previous(const QualityLimits& limits, const Earlier& earlier,
                       const Reading& candidate) {
  if ((!limits.spike_suspect && !limits.spike_fail) || earlier.size() < 2)
    return Flag::not_evaluated;
  const Reading& before = *earlier[earlier.size() - 2];
  const Reading& middle = *earlier.back();
  if (is_gap(limits, candidate.time - middle.time) || is_gap(limits, middle.time - before.time))
    return Flag::not_evaluated;
  const double height = spike_height(before.value, middle.value, candidate.value);
  if (limits.spike_fail && height >= *limits.spike_fail) return Flag::fail;
  if (limits.spike_suspect && height >= *limits.spike_suspect) return Flag::suspect;
  return Flag::pass;
}

// A spike is no measure for the reading after it, a step is.
Flag rate_of_change(const QualityLimits& limits, const Earlier& earlier, bool previous_is_spike,
                    const Reading& candidate) {
  if (!limits.rate_per_second) return Flag::not_evaluated;
  auto reference = earlier.rbegin();
  if (previous_is_spike && reference != earlier.rend()) ++reference;
  while (reference != earlier.rend() && (*reference)->quality.overall == Flag::fail) ++reference;
  if (reference == earlier.rend()) return Flag::not_evaluated;
  const double seconds = to_seconds(candidate.time - (*reference)->time);
  const double rate = std::abs(candidate.value - (*reference)->value) / seconds;
  return rate > *limits.rate_per_second ? Flag::suspect : Flag::pass;
}

Flag flat_line(const QualityLimits& limits, const Earlier& earlier, double value) {
  const auto needed = static_cast<std::size_t>(limits.flat_suspect_count);
  if (!limits.flat_tolerance || earlier.size() + 1 < needed) return Flag::not_evaluated;
  double low = value, high = value;
  int run = 1;
  for (auto it = earlier.rbegin(); it != earlier.rend() && run < limits.flat_fail_count; ++it) {
    low = std::min(low, (*it)->value);
    high = std::max(high, (*it)->value);
    if (high - low > *limits.flat_tolerance) break;
    ++run;
  }
  if (run >= limits.flat_fail_count) return Flag::fail;
  return run >= limits.flat_suspect_count ? Flag::suspect : Flag::pass;
}

Flag overall(const Quality& quality) {
  Flag worst = Flag::not_evaluated;
  for (std::size_t i = 0; i < qc_test_count; ++i) {
    const auto test = static_cast<QcTest>(i);
    const Flag flag = quality[test];
    // A gap before it does not make a reading worse; that it is well formed does not make it good.
    if (flag == Flag::suspect && test == QcTest::gap) continue;
    const bool of_the_value =
        test != QcTest::gap && test != QcTest::syntax && test != QcTest::location;
    if (flag == Flag::pass && worst == Flag::not_evaluated && of_the_value) worst = Flag::pass;
    if (flag == Flag::suspect || flag == Flag::fail) worst = std::max(worst, flag);
  }
  return worst;
}

}  // namespace

int history_needed(const Station& station) {
  constexpr int for_spike_and_rate = 4;  // the reading before, its neighbour, and one to spare
  return station.limits.flat_tolerance
             ? std::max(for_spike_and_rate, station.limits.flat_fail_count)
             : for_spike_and_rate;
}

Verdict check(const Station& station, std::span<const Reading> history, const Reading& candidate,
              Time now) {
  const auto& limits = station.limits;
  const auto earlier = earlier_than(history, candidate.time);
  Verdict verdict{.quality = candidate.quality, .previous = std::nullopt};

  const bool judged_before =
      !earlier.empty() && earlier.back()->quality[QcTest::spike] != Flag::not_evaluated;
  const Flag spike = spike_of_previous(limits, earlier, candidate);
  if (spike != Flag::not_evaluated && !judged_before) {
    verdict.previous = earlier.back()->quality;
    (*verdict.previous)[QcTest::spike] = spike;
    verdict.previous->overall = overall(*verdict.previous);
  }
  auto& quality = verdict.quality;
  quality[QcTest::gap] = gap(limits, earlier, candidate, now);
  quality[QcTest::gross_range] = gross_range(limits, candidate.value);
  quality[QcTest::rate_of_change] =
      rate_of_change(limits, earlier, spike == Flag::suspect || spike == Flag::fail, candidate);
  quality[QcTest::flat_line] = flat_line(limits, earlier, candidate.value);
  quality.overall = overall(quality);
  return verdict;
}

}  // namespace vandvagt::sensors
