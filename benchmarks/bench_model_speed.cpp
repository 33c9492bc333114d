// Time of the solver's steps on the speed cases A (rain on a valley), B (dam break, mostly dry) and
// C (all wet), 1000 × 1000 cells each, against precision and threads. It matters because a forecast
// is worth what it is early. Each run checks its answer: depths at five points against those that
// other solvers of the full equations gave, within the spread between them, and the volume ledger.
// Cases A and B are rasters (../shared/cases/speed); C is a formula.
// Counters: cell_updates_per_second, updated_cells (really computed), steps, volume_error,
// mcells_per_second (steps × all cells / time, so that skipped dry cells count), h0 .. h4 [m].
// `local_time/...` are the same with steps in time that differ from tile to tile (time_levels = 3).

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <string>

#include "benchmarks/speed_cases.hpp"

namespace vandvagt {
namespace {

using bench::SpeedCase;

/// What is wrong with the answer; empty where nothing is.
std::string check(const model::Simulation& s, const SpeedCase& c, model::Precision precision) {
  const double bound = precision == model::Precision::double_ ? 1e-12 : 1e-6;
  if (!(s.ledger().relative_error() <= bound)) return "the volume does not close";
  for (const bench::Point& p : c.points) {
    const double h =
        s.depth_at({static_cast<int>(p.x / c.model.dx), static_cast<int>(p.y / c.model.dx)});
    if (!(h >= p.least && h <= p.most)) return "the depth at a point is not plausible";
  }
  return {};
}

void run_case(benchmark::State& state, const std::string& name, const model::Options& options) {
  const auto c = bench::speed_case(name);
  if (!c) {
    state.SkipWithError("the case's rasters are absent (../shared/cases/speed)");
    return;
  }
  for (auto _ : state) {
    state.PauseTiming();
    auto s = model::Simulation::start_cold(c->model, options, Time{}, c->depth.view());
    state.ResumeTiming();
    const auto done = s ? bench::advance(*s, *c) : Result<void>(fail(s.error()));
    state.PauseTiming();
    if (!done) {
      state.SkipWithError(done.error().message.c_str());
      return;
    }
    const auto counters = s->counters();
    const auto updates = static_cast<double>(counters.cell_updates);
    const auto all = static_cast<double>(counters.steps) * c->model.nx * c->model.ny;
    state.counters["cell_updates_per_second"] = {updates, benchmark::Counter::kIsRate};
    state.counters["mcells_per_second"] = {all / 1e6, benchmark::Counter::kIsRate};
    state.counters["updated_cells"] = updates;
    state.counters["steps"] = static_cast<double>(counters.steps);
    state.counters["volume_error"] = s->ledger().relative_error();
    for (std::size_t k = 0; k < c->points.size(); ++k) {
      const bench::Point& p = c->points[k];
      state.counters[fmt::format("h{}", k)] =
          s->depth_at({static_cast<int>(p.x / c->model.dx), static_cast<int>(p.y / c->model.dx)});
    }
    if (const std::string wrong = check(*s, *c, options.precision); !wrong.empty()) {
      state.SkipWithError(wrong.c_str());
      return;
    }
    state.ResumeTiming();
  }
}

}  // namespace
}  // namespace vandvagt

int main(int argc, char** argv) {
  using vandvagt::model::Precision;
  const auto add = [](const char* name, Precision precision, int threads, int levels) {
    vandvagt::model::Options options;
    options.precision = precision;
    options.threads = threads;
    options.time_levels = levels;
    const std::string title =
        fmt::format("{}/{}/{}/threads:{}", levels > 0 ? "local_time" : "speed", name,
                    precision == Precision::single_ ? "float" : "double", threads);
    benchmark::RegisterBenchmark(title.c_str(), vandvagt::run_case, name, options)
        ->Iterations(1)
        ->Unit(benchmark::kSecond)
        ->UseRealTime();
  };
  for (const char* name : {"A", "B", "C"}) {
    for (const Precision precision : {Precision::single_, Precision::double_}) {
      for (const int threads : {1, 2}) {
        add(name, precision, threads, 0);
        if (precision == Precision::single_ && threads == 2) add(name, precision, threads, 3);
      }
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
