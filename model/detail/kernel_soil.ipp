// What the soil takes of a row, after its depth was updated.

/// The soil's fields along a row, at lane 0.
template <class Real>
struct SoilRows {
  SoilRows(const SoilArgs& soil, std::ptrdiff_t start)
      : conductivity(soil.conductivity + start),
        suction_head(soil.suction_head + start),
        retention(soil.retention + start),
        initial_loss(soil.initial_loss + start),
        deficit(soil.moisture_deficit + start),
        table(soil.water_table_depth + start) {}
  const float* conductivity;
  const float* suction_head;
  const float* retention;
  const float* initial_loss;
  const float* deficit;
  const float* table;
};

/// A cell's water over its soil, with the rain of the step, and that rain [m].
template <class Real>
struct OverSoil {
  Real h, rain, dt;
};

/// Infiltration after Green and Ampt (1911, doi:10.1017/S0021859600001441), f = K (1 + P/F) with
/// P = (psi + h) dtheta, over the step by the implicit midpoint rule, whose solution is
///   dF = b + sqrt(b² + 2 K dt (F + P)),  b = K dt / 2 - F ,
/// written where b < 0 so that no digits cancel: 2 K dt (F + P) / (sqrt(...) - b).
template <class Real>
inline Real wanted_green_ampt(const SoilRows<Real>& soil, int k, Real f, OverSoil<Real> over) {
  const Real dtheta = static_cast<Real>(soil.deficit[k]);
  const Real kdt = static_cast<Real>(soil.conductivity[k]) * over.dt;
  const Real b = Real(0.5) * kdt - f;
  const Real drive =
      Real(2) * kdt * (f + (static_cast<Real>(soil.suction_head[k]) + over.h) * dtheta);
  const Real root = square_root(b * b + drive);
  return b > Real(0) ? b + root : drive / greater(root - b, Real(1e-30));
}

/// Retention after the SCS curve number (NRCS, National Engineering Handbook 630, ch. 10):
/// F = P up to Ia, then F = Ia + S (P - Ia) / (P - Ia + S). Rain P that has fallen so far follows
/// from F, so a step's rain p adds, with d = S - (F - Ia) what is still free,
///   dF = p d² / (S² + p d) ,
/// the difference of both F without their cancelling digits: the same sum in any steps. Only rain
/// is retained.
template <class Real>
inline Real wanted_curve_number(const SoilRows<Real>& soil, int k, Real f, OverSoil<Real> over) {
  const Real s = static_cast<Real>(soil.retention[k]);
  const Real beyond = f - static_cast<Real>(soil.initial_loss[k]);
  const Real first = greater(lesser(-beyond, over.rain), Real(0));
  const Real rest = over.rain - first;
  const Real d = greater(s - greater(beyond, Real(0)), Real(0));
  return first + rest * d * d / greater(s * s + rest * d, Real(1e-30));
}

/// All water up to the initial loss, then a constant rate, in a step that goes from one to the
/// other for the share of it in which rain falls beyond the first.
template <class Real>
inline Real wanted_constant_loss(const SoilRows<Real>& soil, int k, Real f, OverSoil<Real> over) {
  const Real first = greater(static_cast<Real>(soil.initial_loss[k]) - f, Real(0));
  const Real left = greater(over.h - first, Real(0));
  const Real share = lesser(left / greater(over.rain, Real(1e-30)), Real(1));
  return first + share * static_cast<Real>(soil.conductivity[k]) * over.dt;
}

/// What the soil takes in row r by a law, limited to what the cell holds and to what the store over
/// the water table still takes.
template <class Real, InfiltrationLaw law>
void soil_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
              DepthRow<Real>& depth) {
  const SoilRows<Real> soil(step.soil, tile.offset - 1 + r * step.stride);
  const double* const infiltrated = depth.infiltrated.begin();
  const Real* const rain = depth.rain.begin();
  Real* const h = depth.h.begin();
  Real* const rest = depth.rest.begin();
  Real* const stays = depth.stays.begin();
  double* const taken = depth.taken.begin();
  const Real dry = step.dry_depth;
  for_chunks<Real>(
      all_chunks(tile), [&](int k) __attribute__((always_inline)) {
        const Real f = static_cast<Real>(infiltrated[k]);
        const OverSoil<Real> over{h[k], rain[k], step.dt};
        Real wanted;
        if constexpr (law == InfiltrationLaw::green_ampt) {
          wanted = wanted_green_ampt(soil, k, f, over);
        } else if constexpr (law == InfiltrationLaw::curve_number) {
          wanted = wanted_curve_number(soil, k, f, over);
        } else {
          wanted = wanted_constant_loss(soil, k, f, over);
        }
        const Real room = static_cast<Real>(soil.deficit[k]) * static_cast<Real>(soil.table[k]) - f;
        const Real asked = greater(lesser(wanted, room), Real(0));
        const bool all = asked >= h[k];
        const ExactSum<Real> left = exact_sum(h[k], rest[k] - asked);
        taken[k] =
            static_cast<double>(all ? h[k] : asked) + static_cast<double>(all ? rest[k] : Real(0));
        const Real after = all ? Real(0) : left.sum;
        stays[k] = h[k] > dry ? after / greater(h[k], dry) : Real(1);
        h[k] = after;
        rest[k] = all ? Real(0) : left.part;
      });
}

/// The soil's share of row r. The neighbours' cells in lanes 0 and lanes - 1 are theirs to fill,
/// maybe at this moment, so only the tile's own are read and written. Returns what was taken,
/// summed in an order that does not depend on the vector unit [m of one cell].
template <class Real>
double soak_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r,
                DepthRow<Real>& depth) {
  double* const field = step.soil.infiltrated + tile.offset - 1 + r * step.stride;
  double* const infiltrated = depth.infiltrated.begin();
  double* const taken = depth.taken.begin();
  const auto bytes = sizeof(double) * static_cast<std::size_t>(step.tile_columns);
  __builtin_memcpy(infiltrated + 1, field + 1, bytes);
  switch (step.soil.law) {
    case InfiltrationLaw::green_ampt:
      soil_row<Real, InfiltrationLaw::green_ampt>(step, tile, r, depth);
      break;
    case InfiltrationLaw::curve_number:
      soil_row<Real, InfiltrationLaw::curve_number>(step, tile, r, depth);
      break;
    case InfiltrationLaw::constant_loss:
      soil_row<Real, InfiltrationLaw::constant_loss>(step, tile, r, depth);
      break;
  }
  taken[0] = 0.0;
  taken[step.tile_columns + 1] = 0.0;
  const int count = tile.chunks * chunk<Real>;
#pragma omp simd
  for (int k = 0; k < count; ++k) infiltrated[k] += taken[k];
  __builtin_memcpy(field + 1, infiltrated + 1, bytes);
  double parts[8] = {};
  for (int k = 0; k < count; k += 8) {
    for (int p = 0; p < 8; ++p) parts[p] += taken[k + p];
  }
  return ((parts[0] + parts[4]) + (parts[2] + parts[6])) +
         ((parts[1] + parts[5]) + (parts[3] + parts[7]));
}
