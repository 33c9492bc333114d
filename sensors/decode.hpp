#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensors/catalogue.hpp"
#include "sensors/reading.hpp"

namespace vandvagt::sensors {

inline constexpr std::size_t largest_payload = 8192;  // bytes
inline constexpr std::size_t most_rows = 200;         // readings in a batch

/// A message of `…/obs/<operator>/<station>/<parameter>` to readings in SI and in the grid's datum,
/// in the order of the message; a pure function. The payload is one reading
///     {"session":7,"seq":1234,"t":"2026-11-23T04:10:00Z","value":1.482,"unit":"m","datum":"EPSG:5799"}
/// or a batch in columns
///     {"session":7,"cols":["seq","t","value"],"rows":[…],"unit":"m","datum":"EPSG:5799"}.
/// `session` and `seq` come together or not at all; `unit` always; `datum` for a stage or a head.
/// Other keys are left alone.
/// @return 1 to 200 readings whose syntax test has passed and no other has run;
/// Error{invalid_input}
///         with the reason for quarantine: too large, not JSON, nested deeper than 4, a key twice,
///         invalid UTF-8, a number that is not finite, an impossible time, a station, operator,
///         parameter, unit or datum other than declared. All of a message or nothing of it.
Result<std::vector<Reading>> decode(const Catalogue& catalogue, std::string_view topic,
                                    std::string_view payload, Time received);

}  // namespace vandvagt::sensors
