#include "config/detail/parts.hpp"

namespace vandvagt::config {
namespace {

using forecast::Scenario;

/// What happens at a time happens at a multiple of the sync interval: the solver lands on those.
void check_multiple(const Section& section, const std::string& key, Duration value, Duration sync) {
  if (value % sync == Duration{0}) return;
  section.fault(key, "is no multiple of solver.sync_interval (" + format_duration(sync) + ")",
                "choose a multiple, or a smaller sync_interval");
}

void read_time(Section& top, Scenario& scenario) {
  top.table("time", [&](Section& section) {
    auto& time = scenario.time;
    std::optional<Time> start;
    section.time("start", start);
    if (start) time.start = *start;
    section.duration("duration", time.duration);
    section.time("reference_time", time.reference_time);
    section.duration("spin_up", time.spin_up, true);
    section.duration("horizon", time.horizon);
    section.output_folder("state_folder", time.state_folder);
    section.duration("state_max_age", time.state_max_age);
    if (section.present() && !section.has("duration") && !section.has("horizon"))
      section.fault("duration", "is missing",
                    "give duration (to simulate) or horizon (to forecast)");
    const Duration sync = scenario.solver.sync_interval;
    check_multiple(section, "start", time.start.time_since_epoch(), sync);
    check_multiple(section, "duration", time.duration, sync);
    check_multiple(section, "spin_up", time.spin_up, sync);
    check_multiple(section, "horizon", time.horizon, sync);
    if (time.reference_time)
      check_multiple(section, "reference_time", time.reference_time->time_since_epoch(), sync);
  });
  if (!top.has("time") && !top.context().probing)
    top.fault("time", "is missing",
              "add [time] with duration (to simulate) or horizon (to forecast)");
}

void read_solver(Section& top, model::Options& solver) {
  top.table("solver", [&](Section& section) {
    section.choice<model::Precision>(
        "precision", solver.precision,
        {{"single", model::Precision::single_}, {"double", model::Precision::double_}});
    section.number("cfl", solver.cfl, {.above = 0.0, .at_most = 0.5});
    section.quantity("dry_depth", Dimension::length, solver.dry_depth, positive);
    Duration least = from_seconds(solver.min_dt);
    section.duration("min_dt", least);
    if (section.has("min_dt")) solver.min_dt = to_seconds(least);
    section.whole("time_levels", solver.time_levels, {.at_least = 0.0, .at_most = 4.0});
    section.whole("threads", solver.threads, {.at_least = 0.0, .at_most = 4096.0});
    section.duration("sync_interval", solver.sync_interval);
    section.quantity("wet_depth", Dimension::length, solver.wet_depth, positive);
  });
}

void read_ensemble(Section& top, forecast::EnsembleInput& ensemble) {
  top.table("ensemble", [&](Section& section) {
    section.whole("members", ensemble.members, {.at_least = 1.0, .at_most = 1000.0});
    section.whole("seed", ensemble.seed);
    section.number("rain_factor_sigma", ensemble.rain_factor_sigma, not_negative);
    section.quantity("stage_offset_sigma", Dimension::length, ensemble.stage_offset_sigma,
                     not_negative);
    section.number("discharge_factor_sigma", ensemble.discharge_factor_sigma, not_negative);
  });
}

void read_output(Section& top, Scenario& scenario) {
  const Duration sync = scenario.solver.sync_interval;
  top.table("output", [&](Section& section) {
    auto& output = scenario.output;
    section.duration("interval", output.interval);
    section.duration("map_interval", output.map_interval);
    section.numbers("probability_depths", output.probability_depths, positive);
    section.flag("picture", output.picture);
    check_multiple(section, "interval", output.interval, sync);
    check_multiple(section, "map_interval", output.map_interval, sync);
  });
}

}  // namespace

void read_project(Section& top, Scenario& scenario) {
  top.table("project", [&](Section& section) {
    section.identifier("name", scenario.name);
    section.text("title", scenario.title);
    section.text("institution", scenario.institution);
    section.text("source", scenario.source);
    section.text("licence", scenario.licence);
    section.require("name", "name the model: it stands in products and topics");
  });
  if (!top.has("project") && !top.context().probing)
    top.fault("project", "is missing", "add [project] with name = \"...\"");
}

void read_run(Section& top, Scenario& scenario) {
  read_solver(top, scenario.solver);  // first: times must fit its sync interval
  read_time(top, scenario);
  read_ensemble(top, scenario.ensemble);
  read_output(top, scenario);
}

}  // namespace vandvagt::config
