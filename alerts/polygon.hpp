#pragma once

#include <string>
#include <vector>

#include "alerts/rule.hpp"
#include "core/result.hpp"

namespace vandvagt::alerts {

inline constexpr std::size_t max_polygon_vertices = 100;

/// A closed ring (first = last) of at most 100 vertices that does not cross itself, rounded to 1e-5
/// degrees (about a metre). Larger rings are simplified (Douglas & Peucker 1973,
/// doi:10.3138/FM57-6770-U75U-7727); where that would make them cross, their convex hull is taken,
/// which covers at least the ring. Error{invalid_input}: fewer than three different points, outside
/// ±90/±180, not finite, no extent, or a ring that crosses itself as given.
Result<std::vector<Position>> polygon_for_message(const std::vector<Position>& ring);

/// Does a closed ring touch or cross itself anywhere but at its ends?
bool crosses_itself(const std::vector<Position>& closed_ring);

/// `lat,lon lat,lon ...`
std::string polygon_text(const std::vector<Position>& closed_ring);

}  // namespace vandvagt::alerts
