#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "sensors/station.hpp"

namespace vandvagt::sensors::detail {

using Json = nlohmann::json;

tl::unexpected<Error> refuse(std::string reason);

/// Texts of senders go into reasons, which are shown: short, and nothing but printable ASCII.
std::string shown(std::string_view text);

/// JSON text (RFC 8259) nested at most `deepest` levels, no key twice in an object, valid UTF-8.
/// Error{invalid_input} with the reason for quarantine.
Result<Json> parse_json(std::string_view text, int deepest);

/// The member of an object, or nullptr.
const Json* member(const Json& json, const char* key);
/// What a JSON Pointer names, or nullptr; the empty pointer names nothing.
const Json* at_pointer(const Json& json, const std::string& pointer);

/// A whole number from 0 to 2^53 - 1. `what` goes into the reason.
Result<std::int64_t> counter_of(const Json& json, const char* what);

/// A finite number, also as decimal text where `text_allowed`.
Result<double> number_of(const Json* json, bool text_allowed);
/// Decimal text, whole, finite; a sign and an exponent are allowed.
Result<double> parse_number(std::string_view text);

/// Value [station's unit and datum] -> SI and the grid's datum; finite.
Result<double> to_grid(const Station& station, double value);

/// A reading whose syntax test has passed and no other has run.
Reading well_formed(const Station& station, Time time, double si, Time received);

}  // namespace vandvagt::sensors::detail
