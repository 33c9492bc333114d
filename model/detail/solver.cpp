#include "model/detail/solver.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "model/detail/root.hpp"

namespace vandvagt::model::detail {
namespace {

/// Chunks of a tile, all it can have.
constexpr unsigned all_chunks = 0xff;

constexpr Side all_sides[] = {Side::west, Side::east, Side::south, Side::north};
constexpr int side_dx(Side side) {
  return side == Side::west ? -1 : side == Side::east ? 1 : 0;
}
constexpr int side_dy(Side side) {
  return side == Side::south ? -1 : side == Side::north ? 1 : 0;
}
constexpr Side opposite(Side side) {
  return side == Side::west    ? Side::east
         : side == Side::east  ? Side::west
         : side == Side::south ? Side::north
                               : Side::south;
}

}  // namespace

#include "model/detail/solver_case.ipp"
#include "model/detail/solver_forcing.ipp"
#include "model/detail/solver_ground.ipp"
#include "model/detail/solver_levees.ipp"
#include "model/detail/solver_local.ipp"
#include "model/detail/solver_state.ipp"
#include "model/detail/solver_structures.ipp"

template <class Real>
Result<void> SolverOf<Real>::advance_to(Time end) {
  Result<void> done;
  crew_.lead([&] {
    while (done && time_ < end) {
      const Time segment_start = time_;
      done = advance_segment(segment_start);
      if (!done) break;
      sample_maxima(to_seconds(time_ - segment_start));
      for (Tile& tile : tiles_) tile.changed = false;
    }
  });
  return done;
}

/// To the next sync time. Local time starts at 0 and each step is an equal share of what is left,
/// so that steps depend on the state at the sync time alone and the last one ends on it.
template <class Real>
Result<void> SolverOf<Real>::advance_segment(Time segment_start) {
  const Duration since_sync = segment_start.time_since_epoch() % options_.sync_interval;
  const Time segment_end = segment_start - since_sync + options_.sync_interval;
  const double total = to_seconds(segment_end - segment_start);
  Result<void> done = options_.time_levels > 0 ? advance_segment_locally(segment_start, total)
                                               : advance_segment_together(segment_start, total);
  if (!done) return done;
  time_ = segment_end;
  for (std::size_t p = 0; p < passages_.discharge.size(); ++p) {
    passages_.discharge[p] = passages_.in_segment[p] / total;
    passages_.in_segment[p] = 0.0;
  }
  return {};
}

/// With one step for all tiles.
template <class Real>
Result<void> SolverOf<Real>::advance_segment_together(Time segment_start, double total) {
  double fastest = scan();
  double local = 0.0;
  for (bool last = false; !last;) {
    const double left = total - local;
    const double limit = stable_dt(fastest, segment_start, local);
    if (!(limit >= options_.min_dt)) {
      time_ = segment_start + from_seconds(local);
      return fail(failure(fmt::format("the time step falls to {:.3g} s, under min_dt", limit)));
    }
    last = left <= limit;
    Pace pace;
    pace.dt = last ? left : left / std::ceil(left / limit);
    pace.middle = local + 0.5 * pace.dt;
    pace.segment_start = segment_start;
    before_step_ = {moved_, passages_, counters_};
    if (!take_step(pace, fastest)) {
      time_ = segment_start + from_seconds(local);
      const Error error = failure("a value is not finite or negative");
      take_back_step();
      return fail(error);
    }
    local += pace.dt;
  }
  return {};
}

/// The CFL condition, and how fast forcing may set dry ground under water.
template <class Real>
double SolverOf<Real>::stable_dt(double fastest, Time segment_start, double local) const {
  const double by_state =
      fastest > 0.0 ? options_.cfl * case_.dx / fastest : std::numeric_limits<double>::max();
  return std::min(by_state, forcing_dt(segment_start, local));
}

/// One step of all tiles that need it; `fastest` is then the speed of waves over the new state.
/// False where a value is not sound; the new state is then the present one, to be looked at.
template <class Real>
bool SolverOf<Real>::take_step(const Pace& pace, double& fastest) {
  prepare_edges(pace);
  prepare_levees(pace);
  choose_tiles(pace.pass);
  compute_tiles(pace);
  fastest = gather(pace);
  gather_levees(pace);
  if (options_.time_levels > 0) settle_passed(pace.pass);
  fastest = std::max(fastest, apply_sources(pace));
  fastest = std::max(fastest, apply_structures(pace));
  now_ = 1 - now_;
  const bool sound = std::all_of(work_.begin(), work_.end(), [&](int t) {
    return results_[static_cast<std::size_t>(t)].sound;
  });
  ++counters_.steps;
  counters_.smallest_dt = counters_.steps == 1 ? pace.dt : std::min(counters_.smallest_dt, pace.dt);
  return sound && std::isfinite(fastest);
}

/// Chunks of a tile that hold water or lie beside some. Water moves by one cell a step at most, so
/// they are woken before it comes.
template <class Real>
unsigned SolverOf<Real>::chunks_near_water(int tile) const {
  const int tx = tile % layout_.tiles_x;
  const int ty = tile / layout_.tiles_x;
  const Tile& own = tiles_[static_cast<std::size_t>(tile)];
  const int last = own.columns / model::detail::chunk<Real>;  // chunk of the last column's lane
  unsigned near = 0;
  for (int y = std::max(ty - 1, 0); y <= std::min(ty + 1, layout_.tiles_y - 1); ++y) {
    const Tile* const row = tiles_.data() + std::ptrdiff_t{y} * layout_.tiles_x;
    near |= row[tx].wet | row[tx].wet << 1 | row[tx].wet >> 1;
    if (tx > 0 && (row[tx - 1].wet >> (layout_.tile_nx / model::detail::chunk<Real>)) % 2 != 0) {
      near |= 1U;
    }
    if (tx + 1 < layout_.tiles_x && row[tx + 1].wet % 2 != 0) near |= 1U << last;
  }
  return near & ((1U << own.chunks) - 1U);
}

/// Chunks in which water may flow, and tiles that have some or take rain. The choice depends on the
/// state and the forcing alone, and what is left out would not move anyway: it changes no bit of
/// the results (test: Symmetry.Moved…).
template <class Real>
void SolverOf<Real>::choose_tiles(int pass) {
  work_.clear();
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    Tile& tile = tiles_[t];
    const unsigned all = (1U << tile.chunks) - 1U;
    tile.flowing = tile.fed ? all : chunks_near_water(static_cast<int>(t));
    const bool rained_on = tile.rained_on || uniform_rain_ > 0.0 || tile.seepage_rate > 0.0;
    const bool chosen =
        tile.active_cells > 0 && (tile.flowing != 0 || rained_on) && ends(pass, tile.level);
    if (tile.in_step && !chosen) settle(tile);
    tile.in_step = chosen;
    if (!chosen) continue;
    tile.changed = true;
    work_.push_back(static_cast<int>(t));
  }
}

