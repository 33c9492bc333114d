// The update of a row from the fluxes on its faces.

/// Rain of the step on row r, and water from below. Its own loops: a choice inside update_chunk's
/// becomes a masked load from nowhere where there is no field of rain, which is no fault but takes
/// hundreds of cycles.
template <class Real>
void rain_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  Real* const rained = s.depth.rain.begin();
  if (step.rain) {
    const float* const rain = step.rain + tile.offset - 1 + r * step.stride;
#pragma omp simd
    for (int k = 0; k < tile.chunks * chunk<Real>; ++k)
      rained[k] = static_cast<Real>(rain[k]) * step.dt;
  } else {
    const std::uint8_t* const mask = step.mask + tile.offset - 1 + r * step.stride;
    const Real uniform = step.uniform_rain * step.dt;
    for (int c = 0; c < tile.chunks; ++c) {
      if (special(tile, r, c)) {
        for_chunk<Real>(c, [&](int k) __attribute__((always_inline)) {
          rained[k] = (mask[k] & active_cell) != 0 ? uniform : Real(0);
        });
      } else {
        for_chunk<Real>(c, [&](int k) __attribute__((always_inline)) { rained[k] = uniform; });
      }
    }
  }
  if (!tile.seeps) return;
  const float* const seepage = step.seepage + tile.offset - 1 + r * step.stride;
#pragma omp simd
  for (int k = 0; k < tile.chunks * chunk<Real>; ++k)
    rained[k] += static_cast<Real>(seepage[k]) * step.dt;
}

/// What the update of a row's depth reads, at lane 0.
template <class Real>
struct DepthRows {
  DepthRows(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s)
      : west_east(s.flux_x[r & 1].mass.begin()),
        south(s.flux_y[r & 1].mass.begin()),
        north(s.flux_y[(r + 1) & 1].mass.begin()),
        h(step.h + tile.offset - 1 + r * step.stride),
        residual(step.residual + tile.offset - 1 + r * step.stride),
        mask(mask_row(s, r).bits.begin()),
        ratio(step.ratio) {}
  const Real* west_east;
  const Real* south;
  const Real* north;
  const Real* h;
  const Real* residual;
  const typename MaskRow<Real>::Bits* mask;
  Real ratio;
};

template <class Real, bool walls>
inline void update_depth_chunk(const DepthRows<Real>& rows, int c, DepthRow<Real>& out) {
  Real* const h_new = out.h.begin();
  Real* const rest = out.rest.begin();
  const Real* const rained = out.rain.begin();
  for_chunk<Real>(
      c, [&](int k) __attribute__((always_inline)) {
        const Real ratio = rows.ratio;
        const ExactSum<Real> x =
            exact_sum(ratio * rows.west_east[k - 1], -(ratio * rows.west_east[k]));
        const ExactSum<Real> y = exact_sum(ratio * rows.south[k], -(ratio * rows.north[k]));
        const ExactSum<Real> inflow = exact_sum(x.sum, y.sum);
        const ExactSum<Real> depth = exact_sum(rows.h[k], inflow.sum);
        const Real cut_off = ((x.part + y.part) + inflow.part) + depth.part;
        const ExactSum<Real> sum = exact_sum(depth.sum, (cut_off + rows.residual[k]) + rained[k]);
        const bool active = !walls || (rows.mask[k] & active_cell) != 0;
        h_new[k] = active ? sum.sum : Real(0);
        rest[k] = active ? sum.part : Real(0);
      });
}

/// The same where no water moves: all that is left of update_depth_chunk's sums with fluxes of
/// nought.
template <class Real>
inline void update_still_depth(const DepthRows<Real>& rows, int c, DepthRow<Real>& out) {
  for_chunk<Real>(
      c, [&](int k) __attribute__((always_inline)) {
        const ExactSum<Real> sum = exact_sum(rows.h[k], rows.residual[k] + out.rain.begin()[k]);
        out.h.begin()[k] = sum.sum;
        out.rest.begin()[k] = sum.part;
      });
}

