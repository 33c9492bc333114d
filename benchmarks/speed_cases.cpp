#include "benchmarks/speed_cases.hpp"

#include <gdal_priv.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "tests/support/support.hpp"

namespace vandvagt::bench {
namespace {

constexpr int cells = speed_cells;
constexpr double dx = 10.0;

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

}  // namespace

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

SpeedCase finer(const SpeedCase& given) {
  const auto between = [](const Field<double>& from) {
    const auto at = [](int k, int n) { return std::clamp(k, 0, n - 1); };
    Field<double> to(2 * from.nx(), 2 * from.ny());
    for (int j = 0; j < to.ny(); ++j) {
      for (int i = 0; i < to.nx(); ++i) {  // a quarter of a cell from the nearer centre
        const int i0 = i / 2;
        const int j0 = j / 2;
        const int i1 = at(i % 2 == 0 ? i0 - 1 : i0 + 1, from.nx());
        const int j1 = at(j % 2 == 0 ? j0 - 1 : j0 + 1, from.ny());
        to(i, j) = 0.75 * (0.75 * from(i0, j0) + 0.25 * from(i1, j0)) +
                   0.25 * (0.75 * from(i0, j1) + 0.25 * from(i1, j1));
      }
    }
    return to;
  };
  SpeedCase c = given;
  c.model.bed_elevation = between(given.model.bed_elevation);
  c.depth = between(given.depth);
  c.model.nx = c.depth.nx();
  c.model.ny = c.depth.ny();
  c.model.dx = given.model.dx / 2;
  c.model.manning = Field<float>(c.model.nx, c.model.ny, given.model.manning(0, 0));
  for (model::EdgeSegment& edge : c.model.edges) {  // along the south, as case A has it
    std::vector<model::EdgeFace> faces;
    for (const model::EdgeFace& face : edge.faces) {
      faces.push_back({{2 * face.cell.i, 2 * face.cell.j}, face.side});
      faces.push_back({{2 * face.cell.i + 1, 2 * face.cell.j}, face.side});
    }
    edge.faces = faces;
  }
  return c;
}

SpeedCase coarser(const SpeedCase& fine, int factor) {
  const auto mean = [&](const Field<double>& from) {
    Field<double> to(from.nx() / factor, from.ny() / factor, 0.0);
    for (int j = 0; j < to.ny() * factor; ++j)
      for (int i = 0; i < to.nx() * factor; ++i)
        to(i / factor, j / factor) += from(i, j) / (factor * factor);
    return to;
  };
  SpeedCase c = fine;
  c.model.bed_elevation = mean(fine.model.bed_elevation);
  c.depth = mean(fine.depth);
  c.model.nx = c.depth.nx();
  c.model.ny = c.depth.ny();
  c.model.dx = fine.model.dx * factor;
  c.model.manning = Field<float>(c.model.nx, c.model.ny, fine.model.manning(0, 0));
  for (model::EdgeSegment& edge : c.model.edges) {
    std::vector<model::EdgeFace> faces;
    for (std::size_t f = 0; f < edge.faces.size(); f += static_cast<std::size_t>(factor)) {
      const model::EdgeFace& face = edge.faces[f];
      faces.push_back({{face.cell.i / factor, face.cell.j / factor}, face.side});
    }
    edge.faces = faces;
  }
  return c;
}

}  // namespace vandvagt::bench
