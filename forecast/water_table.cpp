#include "forecast/water_table.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/portable_math.hpp"

namespace vandvagt::forecast {
namespace {

/// The wells that enter, and what follows from them alone.
struct Wells {
  std::vector<grids::Point> positions;
  std::vector<double> observed;        // [m below ground]
  std::vector<std::size_t> result;     // index into WaterTable::wells
  Eigen::VectorXd departure;           // d = observed - prior [m]
  Eigen::LLT<Eigen::MatrixXd> factor;  // of A
  Eigen::VectorXd weight;              // A⁻¹ d
};

double covariance(grids::Point a, grids::Point b, const WaterTableErrors& errors) {
  const double x = a.x - b.x;
  const double y = a.y - b.y;
  return errors.prior_error * errors.prior_error *
         portable::exp(-std::sqrt(x * x + y * y) / errors.correlation_length);
}

/// Sorts the readings into those that can be used and those that cannot, with the reason.
Wells choose_wells(const grids::Geometry& geometry, FieldView<const float> prior,
                   const std::vector<WellReading>& readings, WaterTable& table) {
  Wells wells;
  std::vector<double> departures;
  for (const WellReading& reading : readings) {
    WellResult result;
    result.station = reading.station;
    result.time = reading.time;
    result.observed = reading.water_table_depth;
    const auto cell = grids::cell_at(geometry, reading.position);
    const float before = cell ? prior(cell->i, cell->j) : std::numeric_limits<float>::quiet_NaN();
    if (!cell) {
      result.why_not = "it lies outside the grid";
    } else if (std::isnan(before)) {
      result.why_not = "there is no prior water table where it stands";
    } else if (!std::isfinite(reading.water_table_depth)) {
      result.why_not = "its reading is no number";
    } else {
      result.used = true;
      result.prior = static_cast<double>(before);
      wells.positions.push_back(reading.position);
      wells.observed.push_back(reading.water_table_depth);
      wells.result.push_back(table.wells.size());
      departures.push_back(reading.water_table_depth - static_cast<double>(before));
    }
    table.wells.push_back(std::move(result));
  }
  wells.departure =
      Eigen::Map<Eigen::VectorXd>(departures.data(), static_cast<Eigen::Index>(departures.size()));
  return wells;
}

Result<void> solve_wells(Wells& wells, const WaterTableErrors& errors) {
  const auto n = static_cast<Eigen::Index>(wells.positions.size());
  Eigen::MatrixXd a(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      a(i, j) = covariance(wells.positions[static_cast<std::size_t>(i)],
                           wells.positions[static_cast<std::size_t>(j)], errors);
    }
    a(i, i) += errors.reading_error * errors.reading_error;
  }
  wells.factor.compute(a);
  if (wells.factor.info() != Eigen::Success) {
    return fail(ErrorCode::numerical,
                "water table: the covariance of the wells cannot be factored; raise reading_error");
  }
  wells.weight = wells.factor.solve(wells.departure);
  return {};
}

/// The map and its error for one row of cells.
void correct_row(int j, const grids::Geometry& geometry, FieldView<const float> prior,
                 const Wells& wells, const WaterTableErrors& errors, WaterTable& table) {
  const auto n = static_cast<Eigen::Index>(wells.positions.size());
  const double prior_variance = errors.prior_error * errors.prior_error;
  Eigen::MatrixXd covariances(n, prior.nx());
  for (int i = 0; i < prior.nx(); ++i) {
    const grids::Point centre = geometry.centre(i, j);
    double departure = 0.0;
    double least = 0.0;  // below ground, unless a reading nearby says otherwise
    for (Eigen::Index k = 0; k < n; ++k) {
      const auto well = static_cast<std::size_t>(k);
      const double c = covariance(centre, wells.positions[well], errors);
      covariances(k, i) = c;
      departure += c * wells.weight[k];
      least = std::min(least, wells.observed[well] * c / prior_variance);
    }
    const double corrected = static_cast<double>(prior(i, j)) + departure;
    if (!std::isnan(corrected)) table.depth(i, j) = static_cast<float>(std::max(least, corrected));
  }
  wells.factor.matrixL().solveInPlace(covariances);
  for (int i = 0; i < prior.nx(); ++i) {
    if (std::isnan(prior(i, j))) continue;
    double explained = 0.0;
    for (Eigen::Index k = 0; k < n; ++k) explained += covariances(k, i) * covariances(k, i);
    table.standard_error(i, j) =
        static_cast<float>(std::sqrt(std::max(0.0, prior_variance - explained)));
  }
}

/// What each well would have been told by the others: with B = A⁻¹,
/// error_i = (B d)_i / B_ii, its variance 1 / B_ii.
void leave_one_out(const grids::Geometry& geometry, const Wells& wells, WaterTable& table) {
  const auto n = static_cast<Eigen::Index>(wells.positions.size());
  const Eigen::MatrixXd inverse = wells.factor.solve(Eigen::MatrixXd::Identity(n, n));
  double squares = 0.0;
  int one = 0;
  int two = 0;
  for (Eigen::Index k = 0; k < n; ++k) {
    const auto well = static_cast<std::size_t>(k);
    WellResult& result = table.wells[wells.result[well]];
    result.leave_one_out_error = wells.weight[k] / inverse(k, k);
    result.leave_one_out = result.observed - result.leave_one_out_error;
    result.leave_one_out_standard_error = std::sqrt(1.0 / inverse(k, k));
    const auto cell = grids::cell_at(geometry, wells.positions[well]);
    result.analysed = static_cast<double>(table.depth(cell->i, cell->j));
    squares += result.leave_one_out_error * result.leave_one_out_error;
    const double ratio = std::abs(result.leave_one_out_error) / result.leave_one_out_standard_error;
    one += ratio <= 1.0 ? 1 : 0;
    two += ratio <= 2.0 ? 1 : 0;
  }
  table.wells_used = static_cast<int>(n);
  table.leave_one_out_rmse = std::sqrt(squares / static_cast<double>(n));
  table.share_within_one = static_cast<double>(one) / static_cast<double>(n);
  table.share_within_two = static_cast<double>(two) / static_cast<double>(n);
}

/// Without wells the prior stands, never above ground, with its own error.
void keep_prior(FieldView<const float> prior, const WaterTableErrors& errors, WaterTable& table) {
  for (std::size_t c = 0; c < prior.size(); ++c) {
    const float before = prior.values()[c];
    if (std::isnan(before)) continue;
    table.depth.values()[c] = std::max(0.0F, before);
    table.standard_error.values()[c] = static_cast<float>(errors.prior_error);
  }
}

}  // namespace

