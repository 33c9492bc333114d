// SolverOf: structures between two places. Included by solver.cpp.

/// No structure takes more than this of what a cell holds in one step.
inline constexpr double most_taken = 0.98;

/// How a place stands: its stage from the cells with water, or its lowest bed where none has any.
template <class Real>
typename SolverOf<Real>::Place SolverOf<Real>::place_at(const std::vector<CellIndex>& cells,
                                                        const Flow& flow) const {
  Place place;
  double lowest = std::numeric_limits<double>::max();
  double surfaces = 0.0;
  for (const CellIndex cell : cells) {
    const auto h = static_cast<double>(flow.h[static_cast<std::size_t>(layout_.at(cell))]);
    const double z = bed_elevation_at(cell);
    lowest = std::min(lowest, z);
    if (!(h > options_.dry_depth)) continue;
    surfaces += z + h;
    place.held += h;
    ++place.wet;
  }
  place.stage = place.wet > 0 ? surfaces / place.wet : lowest;
  return place;
}

/// Discharge [m³/s] of a structure that is no pump, from the upper to the lower stage.
double structure_discharge(const Structure& structure, double opening, bool reversed, double upper,
                           double lower) {
  if (const auto* weir = std::get_if<Weir>(&structure.kind)) {
    return discharge_weir(*weir, upper, lower);
  }
  if (const auto* gate = std::get_if<Gate>(&structure.kind)) {
    return discharge_gate(*gate, opening, upper, lower);
  }
  const auto* culvert = std::get_if<Culvert>(&structure.kind);
  return culvert != nullptr ? discharge_culvert(*culvert, reversed, upper, lower) : 0.0;
}

/// Opening of a gate [m], capacity of a pump [m³/s].
double structure_setting(const Structure& structure, Time segment_start, double local) {
  if (const auto* gate = std::get_if<Gate>(&structure.kind)) {
    return gate->opening.at(segment_start, local);
  }
  const auto* pump = std::get_if<Pump>(&structure.kind);
  return pump != nullptr ? pump->capacity.at(segment_start, local) : 0.0;
}

/// Volume V that passes in a step, as depth [m] of one cell: V = dt Q(stages after V has passed),
/// the implicit (backward Euler) rule. Q falls as the stages draw together, so V never brings the
/// lower one above the upper one, however long the step.
template <class Real>
double SolverOf<Real>::implicit_volume(const Structure& structure, const Passing& passing) const {
  const double per_cell = passing.dt / (case_.dx * case_.dx);
  const double fall_upper = 1.0 / passing.upper.wet;
  const double rise_lower = 1.0 / passing.receiving;
  const auto wanted = [&](double volume) {
    return per_cell * structure_discharge(structure, passing.setting, passing.reversed,
                                          passing.upper.stage - volume * fall_upper,
                                          passing.lower.stage + volume * rise_lower);
  };
  const double explicit_volume = wanted(0.0);
  const double level =
      (passing.upper.stage - passing.lower.stage) / (fall_upper + rise_lower);
  const double most = std::min({explicit_volume, level, most_taken * passing.upper.held});
  if (!(most > 0.0)) return 0.0;
  return root([&](double volume) { return volume - wanted(volume); }, 0.0, most);
}

/// Volume [m of one cell] of a structure in this step, before anything is moved.
template <class Real>
double SolverOf<Real>::volume_wanted(std::size_t s, Passing& passing) {
  const Structure& structure = case_.structures[s];
  if (const auto* pump = std::get_if<Pump>(&structure.kind)) {
    double& running = passages_.running[s];
    if (passing.upper.stage >= pump->start_stage && passing.upper.wet > 0) {
      running = 1.0;
    } else if (passing.upper.stage <= pump->stop_stage || passing.upper.wet == 0) {
      running = 0.0;
    }
    const double capacity = running * passing.setting * passing.dt / (case_.dx * case_.dx);
    return std::min(capacity, most_taken * passing.upper.held);
  }
  if (passing.upper.stage < passing.lower.stage) {
    if (structure.one_way) return 0.0;
    std::swap(passing.upper, passing.lower);
    passing.reversed = true;
    passing.receiving = static_cast<double>(structure.from.size());
  }
  return passing.upper.wet > 0 ? implicit_volume(structure, passing) : 0.0;
}

