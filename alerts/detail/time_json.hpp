#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "core/time.hpp"

namespace vandvagt::alerts::detail {

/// As people and programs outside read it: RFC 3339, or null.
inline nlohmann::json time_or_null(const std::optional<Time>& time) {
  return time ? nlohmann::json(format_time(*time)) : nlohmann::json(nullptr);
}

}  // namespace vandvagt::alerts::detail
