// Limited slopes and the prediction half a step ahead (MUSCL-Hancock; van Leer 1984,
// doi:10.1137/0905001).

/// Differences along one axis: depth, surface, velocity along the axis and across it.
template <class Real>
struct Differences {
  Real h, surface, along, across;
};

/// A cell's differences to its four neighbours, each taken towards the east or north.
template <class Real>
struct Stencil {
  Differences<Real> west, east, south, north;
};

template <class Real>
struct CellState {
  Real h, u, v;
};

/// What the prediction of a row reads: cells of the row and of the ones beside it, steps of the bed
/// and masks, all at lane 0.
template <class Real>
struct PredictRows {
  using Bits = typename MaskRow<Real>::Bits;
  PredictRows(int r, Scratch<Real>& s)
      : south(cell_row(s, r - 1)),
        here(cell_row(s, r)),
        north(cell_row(s, r + 1)),
        step_east(step_row(s, r).east.begin()),
        step_north(step_row(s, r).north.begin()),
        step_south(step_row(s, r - 1).north.begin()),
        mask(mask_row(s, r).bits.begin()),
        mask_south(mask_row(s, r - 1).bits.begin()) {}
  const CellRow<Real>& south;
  const CellRow<Real>& here;
  const CellRow<Real>& north;
  const Real* step_east;
  const Real* step_north;
  const Real* step_south;
  const Bits* mask;
  const Bits* mask_south;
};

template <class Real>
inline Stencil<Real> stencil_at(const PredictRows<Real>& rows, CellState<Real> c, int k) {
  const Real* const h = rows.here.h.begin();
  const Real* const u = rows.here.u.begin();
  const Real* const v = rows.here.v.begin();
  const Real west = c.h - h[k - 1];
  const Real east = h[k + 1] - c.h;
  const Real south = c.h - rows.south.h.begin()[k];
  const Real north = rows.north.h.begin()[k] - c.h;
  return {{west, west + rows.step_east[k - 1], c.u - u[k - 1], c.v - v[k - 1]},
          {east, east + rows.step_east[k], u[k + 1] - c.u, v[k + 1] - c.v},
          {south, south + rows.step_south[k], c.v - rows.south.v.begin()[k],
           c.u - rows.south.u.begin()[k]},
          {north, north + rows.step_north[k], rows.north.v.begin()[k] - c.v,
           rows.north.u.begin()[k] - c.u}};
}

/// Behind a wall the mirrored cell: nothing changes but the normal velocity, which turns round.
/// Behind a soft face the bed goes on as on the cell's other side, and nothing else changes.
template <class Real>
inline Differences<Real> behind_face(Differences<Real> d, Real bed_on_other_side, bool closed,
                                     bool soft, Real mirrored) {
  return {closed ? Real(0) : d.h, closed ? (soft ? bed_on_other_side : Real(0)) : d.surface,
          closed ? (soft ? Real(0) : mirrored) : d.along, closed ? Real(0) : d.across};
}

template <class Real>
inline Stencil<Real> behind_faces(const PredictRows<Real>& rows, CellState<Real> c, Stencil<Real> d,
                                  int k) {
  const auto own = rows.mask[k];
  const auto west = rows.mask[k - 1];
  const auto south = rows.mask_south[k];
  const Real twice_u = Real(2) * c.u;
  const Real twice_v = Real(2) * c.v;
  return {behind_face(d.west, rows.step_east[k], (west & closed_east) != 0, (west & soft_east) != 0,
                      twice_u),
          behind_face(d.east, rows.step_east[k - 1], (own & closed_east) != 0,
                      (own & soft_east) != 0, -twice_u),
          behind_face(d.south, rows.step_north[k], (south & closed_north) != 0,
                      (south & soft_north) != 0, twice_v),
          behind_face(d.north, rows.step_south[k], (own & closed_north) != 0,
                      (own & soft_north) != 0, -twice_v)};
}

/// Where water runs out over a soft face, what it does on the opposite side goes on to the face:
/// the flow there hangs on nothing beyond it. Where water comes in, nothing does (it would be
/// unstable).
template <class Real>
inline Differences<Real> run_out(Differences<Real> d, Differences<Real> opposite, bool runs,
                                 Real h) {
  return {runs ? kept_between(opposite.h, -h, h) : d.h, runs ? opposite.surface : d.surface,
          runs ? opposite.along : d.along, runs ? opposite.across : d.across};
}

