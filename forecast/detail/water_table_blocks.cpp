#include "forecast/detail/water_table_blocks.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>

namespace vandvagt::forecast::detail {
namespace {

constexpr int least_width = 16;  // [cells] of a block
constexpr int greatest_width = 64;

/// Blocks along one axis: `count` of about equal width, blended over `halo` cells on each side of
/// a border.
struct Axis {
  int cells = 0;
  int count = 1;
  int halo = 0;

  int border(int block) const {  // first cell of a block without its halo
    return static_cast<int>(static_cast<long long>(cells) * block / count);
  }
  int first(int block) const { return block == 0 ? 0 : border(block) - halo; }
  int end(int block) const { return block + 1 == count ? cells : border(block + 1) + halo; }
  /// Share of a block in a cell: rises linearly over the halos of its borders; all shares of a cell
  /// add up to 1.
  double weight(int block, int cell) const {
    double share = 1.0;
    if (block > 0) share = std::min(share, ramp(cell - first(block)));
    if (block + 1 < count) share = std::min(share, ramp(end(block) - 1 - cell));
    return share;
  }

 private:
  double ramp(int from_edge) const { return std::min(1.0, (from_edge + 0.5) / (2.0 * halo)); }
};

struct Blocks {
  Axis x, y;
  int count() const { return x.count * y.count; }
};

/// As wide as the wells stand apart on the average: the wells that matter are then the same over a
/// block. One system of all wells needs no blending; blocks then only share the work.
Blocks blocks_of(const BlockMap& map) {
  const bool all = map.wells.count() <= map.neighbours;
  const double cells = static_cast<double>(map.geometry.nx) * map.geometry.ny;
  const double apart = std::sqrt(cells / static_cast<double>(map.wells.count()));
  const int width =
      all ? greatest_width : std::clamp(static_cast<int>(0.7 * apart), least_width, greatest_width);
  const int halo = all ? 0 : width / 4;
  const auto axis = [&](int n) {
    return Axis{.cells = n, .count = std::max(1, n / width), .halo = halo};
  };
  return {.x = axis(map.geometry.nx), .y = axis(map.geometry.ny)};
}

/// Where a block and its halos lie in the stretched plane.
Box box_of(const BlockMap& map, const Blocks& blocks, grids::Cell b) {
  Box box;
  for (int corner = 0; corner < 4; ++corner) {
    const int i = corner % 2 == 0 ? blocks.x.first(b.i) : blocks.x.end(b.i) - 1;
    const int j = corner / 2 == 0 ? blocks.y.first(b.j) : blocks.y.end(b.j) - 1;
    const grids::Point p = map.stretch(map.geometry.centre(i, j));
    if (corner == 0) box = {p, p};
    box.least = {std::min(box.least.x, p.x), std::min(box.least.y, p.y)};
    box.greatest = {std::max(box.greatest.x, p.x), std::max(box.greatest.y, p.y)};
  }
  return box;
}

/// Room for one row of a block.
struct Row {
  Eigen::MatrixXd covariance;  // c of each cell, then L⁻¹ c
  Eigen::VectorXd departure, variance;
};

/// Drift's functions at a cell less what the wells' covariances carry of them.
void add_drift(const BlockMap& map, const KrigingSystem& system, grids::Cell cell,
               const Eigen::Ref<const Eigen::VectorXd>& whitened, double& departure,
               double& variance) {
  const Eigen::Index p = map.wells.drift.cols();
  if (p == 0) return;
  Eigen::VectorXd f(p);
  f[0] = 1.0;
  if (p > 1) f[1] = map.prior.ground(cell.i, cell.j) - map.ground_mean;
  departure += f.dot(map.drift.coefficients);
  f.noalias() -= system.whitened_drift.transpose() * whitened;
  variance += f.dot(map.drift.covariance * f);
}

/// Departure and its variance along row j from cell i0 to i1.
void krige_row(const BlockMap& map, const KrigingSystem& system, int j, int i0, int i1, Row& row) {
  const auto n = static_cast<Eigen::Index>(system.wells.size());
  const Eigen::Index width = i1 - i0;
  row.covariance.resize(n, width);
  row.departure.resize(width);
  row.variance.resize(width);
  for (Eigen::Index k = 0; k < width; ++k) {
    const int i = i0 + static_cast<int>(k);
    const auto prior_error = static_cast<double>(map.prior.error(i, j));
    covariances_to(map.wells, map.variogram, system.wells, map.stretch(map.geometry.centre(i, j)),
                   prior_error, row.covariance.col(k));
    row.variance[k] = map.variogram.sill_factor * prior_error * prior_error;
  }
  system.lower.triangularView<Eigen::Lower>().solveInPlace(row.covariance);
  for (Eigen::Index k = 0; k < width; ++k) {
    const auto c = row.covariance.col(k);
    row.departure[k] = c.dot(system.whitened);
    row.variance[k] -= c.squaredNorm();
    add_drift(map, system, {i0 + static_cast<int>(k), j}, c, row.departure[k], row.variance[k]);
  }
}

/// Adds a block's share to departure and variance.
void add_block(const BlockMap& map, const Blocks& blocks, const KrigingSystem& system,
               grids::Cell b, FieldView<float> departure, FieldView<float> variance) {
  Row row;
  const int i0 = blocks.x.first(b.i);
  const int i1 = blocks.x.end(b.i);
  for (int j = blocks.y.first(b.j); j < blocks.y.end(b.j); ++j) {
    krige_row(map, system, j, i0, i1, row);
    const double weight = blocks.y.weight(b.j, j);
    for (int i = i0; i < i1; ++i) {
      if (std::isnan(map.prior.depth(i, j))) continue;
      const double share = weight * blocks.x.weight(b.i, i);
      departure(i, j) += static_cast<float>(share * row.departure[i - i0]);
      variance(i, j) += static_cast<float>(share * row.variance[i - i0]);
    }
  }
}

/// How far above the ground readings may lift the table at a point: 0, or less.
double least_depth(const BlockMap& map, grids::Point at, double corrected) {
  const double inverse =
      1.0 / (map.variogram.correlation_length * map.variogram.correlation_length);
  double least = 0.0;
  for (const Artesian& well : map.artesian) {
    const double x = at.x - well.at.x;
    const double y = at.y - well.at.y;
    double correlation = (x * x + y * y) * inverse;
    correlate(map.variogram.model, {&correlation, 1});
    least = std::min(least, well.observed * correlation);
    if (least <= corrected) break;
  }
  return least;
}

/// Departure to depth, variance to standard error, along a row.
void finish_row(const BlockMap& map, int j, FieldView<float> depth,
                FieldView<float> standard_error) {
  for (int i = 0; i < depth.nx(); ++i) {
    if (std::isnan(map.prior.depth(i, j))) continue;
    double corrected =
        static_cast<double>(map.prior.depth(i, j)) + static_cast<double>(depth(i, j));
    if (corrected < 0.0) {
      const auto at = map.stretch(map.geometry.centre(i, j));
      corrected = std::max(corrected, least_depth(map, at, corrected));
    }
    depth(i, j) = static_cast<float>(corrected);
    standard_error(i, j) = std::sqrt(std::max(0.0F, standard_error(i, j)));
  }
}

}  // namespace

bool correct_blocks(const BlockMap& map, FieldView<float> depth, FieldView<float> standard_error) {
  const Blocks blocks = blocks_of(map);
  std::optional<KrigingSystem> all;
  if (map.wells.count() <= map.neighbours) {
    all = solve_wells(map.wells, map.variogram, map.drift, all_of(map.wells));
    if (!all) return false;
  }
  for (std::size_t c = 0; c < depth.size(); ++c) {
    if (std::isnan(map.prior.depth.values()[c])) continue;
    depth.values()[c] = standard_error.values()[c] = 0.0F;
  }
  std::atomic<bool> failed = false;
  for (int colour = 0; colour < 4; ++colour) {
#pragma omp parallel for schedule(dynamic)
    for (int block = 0; block < blocks.count(); ++block) {
      const grids::Cell b{block % blocks.x.count, block / blocks.x.count};
      if (2 * (b.j % 2) + b.i % 2 != colour || failed) continue;
      std::optional<KrigingSystem> local;
      if (!all) {
        local = solve_wells(map.wells, map.variogram, map.drift,
                            neighbours_of(map.wells, box_of(map, blocks, b), map.neighbours));
      }
      if (!all && !local) failed = true;
      if (!failed) add_block(map, blocks, all ? *all : *local, b, depth, standard_error);
    }
  }
#pragma omp parallel for schedule(static)
  for (int j = 0; j < depth.ny(); ++j) finish_row(map, j, depth, standard_error);
  return !failed;
}

}  // namespace vandvagt::forecast::detail
