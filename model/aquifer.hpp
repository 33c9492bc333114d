#pragma once

#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/time.hpp"
#include "model/cell.hpp"
#include "model/series.hpp"

namespace vandvagt::model {

/// Water beside the aquifer that it meets through a bed: a river, a ditch, a lake, the sea. Into
/// the aquifer flows, for each cell, conductance × (stage - max(head, bottom)) [m³/s].
struct HeadBoundary {
  std::string name;
  std::vector<CellIndex> cells;
  double conductance = 0.0;  // [m²/s] of each cell, > 0; a great one holds the head at the stage
  double bottom = -1e30;     // [m above datum] of the bed; a head under it draws no more
  Series stage;              // [m above datum]
};

/// Water pumped out of (negative) or into the ground. What a cell does not hold cannot be pumped;
/// the ledger records what really moved.
struct GroundwaterWell {
  std::string name;
  CellIndex cell;
  Series rate;  // [m³/s]
};

/// The unconfined aquifer under the cells. Fields nx × ny; none where `conductivity` is empty. Its
/// first head is the ground less Infiltration::water_table_depth.
struct Aquifer {
  Field<float> conductivity;       // K [m/s], horizontal, >= 0
  Field<float> base;               // [m above datum] of its impermeable bottom, below the ground
  Field<float> specific_yield;     // [1], in (0, 1)
  Field<float> drain_depth;        // [m below ground] of drains and ditches; empty, or NaN: none
  Field<float> drain_conductance;  // [1/s]: from each m² flows conductance × (head - drain) [m/s]
  std::vector<HeadBoundary> boundaries;
  std::vector<GroundwaterWell> wells;
  Duration step{0};  // of its own, a multiple of the sync interval
  /// So long it flows by itself before a cold start, in steps of a day at most, until it is nearer
  /// to rest than its first heads; what comes out of the ground meanwhile runs off and is not
  /// counted.
  Duration spin_up{0};
  double spin_up_recharge = 0.0;  // [m/s] everywhere meanwhile
  bool empty() const { return conductivity.empty(); }
};

}  // namespace vandvagt::model
