#include "forecast/detail/likelihood.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "core/portable_math.hpp"

namespace vandvagt::forecast::detail {
namespace {

/// An order that depends on the number of wells alone and mixes their places: by the bits of the
/// index times the golden ratio.
std::vector<int> mixed_order(std::size_t count) {
  std::vector<std::pair<std::uint64_t, int>> keys;
  keys.reserve(count);
  for (std::size_t k = 0; k < count; ++k) {
    std::uint64_t key = (k + 1) * 0x9E3779B97F4A7C15ULL;
    key = (key ^ (key >> 31U)) * 0xBF58476D1CE4E5B9ULL;
    keys.emplace_back(key ^ (key >> 29U), static_cast<int>(k));
  }
  std::ranges::sort(keys);
  std::vector<int> order;
  order.reserve(count);
  for (const auto& [key, well] : keys) order.push_back(well);
  return order;
}

}  // namespace

Likelihood::Likelihood(const KrigingWells& wells, int conditioned_on) : wells_(wells) {
  const std::vector<int> order = mixed_order(wells.at.size());
  given_.resize(order.size());
#pragma omp parallel for schedule(dynamic, 32)
  for (std::size_t k = 0; k < order.size(); ++k) {
    const grids::Point at = wells.at[static_cast<std::size_t>(order[k])];
    std::vector<std::pair<double, int>> before;
    before.reserve(k);
    for (std::size_t m = 0; m < k; ++m) {
      const grids::Point other = wells.at[static_cast<std::size_t>(order[m])];
      const double x = at.x - other.x;
      const double y = at.y - other.y;
      before.emplace_back(x * x + y * y, order[m]);
    }
    const auto most = std::min(before.size(), static_cast<std::size_t>(conditioned_on));
    std::ranges::partial_sort(before, before.begin() + static_cast<std::ptrdiff_t>(most));
    for (std::size_t m = 0; m < most; ++m) given_[k].push_back(before[m].second);
    given_[k].push_back(order[k]);
  }
}

std::optional<Likelihood::Whitened> Likelihood::whiten(const Variogram& variogram) const {
  const auto n = static_cast<std::ptrdiff_t>(given_.size());
  Whitened whitened{Eigen::VectorXd(n), Eigen::MatrixXd(n, wells_.drift.cols())};
  std::vector<double> deviations(given_.size());
  const Drift none{.coefficients = Eigen::VectorXd::Zero(wells_.drift.cols()), .covariance = {}};
  std::atomic<bool> failed = false;
#pragma omp parallel for schedule(dynamic, 32) if (n > 100)
  for (std::ptrdiff_t k = 0; k < n; ++k) {
    const auto well = static_cast<std::size_t>(k);
    const auto system = solve_wells(wells_, variogram, none, given_[well]);
    if (!system) {
      failed = true;
      continue;
    }
    // The last of L⁻¹ d is the well's departure less what those before it say, over its deviation.
    const Eigen::Index last = system->lower.rows() - 1;
    whitened.departure[k] = system->whitened[last];
    whitened.drift.row(k) = system->whitened_drift.row(last);
    deviations[well] = system->lower(last, last);
  }
  if (failed) return std::nullopt;
  for (const double deviation : deviations) {  // in order: the sum's bits do not know of threads
    whitened.log_determinant += 2.0 * portable::log(deviation);
  }
  return whitened;
}

std::optional<double> Likelihood::deviance(const Variogram& variogram) const {
  const auto whitened = whiten(variogram);
  if (!whitened) return std::nullopt;
  double value = whitened->log_determinant + whitened->departure.squaredNorm();
  if (wells_.drift.cols() == 0) return value;
  const Eigen::LLT<Eigen::MatrixXd> normal(whitened->drift.transpose() * whitened->drift);
  if (normal.info() != Eigen::Success) return std::nullopt;
  const Eigen::VectorXd projected = whitened->drift.transpose() * whitened->departure;
  value -= projected.dot(normal.solve(projected));
  const Eigen::MatrixXd lower = normal.matrixL();
  for (Eigen::Index k = 0; k < lower.rows(); ++k) value += 2.0 * portable::log(lower(k, k));
  return value;
}

std::optional<Drift> Likelihood::drift(const Variogram& variogram) const {
  const Eigen::Index p = wells_.drift.cols();
  if (p == 0) return Drift{};
  const auto whitened = whiten(variogram);
  if (!whitened) return std::nullopt;
  const Eigen::LLT<Eigen::MatrixXd> normal(whitened->drift.transpose() * whitened->drift);
  if (normal.info() != Eigen::Success) return std::nullopt;
  return Drift{.coefficients = normal.solve(whitened->drift.transpose() * whitened->departure),
               .covariance = normal.solve(Eigen::MatrixXd::Identity(p, p))};
}

}  // namespace vandvagt::forecast::detail
