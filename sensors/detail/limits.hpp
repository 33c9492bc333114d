#pragma once

#include "sensors/station.hpp"

namespace vandvagt::sensors::detail {

/// `base` with every limit that `over` declares in its place. The windows, the companion and the
/// neighbour stay those of `base`: they are the station's, not the season's.
QualityLimits merged(const QualityLimits& base, const QualityLimits& over);

}  // namespace vandvagt::sensors::detail
