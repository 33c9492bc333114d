// SolverOf: rain, edges and sources. Included by solver.cpp.

template <class Real>
void SolverOf<Real>::set_rain(FieldView<const float> rate) {
  rain_.assign(layout_.size, 0.0F);
  uniform_rain_ = 0.0;
  greatest_rain_ = 0.0;
  for (Tile& tile : tiles_) {
    tile.rain_rate = 0.0;
    for (int j = tile.first.j; j < tile.first.j + tile.rows; ++j) {
      for (int i = tile.first.i; i < tile.first.i + tile.columns; ++i) {
        if (!is_active({i, j})) continue;
        const float value = rate(i, j);
        assert(value >= 0.0F && std::isfinite(value));
        rain_[static_cast<std::size_t>(layout_.at(i, j))] = value;
        tile.rain_rate += static_cast<double>(value);
        greatest_rain_ = std::max(greatest_rain_, static_cast<double>(value));
      }
    }
    tile.rained_on = tile.rain_rate > 0.0;
  }
}

template <class Real>
void SolverOf<Real>::set_rain(double rate) {
  assert(rate >= 0.0 && std::isfinite(rate));
  rain_ = {};
  uniform_rain_ = rate;
  greatest_rain_ = rate;
  for (Tile& tile : tiles_) {
    tile.rain_rate = 0.0;
    tile.rained_on = false;
  }
}

template <class Real>
void SolverOf<Real>::set_water_table_depth(FieldView<const float> depth) {
  if (water_table_depth_.empty()) return;
  for (int j = 0; j < layout_.ny; ++j) {
    for (int i = 0; i < layout_.nx; ++i) {
      if (is_active({i, j})) {
        water_table_depth_[static_cast<std::size_t>(layout_.at(i, j))] = depth(i, j);
      }
    }
  }
}

/// Longest step [s] in which forcing may come onto dry ground, where the state says nothing yet:
/// a film of rain must not run over more than a share of a cell down the steepest slope, nor a wave
/// from a source, an inflow or a given stage.
template <class Real>
double SolverOf<Real>::forcing_dt(Time segment_start, double local) const {
  const double reach = options_.cfl * case_.dx;
  double dt = structures_dt(segment_start, local);
  const double rising = greatest_rain_ + greatest_seepage_;
  if (rising > 0.0) {  // u dt = reach, u = sqrt(S)/n (rain dt)^(2/3)
    const double slope = std::max(steepest_, 1e-6);
    dt = std::min(dt,
                  std::pow(reach * smoothest_ / std::sqrt(slope), 0.6) * std::pow(rising, -0.4));
  }
  for (const Source& source : case_.sources) {  // sqrt(g r dt) dt = reach
    const double share = *std::max_element(source.weights.begin(), source.weights.end());
    const double rise = source.series.at(segment_start, local) * share / (case_.dx * case_.dx);
    if (rise > 0.0) dt = std::min(dt, std::pow(reach * reach / (gravity * rise), 1.0 / 3.0));
  }
  for (const EdgeSegment& edge : case_.edges) {
    if (edge.kind == EdgeKind::discharge) {  // u + c at critical depth
      const double total = edge.series.at(segment_start, local);
      const double q = total / (case_.dx * static_cast<double>(edge.faces.size()));
      if (q > 0.0) dt = std::min(dt, reach / (2.0 * std::cbrt(gravity * q)));
    } else if (edge.kind == EdgeKind::stage) {
      const double stage = edge.series.at(segment_start, local);
      for (const EdgeFace& face : edge.faces) {
        const double h = stage - bed_elevation_at(face.cell);
        if (h > 0.0) dt = std::min(dt, reach / std::sqrt(gravity * h));
      }
    }
  }
  return dt;
}

template <class Real>
void SolverOf<Real>::prepare_edges(const Pace& pace) {
  for (std::size_t s = 0; s < case_.edges.size(); ++s) {
    const EdgeSegment& segment = case_.edges[s];
    if (segment.kind == EdgeKind::stage) {
      const double stage = segment.series.at(pace.segment_start, pace.middle);
      for (const std::size_t e : edge_faces_[s]) {
        edges_[e].value = static_cast<Real>(stage - bed_elevation_at(edge_cells_[e]));
      }
    } else if (segment.kind == EdgeKind::discharge) {
      spread_discharge(s, segment.series.at(pace.segment_start, pace.middle));
    }
  }
}

