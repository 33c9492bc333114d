#pragma once

#include <optional>
#include <span>

#include "core/time.hpp"
#include "sensors/station.hpp"

namespace vandvagt::sensors {

/// What checking one reading says: about itself, and about the reading before it, whose spike test
/// can only run now.
struct Verdict {
  Quality quality;
  std::optional<Quality> previous;  // set when the spike test ran on the reading before
};

/// A clock may run ahead by so much; a stamp further in the future is not believed.
inline constexpr Duration most_ahead = std::chrono::minutes{5};

/// How many readings before it `check` may look at.
int history_needed(const Station& station);

/// Real-time quality control of one reading (QARTOD manual for water level v2.1); a pure function.
/// @param history    earlier readings of the station in order of time, one a time stamp, newest
///                   flag sets; readings at or after the candidate's time are ignored
/// @param candidate  decoded, with its syntax digit; other digits are set here
/// @param now        for a stamp from the future
///
/// Tests that run where their limits are declared and there is enough history:
/// - gap: suspect after more than twice `expected_interval`; it speaks of what is missing before
///   the reading and does not lower `overall`. A stamp more than `most_ahead` after `now` is a
///   fail, and does.
/// - gross range: outside the sensor's range fail, outside the operator's suspect.
/// - spike, of the reading before: it stands out from both neighbours in the same direction, by the
///   smaller of the two differences ("differential" method of ioos_qc, which does not mistake a
///   step for a spike as the average of the neighbours does). Neighbours more than twice
///   `expected_interval` away are none.
/// - rate of change: against the newest earlier reading that did not fail and is not found a spike
///   now; at most suspect.
/// - flat line: the newest `flat_*_count` readings lie within `flat_tolerance` of each other.
///
/// `overall` is the worst digit; it is pass only where a test of the value itself has passed.
Verdict check(const Station& station, std::span<const Reading> history, const Reading& candidate,
              Time now);

}  // namespace vandvagt::sensors
