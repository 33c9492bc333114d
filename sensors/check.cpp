#include "sensors/check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sensors/detail/context_tests.hpp"
#include "sensors/detail/limits.hpp"

namespace vandvagt::sensors {
namespace {

constexpr int gap_intervals = 2;

using detail::Earlier;

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

Flag climatology(const QualityLimits& limits, double value) {
  if (!limits.climatology_min && !limits.climatology_max) return Flag::not_evaluated;
  const bool outside = (limits.climatology_min && value < *limits.climatology_min) ||
                       (limits.climatology_max && value > *limits.climatology_max);
  return outside ? Flag::suspect : Flag::pass;
}

// Of `middle`, by its neighbours in time; not run where one is missing or too far away.
Flag spike(const QualityLimits& limits, const Reading* before, const Reading* middle,
           const Reading* after) {
  if (!limits.spike_suspect && !limits.spike_fail) return Flag::not_evaluated;
  if (before == nullptr || middle == nullptr || after == nullptr) return Flag::not_evaluated;
  if (is_gap(limits, after->time - middle->time) || is_gap(limits, middle->time - before->time))
    return Flag::not_evaluated;
  const double height = spike_height(before->value, middle->value, after->value);
  if (limits.spike_fail && height >= *limits.spike_fail) return Flag::fail;
  if (limits.spike_suspect && height >= *limits.spike_suspect) return Flag::suspect;
  return Flag::pass;
}

// What a change is measured from: a spike is no measure for the reading after it, a step is.
const Reading* reference_of(const Earlier& earlier, bool previous_is_spike) {
  auto reference = earlier.rbegin();
  if (previous_is_spike && reference != earlier.rend()) ++reference;
  while (reference != earlier.rend() && (*reference)->quality.overall == Flag::fail) ++reference;
  return reference == earlier.rend() ? nullptr : *reference;
}

Flag rate_of_change(const QualityLimits& limits, const Earlier& earlier, const Reading& reference,
                    const Reading& candidate) {
  const Flag by_deviations = detail::change_in_deviations(limits, earlier, reference, candidate);
  if (!limits.rate_per_second || by_deviations == Flag::suspect) return by_deviations;
  const double seconds = to_seconds(candidate.time - reference.time);
  const double rate = std::abs(candidate.value - reference.value) / seconds;
  return rate > *limits.rate_per_second ? Flag::suspect : Flag::pass;
}

Flag flat_line(const QualityLimits& limits, const Earlier& earlier, double value) {
  const int suspect_count = limits.flat_suspect_count.value_or(3);
  const int fail_count = limits.flat_fail_count.value_or(5);
  const auto needed = static_cast<std::size_t>(suspect_count);
  if (!limits.flat_tolerance || earlier.size() + 1 < needed) return Flag::not_evaluated;
  double low = value, high = value;
  int run = 1;
  for (auto it = earlier.rbegin(); it != earlier.rend() && run < fail_count; ++it) {
    low = std::min(low, (*it)->value);
    high = std::max(high, (*it)->value);
    if (high - low > *limits.flat_tolerance) break;
    ++run;
  }
  if (run >= fail_count) return Flag::fail;
  return run >= suspect_count ? Flag::suspect : Flag::pass;
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
  int needed = 4;  // for spike and rate: the reading before, its neighbour, and one to spare
  const auto look_at = [&needed](const QualityLimits& limits) {
    if (limits.flat_tolerance) needed = std::max(needed, limits.flat_fail_count.value_or(5));
    if (!limits.expected_interval || *limits.expected_interval <= Duration{0}) return;
    const auto window = [&](Duration length) {
      needed = std::max(needed, 1 + static_cast<int>(length / *limits.expected_interval));
    };
    if (limits.rate_deviations) window(limits.rate_window);
    if (limits.attenuated_suspect || limits.attenuated_fail) window(limits.attenuated_window);
  };
  look_at(station.limits);
  for (const auto& season : station.seasons) look_at(detail::merged(station.limits, season.limits));
  return needed;
}

namespace {

// The worse of what the message itself said and what was found; a test that did not run says
// nothing.
Flag worse(Flag a, Flag b) {
  if (a == Flag::not_evaluated) return b;
  return b == Flag::not_evaluated ? a : std::max(a, b);
}

// The flags of a stored reading with the spike test that can run now, if it had not and does.
std::optional<Quality> with_spike(const Reading* reading, Flag found) {
  if (reading == nullptr || found == Flag::not_evaluated) return std::nullopt;
  if (reading->quality[QcTest::spike] != Flag::not_evaluated) return std::nullopt;
  Quality quality = reading->quality;
  quality[QcTest::spike] = found;
  quality.overall = overall(quality);
  return quality;
}

}  // namespace

Verdict check(const Station& station, std::span<const Reading> history, const Reading& candidate,
              Time now, const Surroundings& around) {
  const auto limits = limits_at(station, candidate.time);
  const auto earlier = earlier_than(history, candidate.time);
  const auto before = [&](std::size_t n) {
    return earlier.size() >= n ? earlier[earlier.size() - n] : nullptr;
  };
  const auto after = [&](std::size_t n) {
    return around.later.size() >= n ? &around.later[n - 1] : nullptr;
  };
  Verdict verdict{.quality = candidate.quality, .previous = std::nullopt, .next = std::nullopt};
  const Flag spike_before = spike(limits, before(2), before(1), &candidate);
  verdict.previous = with_spike(before(1), spike_before);
  verdict.next = with_spike(after(1), spike(limits, &candidate, after(1), after(2)));

  auto& quality = verdict.quality;
  quality[QcTest::gap] = gap(limits, earlier, candidate, now);
  quality[QcTest::location] =
      worse(quality[QcTest::location], detail::location(station, limits, candidate));
  quality[QcTest::gross_range] = gross_range(limits, candidate.value);
  quality[QcTest::climatology] = climatology(limits, candidate.value);
  quality[QcTest::spike] = spike(limits, before(1), &candidate, after(1));
  const bool previous_is_spike = spike_before == Flag::suspect || spike_before == Flag::fail;
  if (const Reading* reference = reference_of(earlier, previous_is_spike); reference != nullptr) {
    quality[QcTest::rate_of_change] = rate_of_change(limits, earlier, *reference, candidate);
    quality[QcTest::multi_variate] =
        worse(quality[QcTest::multi_variate],
              detail::multi_variate(limits, *reference, candidate, around.companion));
  }
  quality[QcTest::flat_line] = flat_line(limits, earlier, candidate.value);
  quality[QcTest::attenuated_signal] = detail::attenuated_signal(limits, earlier, candidate);
  quality[QcTest::neighbour] = detail::neighbour(limits, candidate, around.neighbour);
  quality.overall = overall(quality);
  return verdict;
}

}  // namespace vandvagt::sensors
