// Cost of a cell update and memory of a cell against the size of the domain: a hump of water that
// spreads over a wavy bed, all wet, on 0.25, 1, 4 and 16 million cells. Each run checks its answer:
// the depth far from the hump, where nothing has arrived yet, and the volume ledger.
// Counters: cell_updates_per_second, steps, bytes_per_cell (resident memory of the process with the
// simulation, less what it was before).

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "model/simulation.hpp"

namespace vandvagt {
namespace {

constexpr double dx = 10.0;

double resident_bytes() {
  ::malloc_trim(0);
  std::ifstream statm("/proc/self/statm");
  double pages = 0.0;
  double resident = 0.0;
  statm >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

Result<model::Simulation> hump(int cells, const model::Options& options) {
  model::Case c;
  c.nx = c.ny = cells;
  c.dx = dx;
  c.bed_elevation = Field<double>(cells, cells);
  c.manning = Field<float>(cells, cells, 0.030F);
  Field<double> depth(cells, cells);
  const double k = 2.0 * 3.14159265358979323846 / 2000.0;
  const double middle = 0.5 * cells * dx;
  for (int j = 0; j < cells; ++j) {
    for (int i = 0; i < cells; ++i) {
      const double x = (i + 0.5) * dx;
      const double y = (j + 0.5) * dx;
      const double r2 = (x - middle) * (x - middle) + (y - middle) * (y - middle);
      c.bed_elevation(i, j) = 0.3 * std::sin(k * x) * std::sin(k * y);
      depth(i, j) = 2.0 + std::exp(-r2 / (2.0 * 500.0 * 500.0)) - c.bed_elevation(i, j);
    }
  }
  return model::Simulation::start_cold(std::move(c), options, Time{}, std::as_const(depth).view());
}

void run_size(benchmark::State& state, int cells, int threads) {
  model::Options options;
  options.precision = model::Precision::single_;
  options.threads = threads;
  for (auto _ : state) {
    state.PauseTiming();
    const double before = resident_bytes();
    auto s = hump(cells, options);
    const double bytes = resident_bytes() - before;
    state.ResumeTiming();
    const auto done =
        s ? s->advance_to(Time{} + std::chrono::seconds{60}) : Result<void>(fail(s.error()));
    state.PauseTiming();
    if (!done) {
      state.SkipWithError(done.error().message.c_str());
      return;
    }
    const auto counters = s->counters();
    state.counters["cell_updates_per_second"] = {static_cast<double>(counters.cell_updates),
                                                 benchmark::Counter::kIsRate};
    state.counters["steps"] = static_cast<double>(counters.steps);
    state.counters["bytes_per_cell"] = bytes / cells / cells;
    const double corner = 2.0 - s->bed_elevation_at({20, 20});
    if (!(std::abs(s->depth_at({20, 20}) - corner) < 1e-3)) state.SkipWithError("depth is wrong");
    if (!(s->ledger().relative_error() < 1e-6)) state.SkipWithError("the volume does not close");
    state.ResumeTiming();
  }
}

}  // namespace
}  // namespace vandvagt

int main(int argc, char** argv) {
  for (const int cells : {500, 1000, 2000, 4000}) {
    for (const int threads : {1, 2}) {
      benchmark::RegisterBenchmark(
          fmt::format("size/{}x{}/float/threads:{}", cells, cells, threads).c_str(),
          vandvagt::run_size, cells, threads)
          ->Iterations(1)
          ->Unit(benchmark::kSecond)
          ->UseRealTime();
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
