#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/fault.hpp"
#include "core/time.hpp"
#include "sensors/station.hpp"

namespace vandvagt::sensors {

/// Faults to order when readings are sent again: what real sensors and networks do. Shares are of
/// the readings, each drawn for itself.
struct Disturbance {
  std::uint64_t seed = 1;
  double drop = 0.0;       // not sent at all
  double duplicate = 0.0;  // sent twice
  double delay = 0.0;      // sent later, by up to `longest_delay`
  Duration longest_delay = std::chrono::hours{6};
  double reorder = 0.0;     // sent after the next one
  double spike = 0.0;       // `spike_size` too high or too low
  double spike_size = 1.0;  // in the parameter's SI unit
  double flat_line = 0.0;   // begins a flat line of `flat_length` readings
  int flat_length = 12;
  double wrong_unit = 0.0;  // told in a unit that is not the station's
};

/// Shares outside 0 to 1, a size that is not finite, a length below 2; places are the names above.
Faults check_disturbance(const Disturbance& disturbance);

/// One payload, and when it is sent.
struct Transmission {
  Time when;
  std::string payload;
  Reading reading;       // as it was measured
  bool altered = false;  // another value, or another unit
};

/// What a network with these faults sends of one station's readings (in order of time), in order of
/// sending. The same seed gives the same faults for a reading whatever else is sent: they are drawn
/// from seed, station and time. Without faults each reading is sent once, at its time.
std::vector<Transmission> transmissions(const Station& station,
                                        const std::vector<Reading>& readings,
                                        const Disturbance& disturbance);

}  // namespace vandvagt::sensors
