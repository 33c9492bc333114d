// Rows of intermediate values. Index k is the lane: 1 .. lanes - 2 are the tile's own cells, 0 and
// lanes - 1 its neighbours; `rim` more on both sides can be read.

inline constexpr int rim = 16;

template <class Real, class Value = Real>
struct Row {
  alignas(64) Value values[lanes<Real> + 2 * rim];
  Value* begin() { return values + rim; }
  const Value* begin() const { return values + rim; }
};

/// A row of masks as integers as wide as Real, so that loops over both vectorise.
template <class Real>
struct BitsOf;
template <>
struct BitsOf<float> {
  using Type = std::int32_t;
};
template <>
struct BitsOf<double> {
  using Type = std::int64_t;
};
template <class Real>
struct MaskRow {
  using Bits = typename BitsOf<Real>::Type;
  Row<Real, Bits> bits;
};

/// Bits of chunks: those of a tile, those beside some others too, and whether chunk c is one.
template <class Real>
inline unsigned all_chunks(const TileArgs<Real>& tile) {
  return (1U << tile.chunks) - 1U;
}
/// The last lane of the tile's own cells, which begin at lane 1.
template <class Real>
inline int own_columns(const StepArgs<Real>& step, const TileArgs<Real>& tile) {
  return lesser(tile.chunks * chunk<Real> - 1, step.tile_columns);
}
inline unsigned and_beside(unsigned chunks) {
  return chunks | chunks << 1 | chunks >> 1;
}
inline bool has(unsigned chunks, int c) {
  return ((chunks >> c) & 1U) != 0;
}

/// Calls `lane(k)` for the lanes of one chunk: one vector of the widest unit.
template <class Real, class Lane>
inline void for_chunk(int c, const Lane& lane) {
  const int first = c * chunk<Real>;
#pragma omp simd
  for (int k = first; k < first + chunk<Real>; ++k) lane(k);
}

template <class Real, class Lane>
inline void for_chunks(unsigned chunks, const Lane& lane) {
  for (int c = 0; chunks >> c != 0; ++c) {
    if (has(chunks, c)) for_chunk<Real>(c, lane);
  }
}

/// Depth and velocity at the cells.
template <class Real>
struct CellRow {
  Row<Real> h, u, v;
};

/// Values on one face of each cell, half a step ahead: depth, velocity normal to the face (positive
/// to the east or north) and along it, and the greatest unit discharge that the cell may give
/// through this face.
template <class Real>
struct FaceRow {
  Row<Real> h, normal, along, most;
};

/// Fluxes over a row of faces: of mass; of normal momentum, less each side's own pressure, as its
/// lower (west or south) and upper cell feels it; of momentum along the face.
template <class Real>
struct FluxRow {
  Row<Real> mass, lower, upper, along;
};

/// What the update of a cell needs of its own prediction: g h d(eta) in x and y, and the greatest
/// drop of the water surface to a neighbour.
template <class Real>
struct SlopeRow {
  Row<Real> x, y, drop;
};

/// Updated depth, rain of the step, what the soil took, and the share of its momentum that stays.
template <class Real>
struct DepthRow {
  Row<Real> h, stays, rest, rain;
  Row<Real, double> infiltrated, taken;
};

/// h^(-1) and g n² h^(-4/3) of the new depth, and the new unit discharge.
template <class Real>
struct MomentumRow {
  Row<Real> inverse, drag, qx, qy;
};

/// What a tile must say of its new state, lane by lane over its rows: the least depth, and as
/// integers (size_bits) the greatest depth, the greatest of all other values and the fastest wave.
template <class Real>
struct ExtremeRow {
  using Bits = typename BitsOf<Real>::Type;
  Row<Real> lowest;
  Row<Real, Bits> deepest, largest, fastest;
};

/// Steps of the bed from the cells of a row to those east and north of them [m]; 0 at a closed
/// face.
template <class Real>
struct StepRow {
  Row<Real> east, north;
};

/// The fields that a step reads or writes, in the order in which their lines are asked for.
enum class Fetched { h, qx, qy, bed, friction, residual, mask, h_new, qx_new, qy_new };

/// Cells `rows_ahead` of the row that is loaded, at lane 0, to be fetched while the present ones are
/// computed. A row of a tile is a few cache lines and the next one lies far away, which the processor
/// does not foresee. A line or two are asked for with each chunk of each loop: all at once they
/// would fill the queue of misses, and the loads behind them would wait.
inline constexpr int rows_ahead = 4;
template <class Real>
struct RowAhead {
  const void* fields[10];
};

/// A tile's rows. Those of which an older one is still needed come in twos or threes.
template <class Real>
struct Scratch {
  CellRow<Real> cells[3];
  Row<Real> drag, wave, most;   // see prepare_row
  Row<Real> half_dt, ratio, share;  // see set_pace
  Row<Real> friction;           // where it is one value in the whole tile
  Row<Real> rise_x, rise_y[2];  // of the bed, from a cell's centre to its upper face
  FaceRow<Real> west, east, south, north[2];
  FluxRow<Real> flux_x[2], flux_y[2];
  SlopeRow<Real> slopes[2];
  DepthRow<Real> depth;
  MomentumRow<Real> momentum;
  ExtremeRow<Real> extremes;
  RowAhead<Real> ahead;
  MaskRow<Real> masks[3];
  StepRow<Real> steps[2];
};

template <class Real>
inline CellRow<Real>& cell_row(Scratch<Real>& s, int r) {
  return s.cells[(r + 3) % 3];
}

/// g n² of row r, lane 0 first. One value everywhere stays in the cache, a field comes from memory.
template <class Real>
inline const Real* friction_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
                                const Scratch<Real>& s) {
  return tile.friction > Real(0) ? s.friction.begin()
                                 : step.friction + tile.offset - 1 + r * step.stride;
}

