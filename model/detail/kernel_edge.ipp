// Fluxes over faces with a condition. They are few, so they are computed one by one after the row,
// and written over what the row's loop made of them (a wall).

/// Flux outward over an edge face: mass, normal momentum less the cell's own pressure, momentum
/// along the face.
template <class Real>
struct EdgeFlux {
  Real mass, normal, along;
};

/// The state (h, u outward) on the edge, and what it does to the cell of depth `inner` beside it.
template <class Real>
inline EdgeFlux<Real> flux_of_edge_state(Real h, Real u, Real inner, Real along) {
  const Real g = Real(gravity);
  return {h * u, h * u * u + Real(0.5) * g * (h - inner) * (h + inner),
          u > Real(0) ? h * u * along : Real(0)};
}

/// No flow: what HLL makes of the mirrored state. The pressure rises where water comes and falls
/// where it goes.
template <class Real>
inline EdgeFlux<Real> edge_wall(FaceState<Real> s) {
  const Real c = square_root(Real(gravity) * s.h);
  return {Real(0), s.h * s.normal * (greater(s.normal, Real(0)) + c), Real(0)};
}

/// Water leaves as it comes (the state beyond is the state inside); none comes in.
template <class Real>
inline EdgeFlux<Real> edge_open(FaceState<Real> s) {
  if (s.normal <= Real(0)) return edge_wall(s);
  return flux_of_edge_state(s.h, s.normal, s.h, s.along);
}

/// Uniform flow by Manning, u = sqrt(S)/n h^(2/3); supercritical water leaves as it comes.
template <class Real>
inline EdgeFlux<Real> edge_normal_depth(FaceState<Real> s, Real conveyance) {
  if (s.h <= Real(0)) return {Real(0), Real(0), Real(0)};
  const Real uniform = conveyance * s.h * inverse_cube_root(greater(s.h, Real(1e-12)));
  const Real c = square_root(Real(gravity) * s.h);
  const Real u = s.normal > c ? greater(s.normal, uniform) : uniform;
  return flux_of_edge_state(s.h, u, s.h, s.along);
}

/// A given surface: depth h on the edge, velocity by the outgoing characteristic u + 2c. Inflow is
/// at most critical at the given depth; outflow faster than critical is ruled from inside.
template <class Real>
inline EdgeFlux<Real> edge_stage(FaceState<Real> s, Real h_given) {
  const Real g = Real(gravity);
  const Real c_inner = square_root(g * greater(s.h, Real(0)));
  if (s.h > Real(0) && s.normal >= c_inner) return flux_of_edge_state(s.h, s.normal, s.h, s.along);
  const Real h = greater(h_given, Real(0));
  const Real c = square_root(g * h);
  const Real outgoing = (s.h > Real(0) ? s.normal : Real(0)) + Real(2) * c_inner;
  const Real u = outgoing - Real(2) * c;
  if (u <= c) return flux_of_edge_state(h, greater(u, -c), s.h, s.along);
  const Real u_critical = outgoing * Real(1.0 / 3.0);
  if (u_critical <= Real(0)) return edge_wall(s);
  return flux_of_edge_state(u_critical * u_critical / g, u_critical, s.h, s.along);
}

/// A given unit discharge q inward [m²/s]: depth on the edge by the outgoing characteristic, at
/// least the critical one, so that it is right on a dry bed and where the inflow is supercritical.
template <class Real>
inline EdgeFlux<Real> edge_discharge(FaceState<Real> s, Real q) {
  const Real g = Real(gravity);
  if (q <= Real(0)) {
    const Real out = lesser(-q, s.most);
    return {out, s.h > Real(0) ? out * out / s.h : Real(0), out * s.along};
  }
  if (q < Real(1e-12)) return edge_wall(s);  // its square would underflow in single precision
  const Real c_inner = square_root(g * greater(s.h, Real(0)));
  const Real outgoing = (s.h > Real(0) ? s.normal : Real(0)) + Real(2) * c_inner;
  const Real x = q * q / g;
  const Real critical = x * inverse_cube_root(x) * inverse_cube_root(x);
  // f(h) = 2 sqrt(g h) - q/h - outgoing rises and is concave: Newton from below does not overshoot.
  Real h = critical;
  for (int i = 0; i < 20; ++i) {
    const Real c = square_root(g * h);
    const Real f = Real(2) * c - q / h - outgoing;
    if (f >= Real(0)) break;
    h -= f / (c / h + q / (h * h));
  }
  return flux_of_edge_state(h, -q / h, s.h, s.along);
}