template <class Real>
inline Stencil<Real> run_out(const PredictRows<Real>& rows, CellState<Real> c, Stencil<Real> d,
                             int k) {
  const auto own = rows.mask[k];
  const auto west = rows.mask[k - 1];
  const auto south = rows.mask_south[k];
  const bool to_west = (west & soft_east) != 0 && (own & closed_east) == 0 && c.u < Real(0);
  const bool to_east = (own & soft_east) != 0 && (west & closed_east) == 0 && c.u > Real(0);
  const bool to_south = (south & soft_north) != 0 && (own & closed_north) == 0 && c.v < Real(0);
  const bool to_north = (own & soft_north) != 0 && (south & closed_north) == 0 && c.v > Real(0);
  return {run_out(d.west, d.east, to_west, c.h), run_out(d.east, d.west, to_east, c.h),
          run_out(d.south, d.north, to_south, c.h), run_out(d.north, d.south, to_north, c.h)};
}

/// A dry neighbour whose bed stands above this surface says nothing about the water's slope. Were
/// it let into the limiter, a surface that falls from the shore would be met with up to twice its
/// slope and one that rises to it with none, and a lake at rest would begin to swing by itself
/// (test: LakeAtRest over 10,000 steps).
template <class Real>
inline void beside_shores(const PredictRows<Real>& rows, Stencil<Real>& d, Real dry, int k) {
  const Real* const h = rows.here.h.begin();
  const Real west = positive_part(d.west.surface);
  const Real east = negative_part(d.east.surface);
  const Real south = positive_part(d.south.surface);
  const Real north = negative_part(d.north.surface);
  d.west.surface = h[k - 1] > dry ? d.west.surface : west;
  d.east.surface = h[k + 1] > dry ? d.east.surface : east;
  d.south.surface = rows.south.h.begin()[k] > dry ? d.south.surface : south;
  d.north.surface = rows.north.h.begin()[k] > dry ? d.north.surface : north;
}

/// Greatest drop of the surface to a neighbour.
template <class Real>
inline Real greatest_drop(const Stencil<Real>& d) {
  const auto lower = greater(signed_bits(d.west.surface), signed_bits(d.south.surface));
  const auto upper = greater(signed_bits(-d.east.surface), signed_bits(-d.north.surface));
  return positive_part(from_bits<Real>(greater(lower, upper)));
}

/// Half the slopes in a cell along one axis, and half the bed's.
template <class Real>
struct HalfSlopes {
  Real h, bed, surface, along, across;
};

/// Half the limited slopes of a cell of depth h. Where water is deep against the bend of the bed,
/// those of depth, surface and velocities are limited one by one. On a bed that falls ever steeper
/// a film's surface, limited so, would make a bed that lies higher on the face of the lower cell
/// than on that of the upper one: a dam that is not there, with water ponding behind it to half the
/// step of the bed (test: TiltedV). So the bed's slope is no steeper than towards either neighbour,
/// but for a quarter of the depth; depth gives way to it, and where that would go beyond its own
/// limited slope, the surface. Still water keeps a level surface: its depth mirrors the bed.
template <class Real>
inline HalfSlopes<Real> half_slopes(Differences<Real> lower, Differences<Real> upper, Real h) {
  const Real surface = half_limited(lower.surface, upper.surface);
  const Real depth = half_limited(lower.h, upper.h);
  const Real bed_lower = lower.surface - lower.h;
  const Real bed_upper = upper.surface - upper.h;
  const Real least = Real(0.5) * minmod(bed_lower, bed_upper);
  const Real most = Real(0.25) * h;
  const Real bed = kept_between(surface - depth, least - most, least + most);
  const Real kept = minmod(surface - bed, depth);
  return {kept, bed, kept + bed, half_limited(lower.along, upper.along),
          half_limited(lower.across, upper.across)};
}

/// The cell's state half a step ahead but for friction, by the shallow-water equations in primitive form
/// on half its own slopes `x` and `y` (differences over half a cell). The depth is kept so large that it
/// is nowhere negative on the faces.
template <class Real>
inline CellState<Real> half_step_ahead(CellState<Real> c, HalfSlopes<Real> x, HalfSlopes<Real> y,
                                       Real ratio) {
  const Real g = Real(gravity);
  const Real dh = -ratio * ((c.u * x.h + c.h * x.along) + (c.v * y.h + c.h * y.along));
  const Real lowest = c.h - greater_size(x.h, y.h);
  const Real u = c.u - ratio * ((c.u * x.along + c.v * y.across) + g * x.surface);
  const Real v = c.v - ratio * ((c.v * y.along + c.u * x.across) + g * y.surface);
  return {c.h + greater(dh, -lowest), u, v};
}

