#pragma once

#include <span>
#include <string>
#include <vector>

#include "sensors/station.hpp"

namespace vandvagt::sensors {

/// The payload that `decode` reads, in the station's own unit and datum: for simulated sensors,
/// replay and tests. Values agree after a round trip to a few units in the last place. The station
/// must be one that a Catalogue accepts.
std::string encode(const Station& station, const Reading& reading);

/// Batches of at most 200 readings and 8 KiB each, in order; a new one also where the session
/// changes or sequence numbers begin or end.
std::vector<std::string> encode_batches(const Station& station, std::span<const Reading> readings);

}  // namespace vandvagt::sensors
