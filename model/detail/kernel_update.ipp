// The update of a row from the fluxes on its faces.

/// Rain of the step on row r. Its own loop: a choice inside update_chunk's becomes a masked load from
/// nowhere where there is no field of rain, which is no fault but takes hundreds of cycles.
template <class Real>
void rain_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  Real* const rained = s.depth.rain.begin();
  if (step.rain) {
    const float* const rain = step.rain + tile.offset - 1 + r * step.stride;
#pragma omp simd
    for (int k = 0; k < lanes<Real>; ++k) rained[k] = static_cast<Real>(rain[k]) * step.dt;
  } else {
    const Real uniform = step.uniform_rain * step.dt;
#pragma omp simd
    for (int k = 0; k < lanes<Real>; ++k) rained[k] = uniform;
  }
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
inline void update_depth_chunk(const DepthRows<Real>& rows, int first, DepthRow<Real>& out) {
  Real* const h_new = out.h.begin();
  Real* const rest = out.rest.begin();
  const Real* const rained = out.rain.begin();
  const auto lane = [&](int k) __attribute__((always_inline)) {
    const Real ratio = rows.ratio;
    const ExactSum<Real> x = exact_sum(ratio * rows.west_east[k - 1], -(ratio * rows.west_east[k]));
    const ExactSum<Real> y = exact_sum(ratio * rows.south[k], -(ratio * rows.north[k]));
    const ExactSum<Real> inflow = exact_sum(x.sum, y.sum);
    const ExactSum<Real> depth = exact_sum(rows.h[k], inflow.sum);
    const Real cut_off = ((x.part + y.part) + inflow.part) + depth.part;
    const ExactSum<Real> sum = exact_sum(depth.sum, (cut_off + rows.residual[k]) + rained[k]);
    const bool active = !walls || (rows.mask[k] & active_cell) != 0;
    h_new[k] = active ? sum.sum : Real(0);
    rest[k] = active ? sum.part : Real(0);
  };
#pragma omp simd
  for (int k = first; k < first + chunk<Real>; ++k) lane(k);
}

/// New depth of row r from fluxes and rain. What passes a face is the same number for both its
/// cells, and the part that rounding cuts off a sum is kept (step.residual) and added at the next
/// step: a micrometre of rain on ten metres of water is not lost in single precision, and the
/// volume closes to the last digits in both.
template <class Real>
void update_depth(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
                  Scratch<Real>& s) {
  const DepthRows<Real> rows(step, tile, r, s);
  for (int c = 0; c < tile.chunks; ++c) {
    if (special(tile, r, c)) {
      update_depth_chunk<Real, true>(rows, c * chunk<Real>, s.depth);
    } else {
      update_depth_chunk<Real, false>(rows, c * chunk<Real>, s.depth);
    }
  }
}

/// Infiltration after Green and Ampt (1911, doi:10.1017/S0021859600001441), f = K (1 + P/F) with
/// P = (psi + h) dtheta, over the step by the implicit midpoint rule, whose solution is
///   dF = b + sqrt(b² + 2 K dt (F + P)),  b = K dt / 2 - F ,
/// written where b < 0 so that no digits cancel: 2 K dt (F + P) / (sqrt(...) - b).
/// It is limited to what the cell holds and to what the store over the water table still takes.
template <class Real>
void soil_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, DepthRow<Real>& depth) {
  const std::ptrdiff_t start = tile.offset - 1 + r * step.stride;
  const float* const conductivity = step.soil.conductivity + start;
  const float* const suction_head = step.soil.suction_head + start;
  const float* const deficit = step.soil.moisture_deficit + start;
  const float* const table = step.soil.water_table_depth + start;
  const double* const infiltrated = depth.infiltrated.begin();
  Real* const h = depth.h.begin();
  Real* const rest = depth.rest.begin();
  Real* const stays = depth.stays.begin();
  double* const taken = depth.taken.begin();
  const Real dry = step.dry_depth;
  for_lanes(tile, [&](int k) __attribute__((always_inline)) {
    const Real f = static_cast<Real>(infiltrated[k]);
    const Real dtheta = static_cast<Real>(deficit[k]);
    const Real kdt = static_cast<Real>(conductivity[k]) * step.dt;
    const Real b = Real(0.5) * kdt - f;
    const Real drive = Real(2) * kdt * (f + (static_cast<Real>(suction_head[k]) + h[k]) * dtheta);
    const Real root = square_root(b * b + drive);
    const Real wanted = b > Real(0) ? b + root : drive / greater(root - b, Real(1e-30));
    const Real room = dtheta * static_cast<Real>(table[k]) - f;
    const Real asked = greater(lesser(wanted, room), Real(0));
    const bool all = asked >= h[k];
    const ExactSum<Real> left = exact_sum(h[k], rest[k] - asked);
    taken[k] = static_cast<double>(all ? h[k] : asked) + static_cast<double>(all ? rest[k] : Real(0));
    const Real after = all ? Real(0) : left.sum;
    stays[k] = h[k] > dry ? after / greater(h[k], dry) : Real(1);
    h[k] = after;
    rest[k] = all ? Real(0) : left.part;
  });
}

