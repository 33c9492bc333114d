// SolverOf: steps in time that differ from tile to tile. Included by solver.cpp.
//
// A tile takes steps of 2^level times the shortest. In a round of 2^highest passes, a pass as long as the
// shortest step, a tile of level n is computed in every 2^n-th pass, the last of its step; till then it
// stands as it was at the step's start. Levels of neighbours differ by one at most, so
//   - a tile with shorter steps sees the neighbour as it was at the start of the long step, taken ahead to
//     the middle of its own step: half a step of its own in the first, one and a half in the second;
//   - a tile with longer steps sees the neighbour as it is in the middle of the long step: not taken ahead.
// Both predictions are those of second order at the middle of the step that they serve. What passes the
// faces between the two is what the shorter steps found: the other tile's border cells are given the
// difference to what it found itself, so that no volume is lost (Sanders 2008, doi:10.1016/j.advwatres.
// 2008.05.010, freezes the coarser state likewise; the refluxing is Berger and Colella's 1989,
// doi:10.1016/0021-9991(89)90035-1, of mass alone). Each of the shorter steps may take half of what the
// neighbour may give away in its own, so depths stay positive.

namespace {

/// Growth of a wave's speed over what a step was chosen for: from `long_round` on rounds get shorter,
/// under `short_round` longer.
inline constexpr double long_round = 1.05;
inline constexpr double short_round = 1.01;

}  // namespace

/// The tile beside a tile; nothing where there is none.
template <class Real>
std::optional<std::size_t> SolverOf<Real>::tile_beside(std::size_t t, int dx, int dy) const {
  const int tx = static_cast<int>(t) % layout_.tiles_x + dx;
  const int ty = static_cast<int>(t) / layout_.tiles_x + dy;
  if (tx < 0 || tx >= layout_.tiles_x || ty < 0 || ty >= layout_.tiles_y) return {};
  return static_cast<std::size_t>(ty) * static_cast<std::size_t>(layout_.tiles_x) +
         static_cast<std::size_t>(tx);
}

/// Tiles in which something acts that is given for each of the shortest steps.
template <class Real>
void SolverOf<Real>::pin_tiles() {
  const auto pin = [&](CellIndex cell) {
    tiles_[static_cast<std::size_t>(layout_.tile_of(cell))].pinned = true;
  };
  for (Tile& tile : tiles_) tile.pinned = tile.fed || tile.levees_x + tile.levees_y > 0;
  for (const Structure& structure : case_.structures) {
    for (const CellIndex cell : structure.from) pin(cell);
    for (const CellIndex cell : structure.to) pin(cell);
  }
  const std::size_t faces = 2 * (static_cast<std::size_t>(layout_.tile_nx) +
                                static_cast<std::size_t>(layout_.tile_ny));
  passed_.assign(faces * tiles_.size(), Real(0));
  passed_sum_.assign(faces * tiles_.size(), 0.0);
}

/// A level for each tile, `highest` at most, by its own waves and those beside it.
template <class Real>
void SolverOf<Real>::choose_levels(double shortest, double longest, int highest) {
  const double reach = options_.cfl * case_.dx;
  std::vector<std::vector<std::size_t>> by_level(static_cast<std::size_t>(highest) + 1);
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    Tile& tile = tiles_[t];
    const double limit = tile.speed > 0.0 ? std::min(reach / tile.speed, longest) : longest;
    tile.level = 0;
    while (!tile.pinned && tile.level < highest && limit >= std::ldexp(shortest, tile.level + 1)) {
      ++tile.level;
    }
    by_level[static_cast<std::size_t>(tile.level)].push_back(t);
  }
  // Water on its way onto dry ground brings its speed along: there, no longer steps than where it is.
  for (int level = 0; level < highest; ++level) {
    std::vector<std::size_t>& same = by_level[static_cast<std::size_t>(level)];
    for (std::size_t n = 0; n < same.size(); ++n) {
      if (tiles_[same[n]].level != level) continue;
      for (int d = 0; d < 9; ++d) {
        const auto other = tile_beside(same[n], d % 3 - 1, d / 3 - 1);
        if (!other) continue;
        Tile& beside = tiles_[*other];
        const unsigned all = (1U << beside.chunks) - 1U;
        const int most = beside.wet == all || tiles_[same[n]].wet == 0 ? level + 1 : level;
        if (beside.level <= most) continue;
        beside.level = most;
        by_level[static_cast<std::size_t>(most)].push_back(*other);
      }
    }
  }
}

