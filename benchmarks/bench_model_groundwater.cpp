// Cost of an implicit step of saturated flow against the number of cells: rain on a rough aquifer
// with hills, drains, valleys where water comes out and a sea to one side, on 0.25, 1 and 4 million
// cells of 25 m, steps of an hour and of a day. Each run checks its answer: the volume closes, and
// the heads stay between base and ground.
// Counters: seconds and nanoseconds a cell of one step, Picard's and the conjugate gradient's
// iterations a step, bytes a cell.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <utility>

#include "model/detail/saturated_flow.hpp"

namespace vandvagt {
namespace {

constexpr double dx = 25.0;
constexpr int steps = 4;

double resident_bytes() {
  ::malloc_trim(0);
  std::ifstream statm("/proc/self/statm");
  double pages = 0.0;
  double resident = 0.0;
  statm >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// Hills of 3 m over 1.5 km, sand from 1 to 50 m a day in patches, base 15 m down, the water table
/// a metre under the mean ground, drains at 0.8 m in every fourth cell.
struct Ground {
  explicit Ground(int n) : surface(n, n), head(n, n), rain(n, n) {
    aquifer.conductivity = Field<float>(n, n);
    aquifer.base = Field<float>(n, n);
    aquifer.specific_yield = Field<float>(n, n, 0.2F);
    aquifer.drain_depth = Field<float>(n, n, 0.8F);
    aquifer.drain_conductance = Field<float>(n, n, 0.0F);
    model::HeadBoundary sea{"sea", {}, 1e-2, -1e30, model::Series::constant(0.0)};
    const double k = 2.0 * 3.14159265358979323846 / 1500.0;
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < n; ++i) {
        const double x = (i + 0.5) * dx;
        const double y = (j + 0.5) * dx;
        const double mean = 2.0 + 1e-4 * x;
        surface(i, j) = mean + 1.5 * std::sin(k * x) * std::sin(k * y);
        head(i, j) = std::min(surface(i, j), mean - 0.5 + 0.3 * std::cos(2.0 * k * x));
        aquifer.base(i, j) = static_cast<float>(mean - 15.0);
        const double patch = std::sin(7.3 * k * x + 1.0) * std::sin(5.1 * k * y);
        aquifer.conductivity(i, j) = static_cast<float>(8e-5 * std::pow(7.0, patch));
        if ((i + 2 * j) % 4 == 0) aquifer.drain_conductance(i, j) = 1e-7F;
        rain(i, j) = 1e-8 * (1.0 + patch);
      }
      sea.cells.push_back({0, j});
    }
    aquifer.boundaries.push_back(std::move(sea));
  }
  model::Aquifer aquifer;
  Field<double> surface, head, rain;  // rain [m/s]
};

bool within_bounds(const Ground& g, const Field<double>& head) {
  for (std::size_t k = 0; k < head.size(); ++k) {
    const double h = head.values()[k];
    const auto base = static_cast<double>(g.aquifer.base.values()[k]);
    if (!(h >= base && h <= std::max(g.surface.values()[k], 0.0))) return false;
  }
  return true;
}

void run_size(benchmark::State& state, int cells, double seconds, int threads) {
  for (auto _ : state) {
    state.PauseTiming();
    const Ground g(cells);
    Field<double> recharge = g.rain;
    for (double& r : recharge.values()) r *= seconds;
    Field<double> seepage;
    const double before = resident_bytes();
    model::detail::SaturatedFlow flow(g.aquifer, dx, g.surface.view(), g.head.view(), threads);
    const double stored = flow.stored();
    double gained = 0.0;
    double moved = 0.0;
    state.ResumeTiming();
    for (int k = 0; k < steps; ++k) {
      const auto v = flow.step(Time{} + k * from_seconds(seconds), seconds,
                               std::as_const(recharge).view(), seepage);
      if (!v) return state.SkipWithError(v.error().message.c_str());
      const double out = v->boundary_out + v->drained + v->seepage;
      gained += v->recharge + v->boundary_in - out;
      moved += v->recharge + v->boundary_in + out;
    }
    state.PauseTiming();
    state.counters["bytes_per_cell"] = (resident_bytes() - before) / cells / cells;
    state.counters["picard_per_step"] = static_cast<double>(flow.iterations()) / steps;
    state.counters["gradient_per_step"] = static_cast<double>(flow.inner_iterations()) / steps;
    if (!(std::abs(flow.stored() - stored - gained) <= 1e-10 * moved))
      return state.SkipWithError("the volume does not close");
    if (!within_bounds(g, flow.head())) return state.SkipWithError("a head left its bounds");
    state.ResumeTiming();
  }
  state.counters["step"] = {
      static_cast<double>(steps),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert};
  state.counters["per_cell"] = {
      static_cast<double>(steps) * cells * cells,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert};
}

}  // namespace
}  // namespace vandvagt

int main(int argc, char** argv) {
  for (const int cells : {500, 1000, 2000}) {
    for (const int hours : {1, 24}) {
      for (const int threads : {1, 2}) {
        benchmark::RegisterBenchmark(
            fmt::format("groundwater/{0}x{0}/{1}h/threads:{2}", cells, hours, threads).c_str(),
            vandvagt::run_size, cells, 3600.0 * hours, threads)
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
