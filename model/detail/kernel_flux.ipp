// Fluxes between two cells: hydrostatic reconstruction and HLLC.

template <class Real>
struct FaceState {
  Real h, normal, along, most;
};

template <class Real>
struct FaceFlux {
  Real mass, lower, upper, along;
};

/// Two sides of a face, the lower (west or south) one first.
template <class Real>
struct Sides {
  FaceState<Real> l, r;
  Real rise;  // how much higher r's bed stands than l's
};

/// Depths of both sides over the higher bed, and the speeds of waves over them.
template <class Real>
struct OverStep {
  Real hl, hr, cl, cr;
};

/// h* = max(0, h + z - max(zl, zr)) (Audusse et al. 2004, doi:10.1137/S1064827503431090).
template <class Real>
inline OverStep<Real> over_step(const Sides<Real>& face) {
  const Real hl = positive_part(lesser(face.l.h, face.l.h - face.rise));
  const Real hr = positive_part(lesser(face.r.h, face.r.h + face.rise));
  const Real g = Real(gravity);
  return {hl, hr, square_root(g * hl), square_root(g * hr)};
}

/// Flux between the two sides of a face. Where one surface lies under the other side's bed, the upper
/// side's weight pulls over the whole step: g h (eta_low - z_high), the term by which Chen and
/// Noelle (2017, doi:10.1137/15M1053074) let thin films run down steps. HLLC after Toro (2001) with
/// two-rarefaction speeds: for shallow water mass and normal momentum are those of HLL and the
/// velocity along the face comes from the side the mass comes from. The mass flux is kept to what
/// the giving cell may lose, and takes its momentum with it. Normal momentum is returned less each
/// side's own pressure g h²/2, so that still water gives 0.
template <class Real>
inline FaceFlux<Real> flux_hllc(const Sides<Real>& face, const OverStep<Real>& over) {
  const Real g = Real(gravity);
  const auto& [l, r, rise] = face;
  const auto& [hl, hr, cl, cr] = over;
  const Real pull_l = g * l.h * negative_part(r.h + rise);  // r's surface over l's bed
  const Real pull_r = g * r.h * negative_part(l.h - rise);
  // On a dry side the front's own speed, u + 2c of the wet one, comes out of the same formula.
  const Real ul = hl > Real(0) ? l.normal : r.normal - Real(2) * cr;
  const Real ur = hr > Real(0) ? r.normal : l.normal + Real(2) * cl;
  const Real u_middle = Real(0.5) * (ul + ur) + (cl - cr);
  const Real c_middle = greater(Real(0.5) * (cl + cr) + Real(0.25) * (ul - ur), Real(0));
  const Real sl = lesser(lesser(ul - cl, u_middle - c_middle), Real(0));
  const Real sr = greater(greater(ur + cr, u_middle + c_middle), Real(0));
  const Real inverse = Real(1) / greater(sr - sl, Real(1e-30));
  const Real ql = hl * ul;
  const Real qr = hr * ur;
  const Real half_push = Real(0.25) * g * (hr - hl) * (hr + hl);  // half the rise of pressure
  const Real both = sl * sr;
  const Real wanted = ((sr * ql - sl * qr) + both * (hr - hl)) * inverse;
  const Real normal =
      ((sr * (ql * ul) - sl * (qr * ur)) + both * (qr - ql) - (sr + sl) * half_push) * inverse;
  const Real mass = greater(lesser(wanted, l.most), -r.most);
  const Real kept = normal - (wanted - mass) * (wanted > Real(0) ? ul : ur);
  return {mass, (kept + half_push) + pull_l, (kept - half_push) + pull_r,
          mass * (mass > Real(0) ? l.along : r.along)};
}

template <class Real>
inline FaceState<Real> face_at(const FaceRow<Real>& row, int k) {
  return {row.h.begin()[k], row.normal.begin()[k], row.along.begin()[k], row.most.begin()[k]};
}

/// The same water behind a mirror, if `closed`; `other` else.
template <class Real>
inline FaceState<Real> mirrored_if(bool closed, FaceState<Real> s, FaceState<Real> other) {
  return {closed ? s.h : other.h, closed ? -s.normal : other.normal, closed ? s.along : other.along,
          closed ? s.most : other.most};
}

/// Two rows of cells (or one, `shift` = 1, seen from both sides) and the faces between them.
/// `rise_*`: how much higher the bed is on a cell's upper face than in its centre; `bed_step`:
/// z(upper) - z(lower) of the centres; `mask`: of the lower cells.
template <class Real>
struct FluxRows {
  const FaceRow<Real>& lower;
  const FaceRow<Real>& upper;
  const Row<Real>& rise_lower;
  const Row<Real>& rise_upper;
  const Real* bed_step;
  const typename MaskRow<Real>::Bits* mask;
  typename MaskRow<Real>::Bits closed_bit;
  FluxRow<Real>& flux;
};