/// Whether a tile's step ends with this pass.
inline bool ends(int pass, int level) {
  return (pass + 1) % (1 << level) == 0;
}

/// Pointer to what passed the faces of one side of a tile, in passed_ or passed_sum_.
template <class Real>
std::size_t SolverOf<Real>::place_of_passed(std::size_t t, Side side) const {
  const int nx = layout_.tile_nx;
  const int ny = layout_.tile_ny;
  const int starts[4] = {0, ny, 2 * ny, 2 * ny + nx};  // west, east, south, north
  return t * 2 * (static_cast<std::size_t>(nx) + static_cast<std::size_t>(ny)) +
         static_cast<std::size_t>(starts[static_cast<int>(side)]);
}

/// How the four neighbours stand when a tile is computed in `pass`.
template <class Real>
Beside<Real> SolverOf<Real>::beside(std::size_t t, int pass) {
  Beside<Real> out{{1, 1, 1, 1}, {1, 1, 1, 1}, {nullptr, nullptr, nullptr, nullptr}};
  if (options_.time_levels == 0) return out;
  for (const Side side : all_sides) {
    const auto n = static_cast<std::size_t>(side);
    const auto other = tile_beside(t, side_dx(side), side_dy(side));
    if (!other || tiles_[*other].level == tiles_[t].level) continue;
    const bool longer = tiles_[*other].level > tiles_[t].level;
    const bool first_half = !ends(pass, tiles_[*other].level);
    out.ahead[n] = longer ? (first_half ? Real(1) : Real(3)) : Real(0);
    out.share[n] = longer ? Real(0.5) : Real(1);
    out.passed[n] = passed_.data() + place_of_passed(t, side);
  }
  return out;
}

/// Gives to (or takes from) a border cell what its neighbour's shorter steps found to have passed more.
template <class Real>
void SolverOf<Real>::settle_cell(Tile& tile, CellIndex cell, double gain) {
  const auto k = static_cast<std::size_t>(layout_.at(cell));
  Flow& flow = flow_[1 - now_];
  const auto before = static_cast<double>(flow.h[k]);
  double total = (before + static_cast<double>(residual_[k])) + gain;
  if (total < 0.0 && !infiltrated_.empty()) {  // the soil took what had not come: it gives it back
    infiltrated_[k] += total;
    moved_.infiltration.add(total * case_.dx * case_.dx);
    total = 0.0;
  }
  flow.h[k] = static_cast<Real>(std::max(total, 0.0));
  residual_[k] = static_cast<Real>(total - static_cast<double>(flow.h[k]));
  const auto h = static_cast<double>(flow.h[k]);
  if (h < before) {  // what leaves takes its momentum along
    flow.qx[k] = static_cast<Real>(static_cast<double>(flow.qx[k]) * (h / before));
    flow.qy[k] = static_cast<Real>(static_cast<double>(flow.qy[k]) * (h / before));
  }
  if (!(h > options_.dry_depth)) return;
  const int lane = cell.i - tile.first.i + 1;
  tile.wet |= 1U << (lane / model::detail::chunk<Real>);
  const double q = std::abs(static_cast<double>(flow.qx[k])) + std::abs(static_cast<double>(flow.qy[k]));
  tile.speed = std::max(tile.speed, 0.5 * q / h + std::sqrt(gravity * h));
}

/// One side of a tile whose step has ended, beside shorter steps: their sum in place of its own.
template <class Real>
void SolverOf<Real>::settle_side(std::size_t t, Side side, std::size_t other) {
  Tile& tile = tiles_[t];
  const bool worked = std::binary_search(work_.begin(), work_.end(), static_cast<int>(t));
  const bool along_x = side == Side::west || side == Side::east;
  const double sign = side == Side::west || side == Side::south ? 1.0 : -1.0;
  const Real* const own = passed_.data() + place_of_passed(t, side);
  double* const theirs = passed_sum_.data() + place_of_passed(other, opposite(side));
  const int count = along_x ? tile.rows : tile.columns;
  bool any = false;
  for (int n = 0; n < count; ++n) {
    const double gain = sign * (theirs[n] - (worked ? static_cast<double>(own[n]) : 0.0));
    theirs[n] = 0.0;
    if (gain == 0.0) continue;
    any = true;
    const int i = side == Side::west ? 0 : side == Side::east ? tile.columns - 1 : n;
    const int j = side == Side::south ? 0 : side == Side::north ? tile.rows - 1 : n;
    settle_cell(tile, {tile.first.i + i, tile.first.j + j}, gain);
  }
  if (!any) return;
  tile.in_step = true;  // its copies differ: computed in its next step, or made the same
  tile.changed = true;
}

