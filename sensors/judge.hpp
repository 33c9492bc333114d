#pragma once

#include <vector>

#include "core/result.hpp"
#include "sensors/catalogue.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors {

/// Real-time quality control of a message's readings against what the store knows around them; so
/// tests that look back work across restarts, and readings of one batch are judged by each other as
/// if they had come singly.
/// @param readings  of one station, not empty, in order of time; their flags and `late` are set
/// @return later verdicts on readings stored before, to be committed with `readings`; a verdict on
///         one of `readings` itself is already in its flags. Error{io} from the store.
Result<std::vector<Review>> judge(const Catalogue& catalogue, const Store& store,
                                  std::vector<Reading>& readings, Time now);

}  // namespace vandvagt::sensors
