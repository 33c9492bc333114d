#include "alerts/detail/run_record.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "alerts/detail/rise.hpp"

namespace vandvagt::alerts::detail {
namespace {

struct Window {
  Time from, to;
};

// One member against one level. An exceedance seen at one output time lasts, for all that is known,
// until the next one.
struct MemberOutlook {
  std::optional<Time> first, last_end;  // at or above `raise`, seen within the window
  std::optional<Time> possible_end;     // the same, also if seen just before the window
  std::optional<Time> not_clear_end;    // at or above `clear` anywhere in the series
};

bool has_values(const MemberSeries& member, const Window& window) {
  for (std::size_t i = 0; i < member.times.size(); ++i) {
    if (member.times[i] >= window.from && member.times[i] <= window.to &&
        std::isfinite(member.values[i])) {
      return true;
    }
  }
  return false;
}

// A member with a hole in the window may have been above there.
bool has_holes(const MemberSeries& member, const Window& window) {
  if (!has_values(member, window)) return true;
  for (std::size_t i = 0; i < member.times.size(); ++i) {
    if (member.times[i] <= window.to && !std::isfinite(member.values[i])) return true;
  }
  return false;
}

MemberOutlook outlook_of(const MemberSeries& member, const Level& level, double sign,
                         const Window& window) {
  MemberOutlook outlook;
  for (std::size_t i = 0; i < member.times.size() && member.times[i] <= window.to; ++i) {
    const double value = sign * member.values[i];
    const bool last = i + 1 == member.times.size();
    const Time end = last ? window.to : std::min(member.times[i + 1], window.to);
    if (value >= sign * level.clear) outlook.not_clear_end = end;
    if (!(value >= sign * level.raise)) continue;
    if (end >= window.from) outlook.possible_end = end;
    if (member.times[i] < window.from) continue;
    if (!outlook.first) outlook.first = member.times[i];
    outlook.last_end = end;
  }
  if (has_holes(member, window)) {
    outlook.possible_end = window.to;
    outlook.not_clear_end = window.to;
  }
  return outlook;
}

// The time by which `rank` (1-based) of the times have come (less) or still last (greater).
template <class Compare>
std::optional<Time> ranked(std::vector<Time> times, std::size_t rank, Compare before) {
  if (times.size() < rank) return std::nullopt;
  std::sort(times.begin(), times.end(), before);
  return times[rank - 1];
}

Time series_start(const ForecastEvidence& forecast) {
  std::optional<Time> start;
  for (const auto& member : forecast.members) {
    if (!member.times.empty() && (!start || member.times.front() < *start)) {
      start = member.times.front();
    }
  }
  return start.value_or(forecast.reference_time);
}

LevelOutlook level_outlook(const Rule& rule, const Level& level, const ForecastEvidence& forecast,
                           const Window& window) {
  std::vector<Time> firsts, ends, possible_ends, not_clear_ends;
  std::size_t known = 0;
  for (const auto& member : forecast.members) {
    const auto one = outlook_of(member, level, direction(rule.quantity), window);
    if (has_values(member, window)) ++known;
    if (one.first) firsts.push_back(*one.first);
    if (one.last_end) ends.push_back(*one.last_end);
    if (one.possible_end) possible_ends.push_back(*one.possible_end);
    if (one.not_clear_end) not_clear_ends.push_back(*one.not_clear_end);
  }
  const std::size_t needed = members_needed(rule, known);
  const std::size_t needed_of_all = members_needed(rule, forecast.members.size());
  LevelOutlook outlook;
  outlook.share = static_cast<double>(firsts.size()) / static_cast<double>(known);
  outlook.hit = firsts.size() >= needed;
  outlook.onset = ranked(firsts, needed, std::less<>{});
  outlook.until = ranked(ends, needed, std::greater<>{});
  outlook.possible_until = ranked(possible_ends, needed_of_all, std::greater<>{});
  outlook.below_clear_since = ranked(not_clear_ends, needed_of_all, std::greater<>{});
  if (!outlook.below_clear_since) outlook.below_clear_since = series_start(forecast);
  return outlook;
}

ForecastEvidence rates_of(const Rule& rule, const ForecastEvidence& given) {
  ForecastEvidence rates = given;
  for (auto& member : rates.members) member = rise_of(rule, member);
  return rates;
}

// Each member's worst value within the window, the worst member first.
std::vector<Peak> member_peaks(const Rule& rule, const ForecastEvidence& forecast,
                               const Window& window) {
  const double sign = direction(rule.quantity);
  std::vector<Peak> peaks;
  for (const auto& member : forecast.members) {
    std::optional<Peak> peak;
    for (std::size_t i = 0; i < member.times.size(); ++i) {
      if (member.times[i] < window.from || member.times[i] > window.to ||
          !std::isfinite(member.values[i])) {
        continue;
      }
      if (!peak || sign * member.values[i] > sign * peak->value) {
        peak = Peak{member.values[i], member.times[i]};
      }
    }
    if (peak) peaks.push_back(*peak);
  }
  std::stable_sort(peaks.begin(), peaks.end(), [sign](const Peak& a, const Peak& b) {
    return sign * a.value > sign * b.value;
  });
  return peaks;
}

}  // namespace

std::size_t members_needed(const Rule& rule, std::size_t members) {
  // The small number lets 0.3 of 10 be 3 and not 4.
  const double needed = std::ceil(rule.raise_probability * static_cast<double>(members) - 1e-9);
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::max(0.0, needed)));
}

std::optional<RunRecord> record_run(const Rule& rule, const ForecastEvidence& given, Time now) {
  for (const auto& member : given.members) {
    if (member.values.size() != member.times.size()) return std::nullopt;
  }
  const bool of_rise = rule.quantity == Quantity::rate_of_rise;
  const ForecastEvidence rates = of_rise ? rates_of(rule, given) : ForecastEvidence{};
  const ForecastEvidence& forecast = of_rise ? rates : given;
  const Window window{std::max(now, forecast.reference_time),
                      forecast.reference_time + rule.lead_window};
  const auto peaks = member_peaks(rule, forecast, window);
  if (peaks.empty()) return std::nullopt;
  RunRecord record{.run = forecast.run,
                   .reference_time = forecast.reference_time,
                   .levels = {},
                   .peak = peaks[std::min(members_needed(rule, peaks.size()), peaks.size()) - 1],
                   .highest = peaks.front(),
                   .extent = forecast.extent,
                   .state_used = forecast.state_used,
                   .configuration_digest = forecast.configuration_digest,
                   .inputs_digest = forecast.inputs_digest,
                   .model_version = forecast.model_version};
  for (const auto& level : rule.levels) {
    record.levels.push_back(level_outlook(rule, level, forecast, window));
  }
  return record;
}

}  // namespace vandvagt::alerts::detail
