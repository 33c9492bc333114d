#pragma once

#include <string>

#include "core/result.hpp"
#include "sensors/station.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors {

/// What a person says of readings after the fact.
struct PersonsVerdict {
  Time from{}, to{};  // of the readings, both included
  Flag flag = Flag::fail;
  std::string by{};  // who
};

/// A second flag set for each reading of the station in that time (its newest revision): the flag
/// is the verdict's, the digits of the tests stay as they were. What was flagged on arrival is not
/// rewritten; who reads gets the newest set. One transaction.
/// @return how many readings. Error{invalid_input}: nobody signs it; io from the store
Result<long long> review(Store& store, const Station& station, const PersonsVerdict& verdict,
                         Time now);

}  // namespace vandvagt::sensors