Result<WaterTable> correct_water_table(const grids::Geometry& geometry,
                                       FieldView<const float> prior,
                                       const std::vector<WellReading>& wells,
                                       const WaterTableErrors& errors) {
  if (!(errors.prior_error > 0.0 && errors.reading_error > 0.0 &&
        errors.correlation_length > 0.0)) {
    return fail(ErrorCode::invalid_input,
                "groundwater: prior_error, reading_error and correlation_length must be positive");
  }
  // Fixed, so that the order of Eigen's sums does not depend on the machine's caches.
  constexpr std::ptrdiff_t kibibyte = 1024;
  Eigen::setCpuCacheSizes(32 * kibibyte, 256 * kibibyte, 2048 * kibibyte);
  const float outside = std::numeric_limits<float>::quiet_NaN();
  WaterTable table;
  table.depth = Field<float>(prior.nx(), prior.ny(), outside);
  table.standard_error = Field<float>(prior.nx(), prior.ny(), outside);
  Wells chosen = choose_wells(geometry, prior, wells, table);
  if (chosen.positions.empty()) {
    keep_prior(prior, errors, table);
    return table;
  }
  if (auto solved = solve_wells(chosen, errors); !solved) return fail(solved.error());
#pragma omp parallel for schedule(static)
  for (int j = 0; j < prior.ny(); ++j) correct_row(j, geometry, prior, chosen, errors, table);
  leave_one_out(geometry, chosen, table);
  return table;
}

Result<WaterTable> analyse_water_table(const Scenario& scenario, const BuiltCase& built,
                                       const Observations& observations, Time time) {
  const GroundwaterInput& ground = scenario.groundwater;
  std::vector<WellReading> readings;
  std::vector<WellResult> silent;
  for (const std::string& well : ground.wells) {
    auto heard = observations.read(well, time - ground.window + Duration{1}, time);
    if (!heard) return fail(heard.error().code, "groundwater: " + heard.error().message);
    auto position = observations.position(well, built.geometry);
    if (!position) return fail(position.error());
    if (heard->empty() || heard->back().time <= time - ground.window) {
      WellResult result;
      result.station = well;
      result.why_not = "no usable reading within " + format_duration(ground.window);
      silent.push_back(std::move(result));
      continue;
    }
    WellReading reading{well, *position, heard->back().time, heard->back().value};
    const sensors::Parameter parameter = observations.find(well)->parameter;
    if (parameter == sensors::Parameter::groundwater_head) {
      const auto cell = grids::cell_at(built.geometry, *position);
      reading.water_table_depth =
          cell ? built.model.bed_elevation(cell->i, cell->j) - heard->back().value
               : std::numeric_limits<double>::quiet_NaN();
    } else if (parameter != sensors::Parameter::groundwater_depth) {
      return fail(ErrorCode::invalid_input, "groundwater: station \"" + well + "\" measures " +
                                                to_string(parameter) + "; name wells");
    }
    readings.push_back(std::move(reading));
  }
  auto table = correct_water_table(built.geometry,
                                   built.model.infiltration.water_table_depth.view(), readings,
                                   {.prior_error = ground.prior_error,
                                    .reading_error = ground.reading_error,
                                    .correlation_length = ground.correlation_length});
  if (!table) return table;
  table->time = time;
  table->wells.insert(table->wells.end(), silent.begin(), silent.end());
  return table;
}

}  // namespace vandvagt::forecast
