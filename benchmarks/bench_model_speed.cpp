// Time of the solver's steps on the speed cases A (rain on a valley), B (dam break, mostly dry) and
// C (all wet), 1000 × 1000 cells each, against precision and threads. It matters because a forecast
// is worth what it is early. Each run checks its answer: depths at five points against those that
// other solvers of the full equations gave, within the spread between them, and the volume ledger.
// Cases A and B are rasters (../shared/cases/speed); C is a formula.
// Counters: cell_updates_per_second, updated_cells (really computed), steps, volume_error,
// mcells_per_second (steps × all cells / time, so that skipped dry cells count), h0 .. h4 [m].

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <gdal_priv.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "model/simulation.hpp"
#include "tests/support/support.hpp"

namespace vandvagt {
namespace {

constexpr int cells = 1000;
constexpr double dx = 10.0;

struct Point {
  double x, y;
  double least, most;  // [m] plausible depth at the end
};

struct SpeedCase {
  std::string name;
  model::Case model;
  Field<double> depth;
  double rain = 0.0;  // [m/s] in the first hour
  int seconds = 0;    // simulated
  std::vector<Point> points;
};

struct CloseDataset {
  void operator()(GDALDataset* d) const noexcept { GDALClose(d); }
};

std::optional<Field<double>> read_raster(const std::filesystem::path& path) {
  GDALAllRegister();
  const std::unique_ptr<GDALDataset, CloseDataset> raster{
      GDALDataset::Open(path.c_str(), GDAL_OF_RASTER)};
  if (!raster || raster->GetRasterXSize() != cells || raster->GetRasterYSize() != cells) return {};
  Field<double> out(cells, cells);
  for (int row = 0; row < cells; ++row) {  // row 0 of a raster is the north one
    double* const target = &out(0, cells - 1 - row);
    if (raster->GetRasterBand(1)->RasterIO(GF_Read, 0, row, cells, 1, target, cells, 1, GDT_Float64,
                                           0, 0) != CE_None) {
      return {};
    }
  }
  return out;
}

SpeedCase all_wet() {
  SpeedCase c;
  c.name = "C";
  c.seconds = 600;
  c.model.bed_elevation = Field<double>(cells, cells);
  c.depth = Field<double>(cells, cells);
  const double k = 2.0 * 3.14159265358979323846 / 2000.0;
  for (int j = 0; j < cells; ++j) {
    for (int i = 0; i < cells; ++i) {
      const double x = (i + 0.5) * dx;
      const double y = (j + 0.5) * dx;
      const double z = 0.3 * std::sin(k * x) * std::sin(k * y);
      const double r2 = (x - 5000.0) * (x - 5000.0) + (y - 5000.0) * (y - 5000.0);
      const double surface = 2.0 + std::exp(-r2 / (2.0 * 500.0 * 500.0));
      c.model.bed_elevation(i, j) = z;
      c.depth(i, j) = surface - z;
    }
  }
  c.model.manning = Field<float>(cells, cells, 0.030F);
  c.points = {{5005, 5005, 1.97, 1.99},
              {6505, 5005, 1.94, 1.96},
              {5005, 7505, 2.02, 2.04},
              {2005, 2005, 1.99, 2.01},
              {9005, 9005, 1.99, 2.01}};
  return c;
}

/// A or B, from rasters; nothing where they are absent.
std::optional<SpeedCase> from_rasters(const std::string& name) {
  const auto folder = test::shared_cases();
  if (folder.empty()) return {};
  auto bed = read_raster(folder / "speed" / name / "bed.tif");
  auto depth = read_raster(folder / "speed" / name / "initial_depth.tif");
  if (!bed || !depth) return {};
  SpeedCase c;
  c.name = name;
  c.model.bed_elevation = std::move(*bed);
  c.depth = std::move(*depth);
  if (name == "A") {
    c.seconds = 3 * 3600;
    c.rain = 50e-3 / 3600.0;
    c.model.manning = Field<float>(cells, cells, 0.035F);
    model::EdgeSegment outlet{"south", model::EdgeKind::normal_depth, {}, 0.008, {}};
    for (int i = 400; i < 600; ++i) outlet.faces.push_back({{i, 0}, model::Side::south});
    c.model.edges = {outlet};
    c.points = {{5025, 9005, 0.0, 0.08},
                {6705, 7005, 0.3, 0.55},
                {2425, 5005, 1.3, 1.6},
                {3385, 3005, 0.1, 0.35},
                {5165, 1005, 0.1, 0.35}};
  } else {
    c.seconds = 3600;
    c.model.manning = Field<float>(cells, cells, 0.030F);
    c.points = {{1005, 8995, 0.0, 0.01},
                {2505, 7505, 0.25, 0.42},
                {4005, 6005, 0.6, 0.8},
                {5005, 8995, 0.05, 0.25},
                {6005, 4005, 1.0, 1.25}};
  }
  return c;
}

std::optional<SpeedCase> speed_case(const std::string& name) {
  auto c = name == "C" ? std::optional(all_wet()) : from_rasters(name);
  if (c) {
    c->model.nx = c->model.ny = cells;
    c->model.dx = dx;
  }
  return c;
}

Result<void> advance(model::Simulation& s, const SpeedCase& c) {
  const Time end = Time{} + std::chrono::seconds{c.seconds};
  const Time rain_ends = Time{} + std::chrono::hours{1};
  s.set_rain(c.rain);
  if (c.rain == 0.0) return s.advance_to(end);
  if (auto wet = s.advance_to(rain_ends); !wet) return wet;
  s.set_rain(0.0);
  return s.advance_to(end);
}

/// What is wrong with the answer; empty where nothing is.
std::string check(const model::Simulation& s, const SpeedCase& c, model::Precision precision) {
  const double bound = precision == model::Precision::double_ ? 1e-12 : 1e-6;
  if (!(s.ledger().relative_error() <= bound)) return "the volume does not close";
  for (const Point& p : c.points) {
    const double h = s.depth_at({static_cast<int>(p.x / dx), static_cast<int>(p.y / dx)});
    if (!(h >= p.least && h <= p.most)) return "the depth at a point is not plausible";
  }
  return {};
}

void run_case(benchmark::State& state, const std::string& name, model::Precision precision,
              int threads) {
  const auto c = speed_case(name);
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
    const auto done = s ? advance(*s, *c) : Result<void>(fail(s.error()));
    state.PauseTiming();
    if (!done) {
      state.SkipWithError(done.error().message.c_str());
      return;
    }
    const auto counters = s->counters();
    const auto updates = static_cast<double>(counters.cell_updates);
    const auto all = static_cast<double>(counters.steps) * cells * cells;
    state.counters["cell_updates_per_second"] = {updates, benchmark::Counter::kIsRate};
    state.counters["mcells_per_second"] = {all / 1e6, benchmark::Counter::kIsRate};
    state.counters["updated_cells"] = updates;
    state.counters["steps"] = static_cast<double>(counters.steps);
    state.counters["volume_error"] = s->ledger().relative_error();
    for (std::size_t k = 0; k < c->points.size(); ++k) {
      const Point& p = c->points[k];
      state.counters[fmt::format("h{}", k)] =
          s->depth_at({static_cast<int>(p.x / dx), static_cast<int>(p.y / dx)});
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
