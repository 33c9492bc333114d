#pragma once

#include <string>
#include <vector>

#include "core/time.hpp"
#include "forecast/observations.hpp"

namespace vandvagt::forecast::detail {

/// A value that stands in a merged series, and which station of the chain gave it.
struct Mark {
  Time time;
  double value = 0.0;
  int source = 0;     // 0: the station itself, 1: its first fallback, ...
  bool held = false;  // not a reading: the value before it, just before the next one
};

/// Readings of a station, where it was silent for longer than `max_age` (before its first reading
/// and after its last one up to `now` included) those of the next in the chain, and so on. Where
/// none was heard the last value stands until the next reading. In order of time, times differ.
///
/// What stands at an instant t depends on the readings next to t alone, so two runs that ask for
/// different periods see the same values: readings after `now` can only change what lies after
/// `settled_until`.
std::vector<Mark> merge_chain(const std::vector<std::vector<Observation>>& chain, Duration max_age,
                              Time now);

/// Until when readings that arrive after `now` cannot change the merged series. A newest reading
/// that a spike test has still to judge (`judged_later`, by source) is not settled itself.
Time settled_until(const std::vector<Mark>& marks, const std::vector<bool>& judged_later,
                   Duration max_age, Time now);

}  // namespace vandvagt::forecast::detail
