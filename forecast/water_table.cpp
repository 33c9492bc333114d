#include "forecast/water_table.hpp"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "forecast/detail/kriging.hpp"
#include "forecast/detail/likelihood.hpp"
#include "forecast/detail/water_table_blocks.hpp"

namespace vandvagt::forecast {
namespace {

using detail::Drift;
using detail::KrigingWells;

/// The wells that enter and where they stand.
struct ChosenWells {
  KrigingWells wells;
  std::vector<grids::Cell> cells;
  std::vector<std::size_t> result;  // index into WaterTable::wells
};

Result<void> check_options(const WaterTablePrior& prior, const WaterTableOptions& options) {
  const Variogram& v = options.variogram;
  if (!(v.correlation_length > 0.0 && v.sill_factor > 0.0 && v.nugget >= 0.0 && v.nugget < 1.0 &&
        v.anisotropy >= 1.0 && std::isfinite(v.direction) && options.neighbours >= 8)) {
    return fail(ErrorCode::invalid_input,
                "groundwater: correlation_length must be positive, nugget from 0 to below 1, "
                "anisotropy at least 1, neighbours at least 8");
  }
  for (std::size_t c = 0; c < prior.depth.size(); ++c) {
    if (std::isnan(prior.depth.values()[c]) || prior.error.values()[c] > 0.0F) continue;
    return fail(ErrorCode::invalid_input, "groundwater: prior_error must be positive");
  }
  return {};
}

std::string why_unusable(const WellReading& reading, bool on_grid, bool has_prior) {
  if (!on_grid) return "it lies outside the grid";
  if (!has_prior) return "there is no prior water table where it stands";
  if (!std::isfinite(reading.water_table_depth)) return "its reading is no number";
  if (!(reading.standard_error > 0.0)) return "its reading's standard error is not positive";
  return {};
}

/// Sorts the readings into those that can be used and those that cannot, with the reason.
ChosenWells choose_wells(const grids::Geometry& geometry, const WaterTablePrior& prior,
                         const std::vector<WellReading>& readings, const Stretch& stretch,
                         WaterTable& table) {
  ChosenWells chosen;
  std::vector<double> departures, errors, variances;
  for (const WellReading& reading : readings) {
    WellResult result;
    result.station = reading.station;
    result.time = reading.time;
    result.observed = reading.water_table_depth;
    result.observed_standard_error = reading.standard_error;
    const auto cell = grids::cell_at(geometry, reading.position);
    const bool has_prior = cell && !std::isnan(prior.depth(cell->i, cell->j));
    result.why_not = why_unusable(reading, cell.has_value(), has_prior);
    result.used = result.why_not.empty();
    if (result.used) {
      result.prior = static_cast<double>(prior.depth(cell->i, cell->j));
      chosen.wells.at.push_back(stretch(reading.position));
      chosen.cells.push_back(*cell);
      chosen.result.push_back(table.wells.size());
      departures.push_back(reading.water_table_depth - result.prior);
      errors.push_back(static_cast<double>(prior.error(cell->i, cell->j)));
      variances.push_back(reading.standard_error * reading.standard_error);
    }
    table.wells.push_back(std::move(result));
  }
  const auto vector = [](const std::vector<double>& values) -> Eigen::VectorXd {
    return Eigen::Map<const Eigen::VectorXd>(values.data(),
                                             static_cast<Eigen::Index>(values.size()));
  };
  chosen.wells.departure = vector(departures);
  chosen.wells.prior_error = vector(errors);
  chosen.wells.variance = vector(variances);
  return chosen;
}

/// Fills the drift's columns as far as the wells can carry it; what was asked for and why not.
void choose_drift(const WaterTablePrior& prior, WaterTableDrift asked, ChosenWells& chosen,
                  WaterTable& table) {
  constexpr Eigen::Index fewest_for_bias = 3;
  constexpr Eigen::Index fewest_for_slope = 10;
  DriftUsed& used = table.drift;
  const Eigen::Index n = chosen.wells.count();
  used.drift = asked;
  Eigen::VectorXd ground = Eigen::VectorXd::Zero(n);
  if (asked == WaterTableDrift::terrain) {
    for (Eigen::Index k = 0; k < n && !prior.ground.empty(); ++k) {
      const grids::Cell cell = chosen.cells[static_cast<std::size_t>(k)];
      ground[k] = prior.ground(cell.i, cell.j);
    }
    used.ground_mean = n > 0 ? ground.mean() : 0.0;
    ground.array() -= used.ground_mean;
    if (n < fewest_for_slope) {
      used.why_not = fmt::format("a drift with the terrain needs {} wells", fewest_for_slope);
    } else if (ground.cwiseAbs().maxCoeff() < 0.1) {
      used.why_not = "the wells stand at one height: no drift with the terrain";
    }
    if (!used.why_not.empty()) used.drift = WaterTableDrift::constant;
  }
  if (used.drift != WaterTableDrift::none && n < fewest_for_bias) {
    used.why_not = fmt::format("a drift needs {} wells", fewest_for_bias);
    used.drift = WaterTableDrift::none;
  }
  const bool slope = used.drift == WaterTableDrift::terrain;
  chosen.wells.drift.resize(n, used.drift == WaterTableDrift::none ? 0 : (slope ? 2 : 1));
  if (chosen.wells.drift.cols() > 0) chosen.wells.drift.col(0).setOnes();
  if (slope) chosen.wells.drift.col(1) = ground;
}

/// The drift under a variogram; nothing where a covariance cannot be factored.
std::optional<Drift> drift_of(const KrigingWells& wells, const Variogram& variogram,
                              int neighbours) {
  if (wells.drift.cols() == 0) return Drift{};
  return detail::Likelihood(wells, neighbours).drift(variogram);
}

void tell_drift(const Drift& drift, DriftUsed& used) {
  if (drift.coefficients.size() > 0) {
    used.bias = drift.coefficients[0];
    used.bias_standard_error = std::sqrt(drift.covariance(0, 0));
  }
  if (drift.coefficients.size() > 1) {
    used.slope = drift.coefficients[1];
    used.slope_standard_error = std::sqrt(drift.covariance(1, 1));
  }
}

void choose_variogram(const ChosenWells& chosen, const WaterTableOptions& options,
                      VariogramUsed& used) {
  used.variogram = options.variogram;
  if (!options.fit_variogram) return;
  const auto fit = detail::fit_variogram(chosen.wells, options.variogram, options.neighbours);
  used.why_not = fit.why_not;
  used.gain = fit.gain;
  used.outliers = fit.outliers;
  if (!fit.variogram) return;
  used.fitted = true;
  used.variogram = *fit.variogram;
}

/// Fills what the wells say of each other; false where their covariance cannot be factored.
bool judge(const ChosenWells& chosen, const Drift& drift, int neighbours, WaterTable& table) {
  const auto errors =
      detail::leave_one_out(chosen.wells, table.variogram.variogram, drift, neighbours);
  if (errors.empty()) return false;
  double squares = 0.0;
  int one = 0;
  int two = 0;
  for (std::size_t k = 0; k < errors.size(); ++k) {
    WellResult& result = table.wells[chosen.result[k]];
    result.leave_one_out_error = errors[k].error;
    result.leave_one_out = result.observed - errors[k].error;
    result.leave_one_out_standard_error = std::sqrt(errors[k].variance);
    const grids::Cell cell = chosen.cells[k];
    result.analysed = static_cast<double>(table.depth(cell.i, cell.j));
    const double ratio = std::abs(errors[k].error) / result.leave_one_out_standard_error;
    squares += errors[k].error * errors[k].error;
    table.mean_squared_ratio += ratio * ratio;
    one += ratio <= 1.0 ? 1 : 0;
    two += ratio <= 2.0 ? 1 : 0;
  }
  const auto n = static_cast<double>(errors.size());
  table.wells_used = static_cast<int>(errors.size());
  table.leave_one_out_rmse = std::sqrt(squares / n);
  table.share_within_one = static_cast<double>(one) / n;
  table.share_within_two = static_cast<double>(two) / n;
  table.mean_squared_ratio /= n;
  return true;
}

/// Without wells the prior stands, never above ground, with its own error.
void keep_prior(const WaterTablePrior& prior, double sill_factor, WaterTable& table) {
  const double factor = std::sqrt(sill_factor);
  for (std::size_t c = 0; c < prior.depth.size(); ++c) {
    const float before = prior.depth.values()[c];
    if (std::isnan(before)) continue;
    table.depth.values()[c] = std::max(0.0F, before);
    table.standard_error.values()[c] =
        static_cast<float>(factor * static_cast<double>(prior.error.values()[c]));
  }
}

/// Readings above the ground: only they let the map rise above it.
std::vector<detail::Artesian> artesian_wells(const ChosenWells& chosen, const WaterTable& table) {
  std::vector<detail::Artesian> wells;
  for (std::size_t k = 0; k < chosen.result.size(); ++k) {
    const double observed = table.wells[chosen.result[k]].observed;
    if (observed < 0.0) wells.push_back({chosen.wells.at[k], observed});
  }
  return wells;
}

Error not_factored() {
  return {ErrorCode::numerical,
          "water table: the covariance of the wells cannot be factored; raise reading_error or "
          "variogram.nugget"};
}

}  // namespace

Result<WaterTable> correct_water_table(const grids::Geometry& geometry,
                                       const WaterTablePrior& prior,
                                       const std::vector<WellReading>& wells,
                                       const WaterTableOptions& options) {
  if (auto checked = check_options(prior, options); !checked) return fail(checked.error());
  // Fixed, so that the order of Eigen's sums does not depend on the machine's caches.
  constexpr std::ptrdiff_t kibibyte = 1024;
  Eigen::setCpuCacheSizes(32 * kibibyte, 256 * kibibyte, 2048 * kibibyte);
  const float outside = std::numeric_limits<float>::quiet_NaN();
  WaterTable table;
  table.depth = Field<float>(prior.depth.nx(), prior.depth.ny(), outside);
  table.standard_error = Field<float>(prior.depth.nx(), prior.depth.ny(), outside);
  const Stretch stretch(options.variogram);
  ChosenWells chosen = choose_wells(geometry, prior, wells, stretch, table);
  table.variogram.variogram = options.variogram;
  if (chosen.cells.empty()) {
    keep_prior(prior, options.variogram.sill_factor, table);
    return table;
  }
  choose_drift(prior, options.drift, chosen, table);
  choose_variogram(chosen, options, table.variogram);
  const Variogram& variogram = table.variogram.variogram;
  table.neighbours = std::min(options.neighbours, static_cast<int>(chosen.cells.size()));
  const auto drift = drift_of(chosen.wells, variogram, options.neighbours);
  if (!drift) return fail(not_factored());
  tell_drift(*drift, table.drift);
  const detail::BlockMap map{.geometry = geometry,
                             .prior = prior,
                             .wells = chosen.wells,
                             .variogram = variogram,
                             .stretch = stretch,
                             .drift = *drift,
                             .ground_mean = table.drift.ground_mean,
                             .artesian = artesian_wells(chosen, table),
                             .neighbours = options.neighbours};
  if (!detail::correct_blocks(map, table.depth.view(), table.standard_error.view())) {
    return fail(not_factored());
  }
  if (!judge(chosen, *drift, options.neighbours, table)) return fail(not_factored());
  return table;
}

}  // namespace vandvagt::forecast
