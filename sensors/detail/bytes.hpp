#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace vandvagt::sensors::detail {

/// Bytes of hexadecimal text, both cases, nothing between; Error{invalid_input} for anything else.
Result<std::string> from_hex(std::string_view text);

/// Bytes of base64 (RFC 4648, section 4), padded; Error{invalid_input} for anything else.
Result<std::string> from_base64(std::string_view text);

}  // namespace vandvagt::sensors::detail