/// New depth of row r from fluxes and rain. What passes a face is the same number for both its
/// cells, and the part that rounding cuts off a sum is kept (step.residual) and added at the next
/// step: a micrometre of rain on ten metres of water is not lost in single precision, and the
/// volume closes to the last digits in both.
template <class Real>
void update_depth(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  const DepthRows<Real> rows(step, tile, r, s);
  for (int c = 0; c < tile.chunks; ++c) {
    if (!has(tile.flowing, c)) {
      update_still_depth(rows, c, s.depth);
    } else if (special(tile, r, c)) {
      update_depth_chunk<Real, true>(rows, c, s.depth);
    } else {
      update_depth_chunk<Real, false>(rows, c, s.depth);
    }
  }
}

/// Speed at which a wave may cross a cell in the next step: |u| + c, or, where water is about to be
/// set in motion, the speed of uniform flow down the steepest drop to a neighbour, but no more than
/// that drop's head gives.
template <class Real>
inline Real wave_speed(Real h, Real speed, Real drag, Real drop, Real dx) {
  const Real g = Real(gravity);
  const Real ahead = square_root(g * drop * lesser(Real(1) / (drag * dx), Real(2)));
  return greater(speed, ahead) + square_root(g * h);
}

/// Surfaces around the cells of a row, in the state before the step. For cells where nothing was
/// predicted; the same numbers as greatest_drop(stencil_at(...)).
template <class Real>
struct SurfaceRows {
  using Bits = typename MaskRow<Real>::Bits;
  SurfaceRows(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s)
      : h(step.h + tile.offset - 1 + r * step.stride),
        bed(step.bed + tile.offset - 1 + r * step.stride),
        unit(step.bed_unit),
        mask(mask_row(s, r).bits.begin()),
        mask_south(mask_row(s, r - 1).bits.begin()),
        stride(step.stride) {}
  const Real* h;
  const Bed<Real>* bed;
  Real unit;
  const Bits* mask;
  const Bits* mask_south;
  std::ptrdiff_t stride;
};

/// Greatest drop of the surface from a cell to a neighbour; masks as in behind_face.
template <class Real>
inline Real drop_at(const SurfaceRows<Real>& rows, int k) {
  const Real* const h = rows.h;
  const Bed<Real>* const bed = rows.bed;
  const std::ptrdiff_t up = rows.stride;
  const auto own = rows.mask[k];
  const auto west = rows.mask[k - 1];
  const auto south = rows.mask_south[k];
  const Real step_west = bed_step(bed[k] - bed[k - 1], rows.unit, (west & closed_east) != 0);
  const Real step_east = bed_step(bed[k + 1] - bed[k], rows.unit, (own & closed_east) != 0);
  const Real step_south = bed_step(bed[k] - bed[k - up], rows.unit, (south & closed_north) != 0);
  const Real step_north = bed_step(bed[k + up] - bed[k], rows.unit, (own & closed_north) != 0);
  const auto beyond = [](bool closed, bool soft, Real on_other_side, Real open) {
    return closed ? (soft ? on_other_side : Real(0)) : open;
  };
  Stencil<Real> d{};
  d.west.surface = beyond((west & closed_east) != 0, (west & soft_east) != 0, step_east,
                          (h[k] - h[k - 1]) + step_west);
  d.east.surface = beyond((own & closed_east) != 0, (own & soft_east) != 0, step_west,
                          (h[k + 1] - h[k]) + step_east);
  d.south.surface = beyond((south & closed_north) != 0, (south & soft_north) != 0, step_north,
                           (h[k] - h[k - up]) + step_south);
  d.north.surface = beyond((own & closed_north) != 0, (own & soft_north) != 0, step_south,
                           (h[k + up] - h[k]) + step_north);
  return greatest_drop(d);
}

/// h^(-1) and g n² h^(-4/3), to 1e-8: for friction and the speed of waves, not for the state.
template <class Real>
struct Friction {
  Real inverse, drag;
};
template <class Real>
inline Friction<Real> friction_at(Real h, Real friction) {
  const Real root = inverse_cube_root(h);
  const Real inverse = root * root * root;
  return {inverse, friction * (inverse * root)};
}

