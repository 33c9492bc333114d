#include "forecast/detail/runner.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "forecast/detail/rain_parts.hpp"

namespace vandvagt::forecast::detail {
namespace {

/// Times of hydrographs: whole output intervals before and after the reference time, and the end.
std::vector<Time> sample_times(const RunPlan& plan, Time from, Duration interval) {
  std::vector<Time> times;
  const auto before = (plan.reference_time - from) / interval;
  for (Time t = plan.reference_time - before * interval; t < plan.end; t += interval) {
    times.push_back(t);
  }
  times.push_back(plan.end);
  return times;
}

/// Multiples of `interval` since 1970 with from < t <= to.
std::set<Time> multiples(Duration interval, Time from, Time to) {
  std::set<Time> times;
  for (Time t = floor_to(from, interval) + interval; t <= to; t += interval) times.insert(t);
  return times;
}

void add_ground(model::GroundLedger& total, const model::GroundLedger& ground, bool first) {
  if (first) total.initial = ground.initial;
  total.soil = ground.soil;
  total.aquifer = ground.aquifer;
  total.emerging = ground.emerging;
  total.infiltration += ground.infiltration;
  total.recharge += ground.recharge;
  total.seepage += ground.seepage;
  total.drained += ground.drained;
  total.boundary_in += ground.boundary_in;
  total.boundary_out += ground.boundary_out;
  total.well_in += ground.well_in;
  total.well_out += ground.well_out;
  total.evaporation += ground.evaporation;
  total.analysis += ground.analysis;
}

void add_ledger(VolumeBalance& volume, const model::Ledger& ledger, bool first) {
  if (first) volume.initial = ledger.initial;
  volume.stored = ledger.stored;
  volume.rain += ledger.rain;
  volume.edge_in += ledger.edge_in;
  volume.edge_out += ledger.edge_out;
  volume.source_in += ledger.source_in;
  volume.source_out += ledger.source_out;
  volume.infiltration += ledger.infiltration;
  volume.ground_in += ledger.ground_in;
  volume.evaporation += ledger.evaporation;
  add_ground(volume.ground, ledger.ground, first);
}

/// The series a gauge's station measures, to be drawn beside the computed ones.
void read_observed(GaugeOutcome& gauge, const Observations& observations,
                   const ForcingPeriod& period, std::vector<std::string>& notices) {
  const sensors::Station* station = observations.find(gauge.gauge.station);
  if (!station) return;
  gauge.observed_quantity = to_string(station->parameter);
  auto readings = observations.read(station->id, period.from, period.reference);
  if (!readings) {
    notices.push_back("gauge " + gauge.gauge.id + ": " + readings.error().message);
    return;
  }
  std::erase_if(*readings, [&](const Observation& o) { return o.time < period.from; });
  gauge.observed = std::move(*readings);
}

}  // namespace

Runner::Runner(RunContext context, RunOutcome& outcome)
    : context_(std::move(context)), outcome_(outcome) {}

bool Runner::has_groundwater() const {
  return forecast::has_groundwater(context_.scenario, context_.built);
}

Result<void> Runner::prepare(Time from, const std::vector<AreaQuery>& areas) {
  const PhaseTimer timer(outcome_, "forcing");
  const RunPlan& plan = context_.plan;
  outcome_.start = from;
  period_ = {from, plan.forecast ? plan.reference_time : plan.end, plan.end};
  done_seconds_ = 0.0;
  all_seconds_ = to_seconds(plan.reference_time - from) +
                 plan.members * to_seconds(plan.end - plan.reference_time);

  auto cells = find_area_cells(areas, context_.built);
  if (!cells) return fail(cells.error());
  cells_ = std::move(*cells);
  outcome_.times = sample_times(plan, from, context_.scenario.output.interval);
  add_gauges();
  prepare_series(outcome_, areas, cells_, has_groundwater());
  prepare_passages(outcome_, context_.built);

  auto forcing = resolve_forcing(context_.scenario, context_.built, period_, context_.observations);
  if (!forcing) return fail(forcing.error());
  forcing_ = std::move(*forcing);
  auto rain = RainForcing::open(context_.scenario, context_.built, period_, context_.observations);
  if (!rain) return fail(rain.error());
  rain_.emplace(std::move(*rain));

  outcome_.forcing = forcing_.reports;
  std::ranges::copy(rain_->reports(), std::back_inserter(outcome_.forcing));
  for (const ForcingReport& report : outcome_.forcing) {
    std::ranges::copy(report.notices, std::back_inserter(outcome_.notices));
  }
  for (const auto& inputs : {forcing_.inputs, rain_->inputs()}) {
    for (const InputFile& input : inputs) {
      const auto same = [&](const InputFile& other) { return other.path == input.path; };
      if (std::ranges::none_of(outcome_.inputs, same)) outcome_.inputs.push_back(input);
    }
  }
  return {};
}

void Runner::add_gauges() {
  const BuiltCase& built = context_.built;
  for (const GaugeCell& cell : built.gauges) {
    GaugeOutcome gauge;
    gauge.gauge = cell;
    outcome_.gauges.push_back(std::move(gauge));
  }
  for (const std::string& well : context_.scenario.groundwater.wells) {
    const auto same = [&](const GaugeOutcome& g) { return g.gauge.station == well; };
    if (std::ranges::any_of(outcome_.gauges, same)) continue;
    const auto position = context_.observations.position(well, built.geometry);
    const auto cell = position ? grids::cell_at(built.geometry, *position) : std::nullopt;
    if (!cell || std::isnan(built.model.bed_elevation(cell->i, cell->j))) continue;
    const sensors::Station* station = context_.observations.find(well);
    GaugeOutcome gauge;
    gauge.gauge = {well, station->name, well, *position, {cell->i, cell->j}};
    gauge.well = true;
    outcome_.gauges.push_back(std::move(gauge));
  }
  for (GaugeOutcome& gauge : outcome_.gauges) {
    const model::CellIndex cell = gauge.gauge.cell;
    gauge.bed_elevation = built.model.bed_elevation(cell.i, cell.j);
    read_observed(gauge, context_.observations, period_, outcome_.notices);
  }
}

Time Runner::settled_until() const {
  const Time settled = std::min(forcing_.settled_until, rain_->settled_until());
  return floor_to(std::min(settled, context_.plan.reference_time),
                  context_.scenario.solver.sync_interval);
}

March Runner::make_march(const std::string& phase, Time from, Time end, int member) {
  March march;
  march.end = end;
  march.rain = &*rain_;
  march.stop = context_.stop;
  const Duration sync = context_.scenario.solver.sync_interval;
  march.stride = std::max<Duration>(sync, (end - from) / 200 / sync * sync);
  march.sync = sync;
  for (const Time t : outcome_.times) {
    if (t >= from && t <= end) march.halts.insert(t);
  }
  const double done = done_seconds_;
  march.on_progress = [this, phase, from, member, done](Time now) {
    done_seconds_ = done + to_seconds(now - from);
    if (context_.progress) {
      context_.progress({phase, member, context_.plan.members, now, done_seconds_ / all_seconds_});
    }
  };
  return march;
}

Result<void> Runner::sample_at(model::Simulation& simulation, Time time, int member) {
  const auto found = std::ranges::lower_bound(outcome_.times, time);
  const bool wanted = found != outcome_.times.end() && *found == time;
  const auto& maps = context_.plan.map_times;
  const auto map = std::ranges::lower_bound(maps, time);
  const bool mapped = context_.maps && map != maps.end() && *map == time;
  if (!wanted && !mapped) return {};
  Field<float> depth = simulation.depth();
  if (wanted) {
    sample(outcome_, cells_, simulation, std::as_const(depth).view(), member,
           static_cast<std::size_t>(found - outcome_.times.begin()));
  }
  if (!mapped) return {};
  const PhaseTimer timer(outcome_, "maps");
  return context_.maps({.member = member,
                        .time_index = static_cast<std::size_t>(map - maps.begin()),
                        .time = time,
                        .depth = std::move(depth),
                        .speed = member == 0 ? simulation.speed() : Field<float>{},
                        .water_table_depth = member == 0 && has_groundwater()
                                                 ? simulation.water_table_depth()
                                                 : Field<float>{}});
}

Result<void> Runner::analyse(model::Simulation& simulation, Time time) {
  if (!has_groundwater()) return {};
  const PhaseTimer timer(outcome_, "water table");
  // What flows has moved since the map of the case: its own table is what readings correct.
  std::optional<BuiltCase> moved;
  if (!context_.built.model.aquifer.empty()) {
    moved = context_.built;
    moved->model.infiltration.water_table_depth = simulation.water_table_depth();
  }
  auto table = analyse_water_table(context_.scenario, moved ? *moved : context_.built,
                                   context_.observations, time);
  if (!table) return fail(table.error());
  simulation.set_water_table_depth(std::as_const(table->depth).view());
  std::vector<Observation> readings;
  for (const WellResult& well : table->wells) {
    if (!well.used) continue;
    readings.push_back({*well.time, well.observed});
  }
  const std::string what = "readings of wells";
  std::erase_if(outcome_.inputs, [&](const InputFile& input) { return input.path == what; });
  if (!readings.empty()) outcome_.inputs.push_back({what, digest_of_readings(readings)});
  outcome_.water_table = std::move(*table);
  return {};
}

Result<void> Runner::hindcast(model::Simulation& simulation, Time save) {
  const Time from = simulation.time();
  const Time reference = context_.plan.reference_time;
  March stretch = make_march("hindcast", from, reference, 0);
  std::set<Time> analyses;
  if (has_groundwater() && context_.scenario.groundwater.analysis_interval > Duration{0}) {
    analyses = multiples(context_.scenario.groundwater.analysis_interval, from, reference);
  }
  stretch.halts.insert(analyses.begin(), analyses.end());
  if (save > from) stretch.halts.insert(save);
  stretch.on_halt = [&](Time now) -> Result<void> {
    if (analyses.contains(now)) {
      if (auto analysed = analyse(simulation, now); !analysed) return analysed;
    }
    if (now == save && save > from) state_to_save_ = simulation.state();
    // The reference time itself belongs to the members.
    return now < reference ? sample_at(simulation, now, 0) : Result<void>{};
  };
  return march(simulation, stretch);
}

Result<void> Runner::member(model::Simulation& simulation, int member,
                            const Perturbation& perturbation) {
  simulation.reset_maxima();
  March stretch = make_march(context_.plan.forecast ? "forecast" : "simulation", simulation.time(),
                             context_.plan.end, member);
  stretch.rain_factor = perturbation.rain_factor;
  for (const Time t : context_.plan.map_times) stretch.halts.insert(t);
  stretch.on_halt = [&](Time now) { return sample_at(simulation, now, member); };
  auto done = march(simulation, stretch);
  count(simulation, member == 0);
  if (member == 0) {
    outcome_.last = simulation.state();
    outcome_.maxima = simulation.maxima();
  }
  if (done) count_probabilities(member == 0 ? *outcome_.maxima : simulation.maxima());
  return done;
}

void Runner::count(const model::Simulation& simulation, bool into_balance) {
  const model::Ledger ledger = simulation.ledger();
  const model::Counters counters = simulation.counters();
  VolumeBalance& volume = outcome_.volume;
  const bool first = std::exchange(counted_, true) == false;
  if (into_balance) {
    add_ledger(volume, ledger, first);
    const double missing = volume.stored - volume.initial - volume.in() + volume.out();
    const double moved = volume.initial + volume.in();
    volume.relative_error = moved > 0.0 ? std::abs(missing) / moved : 0.0;
  }
  volume.worst_relative_error = std::max(volume.worst_relative_error, ledger.relative_error());
  volume.worst_whole_relative_error =
      std::max(volume.worst_whole_relative_error, ledger.whole_relative_error());
  const double before = outcome_.counters.smallest_dt;
  outcome_.counters.smallest_dt =
      outcome_.counters.steps == 0 ? counters.smallest_dt : std::min(before, counters.smallest_dt);
  outcome_.counters.steps += counters.steps;
  outcome_.counters.cell_updates += counters.cell_updates;
}

void Runner::count_probabilities(const model::Maxima& maxima) {
  const auto& depths = context_.scenario.output.probability_depths;
  if (outcome_.probabilities.empty()) {
    for (const double depth : depths) {
      outcome_.probabilities.push_back(
          {depth, Field<float>(maxima.max_depth.nx(), maxima.max_depth.ny(), 0.0F)});
    }
  }
  for (ProbabilityMap& map : outcome_.probabilities) {
    for (std::size_t c = 0; c < map.share.size(); ++c) {
      const float greatest = maxima.max_depth.values()[c];
      if (std::isnan(greatest)) {
        map.share.values()[c] = std::numeric_limits<float>::quiet_NaN();
      } else if (static_cast<double>(greatest) > map.depth) {
        map.share.values()[c] += 1.0F;
      }
    }
  }
}

void Runner::finish() {
  for (ProbabilityMap& map : outcome_.probabilities) {
    for (float& share : map.share.values()) share /= static_cast<float>(outcome_.members);
  }
}

PhaseTimer::PhaseTimer(RunOutcome& outcome, std::string phase)
    : outcome_(outcome), phase_(std::move(phase)), began_(std::chrono::steady_clock::now()) {}

PhaseTimer::~PhaseTimer() {
  outcome_.timings[phase_] +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

}  // namespace vandvagt::forecast::detail