/// A cell as one axis sees it. Half a step ahead: depth, and velocity along the axis but for friction.
/// Now: speed of waves, velocity along the axis, and what may leave (see prepare_row).
template <class Real>
struct AxisState {
  Real h, along_free, wave, along_now, most;
};

/// On a cell's lower and upper face along one axis, from half its slopes: depth, and the most that may
/// leave, its share of all by the speed at which water can reach this face. Velocities wait for
/// friction: what half_step_friction makes them of is put in their places.
template <class Real>
inline void write_faces(FaceRow<Real>& lower, FaceRow<Real>& upper, int k, HalfSlopes<Real> half,
                        AxisState<Real> c) {
  lower.h.begin()[k] = c.h - half.h;
  upper.h.begin()[k] = c.h + half.h;
  lower.most.begin()[k] = c.most * (c.wave + positive_part(-c.along_now));
  upper.most.begin()[k] = c.most * (c.wave + positive_part(c.along_now));
  lower.normal.begin()[k] = c.along_free;
  upper.normal.begin()[k] = half.along;
  upper.along.begin()[k] = half.across;
}

/// Velocities on a cell's lower and upper face along one axis, from the cell's own and the half slopes
/// that write_faces left.
template <class Real>
inline void write_velocities(FaceRow<Real>& lower, FaceRow<Real>& upper, int k, Real normal,
                             Real along) {
  const Real half_normal = upper.normal.begin()[k];
  const Real half_along = upper.along.begin()[k];
  lower.normal.begin()[k] = normal - half_normal;
  upper.normal.begin()[k] = normal + half_normal;
  lower.along.begin()[k] = along - half_along;
  upper.along.begin()[k] = along + half_along;
}

/// Chunks whose face values some flux needs: those with water and the ones beside them.
template <class Real>
inline unsigned predicted(const TileArgs<Real>& tile) {
  return and_beside(tile.flowing) & all_chunks(tile);
}

/// How far the cells of row r are taken ahead (half_dt [s]; ratio = 2 half_dt / dx) and how much of
/// what they hold may leave them in this step. The same everywhere but beside tiles whose steps are
/// longer or shorter. Rows inside the tile are alike: set once.
template <class Real>
void set_pace(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  if (r > 0 && r < tile.rows) return;
  const auto side = [](Side which) { return static_cast<int>(which); };
  const Beside<Real>& beside = tile.beside;
  const int row = side(r < 0 ? Side::south : Side::north);
  const bool own = r == 0 && tile.rows > 0;
  const Real far = own ? Real(1) : beside.ahead[row];
  const Real part = own ? Real(1) : beside.share[row];
  const auto set = [&](int k, Real factor, Real allowed) {
    s.half_dt.begin()[k] = Real(0.5) * step.dt * factor;
    s.ratio.begin()[k] = step.ratio * factor;
    s.share.begin()[k] = Real(0.98) / step.ratio * allowed;
  };
  for (int k = 0; k < tile.chunks * chunk<Real>; ++k) set(k, far, part);
  if (!own) return;
  const int west = side(Side::west);
  const int east = side(Side::east);
  set(0, beside.ahead[west], beside.share[west]);
  set(step.tile_columns + 1, beside.ahead[east], beside.share[east]);
}

