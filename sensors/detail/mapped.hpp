#pragma once

#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensors/station.hpp"

namespace vandvagt::sensors::detail {

/// A message of a station whose mapping names its topic; as `decode`.
Result<std::vector<Reading>> decode_mapped(const Station& station, std::string_view topic,
                                           std::string_view payload, Time received);

}  // namespace vandvagt::sensors::detail