/// `bed`: how much higher the bed is on the face than in the cell's centre.
template <class Real>
EdgeFlux<Real> edge_flux(EdgeKind kind, FaceState<Real> s, Real bed, Real value) {
  switch (kind) {
    case EdgeKind::open:
      return edge_open(s);
    case EdgeKind::normal_depth:
      return edge_normal_depth(s, value);
    case EdgeKind::stage:
      return edge_stage(s, value - bed);
    case EdgeKind::discharge:
      return edge_discharge(s, value);
    case EdgeKind::wall:
      break;
  }
  return edge_wall(s);
}

/// One side of the cells of a row: values on their faces there, the bed's rise to their upper faces,
/// and the fluxes.
template <class Real>
struct SideRows {
  const FaceRow<Real>& faces;
  const Row<Real>& rise;
  FluxRow<Real>& flux;
  bool upper;  // east or north
};

/// One edge face: its flux over the row's, and what moved into the result.
template <class Real>
void edge_face(const EdgeFaceArgs<Real>& edge, const SideRows<Real>& rows, Real ratio,
               TileResult& result) {
  const Real outward = rows.upper ? Real(1) : Real(-1);
  FaceState<Real> s = face_at(rows.faces, edge.lane);
  s.normal *= outward;
  EdgeFlux<Real> f = edge_flux(edge.kind, s, outward * rows.rise.begin()[edge.lane], edge.value);
  if (f.mass > s.most) {
    f.normal -= (f.mass - s.most) * (s.h > Real(0) ? f.mass / s.h : Real(0));
    f.along = s.most * s.along;
    f.mass = s.most;
  }
  const int k = edge.side == Side::west ? edge.lane - 1 : edge.lane;
  rows.flux.mass.begin()[k] = outward * f.mass;
  rows.flux.along.begin()[k] = outward * f.along;
  (rows.upper ? rows.flux.lower : rows.flux.upper).begin()[k] = f.normal;
  const double moved = static_cast<double>(ratio * f.mass);
  (moved > 0 ? result.edge_out : result.edge_in) += moved > 0 ? moved : -moved;
}

/// The tile's edge faces on the west and east of row r.
template <class Real>
void edges_x(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s,
             TileResult& result) {
  for (int e = 0; e < tile.edge_count; ++e) {
    const EdgeFaceArgs<Real>& edge = tile.edges[e];
    if (edge.row != r || !has(tile.flowing, edge.lane / chunk<Real>)) continue;
    if (edge.side == Side::west) {
      edge_face(edge, {s.west, s.rise_x, s.flux_x[r & 1], false}, step.ratio, result);
    } else if (edge.side == Side::east) {
      edge_face(edge, {s.east, s.rise_x, s.flux_x[r & 1], true}, step.ratio, result);
    }
  }
}

/// The tile's edge faces between rows r - 1 and r: north of the one, south of the other.
template <class Real>
void edges_y(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s,
             TileResult& result) {
  const int below = (r - 1) & 1;
  for (int e = 0; e < tile.edge_count; ++e) {
    const EdgeFaceArgs<Real>& edge = tile.edges[e];
    if (!has(tile.flowing, edge.lane / chunk<Real>)) continue;
    if (edge.side == Side::north && edge.row == r - 1) {
      edge_face(edge, {s.north[below], s.rise_y[below], s.flux_y[r & 1], true}, step.ratio, result);
    } else if (edge.side == Side::south && edge.row == r) {
      edge_face(edge, {s.south, s.rise_y[r & 1], s.flux_y[r & 1], false}, step.ratio, result);
    }
  }
}
