// One tile, row after row.

template <class Real>
void update_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s,
                TileResult& result) {
  rain_row(step, tile, r, s);
  update_depth(step, tile, r, s);
  if (tile.soil) result.infiltrated += soak_row(step, tile, r, s.depth);
  prepare_momentum(step, tile, r, s);
  for (int c = 0; c < tile.chunks; ++c) {
    fetch<Real, true>(s.ahead, Fetched::h_new, c);
    fetch<Real, true>(s.ahead, Fetched::qx_new, c);
    fetch<Real, true>(s.ahead, Fetched::qy_new, c);
    if (c % 4 == 0) fetch(s.ahead, Fetched::mask, c / 4);
    if (!has(tile.flowing, c)) {
      still_momentum(step, tile, r, c, s);
    } else if (tile.soil) {
      update_momentum<Real, true>(step, tile, r, c, s);
    } else {
      update_momentum<Real, false>(step, tile, r, c, s);
    }
  }
  store_row(step, tile, r, s);
}

/// What passed the faces of one side in this step, `first` the first of them in a row or column of
/// fluxes, or nought where `flows` says that there was none.
template <class Real, class Flows>
void write_passed(const StepArgs<Real>& step, const Row<Real>& mass, int first, int count, Real* passed,
                  const Flows& flows) {
  for (int n = 0; n < count; ++n) {
    const int k = first + n;
    passed[n] = flows(k / chunk<Real>) ? step.ratio * mass.begin()[k] : Real(0);
  }
}

template <class Real>
void write_passed_y(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, const Scratch<Real>& s) {
  Real* const south = tile.beside.passed[static_cast<int>(Side::south)];
  Real* const north = tile.beside.passed[static_cast<int>(Side::north)];
  const auto flows = [&](int c) { return has(tile.flowing, c); };
  const int count = own_columns(step, tile);
  const Row<Real>& mass = s.flux_y[r & 1].mass;
  if (r == 0 && south != nullptr) write_passed(step, mass, 1, count, south, flows);
  if (r == tile.rows && north != nullptr) write_passed(step, mass, 1, count, north, flows);
}

template <class Real>
void write_passed_x(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, const Scratch<Real>& s) {
  Real* const west = tile.beside.passed[static_cast<int>(Side::west)];
  Real* const east = tile.beside.passed[static_cast<int>(Side::east)];
  const auto flows = [&](int c) { return has(tile.flowing | tile.flowing >> 1, c); };
  const Row<Real>& mass = s.flux_x[r & 1].mass;
  if (west != nullptr) write_passed(step, mass, 0, 1, west + r, flows);
  if (east != nullptr) write_passed(step, mass, step.tile_columns, 1, east + r, flows);
}

/// A tile in which water flows. Where it does not, see update_row.
template <class Real>
void flow_tile(const StepArgs<Real>& step, const TileArgs<Real>& tile, Scratch<Real>& s,
               TileResult& result) {
  load_row(step, tile, -2, s);
  load_row(step, tile, -1, s);
  load_masks(step, tile, -2, s);
  load_steps(step, tile, -2, s);
  for (int r = -1; r <= tile.rows; ++r) {
    look_ahead(step, tile, r + 1 + rows_ahead, s.ahead);
    load_row(step, tile, r + 1, s);
    load_masks_asked(step, tile, r, s);
    load_steps(step, tile, r, s);
    predict_row(step, tile, r, s);
    if (r >= 0) {
      flux_y(tile, r, s);
      edges_y(step, tile, r, s, result);
      levees_y(tile, r, s);
      write_passed_y(step, tile, r, s);
    }
    if (r >= 1) update_row(step, tile, r - 1, s, result);
    if (r >= 0 && r < tile.rows) {
      flux_x(tile, r, s);
      edges_x(step, tile, r, s, result);
      levees_x(tile, r, s);
      write_passed_x(step, tile, r, s);
    }
  }
}

template <class Real>
void nothing_passed(const StepArgs<Real>& step, const TileArgs<Real>& tile) {
  for (int side = 0; side < 4; ++side) {
    Real* const passed = tile.beside.passed[side];
    if (passed == nullptr) continue;
    const bool along_x = side == static_cast<int>(Side::west) || side == static_cast<int>(Side::east);
    for (int n = 0; n < (along_x ? tile.rows : step.tile_columns); ++n) passed[n] = Real(0);
  }
}

/// A thread's rows. What an earlier tile left in them is not read.
template <class Real>
Scratch<Real>& scratch() {
  static thread_local Scratch<Real> s;
  return s;
}

template <class Real>
Scratch<Real>& begin_tile(const TileArgs<Real>& tile) {
  Scratch<Real>& s = scratch<Real>();
  s.extremes = {};
  if (tile.friction > Real(0))
    for_chunks<Real>(all_chunks(tile), [&](int k) { s.friction.begin()[k] = tile.friction; });
  return s;
}

template <class Real>
void step_tile(const StepArgs<Real>& step, const TileArgs<Real>& tile, TileResult& result) {
  Scratch<Real>& s = begin_tile(tile);
  if (tile.flowing != 0) {
    flow_tile(step, tile, s, result);
  } else {
    load_masks(step, tile, -1, s);
    for (int r = 0; r < tile.rows; ++r) {
      look_ahead(step, tile, r + rows_ahead, s.ahead);
      load_masks(step, tile, r, s);
      update_row(step, tile, r, s, result);
    }
    nothing_passed(step, tile);
  }
  sum_up(step, tile, s.extremes, result);
}

template <class Real>
void scan_tile(const StepArgs<Real>& step, const TileArgs<Real>& tile, TileResult& result) {
  Scratch<Real>& s = begin_tile(tile);
  load_masks(step, tile, -1, s);
  for (int r = 0; r < tile.rows; ++r) {
    load_masks(step, tile, r, s);
    const SurfaceRows<Real> rows(step, tile, r, s);
    const std::ptrdiff_t start = tile.offset - 1 + r * step.stride;
    const Real* const qx = step.qx + start;
    const Real* const qy = step.qy + start;
    const Real* const friction = friction_row(step, tile, r, s);
    const Real dry = step.dry_depth;
    for_chunks<Real>(
        all_chunks(tile), [&](int k) __attribute__((always_inline)) {
          const Real h = rows.h[k];
          const Friction<Real> f = friction_at(greater(h, dry), friction[k]);
          const Real u = Real(0.5) * (magnitude(qx[k]) + magnitude(qy[k])) * f.inverse;
          const Real wave = wave_speed(h, u, f.drag, drop_at(rows, k), step.dx);
          keep_extremes(s.extremes, k, h, qx[k], qy[k], h > dry ? wave : Real(0));
        });
  }
  sum_up(step, tile, s.extremes, result);
}

template <class Real>
Kernels<Real> kernel_table() {
  return {&step_tile<Real>, &scan_tile<Real>};
}
