#pragma once

#include <span>
#include <vector>

#include "sensors/check.hpp"

/// The tests that need more than the newest few readings.
namespace vandvagt::sensors::detail {

using Earlier = std::vector<const Reading*>;  // in order of time, one a time stamp

/// Test 3: suspect outside the declared radius, fail for a position that is none.
Flag location(const Station& station, const QualityLimits& limits, const Reading& candidate);

/// Test 7 by deviations: the change from `reference` exceeds `rate_deviations` standard deviations
/// of the readings of the last `rate_window`.
Flag change_in_deviations(const QualityLimits& limits, const Earlier& earlier,
                          const Reading& reference, const Reading& candidate);

/// Test 10: the readings of the last `attenuated_window` span less than they should.
Flag attenuated_signal(const QualityLimits& limits, const Earlier& earlier,
                       const Reading& candidate);

/// Test 9: a fast change that the companion does not share.
Flag multi_variate(const QualityLimits& limits, const Reading& reference, const Reading& candidate,
                   std::span<const Reading> companion);

/// Test 11: too far from the neighbour's value at the same time.
Flag neighbour(const QualityLimits& limits, const Reading& candidate,
               std::span<const Reading> neighbour);

}  // namespace vandvagt::sensors::detail
