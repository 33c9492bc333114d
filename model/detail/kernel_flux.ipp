// Fluxes between two cells: hydrostatic reconstruction and HLLC.

template <class Real>
struct FaceState {
  Real h, normal, along, bed, most;
};

template <class Real>
struct FaceFlux {
  Real mass, lower, upper, along;
};

/// Flux between the face values l (west or south) and r, whose beds are measured from one height.
///
/// Depths over the higher bed: h* = max(0, h + z - max(zl, zr)) (Audusse et al. 2004,
/// doi:10.1137/S1064827503431090). Where one surface lies under the other side's bed, the upper
/// side's weight pulls over the whole step: g h (eta_low - z_high), the term by which Chen and Noelle
/// (2017, doi:10.1137/15M1053074) let thin films run down steps.
/// HLLC after Toro (2001) with two-rarefaction speeds: for shallow water mass and normal momentum
/// are those of HLL and the velocity along the face comes from the side the mass comes from.
/// The mass flux is kept to what the giving cell may lose, and takes its momentum with it.
/// Normal momentum is returned less each side's own pressure g h²/2, so that still water gives 0.
template <class Real>
inline FaceFlux<Real> flux_hllc(FaceState<Real> l, FaceState<Real> r) {
  const Real g = Real(gravity);
  const Real surface_l = l.bed + l.h;
  const Real surface_r = r.bed + r.h;
  const Real hl = r.bed > l.bed ? greater(surface_l - r.bed, Real(0)) : l.h;
  const Real hr = l.bed > r.bed ? greater(surface_r - l.bed, Real(0)) : r.h;
  const Real pull_l = g * l.h * lesser(surface_r - l.bed, Real(0));
  const Real pull_r = g * r.h * lesser(surface_l - r.bed, Real(0));
  const Real cl = square_root(g * hl);
  const Real cr = square_root(g * hr);
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
  const Real rise = Real(0.5) * g * (hr - hl) * (hr + hl);  // of pressure
  const Real both = sl * sr;
  const Real wanted = ((sr * ql - sl * qr) + both * (hr - hl)) * inverse;
  const Real normal = ((sr * (ql * ul) - sl * (qr * ur)) + both * (qr - ql) -
                       Real(0.5) * (sr + sl) * rise) * inverse;
  const Real mass = greater(lesser(wanted, l.most), -r.most);
  const bool from_lower = mass > Real(0);
  const Real kept = normal - (wanted - mass) * (wanted > Real(0) ? ul : ur);
  return {mass, (kept + Real(0.5) * rise) + pull_l, (kept - Real(0.5) * rise) + pull_r,
          mass * (from_lower ? l.along : r.along)};
}

template <class Real>
inline FaceState<Real> face_at(const FaceRow<Real>& row, int k) {
  return {row.h.begin()[k], row.normal.begin()[k], row.along.begin()[k], row.bed.begin()[k],
          row.most.begin()[k]};
}

/// The same water behind a mirror, if `closed`; `other` else.
template <class Real>
inline FaceState<Real> mirrored_if(bool closed, FaceState<Real> s, FaceState<Real> other) {
  return {closed ? s.h : other.h, closed ? -s.normal : other.normal,
          closed ? s.along : other.along, closed ? s.bed : other.bed,
          closed ? s.most : other.most};
}

/// Fluxes between two rows of face values; `shift` is where the upper values' lane 0 lies against the
/// lower ones'. `bed_step` is z(upper) - z(lower) of the cells' centres, `mask` the lower cells'.
template <class Real, bool walls>
inline void flux_row(const FaceRow<Real>& lower, const FaceRow<Real>& upper, int shift,
                     const Real* bed_step, const MaskRow<Real>& masks,
                     typename MaskRow<Real>::Bits closed_bit,
                     FluxRow<Real>& flux) {
  const auto* const mask = masks.bits.begin();
  const auto lane = [&](int k) __attribute__((always_inline)) {
    FaceState<Real> l = face_at(lower, k);
    FaceState<Real> r = face_at(upper, k + shift);
    // Heights from midway between the two centres, so that a mirrored input gives the same bits.
    l.bed -= Real(0.5) * bed_step[k];
    r.bed += Real(0.5) * bed_step[k];
    if constexpr (walls) {
      const auto bits = mask[k] & (closed_bit | active_cell);
      const FaceState<Real> own = l;
      l = mirrored_if(bits == closed_bit, r, l);
      r = mirrored_if(bits == (closed_bit | active_cell), own, r);
    }
    const FaceFlux<Real> f = flux_hllc(l, r);
    flux.mass.begin()[k] = f.mass;
    flux.lower.begin()[k] = f.lower;
    flux.upper.begin()[k] = f.upper;
    flux.along.begin()[k] = f.along;
  };
#pragma omp simd
  for (int k = 0; k < lanes<Real>; ++k) lane(k);
}

/// Fluxes over the faces between the cells of row r.
template <class Real, bool walls>
void flux_x(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  const std::ptrdiff_t start = tile.offset - 1 + r * step.stride;
  flux_row<Real, walls>(s.east, s.west, 1, step.step_east + start, mask_row(s, r), closed_east,
                        s.flux_x[r & 1]);
}

/// Fluxes over the faces between rows r - 1 and r.
template <class Real, bool walls>
void flux_y(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  const std::ptrdiff_t start = tile.offset - 1 + (r - 1) * step.stride;
  flux_row<Real, walls>(s.north[(r - 1) & 1], s.south, 0, step.step_north + start,
                        mask_row(s, r - 1), closed_north, s.flux_y[r & 1]);
}
