#include "forecast/detail/kriging.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numeric>
#include <utility>

namespace vandvagt::forecast::detail {
namespace {

using Candidate = std::pair<double, int>;  // squared distance, index: ties go by index

/// Keeps the `count` nearest of the candidates, moves the others to `rest`.
void keep_nearest(std::vector<Candidate>& candidates, std::size_t count,
                  std::vector<Candidate>& rest) {
  if (candidates.size() <= count) return;
  const auto middle = candidates.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(candidates.begin(), middle, candidates.end());
  rest.insert(rest.end(), middle, candidates.end());
  candidates.erase(middle, candidates.end());
}

std::size_t octant(double x, double y) {
  return (x < 0.0 ? 1U : 0U) + (y < 0.0 ? 2U : 0U) + (std::abs(x) < std::abs(y) ? 4U : 0U);
}

/// Squares of distances over L², of one point to some wells, into c.
void squares_to(const KrigingWells& wells, std::span<const int> chosen, grids::Point at,
                double length, Eigen::Ref<Eigen::VectorXd> c) {
  const double inverse = 1.0 / (length * length);
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const grids::Point well = wells.at[static_cast<std::size_t>(chosen[k])];
    const double x = at.x - well.x;
    const double y = at.y - well.y;
    c[static_cast<Eigen::Index>(k)] = (x * x + y * y) * inverse;
  }
}

/// The lower triangle of A.
Eigen::MatrixXd covariance_of(const KrigingWells& wells, const Variogram& variogram,
                              std::span<const int> chosen) {
  const auto n = static_cast<Eigen::Index>(chosen.size());
  Eigen::MatrixXd a(n, n);
  for (Eigen::Index k = 0; k < n; ++k) {
    const int well = chosen[static_cast<std::size_t>(k)];
    const double prior = wells.prior_error[well];
    covariances_to(wells, variogram, chosen.subspan(static_cast<std::size_t>(k)),
                   wells.at[static_cast<std::size_t>(well)], prior, a.col(k).tail(n - k));
    a(k, k) = variogram.sill_factor * prior * prior + wells.variance[well];
  }
  return a;
}

LeftOut left_out(const KrigingSystem& system, const KrigingWells& wells, const Drift& drift,
                 Eigen::Index position) {
  Eigen::VectorXd column = Eigen::VectorXd::Unit(system.lower.rows(), position);
  const auto lower = system.lower.triangularView<Eigen::Lower>();
  lower.solveInPlace(column);  // L⁻¹ e_i; B_ii is its square, (B r)_i its product with L⁻¹ r
  const double variance = 1.0 / column.squaredNorm();
  const double error = column.dot(system.whitened) * variance;
  if (wells.drift.cols() == 0) return {error, variance};
  const Eigen::VectorXd g = system.whitened_drift.transpose() * column * variance;
  const double share = g.dot(drift.covariance * g) / variance;
  return {error / (1.0 - share), variance / (1.0 - share)};
}

}  // namespace

std::vector<int> all_of(const KrigingWells& wells) {
  std::vector<int> all(wells.at.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<int> neighbours_of(const KrigingWells& wells, const Box& box, int count) {
  const auto wanted = static_cast<std::size_t>(count);
  std::vector<int> chosen;
  std::array<std::vector<Candidate>, 8> octants;
  for (std::size_t k = 0; k < wells.at.size(); ++k) {
    const grids::Point at = wells.at[k];
    const double x = at.x - std::clamp(at.x, box.least.x, box.greatest.x);
    const double y = at.y - std::clamp(at.y, box.least.y, box.greatest.y);
    const auto well = static_cast<int>(k);
    if (x == 0.0 && y == 0.0) {
      chosen.push_back(well);
    } else {
      const double east = at.x - 0.5 * (box.least.x + box.greatest.x);
      const double north = at.y - 0.5 * (box.least.y + box.greatest.y);
      octants[octant(east, north)].emplace_back(x * x + y * y, well);
    }
  }
  const std::size_t inside = chosen.size();
  std::vector<Candidate> rest;
  for (auto& candidates : octants) {
    keep_nearest(candidates, wanted / octants.size(), rest);
    for (const auto& [distance, well] : candidates) chosen.push_back(well);
  }
  std::vector<Candidate> unused;
  keep_nearest(rest, wanted - (chosen.size() - inside), unused);
  for (const auto& [distance, well] : rest) chosen.push_back(well);
  std::ranges::sort(chosen);
  return chosen;
}

void covariances_to(const KrigingWells& wells, const Variogram& variogram,
                    std::span<const int> chosen, grids::Point at, double prior_error,
                    Eigen::Ref<Eigen::VectorXd> c) {
  squares_to(wells, chosen, at, variogram.correlation_length, c);
  correlate(variogram.model, {c.data(), chosen.size()});
  const double factor = variogram.sill_factor * (1.0 - variogram.nugget) * prior_error;
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    c[static_cast<Eigen::Index>(k)] *= factor * wells.prior_error[chosen[k]];
  }
}

std::optional<KrigingSystem> solve_wells(const KrigingWells& wells, const Variogram& variogram,
                                         const Drift& drift, std::vector<int> chosen) {
  KrigingSystem system;
  const Eigen::LLT<Eigen::MatrixXd> factor(covariance_of(wells, variogram, chosen));
  if (factor.info() != Eigen::Success) return std::nullopt;
  system.lower = factor.matrixL();
  const auto n = static_cast<Eigen::Index>(chosen.size());
  system.whitened.resize(n);
  system.whitened_drift.resize(n, wells.drift.cols());
  for (Eigen::Index k = 0; k < n; ++k) {
    const int well = chosen[static_cast<std::size_t>(k)];
    system.whitened[k] = wells.departure[well];
    system.whitened_drift.row(k) = wells.drift.row(well);
  }
  if (wells.drift.cols() > 0) system.whitened -= system.whitened_drift * drift.coefficients;
  const auto lower = system.lower.triangularView<Eigen::Lower>();
  lower.solveInPlace(system.whitened);
  if (wells.drift.cols() > 0) lower.solveInPlace(system.whitened_drift);
  system.wells = std::move(chosen);
  return system;
}

std::vector<LeftOut> leave_one_out(const KrigingWells& wells, const Variogram& variogram,
                                   const Drift& drift, int neighbours) {
  const auto n = static_cast<std::ptrdiff_t>(wells.at.size());
  std::vector<LeftOut> all(wells.at.size());
  if (n <= neighbours) {
    const auto system = solve_wells(wells, variogram, drift, all_of(wells));
    if (!system) return {};
    for (std::size_t k = 0; k < all.size(); ++k) {
      all[k] = left_out(*system, wells, drift, static_cast<Eigen::Index>(k));
    }
    return all;
  }
  std::atomic<bool> failed = false;
#pragma omp parallel for schedule(dynamic, 8)
  for (std::ptrdiff_t k = 0; k < n; ++k) {
    const auto well = static_cast<int>(k);
    const grids::Point at = wells.at[static_cast<std::size_t>(k)];
    std::vector<int> chosen = neighbours_of(wells, {at, at}, neighbours);
    const auto place = std::ranges::lower_bound(chosen, well);
    const auto position = static_cast<Eigen::Index>(place - chosen.begin());
    const auto system = solve_wells(wells, variogram, drift, std::move(chosen));
    if (!system) failed = true;
    if (system) all[static_cast<std::size_t>(k)] = left_out(*system, wells, drift, position);
  }
  return failed ? std::vector<LeftOut>{} : all;
}

}  // namespace vandvagt::forecast::detail
