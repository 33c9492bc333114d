// One tile, row after row.

template <class Real>
void update_row(const StepArgs<Real>& step, const TileArgs<Real>& tile, int r, Scratch<Real>& s,
                TileResult& result) {
  rain_row(step, tile, r, s);
  update_depth(step, tile, r, s);
  if (tile.soil) {
    result.infiltrated += soak_row(step, tile, r, s.depth);
    update_momentum<Real, true>(step, tile, r, s);
  } else {
    update_momentum<Real, false>(step, tile, r, s);
  }
  store_row(step, tile, r, s, result);
}

template <class Real>
void step_tile(const StepArgs<Real>& step, const TileArgs<Real>& tile, TileResult& result) {
  Scratch<Real> s{};
  load_row(step, tile, -2, s);
  load_row(step, tile, -1, s);
  if (tile.walls) load_masks(step, tile, -2, s);
  for (int r = -1; r <= tile.rows; ++r) {
    load_row(step, tile, r + 1, s);
    if (tile.walls) load_masks(step, tile, r, s);
    predict_row(step, tile, r, s);
    if (r >= 0) {
      flux_y(step, tile, r, s);
      edges_y(step, tile, r, s, result);
    }
    if (r >= 1) update_row(step, tile, r - 1, s, result);
    if (r >= 0 && r < tile.rows) {
      flux_x(step, tile, r, s);
      edges_x(step, tile, r, s, result);
    }
  }
}

/// Fluxes and slopes are nought where no water moves; the same update does the rest.
template <class Real>
void soak_tile(const StepArgs<Real>& step, const TileArgs<Real>& tile, TileResult& result) {
  Scratch<Real> s{};
  for (int r = 0; r < tile.rows; ++r) {
    if (tile.walls) load_masks(step, tile, r, s);
    update_row(step, tile, r, s, result);
  }
}

template <class Real>
void scan_tile(const StepArgs<Real>& step, const TileArgs<Real>& tile, TileResult& result) {
  Scratch<Real> scratch;
  for (int r = 0; r < tile.rows; ++r) {
    const std::ptrdiff_t start = tile.offset + r * step.stride;
    const Real* const h = step.h + start;
    const Real* const h_north = h + step.stride;
    const Real* const h_south = h - step.stride;
    const Real* const qx = step.qx + start;
    const Real* const qy = step.qy + start;
    const Real* const east = step.step_east + start;
    const Real* const north = step.step_north + start;
    const Real* const south = north - step.stride;
    const Real* const friction = step.friction + start;
    load_masks(step, tile, r - 1, scratch);
    load_masks(step, tile, r, scratch);
    const auto* const mask = mask_row(scratch, r).bits.begin() + 1;
    const auto* const mask_south = mask_row(scratch, r - 1).bits.begin() + 1;
    const Real dry = step.dry_depth;
    Real fastest = Real(0);
    int wet_cells = 0;
#pragma omp simd reduction(max : fastest) reduction(| : wet_cells)
    for (int k = 0; k < tile_nx<Real>; ++k) {
      const Real to_east = (mask[k] & closed_east) != 0 ? Real(0) : h[k] - h[k + 1] - east[k];
      const Real to_west =
          (mask[k - 1] & closed_east) != 0 ? Real(0) : h[k] - h[k - 1] + east[k - 1];
      const Real to_north = (mask[k] & closed_north) != 0 ? Real(0) : h[k] - h_north[k] - north[k];
      const Real to_south =
          (mask_south[k] & closed_north) != 0 ? Real(0) : h[k] - h_south[k] + south[k];
      const Real drop = greater(greater(greater(to_east, to_west), greater(to_north, to_south)),
                                Real(0));
      const bool wet = h[k] > dry;
      const Real safe = greater(h[k], dry);
      const Real drag = friction[k] * inverse_power_4_3(safe);
      const Real u = greater(magnitude(qx[k]), magnitude(qy[k])) / safe;
      const Real wave = wave_speed(h[k], u, drag, drop, step.dx);
      fastest = greater(wet ? wave : Real(0), fastest);
      wet_cells |= wet ? 1 : 0;
    }
    result.speed = greater(static_cast<double>(fastest), result.speed);
    result.wet = result.wet || wet_cells != 0;
  }
}

template <class Real>
Kernels<Real> kernel_table() {
  return {&step_tile<Real>, &soak_tile<Real>, &scan_tile<Real>};
}