/// Total discharge [m³/s] over the faces of a segment by their conveyance h^(5/3) / n. Where the
/// bed is dry or nearly so, h is what it would be if the discharge passed all faces at critical
/// depth under one level surface: sum of sqrt(g) (eta - z)^(3/2) dx = Q.
template <class Real>
void SolverOf<Real>::spread_discharge(std::size_t segment, double discharge) {
  const std::vector<std::size_t>& faces = edge_faces_[segment];
  double lowest = std::numeric_limits<double>::max();
  for (const std::size_t e : faces) lowest = std::min(lowest, bed_elevation_at(edge_cells_[e]));
  const double wanted = std::max(discharge, 0.0) / (std::sqrt(gravity) * case_.dx);
  double surface = lowest + std::cbrt(wanted * wanted);
  for (int i = 0; i < 50 && wanted > 0.0;
       ++i) {  // convex and from above: Newton does not overshoot
    double sum = 0.0;
    double slope = 0.0;
    for (const std::size_t e : faces) {
      const double h = std::max(surface - bed_elevation_at(edge_cells_[e]), 0.0);
      sum += h * std::sqrt(h);
      slope += 1.5 * std::sqrt(h);
    }
    const double change = (sum - wanted) / slope;
    if (!(change > 1e-12 * (surface - lowest))) break;
    surface -= change;
  }
  const auto conveyance = [&](std::size_t e) {
    const CellIndex cell = edge_cells_[e];
    const double by_surface = discharge > 0.0 ? surface - bed_elevation_at(cell) : 0.0;
    const double h = std::max(depth_at(cell), by_surface);
    return h * std::cbrt(h * h) / manning_at(cell);
  };
  double total = 0.0;
  for (const std::size_t e : faces) total += conveyance(e);
  for (const std::size_t e : faces) {
    const double q = total > 0.0 ? discharge * conveyance(e) / total / case_.dx : 0.0;
    edges_[e].value = static_cast<Real>(q);
  }
}

/// Gives to and takes from the new state. Returns the greatest wave speed where water was added.
template <class Real>
double SolverOf<Real>::apply_sources(const Pace& pace) {
  const double area = case_.dx * case_.dx;
  double fastest = 0.0;
  for (const Source& source : case_.sources) {
    const double volume = source.series.at(pace.segment_start, pace.middle) * pace.dt;
    for (std::size_t c = 0; c < source.cells.size(); ++c) {
      const CellIndex cell = source.cells[c];
      const double depth = volume * source.weights[c] / area;
      if (depth > 0.0) {
        moved_.source_in.add(add_to_cell(cell, depth) * area);
      } else if (depth < 0.0) {
        moved_.source_out.add(take_from_cell(cell, -depth) * area);
      }
      const auto k = static_cast<std::size_t>(layout_.at(cell));
      const Flow& flow = flow_[1 - now_];
      const auto h = static_cast<double>(flow.h[k]);
      if (!(h > options_.dry_depth)) continue;
      tiles_[static_cast<std::size_t>(layout_.tile_of(cell))].wet = all_chunks;
      const double u = std::max(std::abs(static_cast<double>(flow.qx[k])),
                                std::abs(static_cast<double>(flow.qy[k]))) /
                       h;
      fastest = std::max(fastest, u + std::sqrt(gravity * h));
    }
  }
  return fastest;
}

/// What was really added, to the last digit that the state can hold.
template <class Real>
double SolverOf<Real>::add_to_cell(CellIndex cell, double depth) {
  const auto k = static_cast<std::size_t>(layout_.at(cell));
  Real& h = flow_[1 - now_].h[k];
  const double before = static_cast<double>(h);
  const double rest = static_cast<double>(residual_[k]);
  h = static_cast<Real>(before + (depth + rest));
  const double gained = static_cast<double>(h) - before;
  residual_[k] = static_cast<Real>((depth + rest) - gained);
  return gained + (static_cast<double>(residual_[k]) - rest);
}

template <class Real>
double SolverOf<Real>::take_from_cell(CellIndex cell, double depth) {
  const auto k = static_cast<std::size_t>(layout_.at(cell));
  Flow& flow = flow_[1 - now_];
  const auto before = static_cast<double>(flow.h[k]);
  double taken = before + static_cast<double>(residual_[k]);
  if (depth < before + std::min(static_cast<double>(residual_[k]), 0.0)) {
    taken = -add_to_cell(cell, -depth);
  } else {
    flow.h[k] = Real(0);
    residual_[k] = Real(0);
  }
  // What leaves takes its momentum along.
  const double stays = before > 0.0 ? static_cast<double>(flow.h[k]) / before : 0.0;
  flow.qx[k] = static_cast<Real>(static_cast<double>(flow.qx[k]) * stays);
  flow.qy[k] = static_cast<Real>(static_cast<double>(flow.qy[k]) * stays);
  return taken;
}
