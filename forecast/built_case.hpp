#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/fault.hpp"
#include "core/field.hpp"
#include "core/result.hpp"
#include "forecast/scenario.hpp"
#include "forecast/well_input.hpp"
#include "grids/geometry.hpp"
#include "model/case.hpp"

namespace vandvagt::forecast {

/// A file that was read, for run.json.
struct InputFile {
  std::string path;    // as configured
  std::string digest;  // SHA-256
};

struct GaugeCell {
  std::string id, name, station;
  grids::Point position;  // in the grid's system
  model::CellIndex cell;
};

/// A scenario put on its grid. Series that come from stations or rain rasters are not in it: edges
/// and sources of `model` have a constant 0 there until forcing is resolved for a period.
struct BuiltCase {
  grids::Geometry geometry;
  model::Case model;               // water_table_depth holds the prior
  Field<double> initial_depth;     // h [m], NaN outside
  Field<float> water_table_error;  // standard error of the prior [m], NaN outside; or empty
  std::vector<GaugeCell> gauges;
  std::vector<WellTables> wells;  // of Scenario::well_forecasts, in their order
  std::vector<InputFile> inputs;
};

/// Is there a water table that readings correct and products show?
bool has_groundwater(const Scenario& scenario, const BuiltCase& built);

/// Reads, checks and rasterises all that the scenario names. Every fault found is added to `faults`
/// with place and cure; nothing is returned when there is one.
std::optional<BuiltCase> build_case(const Scenario& scenario, Faults& faults);

}  // namespace vandvagt::forecast