/// A tile that is left alone must be the same in both copies.
template <class Real>
void SolverOf<Real>::settle(Tile& tile) {
  const Flow& from = flow_[now_];
  Flow& to = flow_[1 - now_];
  for (int r = 0; r < tile.rows; ++r) {
    const std::ptrdiff_t start = tile.offset + r * layout_.stride;
    std::copy_n(from.h.begin() + start, tile.columns, to.h.begin() + start);
    std::copy_n(from.qx.begin() + start, tile.columns, to.qx.begin() + start);
    std::copy_n(from.qy.begin() + start, tile.columns, to.qy.begin() + start);
  }
}

template <class Real>
StepArgs<Real> SolverOf<Real>::step_args(double dt) {
  const Flow& from = flow_[now_];
  Flow& to = flow_[1 - now_];
  const std::ptrdiff_t o = layout_.origin;
  StepArgs<Real> step{};
  step.h = from.h.data() + o;
  step.qx = from.qx.data() + o;
  step.qy = from.qy.data() + o;
  step.h_new = to.h.data() + o;
  step.qx_new = to.qx.data() + o;
  step.qy_new = to.qy.data() + o;
  step.residual = residual_.data() + o;
  step.bed = bed_.data() + o;
  step.bed_unit = static_cast<Real>(bed_unit_);
  step.friction = friction_.data() + o;
  step.mask = mask_.data() + o;
  step.rain = rain_.empty() ? nullptr : rain_.data() + o;
  step.seepage = seepage_.empty() ? nullptr : seepage_.data() + o;
  if (!conductivity_.empty()) {
    const auto field = [&](const Padded<float>& f) {
      return (f.empty() ? conductivity_ : f).data() + o;
    };
    step.soil = {law_,
                 field(conductivity_),
                 field(suction_head_),
                 field(retention_),
                 field(initial_loss_),
                 field(moisture_deficit_),
                 field(water_table_depth_),
                 infiltrated_.data() + o};
  }
  step.stride = layout_.stride;
  step.uniform_rain = static_cast<Real>(uniform_rain_);
  step.dt = static_cast<Real>(dt);
  step.dx = static_cast<Real>(case_.dx);
  step.ratio = static_cast<Real>(dt / case_.dx);
  step.dry_depth = static_cast<Real>(options_.dry_depth);
  step.tile_columns = layout_.tile_nx;
  step.flat = options_.order == Order::first;
  return step;
}

template <class Real>
TileArgs<Real> SolverOf<Real>::tile_args(std::size_t t, int pass) {
  const Tile& tile = tiles_[t];
  return {tile.offset - layout_.origin,
          tiles_[std::min(t + 1, tiles_.size() - 1)].offset - layout_.origin,
          tile.rows,
          tile.chunks,
          tile.flowing,
          static_cast<Real>(tile.friction),
          tile.soil,
          tile.seepage_rate > 0.0,
          tile.special.data(),
          edges_.data() + tile.first_edge,
          tile.edge_count,
          levees_.data() + tile.first_levee,
          tile.levees_x,
          tile.levees_y,
          levee_flux_.data() + tile.first_levee,
          beside(t, pass)};
}

