#pragma once

namespace vandvagt::model {

/// A cell by its indices, i east, j north.
struct CellIndex {
  int i{};
  int j{};
};

enum class Side { west, east, south, north };

/// One face of a cell, seen from it.
struct EdgeFace {
  CellIndex cell;
  Side side = Side::west;
};

}  // namespace vandvagt::model
