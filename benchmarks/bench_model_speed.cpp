// Time of the solver's steps on the speed cases A (rain on a valley), B (dam break, mostly dry) and
// C (all wet), 1000 × 1000 cells each, against precision and threads. It matters because a forecast
// is worth what it is early. Each run checks its answer: depths at five points against those that
// other solvers of the full equations gave, within the spread between them, and the volume ledger.
// Cases A and B are rasters (../shared/cases/speed); C is a formula.
// Counters: cell_updates_per_second, updated_cells (really computed), steps, volume_error,
// mcells_per_second (steps × all cells / time, so that skipped dry cells count), h0 .. h4 [m].

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

void run_case(benchmark::State& state, const std::string& name, model::Precision precision,
              int threads) {
  const auto c = bench::speed_case(name);
  if (!c) {
    state.SkipWithError("the case's rasters are absent (../shared/cases/speed)");
    return;
  }
  model::Options options;
  options.precision = precision;
  options.threads = threads;
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
    if (const std::string wrong = check(*s, *c, precision); !wrong.empty()) {
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
  for (const char* name : {"A", "B", "C"}) {
    for (const Precision precision : {Precision::single_, Precision::double_}) {
      for (const int threads : {1, 2}) {
        const std::string title =
            fmt::format("speed/{}/{}/threads:{}", name,
                        precision == Precision::single_ ? "float" : "double", threads);
        benchmark::RegisterBenchmark(title.c_str(), vandvagt::run_case, name, precision, threads)
            ->Iterations(1)
            ->Unit(benchmark::kSecond)
            ->UseRealTime();
      }
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
