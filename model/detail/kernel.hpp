#pragma once

#include <cstddef>
#include <cstdint>

#include "model/case.hpp"

// What the kernels read and write. This header is seen by translation units that are compiled for
// different vector units: it holds plain data only, no function with a body.

namespace vandvagt::model::detail {

inline constexpr double gravity = 9.81;  // [m/s²]

/// Cells a row of a tile is computed with at once, halo of one cell on each side included. Rows of
/// face values and fluxes of this length stay in the first-level cache.
template <class Real>
inline constexpr int lanes = static_cast<int>(512 / sizeof(Real));
/// Lanes that are asked together whether they need what only few cells need. One vector of the
/// widest unit.
template <class Real>
inline constexpr int chunk = static_cast<int>(64 / sizeof(Real));
template <class Real>
inline constexpr int tile_nx = lanes<Real> - 2;
inline constexpr int tile_ny = 64;
/// Smaller tiles, where each takes its own step in time: the more of them can take long ones.
template <class Real>
inline constexpr int local_tile_nx = 4 * chunk<Real> - 2;
inline constexpr int local_tile_ny = 16;

// Bits of a cell's mask. A closed face is a wall, or an edge with a condition where it is also
// soft. (Not bit 0: gcc makes a conversion to bool of its test, which it does not vectorise.)
inline constexpr std::uint8_t closed_east = 2;
inline constexpr std::uint8_t closed_north = 4;
inline constexpr std::uint8_t soft_east = 8;
inline constexpr std::uint8_t soft_north = 16;
inline constexpr std::uint8_t active_cell = 32;

/// One face of a tile with a condition. `value`: normal_depth sqrt(S)/n [m^1/3/s]; stage: height of
/// the surface above the cell's bed [m]; discharge: unit discharge inward [m²/s].
template <class Real>
struct EdgeFaceArgs {
  int row;   // of its cell in the tile
  int lane;  // of its cell in the tile, 1 .. tile_nx
  Side side;
  EdgeKind kind;
  Real value;
};

/// One face of a tile on which a levee stands, `lane` that of its lower (west or south) cell.
/// `row`: of both cells; between two rows, of the upper one. Heights of the sill over the bed of
/// each cell [m]; shares: coefficient × length / dx [m^½/s].
template <class Real>
struct LeveeFaceArgs {
  int row;
  int lane;
  Real crest_lower, crest_upper, crest_share;
  Real invert_lower, invert_upper, gap_share;
};

/// The soil's fields with the layout's padding; null where no tile has soil. Those that the law
/// does not read point anywhere in the layout.
struct SoilArgs {
  InfiltrationLaw law;
  const float* conductivity;
  const float* suction_head;
  const float* retention;
  const float* initial_loss;
  const float* moisture_deficit;
  const float* water_table_depth;
  double* infiltrated;
};

/// A bed elevation as a whole number of units, of which a Real holds the difference between two
/// neighbours exactly.
template <class Real>
struct BedOf;
template <>
struct BedOf<float> {
  using Type = std::int32_t;
};
template <>
struct BedOf<double> {
  using Type = double;
};
template <class Real>
using Bed = typename BedOf<Real>::Type;

/// One step of every tile: pointers to cell (0, 0) of padded fields, `stride` apart from row to
/// row.
template <class Real>
struct StepArgs {
  const Real* h;
  const Real* qx;
  const Real* qy;
  Real* h_new;
  Real* qx_new;
  Real* qy_new;
  Real* residual;        // what rounding left over of h
  const Bed<Real>* bed;  // z in units of bed_unit
  Real bed_unit;         // [m]
  const Real* friction;  // g n² [m^1/3]
  const std::uint8_t* mask;
  const float* rain;     // [m/s], or null
  const float* seepage;  // out of the ground [m/s], or null
  SoilArgs soil;
  std::ptrdiff_t stride;
  Real uniform_rain;  // [m/s], where `rain` is null
  Real dt;            // [s]
  Real dx;            // [m]
  Real ratio;         // dt / dx
  Real dry_depth;
  int tile_columns;  // of a whole tile
  bool flat;         // first order: slopes of nought
};

/// How the cells beside a tile stand in time where steps are local (solver_local.ipp), and where
/// what passes to them is written. In the order of Side.
template <class Real>
struct Beside {
  /// Their state is taken so far ahead, in half steps of this tile: 1 where they take the same
  /// step.
  Real ahead[4];
  /// The share of what they may give away in their own step that this step may take.
  Real share[4];
  /// Out: depth [m] that passed each face eastward or northward, by row or column; null: not
  /// wanted.
  Real* passed[4];
};

template <class Real>
struct TileArgs {
  std::ptrdiff_t offset;  // of the tile's first cell
  std::ptrdiff_t next;    // of the tile that this thread takes next, as a rule
  int rows;
  int chunks;                   // that hold the tile's columns and the neighbours beside them
  unsigned flowing;             // bit c: water flows in or beside chunk c; 0: rain and soil only
  Real friction;                // of all cells in and around it; 0: they differ, see StepArgs
  bool soil;                    // some of its cells let water in
  bool seeps;                   // out of some comes water
  const std::uint8_t* special;  // for rows -1 .. rows: bit c tells of chunk c, see kernel_rows.ipp
  const EdgeFaceArgs<Real>* edges;
  int edge_count;
  const LeveeFaceArgs<Real>* levees;  // first those along x, then those along y, in order of rows
  int levees_x;
  int levees_y;
  Real* levee_flux;  // out: unit discharge over each, towards the upper cell [m²/s]
  Beside<Real> beside;
};

struct TileResult {
  double speed = 0.0;        // greatest speed of a wave over the new state [m/s]
  double edge_in = 0.0;      // in over edges [m of one cell]
  double edge_out = 0.0;     // out over edges [m of one cell]
  double infiltrated = 0.0;  // [m of one cell]
  unsigned wet = 0;          // bit c: a cell of chunk c is deeper than dry_depth
  bool sound = true;         // all values finite and no depth negative
};

template <class Real>
struct Kernels {
  /// Advance one tile by a step.
  void (*step)(const StepArgs<Real>&, const TileArgs<Real>&, TileResult&);
  /// Speed and wetness of the old state, which `step` returns of the new one.
  void (*scan)(const StepArgs<Real>&, const TileArgs<Real>&, TileResult&);
};

/// Vector units the kernels are compiled for.
enum class VectorUnit { baseline, avx2, avx512 };

/// The widest that this machine has.
VectorUnit widest_vector_unit();
bool has_vector_unit(VectorUnit unit);
/// The kernels for a unit that this machine has (`has_vector_unit`).
template <class Real>
Kernels<Real> kernels(VectorUnit unit);

}  // namespace vandvagt::model::detail
