#pragma once

#include <vector>

#include "alerts/rule.hpp"
#include "core/result.hpp"
#include "forecast/outcome.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::app {

/// Closed rings around the cells of an area that are expected to be flooded: deeper than the rule's
/// area_depth (the nearest smaller depth of output.probability_depths) in at least the rule's
/// raise_probability of the members. Without such a map, those of the unperturbed member. Empty
/// where none is, or nothing is known: then a message is for the whole area.
Result<std::vector<std::vector<alerts::Position>>> flood_extent(const forecast::RunOutcome& outcome,
                                                                const grids::Geometry& geometry,
                                                                const alerts::Area& area,
                                                                const alerts::Rule& rule);

}  // namespace vandvagt::app