/// The soil's share of row r. The neighbours' cells in lanes 0 and lanes - 1 are theirs to fill, maybe
/// at this moment, so only the tile's own are read and written. Returns what was taken, summed in an
/// order that does not depend on the vector unit [m of one cell].
template <class Real>
double soak_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
                DepthRow<Real>& depth) {
  double* const field = step.soil.infiltrated + tile.offset - 1 + r * step.stride;
  double* const infiltrated = depth.infiltrated.begin();
  double* const taken = depth.taken.begin();
  __builtin_memcpy(infiltrated + 1, field + 1, sizeof(double) * tile_nx<Real>);
  soil_row(step, tile, r, depth);
  taken[0] = 0.0;
  taken[lanes<Real> - 1] = 0.0;
#pragma omp simd
  for (int k = 0; k < lanes<Real>; ++k) infiltrated[k] += taken[k];
  __builtin_memcpy(field + 1, infiltrated + 1, sizeof(double) * tile_nx<Real>);
  double parts[8] = {};
  for (int k = 0; k < lanes<Real>; k += 8) {
    for (int p = 0; p < 8; ++p) parts[p] += taken[k + p];
  }
  return ((parts[0] + parts[4]) + (parts[2] + parts[6])) +
         ((parts[1] + parts[5]) + (parts[3] + parts[7]));
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

/// h^(-1) and g n² h^(-4/3) of the new depth, to 1e-8: for friction and wave speed, not for the state.
/// In a loop of their own, see prepare_row.
template <class Real>
void prepare_momentum(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
                      Scratch<Real>& s) {
  const Real* const friction = step.friction + tile.offset - 1 + r * step.stride;
  const Real* const h = s.depth.h.begin();
  Real* const inverse = s.momentum.inverse.begin();
  Real* const drag = s.momentum.drag.begin();
  const Real dry = step.dry_depth;
  for_lanes(tile, [&](int k) __attribute__((always_inline)) {
    const Real root = inverse_cube_root(greater(h[k], dry));
    inverse[k] = root * root * root;
    drag[k] = friction[k] * (root * root * root * root);
  });
}

/// New momentum of row r, friction implicit, and the speed of waves over it.
template <class Real, bool soil>
void update_momentum(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
                     Scratch<Real>& s) {
  prepare_momentum(step, tile, r, s);
  const FluxRow<Real>& fx = s.flux_x[r & 1];
  const FluxRow<Real>& south = s.flux_y[r & 1];
  const FluxRow<Real>& north = s.flux_y[(r + 1) & 1];
  const SlopeRow<Real>& slopes = s.slopes[r & 1];
  const std::ptrdiff_t start = tile.offset - 1 + r * step.stride;
  const Real* const qx = step.qx + start;
  const Real* const qy = step.qy + start;
  const Real* const h_new = s.depth.h.begin();
  const Real* const stays = s.depth.stays.begin();
  MomentumRow<Real>& out = s.momentum;
  for_lanes(tile, [&](int k) __attribute__((always_inline)) {
    const Real h = h_new[k];
    const bool wet = h > step.dry_depth;
    const Real push_x = ((fx.lower.begin()[k] - fx.upper.begin()[k - 1]) +
                         (north.along.begin()[k] - south.along.begin()[k])) + slopes.x.begin()[k];
    const Real push_y = ((north.lower.begin()[k] - south.upper.begin()[k]) +
                         (fx.along.begin()[k] - fx.along.begin()[k - 1])) + slopes.y.begin()[k];
    Real qx_free = qx[k] - step.ratio * push_x;
    Real qy_free = qy[k] - step.ratio * push_y;
    if constexpr (soil) {
      qx_free *= stays[k];
      qy_free *= stays[k];
    }
    const Real drag = out.drag.begin()[k];
    const Real inverse = out.inverse.begin()[k];
    const Real speed = square_root(qx_free * qx_free + qy_free * qy_free) * inverse;
    const Real kept = kept_under_friction(step.dt * drag * speed);
    const Real qx_k = wet ? qx_free * kept : Real(0);  // h is 0 outside the computed area
    const Real qy_k = wet ? qy_free * kept : Real(0);
    const Real u = greater(magnitude(qx_k), magnitude(qy_k)) * inverse;
    const Real wave = wave_speed(h, u, drag, slopes.drop.begin()[k], step.dx);
    out.qx.begin()[k] = qx_k;
    out.qy.begin()[k] = qy_k;
    out.wave.begin()[k] = wet ? wave : Real(0);
  });
}

/// The row into the fields, and what the tile must say of it.
template <class Real>
void store_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
               const Scratch<Real>& s, TileResult& result) {
  const std::ptrdiff_t start = tile.offset + r * step.stride;
  const Real* const h = s.depth.h.begin() + 1;
  const Real* const rest = s.depth.rest.begin() + 1;
  const Real* const qx = s.momentum.qx.begin() + 1;
  const Real* const qy = s.momentum.qy.begin() + 1;
  const Real* const wave = s.momentum.wave.begin() + 1;
  Real* const h_new = step.h_new + start;
  Real* const qx_new = step.qx_new + start;
  Real* const qy_new = step.qy_new + start;
  Real* const residual = step.residual + start;
  Real fastest = Real(0);
  int unsound = 0;
#pragma omp simd reduction(max : fastest) reduction(| : unsound)
  for (int k = 0; k < lesser(tile.chunks * chunk<Real> - 1, tile_nx<Real>); ++k) {
    h_new[k] = h[k];
    qx_new[k] = qx[k];
    qy_new[k] = qy[k];
    residual[k] = rest[k];
    fastest = greater(wave[k], fastest);
    // Written so that a value that is not a number fails.
    const Real largest = greater(magnitude(qx[k]), magnitude(qy[k]));
    unsound |= h[k] >= Real(0) && h[k] < Real(1e6) && largest < Real(1e9) ? 0 : 1;
    unsound |= wave[k] < Real(1e9) && qx[k] * Real(0) == qy[k] * Real(0) ? 0 : 1;
  }
  result.speed = greater(static_cast<double>(fastest), result.speed);
  result.sound = result.sound && unsound == 0;
  result.wet = result.wet || fastest > Real(0);
}
