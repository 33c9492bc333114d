#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/time.hpp"
#include "model/aquifer.hpp"
#include "model/cell.hpp"
#include "model/levee.hpp"
#include "model/series.hpp"
#include "model/structure.hpp"

namespace vandvagt::model {

enum class EdgeKind {
  wall,          // no flow; what every face is that no segment names
  open,          // free outflow, nothing comes in
  normal_depth,  // outflow at normal depth of `slope`
  stage,         // water surface given by `series` [m above datum]
  discharge,     // total inflow given by `series` [m³/s], spread over the faces by conveyance
};

/// A stretch of border with one condition. Each face lies on the border of the computed area (edge
/// of the raster or next to a nodata cell).
struct EdgeSegment {
  std::string name;
  EdgeKind kind = EdgeKind::wall;
  std::vector<EdgeFace> faces;
  double slope = 0.0;  // normal_depth: bed slope along the outflow, > 0
  Series series;       // stage, discharge
};

/// Water given to (or, negative, taken from) cells: `series` [m³/s] shared out by `weights` (sum
/// 1). What a cell does not hold cannot be taken; the ledger records what really moved.
struct Source {
  std::string name;
  std::vector<CellIndex> cells;
  std::vector<double> weights;
  Series series;
};

/// Of a sandy loam (Rawls, Brakensiek and Miller 1983, doi:10.1061/(ASCE)0733-9429(1983)109:1(62)).
inline constexpr float common_pore_size_index = 0.38F;

/// How water goes into the soil; one law for the whole run. F [m] is what has soaked in.
enum class InfiltrationLaw {
  green_ampt,     // f = K (1 + (psi + h) dtheta / F), Green and Ampt (1911)
  curve_number,   // of the rain P: F = P to Ia, then F = Ia + S (P - Ia) / (P - Ia + S), SCS
  constant_loss,  // all to the initial loss, then at most a constant rate
};

/// Infiltration into a store that ends at the water table: no more goes in than it still holds.
/// Fields nx × ny, or empty where there is no infiltration or the law does not ask for them. Over
/// an aquifer F drains on to the water table (detail/unsaturated.hpp).
struct Infiltration {
  InfiltrationLaw law = InfiltrationLaw::green_ampt;
  Field<float> conductivity;       // K [m/s], 0: sealed; the rate of constant loss; with curve
                                   // numbers only for what drains on, 0: none
  Field<float> suction_head;       // Green and Ampt: psi [m]
  Field<float> retention;          // curve number: S [m], 0: sealed
  Field<float> initial_loss;       // [m], the other two: Ia, or what is lost first
  Field<float> moisture_deficit;   // dtheta [1]: pore space that rain can still fill
  Field<float> water_table_depth;  // [m below ground]; the store is dtheta × depth
  Field<float> pore_size_index;    // lambda of Brooks and Corey [1], > 0; empty: the common one
  bool empty() const { return conductivity.empty(); }
};

/// Water that the air takes: first what stands on the surface, then what has soaked into the soil,
/// then, over an aquifer, from the water table, the less the deeper it lies.
struct Evapotranspiration {
  Series rate;                               // potential [m/s], the same everywhere; empty: none
  double extinction_depth = 1.0;             // [m below ground] of a table that gives none
  Duration step = std::chrono::minutes{60};  // taken at its multiples; an aquifer's step goes first
  bool empty() const { return rate.empty(); }
};

/// Everything the solver needs that does not change while it runs. SI; fields nx × ny, row 0 =
/// south.
struct Case {
  int nx = 0;
  int ny = 0;
  double dx = 0.0;  // [m]
  Field<double>
      bed_elevation;     // z [m above datum]; NaN = outside (a wall unless a segment says so)
  Field<float> manning;  // n [s m^-1/3], > 0
  std::vector<EdgeSegment> edges;
  std::vector<Source> sources;
  std::vector<Structure> structures;
  std::vector<Levee> levees;
  Infiltration infiltration;
  Evapotranspiration evapotranspiration;
  Aquifer aquifer;  // needs infiltration
};

}  // namespace vandvagt::model
