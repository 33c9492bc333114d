#pragma once

#include <string>

#include "app/demo_terrain.hpp"

namespace vandvagt::app {

/// `demo.toml`: the whole configuration of the example catchment, with comments for those who
/// change it.
std::string demo_configuration(const DemoTerrain& terrain);

/// Hours after the reference time that the demonstration forecasts.
inline constexpr int demo_horizon_hours = 8;

}  // namespace vandvagt::app