/// What of the prediction hangs on a cell's own state alone: friction of the half step, the speed of
/// waves, and the most that may leave over the step, 98 % of what the cell holds, by the speed at which
/// water can reach the four faces together. It binds at drying fronts only. A loop of its own, as is
/// half_step_friction's: long chains of dependent operations overlap from lane to lane only where a
/// loop is short.
template <class Real>
void prepare_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  const Real* const friction = friction_row(step, tile, r, s);
  const CellRow<Real>& cells = cell_row(s, r);
  const Real* const h = cells.h.begin();
  const Real* const u = cells.u.begin();
  const Real* const v = cells.v.begin();
  Real* const drag = s.drag.begin();
  Real* const waves = s.wave.begin();
  Real* const most = s.most.begin();
  const Real* const half_dt = s.half_dt.begin();
  const Real* const share = s.share.begin();
  const Real dry = step.dry_depth;
  for_chunks<Real>(
      predicted(tile), [&](int k) __attribute__((always_inline)) {
        drag[k] = half_dt[k] * friction[k] * inverse_power_4_3(greater(h[k], dry));
        const Real wave = square_root(Real(gravity) * h[k]);
        const Real speeds = Real(4) * wave + (magnitude(u[k]) + magnitude(v[k]));
        waves[k] = wave;
        most[k] = h[k] > dry ? share[k] * h[k] / speeds : Real(0);
      });
}

/// Friction of the half step, implicit, and with it the velocities on the faces of row r.
template <class Real>
void half_step_friction(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
                        Scratch<Real>& s) {
  FaceRow<Real>& north = s.north[r & 1];
  const Real* const h = cell_row(s, r).h.begin();
  const Real* const drag = s.drag.begin();
  const Real dry = step.dry_depth;
  for_chunks<Real>(
      predicted(tile), [&](int k) __attribute__((always_inline)) {
        const Real u_free = s.west.normal.begin()[k];
        const Real v_free = s.south.normal.begin()[k];
        const Real speed = square_root(u_free * u_free + v_free * v_free);
        const Real kept = h[k] > dry ? kept_under_friction(drag[k] * speed) : Real(0);
        const Real u = u_free * kept;
        const Real v = v_free * kept;
        write_velocities(s.west, s.east, k, u, v);
        write_velocities(s.south, north, k, v, u);
      });
}

/// Prediction for one chunk of row r but for friction, and what the update needs.
template <class Real, bool walls, bool flat>
inline void predict_chunk(const StepArgs<Real>& step, const PredictRows<Real>& rows, int r, int c,
                          Scratch<Real>& s) {
  FaceRow<Real>& north = s.north[r & 1];
  SlopeRow<Real>& slopes = s.slopes[r & 1];
  const Real* const ratio = s.ratio.begin();
  const Real dry = step.dry_depth;
  const Real twice_g = Real(2 * gravity);
  for_chunk<Real>(
      c, [&](int k) __attribute__((always_inline)) {
        const CellState<Real> cell{rows.here.h.begin()[k], rows.here.u.begin()[k],
                                   rows.here.v.begin()[k]};
        Stencil<Real> d = stencil_at(rows, cell, k);
        if constexpr (walls) d = behind_faces(rows, cell, d, k);
        beside_shores(rows, d, dry, k);
        slopes.drop.begin()[k] = greatest_drop(d);
        if constexpr (walls) d = run_out(rows, cell, d, k);
        if constexpr (flat) d = {};
        const HalfSlopes<Real> x = half_slopes(d.west, d.east, cell.h);
        const HalfSlopes<Real> y = half_slopes(d.south, d.north, cell.h);
        const CellState<Real> p = half_step_ahead(cell, x, y, ratio[k]);
        const Real most = s.most.begin()[k];
        const Real wave = s.wave.begin()[k];
        write_faces(s.west, s.east, k, x, AxisState<Real>{p.h, p.u, wave, cell.u, most});
        write_faces(s.south, north, k, y, AxisState<Real>{p.h, p.v, wave, cell.v, most});
        s.rise_x.begin()[k] = x.bed;
        s.rise_y[r & 1].begin()[k] = y.bed;
        slopes.x.begin()[k] = twice_g * (p.h * x.surface);
        slopes.y.begin()[k] = twice_g * (p.h * y.surface);
      });
}

template <class Real>
void predict_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  set_pace(step, tile, r, s);
  prepare_row(step, tile, r, s);
  const PredictRows<Real> rows(r, s);
  for (int c = 0; c < tile.chunks; ++c) {
    fetch(s.ahead, Fetched::h, c);
    fetch(s.ahead, Fetched::qx, c);
    if (!has(predicted(tile), c)) continue;
    if (step.flat) {
      predict_chunk<Real, true, true>(step, rows, r, c, s);
    } else if (special(tile, r, c)) {
      predict_chunk<Real, true, false>(step, rows, r, c, s);
    } else {
      predict_chunk<Real, false, false>(step, rows, r, c, s);
    }
  }
  half_step_friction(step, tile, r, s);
}
