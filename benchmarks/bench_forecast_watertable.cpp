// Cost of the water table's map from wells. A night's run makes one map a day of hindcast and one
// at its reference time, so that it must cost seconds on a country's grid. Varied: wells (500,
// 2,000, 5,000) on 4 million cells, threads, configured or fitted variogram. Each run checks its
// answer: at 400 cells depth and standard error against the system of all wells (2,000 wells and
// fewer). Counters: ns_per_cell, worst_depth_mm and worst_error_mm (against the system of all
// wells).

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "forecast/ensemble.hpp"
#include "forecast/water_table.hpp"

namespace vandvagt::forecast {
namespace {

constexpr double dx = 25.0;
constexpr int cells = 2000;          // on each side
constexpr double prior_depth = 2.0;  // [m below ground]
constexpr double length = 3000.0;    // [m]

struct Area {
  grids::Geometry geometry;
  Field<float> prior, error;

  Area(int n, double cell)
      : geometry{n, n, 0.0, 0.0, cell, "", ""}, prior(n, n, prior_depth), error(n, n, 0.5F) {}

  Result<WaterTable> correct(const std::vector<WellReading>& wells,
                             const WaterTableOptions& options) const {
    return correct_water_table(
        geometry, {.depth = prior.view(), .error = error.view(), .ground = {}}, wells, options);
  }
};

std::vector<WellReading> wells_of(int count) {
  std::vector<WellReading> wells;
  wells.reserve(static_cast<std::size_t>(count));
  for (int k = 0; k < count; ++k) {
    const auto u = [&](std::uint64_t n) {
      return uniform_from(1, static_cast<std::uint64_t>(k), n);
    };
    const grids::Point at{cells * dx * u(0), cells * dx * u(1)};
    const double departure = 0.4 * std::sin(at.x / length) * std::cos(1.3 * at.y / length) +
                             0.2 * std::sin(5.0 * (at.x + at.y) / length);
    wells.push_back({fmt::format("w{}", k), at, Time{},
                     prior_depth + departure + 0.05 * normal_quantile(u(2)), 0.05});
  }
  return wells;
}

/// Every 99th cell: of a grid 99 times as coarse, whose centres are centres of the fine one.
constexpr int coarse = 99;

struct Miss {
  double depth = 0.0, error = 0.0;  // greatest [m]
};

Miss miss(const WaterTable& table, const std::vector<WellReading>& wells) {
  const Area sparse(cells / coarse + 1, coarse * dx);  // the last beyond the fine grid's cells
  WaterTableOptions options{.variogram = table.variogram.variogram};
  options.neighbours = static_cast<int>(wells.size());
  const auto exact = sparse.correct(wells, options);
  if (!exact) return {1e9, 1e9};
  Miss greatest;
  for (int j = 0; j < cells / coarse; ++j) {
    for (int i = 0; i < cells / coarse; ++i) {
      const int fine_i = coarse * i + coarse / 2;
      const int fine_j = coarse * j + coarse / 2;
      const auto off = [&](const Field<float>& a, const Field<float>& b) {
        return std::abs(static_cast<double>(a(fine_i, fine_j)) - static_cast<double>(b(i, j)));
      };
      greatest.depth = std::max(greatest.depth, off(table.depth, exact->depth));
      greatest.error = std::max(greatest.error, off(table.standard_error, exact->standard_error));
    }
  }
  return greatest;
}

void run_map(benchmark::State& state, int count, bool fit, int threads) {
  const Area area(cells, dx);
  const auto wells = wells_of(count);
  const WaterTableOptions options{.variogram = {.correlation_length = length},
                                  .fit_variogram = fit};
  omp_set_num_threads(threads);
  Result<WaterTable> table;
  for (auto _ : state) table = area.correct(wells, options);
  if (!table) return state.SkipWithError(table.error().message.c_str());
  if (fit && !table->variogram.fitted) state.SkipWithError(table->variogram.why_not.c_str());
  state.counters["ns_per_cell"] = {1e-9 * cells * cells * static_cast<double>(state.iterations()),
                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert};
  if (count > 2000) return;
  const Miss worst = miss(*table, wells);
  state.counters["worst_depth_mm"] = 1000.0 * worst.depth;
  state.counters["worst_error_mm"] = 1000.0 * worst.error;
  if (!(worst.depth < 0.005 && worst.error < 0.001)) {
    state.SkipWithError(fmt::format("the map is {:.1f} mm (its standard error {:.1f} mm) from that "
                                    "of all wells",
                                    1000.0 * worst.depth, 1000.0 * worst.error)
                            .c_str());
  }
}

void add_all() {
  for (const auto& [count, fit] :
       {std::pair{500, false}, {2000, false}, {2000, true}, {5000, false}}) {
    for (const int threads : {1, 2}) {
      const auto name = fmt::format("forecast/watertable/{}_wells{}/4M_cells/{}_threads", count,
                                    fit ? "_fitted" : "", threads);
      benchmark::RegisterBenchmark(name.c_str(), run_map, count, fit, threads)
          ->UseRealTime()
          ->Iterations(1)
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace
}  // namespace vandvagt::forecast

int main(int argc, char** argv) {
  vandvagt::forecast::add_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
