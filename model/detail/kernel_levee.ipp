// Fluxes over faces with a levee. Like edge faces they are few, computed one by one after the row,
// and written over what the row's loop made of them (a wall for the lower cell).

/// y^0.385 for 0 <= y <= 1, to 1e-13, by the logarithm's series in (m - 1)/(m + 1) and the
/// exponential's: the kernels call no function of a library.
inline double power_0_385(double y) {
  if (!(y > 1e-300)) return 0.0;
  const auto bits = __builtin_bit_cast(long long, y);
  long long exponent = (bits >> 52) - 1023;
  double m = __builtin_bit_cast(double, (bits & 0xfffffffffffffLL) | 0x3ff0000000000000LL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double s2 = s * s;
  double series = 1.0 / 17.0;
  for (int n = 15; n >= 1; n -= 2) series = series * s2 + 1.0 / n;
  const double log2 = static_cast<double>(exponent) + 2.0 * s * series * 1.4426950408889634;
  const double x = 0.385 * log2;                     // <= 0
  const auto whole = static_cast<long long>(x - 0.5);  // the nearest whole number
  const double f = (x - static_cast<double>(whole)) * 0.6931471805599453;
  double power = 1.0;
  for (int n = 13; n >= 1; --n) power = 1.0 + power * f / n;
  return __builtin_bit_cast(double, (whole + 1023) << 52) * power;
}

/// H1^(3/2) (1 - (H2/H1)^(3/2))^0.385 for H1 >= H2, heads over the sill [m].
template <class Real>
inline Real head_over_weir(Real h1, Real h2) {
  if (h1 <= Real(0)) return Real(0);
  const Real free = h1 * square_root(h1);
  if (h2 <= Real(0)) return free;
  const Real ratio = h2 / h1;
  const Real open = Real(1) - ratio * square_root(ratio);
  return free * static_cast<Real>(power_0_385(static_cast<double>(open)));
}

/// A cell's side of a levee, velocities outward, and its surface over the crest and over the gap.
template <class Real>
struct LeveeSide {
  FaceState<Real> s;
  Real over_crest, over_gap;
};

/// Unit discharge from the giving side to the taking one.
template <class Real>
inline Real levee_discharge(const LeveeFaceArgs<Real>& levee, const LeveeSide<Real>& giver,
                            const LeveeSide<Real>& taker) {
  const Real fall = giver.over_gap - greater(taker.over_gap, Real(0));
  if (giver.over_gap <= Real(0) || fall <= Real(0) || giver.s.h <= Real(0)) return Real(0);
  const Real weir = levee.crest_share * head_over_weir(giver.over_crest, taker.over_crest) +
                    levee.gap_share * head_over_weir(giver.over_gap, taker.over_gap);
  const Real wave = square_root(Real(gravity) * giver.s.h);
  const Real open = giver.s.h * greater(giver.s.normal, Real(0)) + Real(0.5) * wave * fall;
  return lesser(lesser(weir, open), giver.s.most);
}

/// Normal momentum less the cell's own pressure where the unit discharge `mass` leaves it (negative:
/// comes in): what HLL makes of a wall that moves with that water. Water comes in at critical depth
/// at least, so that it is right on dry ground. With mass = 0 it is edge_wall.
template <class Real>
inline Real levee_push(FaceState<Real> s, Real mass) {
  const Real q2 = mass * mass * Real(1 / gravity);
  const Real root = inverse_cube_root(greater(q2, Real(1e-24)));
  const Real critical = q2 > Real(1e-24) ? q2 * root * root : Real(0);
  const Real deep = mass < Real(0) ? greater(s.h, critical) : s.h;
  const Real piston = deep > Real(0) ? mass / deep : Real(0);
  const Real against = s.normal - piston;
  const Real wave = square_root(Real(gravity) * s.h);
  return s.h * against * (greater(against, Real(0)) + wave) + mass * piston;
}

/// One levee face between cell k of the lower row and cell k + shift of the upper one.
template <class Real>
Real levee_face(const LeveeFaceArgs<Real>& levee, LeveeSide<Real> lower, LeveeSide<Real> upper,
                FluxRow<Real>& flux) {
  upper.s.normal = -upper.s.normal;
  const bool upward = lower.over_gap >= upper.over_gap;
  const Real size =
      upward ? levee_discharge(levee, lower, upper) : levee_discharge(levee, upper, lower);
  const Real mass = upward ? size : -size;
  const int k = levee.lane;
  flux.mass.begin()[k] = mass;
  flux.lower.begin()[k] = levee_push(lower.s, mass);
  flux.upper.begin()[k] = levee_push(upper.s, -mass);
  flux.along.begin()[k] = mass * (upward ? lower.s.along : upper.s.along);
  return mass;
}

template <class Real>
inline LeveeSide<Real> levee_side(FaceState<Real> s, Real rise, Real crest, Real invert) {
  const Real surface = s.h + rise;
  return {s, surface - crest, surface - invert};
}

/// Whether water flows in one of the cells beside the face.
template <class Real>
inline bool levee_flows(const TileArgs<Real>& tile, int lane, int shift) {
  return has(tile.flowing, lane / chunk<Real>) || has(tile.flowing, (lane + shift) / chunk<Real>);
}

/// The tile's levee faces between the cells of row r.
template <class Real>
void levees_x(const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  for (int e = 0; e < tile.levees_x; ++e) {
    const LeveeFaceArgs<Real>& levee = tile.levees[e];
    if (levee.row > r) return;
    const int k = levee.lane;
    if (levee.row != r || !levee_flows(tile, k, 1)) continue;
    const Real* const rise = s.rise_x.begin();
    tile.levee_flux[e] = levee_face(
        levee, levee_side(face_at(s.east, k), rise[k], levee.crest_lower, levee.invert_lower),
        levee_side(face_at(s.west, k + 1), -rise[k + 1], levee.crest_upper, levee.invert_upper),
        s.flux_x[r & 1]);
  }
}

/// The tile's levee faces between rows r - 1 and r.
template <class Real>
void levees_y(const TileArgs<Real>& tile, int r, Scratch<Real>& s) {
  const int below = (r - 1) & 1;
  for (int e = tile.levees_x; e < tile.levees_x + tile.levees_y; ++e) {
    const LeveeFaceArgs<Real>& levee = tile.levees[e];
    if (levee.row > r) return;
    const int k = levee.lane;
    if (levee.row != r || !levee_flows(tile, k, 0)) continue;
    tile.levee_flux[e] =
        levee_face(levee,
                   levee_side(face_at(s.north[below], k), s.rise_y[below].begin()[k],
                              levee.crest_lower, levee.invert_lower),
                   levee_side(face_at(s.south, k), -s.rise_y[r & 1].begin()[k], levee.crest_upper,
                              levee.invert_upper),
                   s.flux_y[r & 1]);
  }
}
