#pragma once

#include <optional>
#include <vector>

#include "alerts/evidence.hpp"
#include "alerts/rule.hpp"

namespace vandvagt::alerts::detail {

/// Mean rate of rise at `newest` [m/s] over at least Rule::rise_window: from the newest of `recent`
/// (in order of time) that is so old. Nothing where that one is older than rise_window + fresh, or
/// where there is none: a rate over a longer gap says nothing of the present.
std::optional<double> rise_at(const Rule& rule, const std::vector<ObservedReading>& recent,
                              const ObservedReading& newest);
/// Keeps `newest` for the rates to come; readings closer together than a sixtieth of rise_window
/// are thinned, and what no later rate can need is dropped.
void remember_for_rise(const Rule& rule, std::vector<ObservedReading>& recent,
                       const ObservedReading& newest);
/// The member's rates of rise, from the first time on that has one.
MemberSeries rise_of(const Rule& rule, const MemberSeries& member);

}  // namespace vandvagt::alerts::detail