/// Friction of the new depth, in a loop of its own: see prepare_row.
template <class Real>
void prepare_momentum(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
                      Scratch<Real>& s) {
  const Real* const friction = friction_row(step, tile, r, s);
  const Real* const h = s.depth.h.begin();
  for_chunks<Real>(
      tile.flowing, [&](int k) __attribute__((always_inline)) {
        const Friction<Real> f = friction_at(greater(h[k], step.dry_depth), friction[k]);
        s.momentum.inverse.begin()[k] = f.inverse;
        s.momentum.drag.begin()[k] = f.drag;
      });
}

/// The first `count` of a chunk's cells.
template <class Real>
inline void store_part(Real* to, const Real* from, int count) {
  for_chunk<Real>(
      0, [&](int k) __attribute__((always_inline)) {
        if (k < count) to[k] = from[k];
      });
}

/// Cells into a field, by whole lines of memory: a vector that lies in two is stored in two steps.
template <class Real>
inline void store_cells(Real* to, const Real* from, int count) {
  constexpr int line = chunk<Real>;
  const auto past = static_cast<int>(reinterpret_cast<std::uintptr_t>(to) / sizeof(Real) % line);
  int k = lesser((line - past) % line, count);
  store_part(to, from, k);
  for (; k + line <= count; k += line) {
    Real* const whole = static_cast<Real*>(__builtin_assume_aligned(to + k, sizeof(Real) * line));
    const Real* const cells = from + k;
    for_chunk<Real>(0, [&](int i) __attribute__((always_inline)) { whole[i] = cells[i]; });
  }
  store_part(to + k, from + k, count - k);
}

/// The tile's own cells of row r into the fields.
template <class Real>
void store_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, const Scratch<Real>& s) {
  const std::ptrdiff_t start = tile.offset + r * step.stride;
  const int count = own_columns(step, tile);
  store_cells(step.h_new + start, s.depth.h.begin() + 1, count);
  store_cells(step.qx_new + start, s.momentum.qx.begin() + 1, count);
  store_cells(step.qy_new + start, s.momentum.qy.begin() + 1, count);
  store_cells(step.residual + start, s.depth.rest.begin() + 1, count);
}

/// Keeps the greatest values of each lane.
template <class Real>
inline void keep_extremes(ExtremeRow<Real>& row, int k, Real h, Real qx, Real qy, Real wave) {
  row.lowest.begin()[k] = lesser(h, row.lowest.begin()[k]);
  row.deepest.begin()[k] = greater(size_bits(h), row.deepest.begin()[k]);
  const auto wave_bits = size_bits(wave);
  const auto largest = greater(greater(size_bits(qx), size_bits(qy)), wave_bits);
  row.largest.begin()[k] = greater(largest, row.largest.begin()[k]);
  row.fastest.begin()[k] = greater(wave_bits, row.fastest.begin()[k]);
}

