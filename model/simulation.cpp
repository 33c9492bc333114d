#include "model/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "model/detail/ground.hpp"
#include "model/detail/solver.hpp"
#include "model/detail/validate.hpp"

namespace vandvagt::model {

struct Simulation::Engine {
  std::unique_ptr<detail::Solver> solver;
  Options options;
  std::unique_ptr<detail::Ground> ground;  // where there is an aquifer or evapotranspiration

  Result<void> advance_to(Time end);
};

/// The surface to each step of the ground on the way, then the ground.
Result<void> Simulation::Engine::advance_to(Time end) {
  if (!ground) return solver->advance_to(end);
  while (solver->time() < end) {
    const Time step = ground->next_step(solver->time());
    if (auto done = solver->advance_to(std::min(end, step)); !done) return done;
    if (solver->time() < step) break;
    if (auto done = ground->step(); !done) return done;
  }
  return {};
}

namespace {

/// One value for each cell, NaN outside.
template <class Value>
Field<float> field_of(const detail::Solver& solver, const Value& value) {
  const CellIndex size = solver.size();
  Field<float> out(size.i, size.j, std::numeric_limits<float>::quiet_NaN());
  for (int j = 0; j < size.j; ++j) {
    for (int i = 0; i < size.i; ++i) {
      if (solver.is_active({i, j})) out(i, j) = static_cast<float>(value(CellIndex{i, j}));
    }
  }
  return out;
}

double speed_in(const detail::Solver& solver, CellIndex cell) {
  const double h = solver.depth_at(cell);
  if (!(h > solver.dry_depth())) return 0.0;
  return std::hypot(solver.unit_discharge_x_at(cell), solver.unit_discharge_y_at(cell)) / h;
}

}  // namespace

double Ledger::relative_error() const {
  const double there = initial + in();
  return there > 0.0 ? std::abs(error()) / there : 0.0;
}

double Ledger::whole_error() const {
  return error() + ground.error();  // what passes between the two is one number in both
}

double Ledger::whole_relative_error() const {
  const double moved = in() + out() + ground.in() + ground.out() + std::abs(ground.analysis);
  const double there = initial + moved;
  return there > 0.0 ? std::abs(whole_error()) / there : 0.0;
}

Simulation::Simulation(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

Result<Simulation> Simulation::start_cold(Case given, const Options& options, Time start,
                                          FieldView<const double> depth) {
  if (auto r = detail::validate(given, options); !r) return fail(r.error());
  if (auto r = detail::validate_time("the start", start, options); !r) return fail(r.error());
  if (auto r = detail::validate_depth(given, depth); !r) return fail(r.error());
  auto engine = std::make_unique<Engine>();
  engine->options = options;
  detail::GroundGiven ground = detail::take_ground(given);
  engine->solver =
      detail::start_solver(std::move(given), options, start, depth, detail::widest_vector_unit());
  if (!ground.empty()) {
    engine->ground = std::make_unique<detail::Ground>(std::move(ground), *engine->solver, options);
    if (auto r = engine->ground->spin_up(); !r) return fail(r.error());
  }
  return Simulation(std::move(engine));
}

Result<Simulation> Simulation::start_from(Case given, const Options& options, const State& state) {
  if (auto r = detail::validate(given, options); !r) return fail(r.error());
  if (auto r = detail::validate_state(given, options, state); !r) return fail(r.error());
  auto engine = std::make_unique<Engine>();
  engine->options = options;
  detail::GroundGiven ground = detail::take_ground(given);
  engine->solver =
      detail::start_solver(std::move(given), options, state, detail::widest_vector_unit());
  if (!ground.empty())
    engine->ground =
        std::make_unique<detail::Ground>(std::move(ground), *engine->solver, options, state);
  return Simulation(std::move(engine));
}

void Simulation::set_rain(FieldView<const float> rate) {
  engine_->solver->set_rain(rate);
}
void Simulation::set_rain(double rate) {
  engine_->solver->set_rain(rate);
}
void Simulation::set_water_table_depth(FieldView<const float> depth) {
  if (engine_->ground) return engine_->ground->set_water_table_depth(depth);
  engine_->solver->set_water_table_depth(depth);
}

Result<void> Simulation::advance_to(Time end) {
  if (auto r = detail::validate_time("the end", end, engine_->options); !r) return r;
  if (end < time()) {
    return fail(ErrorCode::invalid_input,
                fmt::format("cannot advance to {}: the simulation is at {}", format_time(end),
                            format_time(time())));
  }
  return engine_->advance_to(end);
}

Time Simulation::time() const {
  return engine_->solver->time();
}
State Simulation::state() const {
  State state = engine_->solver->state();
  state.ground_time = state.time;
  if (engine_->ground) engine_->ground->save(state);
  return state;
}
Ledger Simulation::ledger() const {
  Ledger ledger = engine_->solver->ledger();
  if (engine_->ground) engine_->ground->add_to(ledger);
  return ledger;
}
std::vector<Passage> Simulation::passages() const {
  return engine_->solver->passages();
}
Counters Simulation::counters() const {
  return engine_->solver->counters();
}
Maxima Simulation::maxima() const {
  return engine_->solver->maxima();
}
void Simulation::reset_maxima() {
  engine_->solver->reset_maxima();
}

Field<float> Simulation::depth() const {
  const detail::Solver& solver = *engine_->solver;
  return field_of(solver, [&](CellIndex cell) { return solver.depth_at(cell); });
}
Field<float> Simulation::speed() const {
  const detail::Solver& solver = *engine_->solver;
  return field_of(solver, [&](CellIndex cell) { return speed_in(solver, cell); });
}
Field<float> Simulation::unit_discharge_x() const {
  const detail::Solver& solver = *engine_->solver;
  return field_of(solver, [&](CellIndex cell) { return solver.unit_discharge_x_at(cell); });
}
Field<float> Simulation::unit_discharge_y() const {
  const detail::Solver& solver = *engine_->solver;
  return field_of(solver, [&](CellIndex cell) { return solver.unit_discharge_y_at(cell); });
}
Field<float> Simulation::water_table_depth() const {
  const detail::Solver& solver = *engine_->solver;
  return field_of(solver, [&](CellIndex cell) { return solver.water_table_depth_at(cell); });
}

double Simulation::depth_at(CellIndex cell) const {
  return engine_->solver->depth_at(cell);
}
double Simulation::bed_elevation_at(CellIndex cell) const {
  return engine_->solver->bed_elevation_at(cell);
}
double Simulation::speed_at(CellIndex cell) const {
  return speed_in(*engine_->solver, cell);
}

}  // namespace vandvagt::model
