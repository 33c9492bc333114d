#pragma once

#include <span>
#include <vector>

#include "core/time.hpp"

namespace vandvagt::forecast::detail {

/// Two readings of one series.
struct ReadingPair {
  std::size_t earlier = 0, later = 0;
};

/// For each reading the later one whose distance is nearest to `lag` [day], where that is within
/// 15 % of it (at least half a day). `times` rise strictly.
std::vector<ReadingPair> pairs_about(std::span<const Time> times, double lag);

}  // namespace vandvagt::forecast::detail
