#pragma once

#include <functional>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "forecast/built_case.hpp"
#include "forecast/forcing.hpp"
#include "forecast/outcome.hpp"
#include "forecast/run.hpp"
#include "model/simulation.hpp"

namespace vandvagt::forecast::detail {

/// An area as cells of the grid.
struct AreaCells {
  std::vector<std::size_t> cells;  // computed ones, as index j × nx + i
};

/// Computed cells of each query, its rings brought from WGS 84 to the grid's system.
/// Error{invalid_input} where that cannot be done or a share lies outside [0, 1].
Result<std::vector<AreaCells>> find_area_cells(const std::vector<AreaQuery>& queries,
                                               const BuiltCase& built);

/// Depth that at least `share` of the cells exceed or equal; the greatest for share 0.
double depth_on_share(std::vector<float>& depths, double share);

/// Makes the outcome's gauges and areas, all values unknown; without groundwater there is no series
/// of the water table.
void prepare_series(RunOutcome& outcome, const std::vector<AreaQuery>& queries,
                    const std::vector<AreaCells>& cells, bool groundwater);

/// Makes the outcome's structures and levees, all values unknown.
void prepare_passages(RunOutcome& outcome, const BuiltCase& built);

/// Writes the present state into the hydrographs of one member at `index` of RunOutcome::times.
/// `depth` is the simulation's depth now, nx × ny.
void sample(RunOutcome& outcome, const std::vector<AreaCells>& cells,
            const model::Simulation& simulation, FieldView<const float> depth, int member,
            std::size_t index);

/// Gives all members the values of member 0 before `index`: the hindcast.
void share_hindcast(RunOutcome& outcome, std::size_t index);

}  // namespace vandvagt::forecast::detail
