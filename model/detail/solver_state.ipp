// SolverOf: states, saved ones, and what is sampled from them. Included by solver.cpp.

template <class Real>
void SolverOf<Real>::start_with(FieldView<const double> depth) {
  for (int j = 0; j < layout_.ny; ++j) {
    for (int i = 0; i < layout_.nx; ++i) {
      if (!is_active({i, j})) continue;
      const auto k = static_cast<std::size_t>(layout_.at(i, j));
      const auto h = static_cast<Real>(depth(i, j));
      flow_[0].h[k] = h;
      residual_[k] = static_cast<Real>(depth(i, j) - static_cast<double>(h));
    }
  }
  restore_everything_from_present();
}

template <class Real>
void SolverOf<Real>::start_with(const State& state) {
  for (int j = 0; j < layout_.ny; ++j) {
    for (int i = 0; i < layout_.nx; ++i) {
      if (!is_active({i, j})) continue;
      const auto k = static_cast<std::size_t>(layout_.at(i, j));
      const auto s = static_cast<std::size_t>(j) * static_cast<std::size_t>(layout_.nx) +
                     static_cast<std::size_t>(i);
      flow_[0].h[k] = static_cast<Real>(state.depth[s]);
      flow_[0].qx[k] = static_cast<Real>(state.unit_discharge_x[s]);
      flow_[0].qy[k] = static_cast<Real>(state.unit_discharge_y[s]);
      if (!state.depth_residual.empty()) {
        residual_[k] = static_cast<Real>(state.depth_residual[s]);
      }
      if (infiltrated_.empty()) continue;
      infiltrated_[k] = state.infiltrated[s];
      water_table_depth_[k] = static_cast<float>(state.water_table_depth[s]);
    }
  }
  if (!state.pump_running.empty()) passages_.running = state.pump_running;
  if (!state.passage_discharge.empty()) passages_.discharge = state.passage_discharge;
  restore_everything_from_present();
}

/// After the present state was set from outside: the other copies follow.
template <class Real>
void SolverOf<Real>::restore_everything_from_present() {
  flow_[1 - now_] = flow_[now_];
  for (Tile& tile : tiles_) {
    tile.changed = tile.active_cells > 0;
    tile.wet = tile.changed ? all_chunks : 0;
  }
  initial_volume_ = stored_volume();
  reset_maxima();
  for (Tile& tile : tiles_) tile.changed = false;
}

/// After a step that made a value unsound: back to the state before it, which the other copy still
/// holds. Only what rounding cut off and what the soil took are already those of the step.
template <class Real>
void SolverOf<Real>::take_back_step() {
  now_ = 1 - now_;
  moved_ = before_step_.moved;
  passages_ = before_step_.passages;
  counters_ = before_step_.counters;
  for (Tile& tile : tiles_) tile.wet = tile.active_cells > 0 ? all_chunks : 0;  // see scan
  for (Real& rest : residual_) rest = std::isfinite(rest) ? rest : Real(0);
  for (double& taken : infiltrated_) taken = std::isfinite(taken) ? taken : 0.0;
}

template <class Real>
State SolverOf<Real>::state() const {
  State out;
  out.time = time_;
  out.precision = options_.precision;
  const auto copy = [&](const auto& from, std::vector<double>& to) {
    if (from.empty()) return;
    to.reserve(static_cast<std::size_t>(layout_.nx) * static_cast<std::size_t>(layout_.ny));
    for (int j = 0; j < layout_.ny; ++j) {
      for (int i = 0; i < layout_.nx; ++i) {
        to.push_back(static_cast<double>(from[static_cast<std::size_t>(layout_.at(i, j))]));
      }
    }
  };
  copy(flow_[now_].h, out.depth);
  copy(residual_, out.depth_residual);
  copy(flow_[now_].qx, out.unit_discharge_x);
  copy(flow_[now_].qy, out.unit_discharge_y);
  copy(infiltrated_, out.infiltrated);
  copy(water_table_depth_, out.water_table_depth);
  out.pump_running = passages_.running;
  out.passage_discharge = passages_.discharge;
  return out;
}

/// Sum of depths in the order of rows within tiles and of tiles, whatever the number of threads.
template <class Real>
double SolverOf<Real>::stored_volume() const {
  double total = 0.0;
  for (const Tile& tile : tiles_) {
    double sum = 0.0;
    for (int r = 0; r < tile.rows; ++r) {
      const std::ptrdiff_t start = tile.offset + r * layout_.stride;
      double row = 0.0;
      for (int c = 0; c < tile.columns; ++c) {
        const auto k = static_cast<std::size_t>(start + c);
        row += static_cast<double>(flow_[now_].h[k]);
        row += static_cast<double>(residual_[k]);
      }
      sum += row;
    }
    total += sum;
  }
  return total * case_.dx * case_.dx;
}

template <class Real>
Ledger SolverOf<Real>::ledger() const {
  Ledger out;
  out.initial = initial_volume_;
  out.stored = stored_volume();
  out.rain = moved_.rain.value();
  out.edge_in = moved_.edge_in.value();
  out.edge_out = moved_.edge_out.value();
  out.source_in = moved_.source_in.value();
  out.source_out = moved_.source_out.value();
  out.infiltration = moved_.infiltration.value();
  out.ground_in = moved_.ground_in.value();
  out.evaporation = moved_.evaporation.value();
  return out;
}

