#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "sensors/station.hpp"

namespace vandvagt::sensors::detail {

/// An SI value in the station's own unit and datum, as a payload carries it. Fifteen digits: what
/// the conversion blurs does not show as 1.4820000000000002.
inline std::string value_text(const Station& station, double si) {
  const double factor = to_si(1.0, station.unit, dimension(station.parameter)).value_or(1.0);
  const double offset = needs_datum(station.parameter) ? station.datum_offset : 0.0;
  return fmt::format("{:.15g}", (si - offset) / factor);
}

/// A JSON string of what the configuration declared.
inline std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + "\"";
}

}  // namespace vandvagt::sensors::detail
