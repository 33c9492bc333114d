// Limited slopes and the prediction half a step ahead (MUSCL-Hancock; van Leer 1984,
// doi:10.1137/0905001).

/// Differences of a cell to its two neighbours along one axis: depth, surface, velocity along the
/// axis and across it.
template <class Real>
struct Differences {
  Real h, surface, along, across;
};

/// Behind a wall the mirrored cell: nothing changes but the normal velocity, which turns round.
/// Behind a soft face the bed goes on as on the cell's other side, and nothing else changes.
template <class Real>
inline Differences<Real> behind_face(Differences<Real> d, Real bed_on_other_side, bool closed,
                                     bool soft, Real mirrored) {
  return {closed ? Real(0) : d.h, closed ? (soft ? bed_on_other_side : Real(0)) : d.surface,
          closed ? (soft ? Real(0) : mirrored) : d.along, closed ? Real(0) : d.across};
}

/// A dry neighbour whose bed stands `rise` above this surface says nothing about the water's slope.
/// Were it let into the limiter, a surface that falls from the shore would be met with up to twice
/// its slope and one that rises to it with none, and a lake at rest would begin to swing by itself
/// (test: LakeAtRest over 10,000 steps).
template <class Real>
inline Differences<Real> beside_shore(Differences<Real> d, Real rise, Real neighbour_depth,
                                      Real dry_depth) {
  const Real on_shore = rise > Real(0) ? Real(0) : d.surface;
  return {d.h, neighbour_depth > dry_depth ? d.surface : on_shore, d.along, d.across};
}

template <class Real>
inline Differences<Real> slopes_between(Differences<Real> lower, Differences<Real> upper) {
  return {limited(lower.h, upper.h), limited(lower.surface, upper.surface),
          limited(lower.along, upper.along), limited(lower.across, upper.across)};
}

template <class Real>
struct CellState {
  Real h, u, v;
};

/// The cell's state half a step ahead, by the shallow-water equations in primitive form on its own
/// slopes `x` and `y` (differences over one cell), friction implicit. The depth is kept so large
/// that it is nowhere negative on the faces.
template <class Real>
inline CellState<Real> half_step_ahead(CellState<Real> c, Differences<Real> x, Differences<Real> y,
                                       Real half_ratio, Real half_dt_friction, Real dry_depth) {
  const Real g = Real(gravity);
  const Real dh = -half_ratio * ((c.u * x.h + c.h * x.along) + (c.v * y.h + c.h * y.along));
  const Real lowest = c.h - Real(0.5) * greater(magnitude(x.h), magnitude(y.h));
  const Real u = c.u - half_ratio * ((c.u * x.along + c.v * y.across) + g * x.surface);
  const Real v = c.v - half_ratio * ((c.v * y.along + c.u * x.across) + g * y.surface);
  const Real drag = half_dt_friction * inverse_power_4_3(greater(c.h, dry_depth));
  const Real kept = kept_under_friction(drag * square_root(u * u + v * v));
  const Real moves = c.h > dry_depth ? kept : Real(0);
  return {c.h + greater(dh, -lowest), u * moves, v * moves};
}

