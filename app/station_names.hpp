#pragma once

#include <map>
#include <string>
#include <vector>

#include "sensors/station.hpp"

namespace vandvagt::app {

/// What people call each station, by id: for the words of warnings.
inline std::map<std::string, std::string> station_names(
    const std::vector<sensors::Station>& stations) {
  std::map<std::string, std::string> names;
  for (const auto& station : stations) names[station.id] = station.name;
  return names;
}

}  // namespace vandvagt::app