/// New momentum of chunk c of row r where water flows, friction implicit, and the speed of waves over
/// it. A cell that was dry and gets water from the sky alone starts at rest.
template <class Real, bool soil>
inline void update_momentum(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, int c,
                            Scratch<Real>& s) {
  const FluxRow<Real>& fx = s.flux_x[r & 1];
  const FluxRow<Real>& south = s.flux_y[r & 1];
  const FluxRow<Real>& north = s.flux_y[(r + 1) & 1];
  const SlopeRow<Real>& slopes = s.slopes[r & 1];
  const std::ptrdiff_t start = tile.offset - 1 + r * step.stride;
  const Real* const h_old = step.h + start;
  const Real* const qx = step.qx + start;
  const Real* const qy = step.qy + start;
  const Real* const h_new = s.depth.h.begin();
  const Real* const stays = s.depth.stays.begin();
  const MomentumRow<Real>& prepared = s.momentum;
  Real* const qx_new = s.momentum.qx.begin();
  Real* const qy_new = s.momentum.qy.begin();
  const Real dry = step.dry_depth;
  for_chunk<Real>(
      c, [&](int k) __attribute__((always_inline)) {
        const Real h = h_new[k];
        const Real inflow = (fx.mass.begin()[k - 1] - fx.mass.begin()[k]) +
                            (south.mass.begin()[k] - north.mass.begin()[k]);
        const Real mobile = h_old[k] > dry ? Real(1) : inflow;  // a dry cell gives nothing
        const Real push_x = ((fx.lower.begin()[k] - fx.upper.begin()[k - 1]) +
                             (north.along.begin()[k] - south.along.begin()[k])) +
                            slopes.x.begin()[k];
        const Real push_y = ((north.lower.begin()[k] - south.upper.begin()[k]) +
                             (fx.along.begin()[k] - fx.along.begin()[k - 1])) +
                            slopes.y.begin()[k];
        Real qx_free = qx[k] - step.ratio * push_x;
        Real qy_free = qy[k] - step.ratio * push_y;
        if constexpr (soil) {
          qx_free *= stays[k];
          qy_free *= stays[k];
        }
        const Real drag = prepared.drag.begin()[k];
        const Real inverse = prepared.inverse.begin()[k];
        const Real speed = square_root(qx_free * qx_free + qy_free * qy_free) * inverse;
        const Real kept = kept_under_friction(step.dt * drag * speed);
        const Real moves = mobile > Real(0) ? kept : Real(0);
        const Real qx_k = h > dry ? qx_free * moves : Real(0);  // h is 0 outside the computed area
        const Real qy_k = h > dry ? qy_free * moves : Real(0);
        const Real u = Real(0.5) * (magnitude(qx_k) + magnitude(qy_k)) * inverse;
        const Real moving = wave_speed(h, u, drag, slopes.drop.begin()[k], step.dx);
        const Real wave = h > dry ? moving : Real(0);
        qx_new[k] = qx_k;
        qy_new[k] = qy_k;
        keep_extremes(s.extremes, k, h, qx_k, qy_k, wave);
      });
}

/// Still chunk c of row r: no momentum, and the speed of waves where rain has made it wet.
template <class Real>
void still_momentum(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, int c,
                    Scratch<Real>& s) {
  const Real* const h_new = s.depth.h.begin();
  Real* const qx_new = s.momentum.qx.begin();
  Real* const qy_new = s.momentum.qy.begin();
  const Real dry = step.dry_depth;
  int any = 0;
  const int first = c * chunk<Real>;
#pragma omp simd reduction(| : any)
  for (int k = first; k < first + chunk<Real>; ++k) {
    qx_new[k] = Real(0);
    qy_new[k] = Real(0);
    keep_extremes(s.extremes, k, h_new[k], Real(0), Real(0), Real(0));
    any |= h_new[k] > dry ? 1 : 0;
  }
  if (any == 0) return;
  const SurfaceRows<Real> rows(step, tile, r, s);
  const Real* const friction = friction_row(step, tile, r, s);
  for_chunk<Real>(
      c, [&](int k) __attribute__((always_inline)) {
        const Real h = h_new[k];
        const Friction<Real> f = friction_at(greater(h, dry), friction[k]);
        const Real wave = wave_speed(h, Real(0), f.drag, drop_at(rows, k), step.dx);
        keep_extremes(s.extremes, k, h, Real(0), Real(0), h > dry ? wave : Real(0));
      });
}

/// The tile's wave speed and wet chunks, and whether its values are sound, from its own lanes.
template <class Real>
void sum_up(const StepArgs<Real>& step, const TileArgs<Real>& tile, const ExtremeRow<Real>& row,
            TileResult& result) {
  for (int k = 1; k <= own_columns(step, tile); ++k) {
    const auto fastest = from_bits<Real>(row.fastest.begin()[k]);
    if (fastest > Real(0)) result.wet |= 1U << (k / chunk<Real>);
    result.speed = greater(static_cast<double>(fastest), result.speed);
    const bool in_range = row.lowest.begin()[k] >= Real(0) &&
                          row.deepest.begin()[k] < size_bits(Real(1e6)) &&
                          row.largest.begin()[k] < size_bits(Real(1e9));
    result.sound = result.sound && in_range;
  }
}