/// Prediction for row r: values on the faces of its cells, and what the update needs.
template <class Real, bool walls>
void predict_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  const CellRow<Real>& below = cell_row(s, r - 1);
  const CellRow<Real>& here = cell_row(s, r);
  const CellRow<Real>& above = cell_row(s, r + 1);
  FaceRow<Real>& west = s.west;
  FaceRow<Real>& east = s.east;
  FaceRow<Real>& south = s.south;
  FaceRow<Real>& north = s.north[r & 1];
  SlopeRow<Real>& slopes = s.slopes[r & 1];
  const std::ptrdiff_t start = tile.offset - 1 + r * step.stride;
  const Real* const step_east = step.step_east + start;
  const Real* const step_west = step_east - 1;
  const Real* const step_north = step.step_north + start;
  const Real* const step_south = step_north - step.stride;
  const Real* const friction = step.friction + start;
  const auto* const mask = mask_row(s, r).bits.begin();
  const auto* const mask_south = mask_row(s, r - 1).bits.begin();
  const Real half_ratio = Real(0.5) * step.ratio;
  const Real half_dt = Real(0.5) * step.dt;
  const Real share = Real(0.98) / step.ratio;
  const Real dry = step.dry_depth;
  const Real g = Real(gravity);
  const auto lane = [&](int k) __attribute__((always_inline)) {
    const CellState<Real> c{here.h.begin()[k], here.u.begin()[k], here.v.begin()[k]};
    const Real hw = c.h - here.h.begin()[k - 1];
    const Real he = here.h.begin()[k + 1] - c.h;
    const Real hs = c.h - below.h.begin()[k];
    const Real hn = above.h.begin()[k] - c.h;
    Differences<Real> dw{hw, hw + step_west[k], c.u - here.u.begin()[k - 1],
                         c.v - here.v.begin()[k - 1]};
    Differences<Real> de{he, he + step_east[k], here.u.begin()[k + 1] - c.u,
                         here.v.begin()[k + 1] - c.v};
    Differences<Real> ds{hs, hs + step_south[k], c.v - below.v.begin()[k],
                         c.u - below.u.begin()[k]};
    Differences<Real> dn{hn, hn + step_north[k], above.v.begin()[k] - c.v,
                         above.u.begin()[k] - c.u};
    if constexpr (walls) {
      const auto own = mask[k];
      const auto to_west = mask[k - 1];
      const auto to_south = mask_south[k];
      const Real twice_u = Real(2) * c.u;
      const Real twice_v = Real(2) * c.v;
      dw = behind_face(dw, step_east[k], (to_west & closed_east) != 0, (to_west & soft_east) != 0,
                       twice_u);
      de = behind_face(de, step_west[k], (own & closed_east) != 0, (own & soft_east) != 0,
                       -twice_u);
      ds = behind_face(ds, step_north[k], (to_south & closed_north) != 0,
                       (to_south & soft_north) != 0, twice_v);
      dn = behind_face(dn, step_south[k], (own & closed_north) != 0, (own & soft_north) != 0,
                       -twice_v);
    }
    dw = beside_shore(dw, -dw.surface, here.h.begin()[k - 1], dry);
    de = beside_shore(de, de.surface, here.h.begin()[k + 1], dry);
    ds = beside_shore(ds, -ds.surface, below.h.begin()[k], dry);
    dn = beside_shore(dn, dn.surface, above.h.begin()[k], dry);
    const Differences<Real> x = slopes_between(dw, de);
    const Differences<Real> y = slopes_between(ds, dn);
    const CellState<Real> p = half_step_ahead(c, x, y, half_ratio, half_dt * friction[k], dry);
    const Real half = Real(0.5);
    // The most that may leave over the step, 98 % of what the cell holds, shared between the faces
    // by the speed at which water can reach them. It binds at drying fronts only.
    const Real wave = square_root(g * c.h);
    const Real speed_sum = Real(4) * wave + (magnitude(p.u) + magnitude(p.v));
    const Real most = c.h > dry ? share * c.h / speed_sum : Real(0);
    west.h.begin()[k] = p.h - half * x.h;
    west.normal.begin()[k] = p.u - half * x.along;
    west.along.begin()[k] = p.v - half * x.across;
    west.bed.begin()[k] = half * (x.h - x.surface);
    west.most.begin()[k] = most * (wave + greater(-p.u, Real(0)));
    east.h.begin()[k] = p.h + half * x.h;
    east.normal.begin()[k] = p.u + half * x.along;
    east.along.begin()[k] = p.v + half * x.across;
    east.bed.begin()[k] = half * (x.surface - x.h);
    east.most.begin()[k] = most * (wave + greater(p.u, Real(0)));
    south.h.begin()[k] = p.h - half * y.h;
    south.normal.begin()[k] = p.v - half * y.along;
    south.along.begin()[k] = p.u - half * y.across;
    south.bed.begin()[k] = half * (y.h - y.surface);
    south.most.begin()[k] = most * (wave + greater(-p.v, Real(0)));
    north.h.begin()[k] = p.h + half * y.h;
    north.normal.begin()[k] = p.v + half * y.along;
    north.along.begin()[k] = p.u + half * y.across;
    north.bed.begin()[k] = half * (y.surface - y.h);
    north.most.begin()[k] = most * (wave + greater(p.v, Real(0)));
    slopes.x.begin()[k] = g * (p.h * x.surface);
    slopes.y.begin()[k] = g * (p.h * y.surface);
    slopes.drop.begin()[k] = greater(greater(greater(-de.surface, dw.surface),
                                             greater(-dn.surface, ds.surface)), Real(0));
  };
#pragma omp simd
  for (int k = 0; k < lanes<Real>; ++k) lane(k);
}