template <class Real>
void SolverOf<Real>::compute_tiles(const Pace& pace) {
  std::vector<StepArgs<Real>> steps;  // of each level
  for (int level = 0; level <= options_.time_levels; ++level) {
    steps.push_back(step_args(std::ldexp(pace.dt, level)));
  }
  crew_.run(work_, [&](std::size_t t) {
    TileResult result;  // not in place: neighbours in results_ share cache lines
    kernels_.step(steps[static_cast<std::size_t>(tiles_[t].level)], tile_args(t, pace.pass),
                  result);
    results_[t] = result;
  });
}

/// Volumes and wave speed of the step, summed over the tiles in their order.
template <class Real>
double SolverOf<Real>::gather(const Pace& pace) {
  const double area = case_.dx * case_.dx;
  double fastest = 0.0;
  for (const int t : work_) {
    const TileResult& result = results_[static_cast<std::size_t>(t)];
    Tile& tile = tiles_[static_cast<std::size_t>(t)];
    const double dt = std::ldexp(pace.dt, tile.level);
    const auto uniform =
        static_cast<double>(static_cast<Real>(uniform_rain_) * static_cast<Real>(dt));
    tile.wet = result.wet;
    tile.speed = result.speed;
    fastest = std::max(fastest, result.speed);
    outrun_ = std::max(outrun_, result.speed * dt / (options_.cfl * case_.dx));
    moved_.edge_in.add(result.edge_in * area);
    moved_.edge_out.add(result.edge_out * area);
    moved_.infiltration.add(result.infiltrated * area);
    moved_.rain.add((rain_.empty() ? tile.active_cells * uniform : tile.rain_rate * dt) * area);
    if (tile.seepage_rate > 0.0) moved_.ground_in.add(tile.seepage_rate * dt * area);
    for (int c = 0; c < tile.chunks; ++c) {
      const bool flows = ((tile.flowing >> c) & 1U) != 0;
      counters_.cell_updates += flows ? tile.chunk_cells[static_cast<std::size_t>(c)] : 0;
    }
  }
  return fastest;
}

/// Wetness of the tiles that hold water and the greatest wave speed over them, from the present
/// state.
template <class Real>
double SolverOf<Real>::scan() {
  std::vector<int> tiles;
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    if (tiles_[t].wet != 0) tiles.push_back(static_cast<int>(t));
    tiles_[t].speed = 0.0;
  }
  const StepArgs<Real> step = step_args(0.0);
  crew_.run(tiles, [&](std::size_t t) {
    TileResult result;
    kernels_.scan(step, tile_args(t, 0), result);
    results_[t] = result;
  });
  double fastest = 0.0;
  for (const int t : tiles) {
    const TileResult& result = results_[static_cast<std::size_t>(t)];
    Tile& tile = tiles_[static_cast<std::size_t>(t)];
    tile.wet = result.wet;
    tile.speed = result.speed;
    fastest = std::max(fastest, result.speed);
  }
  return fastest;
}

/// Where the present state is worst: first a value that is not sound, else the fastest wave.
template <class Real>
Error SolverOf<Real>::failure(const std::string& what) const {
  CellIndex worst{};
  double badness = -1.0;
  for (int j = 0; j < layout_.ny; ++j) {
    for (int i = 0; i < layout_.nx; ++i) {
      if (!is_active({i, j})) continue;
      const double h = depth_at({i, j});
      const double q = std::hypot(unit_discharge_x_at({i, j}), unit_discharge_y_at({i, j}));
      const bool sound = h >= 0.0 && h < 1e9 && std::isfinite(q);
      const double rank =
          sound ? (h > options_.dry_depth ? q / h + std::sqrt(gravity * h) : 0.0) : 1e300;
      if (rank > badness) {
        badness = rank;
        worst = {i, j};
      }
    }
  }
  return {
      ErrorCode::numerical,
      fmt::format("{} at {} in cell ({}, {}): h = {:.9g} m, qx = {:.9g}, qy = {:.9g} m²/s, "
                  "z = {:.3f} m; the state of that time is kept",
                  what, format_time(time_), worst.i, worst.j, depth_at(worst),
                  unit_discharge_x_at(worst), unit_discharge_y_at(worst), bed_elevation_at(worst))};
}

namespace {

template <class Real, class Initial>
std::unique_ptr<Solver> started(Case given, const Options& options, Time start,
                                const Initial& initial, VectorUnit unit) {
  auto solver = std::make_unique<SolverOf<Real>>(std::move(given), options, start, unit);
  solver->start_with(initial);
  return solver;
}

template <class Initial>
std::unique_ptr<Solver> started(Case given, const Options& options, Time start,
                                const Initial& initial, VectorUnit unit) {
  if (options.precision == Precision::single_) {
    return started<float>(std::move(given), options, start, initial, unit);
  }
  return started<double>(std::move(given), options, start, initial, unit);
}

}  // namespace

std::unique_ptr<Solver> start_solver(Case given, const Options& options, Time start,
                                     FieldView<const double> depth, VectorUnit unit) {
  return started(std::move(given), options, start, depth, unit);
}
std::unique_ptr<Solver> start_solver(Case given, const Options& options, const State& state,
                                     VectorUnit unit) {
  return started(std::move(given), options, state.time, state, unit);
}

}  // namespace vandvagt::model::detail