template <class Real>
inline StepRow<Real>& step_row(Scratch<Real>& s, int r) {
  return s.steps[r & 1];
}

template <class Real>
inline MaskRow<Real>& mask_row(Scratch<Real>& s, int r) {
  return s.masks[(r + 3) % 3];
}

/// Whether a cell of row r in chunk c, or one that its faces lead to, is not an active cell with
/// four open faces. Most chunks of most tiles are spared the question cell by cell.
template <class Real>
inline bool special(const TileArgs<Real>& tile, int r, int c) {
  return has(tile.special[r + 1], c);
}

/// Whether row r holds nothing but active cells with four open faces, as far as special() tells.
template <class Real>
inline bool plain(const TileArgs<Real>& tile, int r) {
  return r >= -1 && r <= tile.rows && tile.special[r + 1] == 0;
}

template <class Real>
void look_ahead(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, RowAhead<Real>& ahead) {
  const std::ptrdiff_t at = (r < tile.rows ? tile.offset + r * step.stride
                                           : tile.next + (r - tile.rows) * step.stride) -
                            1;
  const auto set = [&](Fetched field, const void* first) { ahead.fields[static_cast<int>(field)] = first; };
  set(Fetched::h, step.h + at);
  set(Fetched::qx, step.qx + at);
  set(Fetched::qy, step.qy + at);
  set(Fetched::bed, step.bed + at);
  set(Fetched::friction, step.friction + at);
  set(Fetched::residual, step.residual + at);
  set(Fetched::mask, step.mask + at);
  set(Fetched::h_new, step.h_new + at);
  set(Fetched::qx_new, step.qx_new + at);
  set(Fetched::qy_new, step.qy_new + at);
}

/// Asks for line c of a field: the lanes of chunk c and before, or for masks of four or eight chunks.
template <class Real, bool to_write = false>
inline void fetch(const RowAhead<Real>& ahead, Fetched field, int c) {
  constexpr std::ptrdiff_t line = 64;
  const char* const first = static_cast<const char*>(ahead.fields[static_cast<int>(field)]);
  __builtin_prefetch(first + c * line, to_write ? 1 : 0);
}

/// Calls `lane(k)` for all lanes of a tile's chunks and the rim that its rows are read with, counted
/// from lane -1.
template <class Real, class Lane>
inline void for_loaded(const TileArgs<Real>& tile, const Lane& lane) {
  static_assert(rim % chunk<Real> == 0);
  for (int c = 0; c < tile.chunks + rim / chunk<Real>; ++c) for_chunk<Real>(c, lane);
}

/// Masks of row r.
template <class Real>
void load_masks(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  const std::uint8_t* const mask = step.mask + tile.offset - 2 + r * step.stride;
  auto* const bits = mask_row(s, r).bits.begin() - 1;
  for_loaded(tile, [&](int k) __attribute__((always_inline)) { bits[k] = mask[k]; });
}

/// Masks of row r, where the step asks for them: for it or the row north of it, or for rain on still
/// chunks.
template <class Real>
void load_masks_asked(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
                      Scratch<Real>& s) {
  const bool open = plain(tile, r) && plain(tile, r + 1) && tile.flowing == all_chunks(tile);
  if (!open || step.flat) load_masks(step, tile, r, s);
}

/// Depth and velocity of row r; a cell that is not deeper than dry_depth stands still.
template <class Real>
void load_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  CellRow<Real>& row = cell_row(s, r);
  const std::ptrdiff_t start = tile.offset - 2 + r * step.stride;
  const Real* const h = step.h + start;
  const Real* const qx = step.qx + start;
  const Real* const qy = step.qy + start;
  Real* const row_h = row.h.begin() - 1;
  Real* const row_u = row.u.begin() - 1;
  Real* const row_v = row.v.begin() - 1;
  const Real dry = step.dry_depth;
  for_loaded(
      tile, [&](int k) __attribute__((always_inline)) {
        const Real inverse = Real(1) / greater(h[k], dry);
        const bool wet = h[k] > dry;
        row_h[k] = h[k];
        row_u[k] = wet ? qx[k] * inverse : Real(0);
        row_v[k] = wet ? qy[k] * inverse : Real(0);
      });
}

/// The step over a face, `rise` units.
template <class Real>
inline Real bed_step(Bed<Real> rise, Real unit, bool closed) {
  return closed ? Real(0) : static_cast<Real>(rise) * unit;
}

template <class Real, bool walls>
void load_steps(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  const Bed<Real>* const bed = step.bed + tile.offset - 2 + r * step.stride;
  const Bed<Real>* const bed_north = bed + step.stride;
  const auto* const mask = mask_row(s, r).bits.begin() - 1;
  Real* const east = step_row(s, r).east.begin() - 1;
  Real* const north = step_row(s, r).north.begin() - 1;
  const Real unit = step.bed_unit;
  for_loaded(
      tile, [&](int k) __attribute__((always_inline)) {
        const bool closes_east = walls && (mask[k] & closed_east) != 0;
        const bool closes_north = walls && (mask[k] & closed_north) != 0;
        east[k] = bed_step<Real>(bed[k + 1] - bed[k], unit, closes_east);
        north[k] = bed_step<Real>(bed_north[k] - bed[k], unit, closes_north);
      });
}

/// Steps of the bed of row r; its masks have been loaded.
template <class Real>
void load_steps(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  if (plain(tile, r)) {
    load_steps<Real, false>(step, tile, r, s);
  } else {
    load_steps<Real, true>(step, tile, r, s);
  }
}