/// Sums up what the shorter steps of this pass found, and settles the longer ones that end with it.
template <class Real>
void SolverOf<Real>::settle_passed(int pass) {
  for (const int worked : work_) {
    const auto t = static_cast<std::size_t>(worked);
    for (const Side side : all_sides) {
      const auto other = tile_beside(t, side_dx(side), side_dy(side));
      if (!other || tiles_[*other].level <= tiles_[t].level) continue;
      const std::size_t start = place_of_passed(t, side);
      const bool along_x = side == Side::west || side == Side::east;
      const auto count = static_cast<std::size_t>(along_x ? tiles_[t].rows : tiles_[t].columns);
      for (std::size_t n = start; n < start + count; ++n) {
        passed_sum_[n] += static_cast<double>(passed_[n]);
      }
    }
  }
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    if (tiles_[t].level == 0 || tiles_[t].active_cells == 0 || !ends(pass, tiles_[t].level)) continue;
    for (const Side side : all_sides) {
      const auto other = tile_beside(t, side_dx(side), side_dy(side));
      if (other && tiles_[*other].level < tiles_[t].level) settle_side(t, side, *other);
    }
  }
}

/// To the next sync time in rounds. As advance_segment, which is this with one level.
template <class Real>
Result<void> SolverOf<Real>::advance_segment_locally(Time segment_start, double total) {
  keep_state();
  double fastest = scan();
  double local = 0.0;
  int highest = std::min(1, options_.time_levels);
  for (bool last = false; !last;) {
    for (const Tile& tile : tiles_) fastest = std::max(fastest, tile.speed);
    const double left = total - local;
    const double longest = forcing_dt(segment_start, local);
    const double limit = std::min(stable_dt(fastest, segment_start, local), longest);
    if (!(limit >= options_.min_dt)) {
      time_ = segment_start + from_seconds(local);
      return fail(
          restore_kept(failure(fmt::format("the time step falls to {:.3g} s, under min_dt", limit))));
    }
    int levels = highest;
    while (levels > 0 && std::ldexp(limit, levels) > left) --levels;
    const double rounds = left <= limit ? 1.0 : std::ceil(left / std::ldexp(limit, levels));
    last = rounds <= 1.0;
    Pace pace;
    pace.dt = left / rounds / std::ldexp(1.0, levels);
    pace.segment_start = segment_start;
    choose_levels(pace.dt, longest, levels);
    outrun_ = 0.0;
    for (pace.pass = 0; pace.pass < 1 << levels; ++pace.pass) {
      pace.middle = local + 0.5 * pace.dt;
      if (!take_step(pace, fastest)) {
        time_ = segment_start + from_seconds(local);
        return fail(restore_kept(failure("a value is not finite or negative")));
      }
      local += pace.dt;
    }
    if (outrun_ > long_round && highest > 0) --highest;
    if (outrun_ < short_round && highest < options_.time_levels) ++highest;
  }
  return {};
}

/// The state at a sync time, to go back to where a step fails: tiles then stand at different times.
template <class Real>
void SolverOf<Real>::keep_state() {
  kept_.flow = flow_[now_];
  kept_.residual = residual_;
  kept_.infiltrated = infiltrated_;
  kept_.time = time_;
  kept_.totals = {moved_, passages_, counters_};
}

template <class Real>
Error SolverOf<Real>::restore_kept(Error error) {
  flow_[now_] = kept_.flow;
  flow_[1 - now_] = kept_.flow;
  residual_ = kept_.residual;
  infiltrated_ = kept_.infiltrated;
  time_ = kept_.time;
  moved_ = kept_.totals.moved;
  passages_ = kept_.totals.passages;
  counters_ = kept_.totals.counters;
  std::fill(passed_sum_.begin(), passed_sum_.end(), 0.0);
  for (Tile& tile : tiles_) tile.wet = tile.active_cells > 0 ? all_chunks : 0;  // see scan
  return error;
}
