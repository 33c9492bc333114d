#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace vandvagt::forecast::detail {

/// The whole of `text` as a finite number, a leading + allowed; nothing where it is none.
inline std::optional<double> finite_number(std::string_view text) {
  double value = 0.0;
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

}  // namespace vandvagt::forecast::detail