template <class Real, int shift, bool walls>
inline Sides<Real> sides_at(const FluxRows<Real>& rows, int k) {
  const FaceState<Real> l = face_at(rows.lower, k);
  const FaceState<Real> r = face_at(rows.upper, k + shift);
  const Real rise =
      rows.bed_step[k] - (rows.rise_lower.begin()[k] + rows.rise_upper.begin()[k + shift]);
  if constexpr (walls) {
    const auto bits = rows.mask[k] & (rows.closed_bit | active_cell);
    return {mirrored_if(bits == rows.closed_bit, r, l),
            mirrored_if(bits == (rows.closed_bit | active_cell), l, r),
            (bits & rows.closed_bit) != 0 ? Real(0) : rise};
  } else {
    return {l, r, rise};
  }
}

/// Depths and speeds of waves at the faces of chunk c, into the places of its fluxes. Square roots are
/// long chains of operations: see prepare_row.
template <class Real, int shift, bool walls>
inline void over_step_chunk(const FluxRows<Real>& rows, int c) {
  FluxRow<Real>& flux = rows.flux;
  for_chunk<Real>(
      c, [&](int k) __attribute__((always_inline)) {
        const OverStep<Real> over = over_step(sides_at<Real, shift, walls>(rows, k));
        flux.mass.begin()[k] = over.hl;
        flux.lower.begin()[k] = over.hr;
        flux.upper.begin()[k] = over.cl;
        flux.along.begin()[k] = over.cr;
      });
}

/// Fluxes over the faces of chunk c, from what over_step_chunk left.
template <class Real, int shift, bool walls>
inline void flux_chunk(const FluxRows<Real>& rows, int c) {
  FluxRow<Real>& flux = rows.flux;
  for_chunk<Real>(
      c, [&](int k) __attribute__((always_inline)) {
        const OverStep<Real> over{flux.mass.begin()[k], flux.lower.begin()[k],
                                  flux.upper.begin()[k], flux.along.begin()[k]};
        const FaceFlux<Real> f = flux_hllc(sides_at<Real, shift, walls>(rows, k), over);
        flux.mass.begin()[k] = f.mass;
        flux.lower.begin()[k] = f.lower;
        flux.upper.begin()[k] = f.upper;
        flux.along.begin()[k] = f.along;
      });
}

/// A chunk's last face along x is the first one of the next chunk's cells.
template <class Real, int shift>
inline void flux_row(const TileArgs<Real>& tile, int r, const FluxRows<Real>& rows,
                     const RowAhead<Real>& ahead) {
  const unsigned chunks = shift == 1 ? tile.flowing | tile.flowing >> 1 : tile.flowing;
  for (int c = 0; c < tile.chunks; ++c) {
    if (!has(chunks, c)) continue;
    if (special(tile, r, c)) {
      over_step_chunk<Real, shift, true>(rows, c);
    } else {
      over_step_chunk<Real, shift, false>(rows, c);
    }
  }
  for (int c = 0; c < tile.chunks; ++c) {
    if (shift == 1) fetch(ahead, Fetched::qy, c);
    if (shift == 0 && tile.friction == Real(0)) fetch(ahead, Fetched::friction, c);
    fetch(ahead, shift == 1 ? Fetched::bed : Fetched::residual, c);
    if (!has(chunks, c)) continue;
    if (special(tile, r, c)) {
      flux_chunk<Real, shift, true>(rows, c);
    } else {
      flux_chunk<Real, shift, false>(rows, c);
    }
  }
}

/// Fluxes over the faces between the cells of row r.
template <class Real>
void flux_x(const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  flux_row<Real, 1>(tile, r,
                    {s.east, s.west, s.rise_x, s.rise_x, step_row(s, r).east.begin(),
                     mask_row(s, r).bits.begin(), closed_east, s.flux_x[r & 1]},
                    s.ahead);
}

/// Fluxes over the faces between rows r - 1 and r.
template <class Real>
void flux_y(const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  flux_row<Real, 0>(
      tile, r,
      {s.north[(r - 1) & 1], s.south, s.rise_y[(r - 1) & 1], s.rise_y[r & 1],
       step_row(s, r - 1).north.begin(), mask_row(s, r - 1).bits.begin(), closed_north, s.flux_y[r & 1]},
      s.ahead);
}
