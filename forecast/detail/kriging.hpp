#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <vector>

#include "forecast/variogram.hpp"
#include "grids/geometry.hpp"

/// Kriging of departures between wells, in whole or in neighbourhoods. With f_i the drift's
/// functions at well i, e_i the error of its reading and s_i that of the prior there,
///     d_i = f_iᵀ b + Z(x_i) + e_i,   A_ij = φ s_i s_j (1 - ν) ρ(r_ij / L) + δ_ij (φ ν s_i² + e_i²)
namespace vandvagt::forecast::detail {

/// The wells that enter, in order; n of them.
struct KrigingWells {
  std::vector<grids::Point> at;  // stretched, see Stretch [m]
  Eigen::VectorXd departure;     // d: reading less prior [m]
  Eigen::VectorXd prior_error;   // s [m]
  Eigen::VectorXd variance;      // e² of the readings [m²]
  Eigen::MatrixXd drift;         // n × p, p = 0 without a drift
  Eigen::Index count() const { return departure.size(); }
};

/// A rectangle of the stretched plane; a point where both corners are one.
struct Box {
  grids::Point least, greatest;
};

/// Wells around a box: all inside it, and `count` more outside, the nearest of each octant in equal
/// shares, so that a cluster on one side does not shut out the other sides, then the nearest of the
/// rest. In order of their index.
/// Source: Isaaks & Srivastava (1989), An Introduction to Applied Geostatistics, chapter 14.
std::vector<int> neighbours_of(const KrigingWells& wells, const Box& box, int count);

/// All wells.
std::vector<int> all_of(const KrigingWells& wells);

/// The drift's coefficients by generalised least squares; empty where there is none.
struct Drift {
  Eigen::VectorXd coefficients;  // b [m]
  Eigen::MatrixXd covariance;    // [m²]
};

/// Covariances without the readings' errors between one point and some wells [m²].
/// @param prior_error of the point [m];  c as long as `chosen`
void covariances_to(const KrigingWells& wells, const Variogram& variogram,
                    std::span<const int> chosen, grids::Point at, double prior_error,
                    Eigen::Ref<Eigen::VectorXd> c);

/// A of some wells, factored, and what the map needs of it.
struct KrigingSystem {
  std::vector<int> wells;          // index into KrigingWells
  Eigen::MatrixXd lower;           // L, A = L Lᵀ
  Eigen::VectorXd whitened;        // L⁻¹ (d - F b)
  Eigen::MatrixXd whitened_drift;  // L⁻¹ F
};

/// Nothing where A is not positive to working precision.
std::optional<KrigingSystem> solve_wells(const KrigingWells& wells, const Variogram& variogram,
                                         const Drift& drift, std::vector<int> chosen);

/// What a well would have been told by the others.
struct LeftOut {
  double error = 0.0;     // reading less what the others say [m]
  double variance = 0.0;  // of that error [m²]
};

/// For every well, from the system of all of them or of its `neighbours` nearest. With B = A⁻¹,
/// g = (B F)_i / B_ii and the drift's own share t = B_ii gᵀ Cov(b) g:
///     error_i = (B (d - F b))_i / B_ii / (1 - t),   variance_i = 1 / B_ii / (1 - t)
/// exact for one system of all wells; in neighbourhoods but for what the distant wells add. Empty
/// where a system cannot be factored.
/// Source: Dubrule (1983), doi:10.1007/BF01033030, equations 3 to 9.
std::vector<LeftOut> leave_one_out(const KrigingWells& wells, const Variogram& variogram,
                                   const Drift& drift, int neighbours);

}  // namespace vandvagt::forecast::detail