template <class Real>
void SolverOf<Real>::reset_maxima() {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (Field<float>* field : {&maxima_.max_depth, &maxima_.max_speed, &maxima_.max_hazard,
                              &maxima_.arrival_time, &maxima_.duration}) {
    *field = Field<float>(layout_.nx, layout_.ny, nan);
    if (field == &maxima_.arrival_time) continue;
    for (int j = 0; j < layout_.ny; ++j) {
      for (int i = 0; i < layout_.nx; ++i) {
        if (is_active({i, j})) (*field)(i, j) = 0.0F;
      }
    }
  }
  maxima_start_ = time_;
  for (const Tile& tile : tiles_) {
    if (tile.active_cells > 0) sample_tile(tile, 0.0);
  }
}

/// Samples the tiles that were computed since the last sync time; the others hold no water deeper
/// than dry_depth.
template <class Real>
void SolverOf<Real>::sample_maxima(double seconds) {
  std::vector<int> changed;
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    if (tiles_[t].changed) changed.push_back(static_cast<int>(t));
  }
  crew_.run(changed, [&](std::size_t t) { sample_tile(tiles_[t], seconds); });
}

template <class Real>
void SolverOf<Real>::sample_tile(const Tile& tile, double seconds) {
  const auto since = static_cast<float>(to_seconds(time_ - maxima_start_));
  const auto wet_depth = static_cast<float>(options_.wet_depth);
  const auto dry_depth = static_cast<float>(options_.dry_depth);
  const auto lasted = static_cast<float>(seconds);
  for (int j = tile.first.j; j < tile.first.j + tile.rows; ++j) {
    const std::ptrdiff_t start = layout_.at(tile.first.i, j);
    const Real* const depth = flow_[now_].h.data() + start;
    const Real* const qx = flow_[now_].qx.data() + start;
    const Real* const qy = flow_[now_].qy.data() + start;
    const std::uint8_t* const mask = mask_.data() + start;
    float* const arrival = &maxima_.arrival_time(tile.first.i, j);
    float* const duration = &maxima_.duration(tile.first.i, j);
    float* const max_depth = &maxima_.max_depth(tile.first.i, j);
    float* const max_speed = &maxima_.max_speed(tile.first.i, j);
    float* const max_hazard = &maxima_.max_hazard(tile.first.i, j);
#pragma omp simd
    for (int n = 0; n < tile.columns; ++n) {  // no branch, so that it vectorises
      const auto h = static_cast<float>(depth[n]);
      const auto x = static_cast<float>(qx[n]);
      const auto y = static_cast<float>(qy[n]);
      const bool counts = (mask[n] & active_cell) != 0 && h > dry_depth;
      const bool wet = counts && h > wet_depth;
      const float speed = wet ? std::sqrt(x * x + y * y) / std::max(h, wet_depth) : 0.0F;
      const float hazard = h * (speed + 0.5F);
      arrival[n] = wet && arrival[n] != arrival[n] ? since : arrival[n];
      duration[n] += wet ? lasted : 0.0F;
      max_depth[n] = counts ? std::max(max_depth[n], h) : max_depth[n];
      max_speed[n] = counts ? std::max(max_speed[n], speed) : max_speed[n];
      max_hazard[n] = counts ? std::max(max_hazard[n], hazard) : max_hazard[n];
    }
  }
}

template <class Real>
bool SolverOf<Real>::is_active(CellIndex c) const {
  return c.i >= 0 && c.i < layout_.nx && c.j >= 0 && c.j < layout_.ny &&
         (mask_[static_cast<std::size_t>(layout_.at(c))] & active_cell) != 0;
}
template <class Real>
double SolverOf<Real>::bed_elevation_at(CellIndex c) const {
  if (!is_active(c)) return std::numeric_limits<double>::quiet_NaN();
  return (lowest_bed_ + static_cast<double>(bed_[static_cast<std::size_t>(layout_.at(c))])) *
         bed_unit_;
}
template <class Real>
double SolverOf<Real>::manning_at(CellIndex c) const {
  return std::sqrt(static_cast<double>(friction_[static_cast<std::size_t>(layout_.at(c))]) /
                   gravity);
}
template <class Real>
double SolverOf<Real>::depth_at(CellIndex c) const {
  return static_cast<double>(flow_[now_].h[static_cast<std::size_t>(layout_.at(c))]);
}
template <class Real>
double SolverOf<Real>::unit_discharge_x_at(CellIndex c) const {
  return static_cast<double>(flow_[now_].qx[static_cast<std::size_t>(layout_.at(c))]);
}
template <class Real>
double SolverOf<Real>::unit_discharge_y_at(CellIndex c) const {
  return static_cast<double>(flow_[now_].qy[static_cast<std::size_t>(layout_.at(c))]);
}
template <class Real>
double SolverOf<Real>::water_table_depth_at(CellIndex c) const {
  if (water_table_depth_.empty()) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(water_table_depth_[static_cast<std::size_t>(layout_.at(c))]);
}
