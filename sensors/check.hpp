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
  std::optional<Quality> next;      // set when a late reading let it run on the one after
};

/// What is known beside the readings before; where it is empty, the tests that need it do not run.
struct Surroundings {
  std::span<const Reading> later{};      // of the station, after a late candidate, in order of time
  std::span<const Reading> neighbour{};  // of the neighbour, around the candidate's time
  std::span<const Reading> companion{};  // of the companion, likewise
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
/// Tests that run where their limits are declared, for the candidate's season, and there is enough
/// history:
/// - gap: suspect after more than twice `expected_interval`; it speaks of what is missing before
///   the reading and does not lower `overall`. A stamp more than `most_ahead` after `now` is a
///   fail, and does.
/// - location: sent from outside the declared radius suspect, from no place on earth fail.
/// - gross range: outside the sensor's range fail, outside the operator's suspect.
/// - climatology: outside what is usual in the season; at most suspect.
/// - spike, of the reading before (and of a late reading itself and the one after it, whose
///   neighbours are there already): it stands out from both neighbours in the same direction, by
///   the smaller of the two differences ("differential" method of ioos_qc, which does not mistake a
///   step for a spike as the average of the neighbours does). Neighbours more than twice
///   `expected_interval` away are none. Judged once.
/// - rate of change: against the newest earlier reading that did not fail and is not found a spike
///   now, by a fixed rate or by standard deviations of the window; at most suspect.
/// - flat line: the newest `flat_*_count` readings lie within `flat_tolerance` of each other.
/// - multi-variate: a fast change that the companion does not share; at most suspect.
/// - attenuated signal: the window's range is smaller than it should be.
/// - neighbour: too far from the neighbour's value; at most suspect.
/// Windows count where at least half of their readings are there.
///
/// `overall` is the worst digit; it is pass only where a test of the value itself has passed.
Verdict check(const Station& station, std::span<const Reading> history, const Reading& candidate,
              Time now, const Surroundings& around = {});

}  // namespace vandvagt::sensors
