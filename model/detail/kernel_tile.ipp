// One tile, row after row.

template <class Real>
void update_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s,
                TileResult& result) {
  rain_row(step, tile, r, s);
  update_depth(step, tile, r, s);
  if (tile.soil) result.infiltrated += soak_row(step, tile, r, s.depth);
  prepare_momentum(step, tile, r, s);
  if (tile.soil) {
    update_momentum<Real, true>(step, tile, r, s);
  } else {
    update_momentum<Real, false>(step, tile, r, s);
  }
  for (int c = 0; c < tile.chunks; ++c) {
    if (!has(tile.flowing, c)) still_momentum(step, tile, r, c, s);
  }
  store_row(step, tile, r, s, result);
  keep_fastest(tile, s.momentum);
}

/// A tile in which water flows. Where it does not, see update_row.
template <class Real>
void flow_tile(const StepArgs<Real>& step, const TileArgs<Real>& tile, Scratch<Real>& s,
               TileResult& result) {
  for (int r = 0; r < rows_ahead; ++r) fetch_ahead(step, tile, r);
  load_row(step, tile, -2, s);
  load_row(step, tile, -1, s);
  load_masks(step, tile, -2, s);
  load_steps(step, tile, -2, s);
  for (int r = -1; r <= tile.rows; ++r) {
    fetch_ahead(step, tile, r + 1 + rows_ahead);
    load_row(step, tile, r + 1, s);
    load_masks(step, tile, r, s);
    load_steps(step, tile, r, s);
    predict_row(step, tile, r, s);
    if (r >= 0) {
      flux_y(tile, r, s);
      edges_y(step, tile, r, s, result);
      levees_y(tile, r, s);
    }
    if (r >= 1) update_row(step, tile, r - 1, s, result);
    if (r >= 0 && r < tile.rows) {
      flux_x(tile, r, s);
      edges_x(step, tile, r, s, result);
      levees_x(tile, r, s);
    }
  }
}

template <class Real>
void step_tile(const StepArgs<Real>& step, const TileArgs<Real>& tile, TileResult& result) {
  Scratch<Real> s{};
  if (tile.flowing != 0) {
    flow_tile(step, tile, s, result);
  } else {
    load_masks(step, tile, -1, s);
    for (int r = 0; r < tile.rows; ++r) {
      load_masks(step, tile, r, s);
      update_row(step, tile, r, s, result);
    }
  }
  sum_up(tile, s.momentum, result);
}

template <class Real>
void scan_tile(const StepArgs<Real>& step, const TileArgs<Real>& tile, TileResult& result) {
  Scratch<Real> s{};
  load_masks(step, tile, -1, s);
  for (int r = 0; r < tile.rows; ++r) {
    load_masks(step, tile, r, s);
    const SurfaceRows<Real> rows(step, tile, r, s);
    const std::ptrdiff_t start = tile.offset - 1 + r * step.stride;
    const Real* const qx = step.qx + start;
    const Real* const qy = step.qy + start;
    const Real* const friction = step.friction + start;
    const Real dry = step.dry_depth;
    for_chunks<Real>(
        all_chunks(tile), [&](int k) __attribute__((always_inline)) {
          const Real h = rows.h[k];
          const Friction<Real> f = friction_at(greater(h, dry), friction[k]);
          const Real u = Real(0.5) * (magnitude(qx[k]) + magnitude(qy[k])) * f.inverse;
          const Real wave = wave_speed(h, u, f.drag, drop_at(rows, k), step.dx);
          s.momentum.wave.begin()[k] = h > dry ? wave : Real(0);
        });
    keep_fastest(tile, s.momentum);
  }
  sum_up(tile, s.momentum, result);
}

template <class Real>
Kernels<Real> kernel_table() {
  return {&step_tile<Real>, &scan_tile<Real>};
}
