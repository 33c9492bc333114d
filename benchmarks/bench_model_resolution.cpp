// What a coarser grid costs in accuracy and saves in time: cases A (rain on a valley) and B (dam
// break) on cells of 20 and 40 m against 10 m, since users choose the cell size before the solver.
// Each run checks that its ledger closes. Counters: mean_error and mean_depth [m], over the cells
// of the coarse grid: its depths at the end against the means of those on 10 m; updated_cells.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <string>

#include "benchmarks/speed_cases.hpp"

namespace vandvagt {
namespace {

/// Depths at the end of the case on 10 m, by case; filled by the runs on 10 m, which come first.
std::map<std::string, Field<double>>& references() {
  static std::map<std::string, Field<double>> all;
  return all;
}

Field<double> depths(const model::Simulation& s, int n) {
  Field<double> h(n, n);
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i) h(i, j) = s.depth_at({i, j});
  return h;
}

void compare(benchmark::State& state, const Field<double>& coarse, const Field<double>& fine) {
  const int factor = fine.nx() / coarse.nx();
  double error = 0.0;
  double water = 0.0;
  for (int j = 0; j < coarse.ny(); ++j) {
    for (int i = 0; i < coarse.nx(); ++i) {
      double mean = 0.0;
      for (int b = 0; b < factor; ++b)
        for (int a = 0; a < factor; ++a) mean += fine(i * factor + a, j * factor + b);
      mean /= factor * factor;
      error += std::abs(coarse(i, j) - mean);
      water += mean;
    }
  }
  const double n = static_cast<double>(coarse.nx()) * coarse.ny();
  state.counters["mean_error"] = error / n;
  state.counters["mean_depth"] = water / n;
}

void run_resolution(benchmark::State& state, const std::string& name, int factor) {
  const auto given = bench::speed_case(name);
  if (!given) {
    state.SkipWithError("the case's rasters are absent (../shared/cases/speed)");
    return;
  }
  const bench::SpeedCase c = factor == 1 ? *given : bench::coarser(*given, factor);
  model::Options options;
  options.precision = model::Precision::single_;
  for (auto _ : state) {
    state.PauseTiming();
    auto s = model::Simulation::start_cold(c.model, options, Time{}, c.depth.view());
    state.ResumeTiming();
    const auto done = s ? bench::advance(*s, c) : Result<void>(fail(s.error()));
    state.PauseTiming();
    if (!done) {
      state.SkipWithError(done.error().message.c_str());
      return;
    }
    if (!(s->ledger().relative_error() <= 1e-6)) state.SkipWithError("the volume does not close");
    state.counters["updated_cells"] = static_cast<double>(s->counters().cell_updates);
    const Field<double> h = depths(*s, c.model.nx);
    if (factor == 1) references()[name] = h;
    if (references().contains(name)) compare(state, h, references()[name]);
    state.ResumeTiming();
  }
}

}  // namespace
}  // namespace vandvagt

int main(int argc, char** argv) {
  for (const char* name : {"A", "B"}) {
    for (const int factor : {1, 2, 4}) {
      benchmark::RegisterBenchmark(
          fmt::format("resolution/{}/{}m/float", name, 10 * factor).c_str(),
          vandvagt::run_resolution, name, factor)
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