/// Takes from one place what it gives to the other, to the last digit that the state can hold.
/// Returns what was moved [m of one cell].
template <class Real>
double SolverOf<Real>::move_water(const std::vector<CellIndex>& givers, double held,
                                  const std::vector<CellIndex>& takers, double volume) {
  double taken = 0.0;
  for (const CellIndex cell : givers) {
    const auto h =
        static_cast<double>(flow_[1 - now_].h[static_cast<std::size_t>(layout_.at(cell))]);
    if (h > options_.dry_depth) taken += take_from_cell(cell, h * (volume / held));
  }
  double left = taken;
  for (std::size_t c = 0; c < takers.size(); ++c) {
    left -= add_to_cell(takers[c], left / static_cast<double>(takers.size() - c));
  }
  return taken;
}

/// After water was put into a cell from outside the kernels: its tile is computed in the next step,
/// or made the same in both copies. Returns the speed of waves in the cell.
template <class Real>
double SolverOf<Real>::wake(CellIndex cell) {
  Tile& tile = tiles_[static_cast<std::size_t>(layout_.tile_of(cell))];
  tile.in_step = true;
  tile.changed = true;
  const auto k = static_cast<std::size_t>(layout_.at(cell));
  const Flow& flow = flow_[1 - now_];
  const auto h = static_cast<double>(flow.h[k]);
  if (!(h > options_.dry_depth)) return 0.0;
  tile.wet = all_chunks;
  const double q = std::max(std::abs(static_cast<double>(flow.qx[k])),
                            std::abs(static_cast<double>(flow.qy[k])));
  return q / h + std::sqrt(gravity * h);
}

/// Moves water between places in the new state, one structure after the other. Returns the greatest
/// wave speed where some was moved.
template <class Real>
double SolverOf<Real>::apply_structures(const Pace& pace) {
  double fastest = 0.0;
  for (std::size_t s = 0; s < case_.structures.size(); ++s) {
    const Structure& structure = case_.structures[s];
    Passing passing;
    passing.dt = pace.dt;
    passing.setting = structure_setting(structure, pace.segment_start, pace.middle);
    passing.upper = place_at(structure.from, flow_[1 - now_]);
    passing.lower = place_at(structure.to, flow_[1 - now_]);
    passing.receiving = static_cast<double>(structure.to.size());
    const double volume = volume_wanted(s, passing);
    if (!(volume > 0.0)) continue;
    const auto& givers = passing.reversed ? structure.to : structure.from;
    const auto& takers = passing.reversed ? structure.from : structure.to;
    const double moved = move_water(givers, passing.upper.held, takers, volume);
    passages_.count(s, (passing.reversed ? -moved : moved) * case_.dx * case_.dx);
    for (const CellIndex cell : structure.from) fastest = std::max(fastest, wake(cell));
    for (const CellIndex cell : structure.to) fastest = std::max(fastest, wake(cell));
  }
  return fastest;
}

/// Longest step [s] for water that a structure gives to a cell: see forcing_dt.
template <class Real>
double SolverOf<Real>::structures_dt(Time segment_start, double local) const {
  const double reach = options_.cfl * case_.dx;
  double dt = std::numeric_limits<double>::max();
  for (const Structure& structure : case_.structures) {
    const double setting = structure_setting(structure, segment_start, local);
    double discharge = setting;
    std::size_t takers = structure.to.size();
    if (!std::holds_alternative<Pump>(structure.kind)) {
      const double from = place_at(structure.from, flow_[now_]).stage;
      const double to = place_at(structure.to, flow_[now_]).stage;
      const bool reversed = to > from;
      discharge = structure_discharge(structure, setting, reversed, std::max(from, to),
                                      std::min(from, to));
      if (reversed) takers = structure.from.size();
    }
    const double rise = discharge / (static_cast<double>(takers) * case_.dx * case_.dx);
    if (rise > 0.0) dt = std::min(dt, std::cbrt(reach * reach / (gravity * rise)));
  }
  return dt;
}

template <class Real>
std::vector<Passage> SolverOf<Real>::passages() const {
  std::vector<Passage> out;
  const auto add = [&](const std::string& name) {
    const std::size_t p = out.size();
    out.push_back({name, passages_.discharge[p], passages_.volume[p].value()});
  };
  for (const Structure& structure : case_.structures) add(structure.name);
  for (const Levee& levee : case_.levees) add(levee.name);
  return out;
}
