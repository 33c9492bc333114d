#pragma once

#include <string>
#include <vector>

#include "core/field.hpp"
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

/// Green and Ampt (1911) infiltration with a store that ends at the water table.
/// f = K (1 + (psi + h) dtheta / F), limited to what the store still holds. Fields nx × ny, or
/// empty where there is no infiltration. Cells with conductivity 0 are sealed.
struct Infiltration {
  Field<float> conductivity;       // K [m/s]
  Field<float> suction_head;       // psi [m]
  Field<float> moisture_deficit;   // dtheta [1]: pore space that rain can still fill
  Field<float> water_table_depth;  // [m below ground]; the store is dtheta × depth
  bool empty() const { return conductivity.empty(); }
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
  Aquifer aquifer;
};

}  // namespace vandvagt::model
