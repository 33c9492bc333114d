#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensors/catalogue.hpp"
#include "sensors/reading.hpp"

namespace vandvagt::sensors {

inline constexpr std::size_t largest_payload = 8192;          // bytes
inline constexpr std::size_t most_rows = 200;                 // readings in a batch
inline constexpr std::size_t largest_mapped_payload = 65536;  // of networks that send more beside

/// A message of `…/obs/<operator>/<station>/<parameter>` to readings in SI and in the grid's datum,
/// in the order of the message; a pure function. The payload is one reading
///     {"session":7,"seq":1234,"t":"2026-11-23T04:10:00Z","value":1.482,"unit":"m","datum":"EPSG:5799"}
/// or a batch in columns
///     {"session":7,"cols":["seq","t","value"],"rows":[…],"unit":"m","datum":"EPSG:5799"}.
/// `session` and `seq` come together or not at all; `unit` always; `datum` for a stage or a head.
/// Other keys are left alone.
/// A topic that a station's mapping names is read as the mapping says instead, and that station is
/// read from no other: OGC SensorThings, The Things Network v3, ChirpStack v4, any JSON, a device's
/// bytes. What such a message says of its own sender must agree with the topic. Rows whose value is
/// declared to say "none" are left out of a batch.
/// @return 1 to 200 readings, all of one station, whose syntax test has passed and no other has run
///         (but multi-variate for a well whose pump's state is sent); Error{invalid_input} with the
///         reason for quarantine: too large, not JSON, nested too deep (native 4 levels, mapped
///         16), a key twice, invalid UTF-8, a number that is not finite, an impossible time, a
///         station, operator, parameter, unit or datum other than declared, no value. All of a
///         message or nothing of it.
Result<std::vector<Reading>> decode(const Catalogue& catalogue, std::string_view topic,
                                    std::string_view payload, Time received);

}  // namespace vandvagt::sensors
