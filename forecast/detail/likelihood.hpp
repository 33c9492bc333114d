#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "forecast/detail/kriging.hpp"

namespace vandvagt::forecast::detail {

/// Likelihood of the wells' departures, each given at most `conditioned_on` nearest of those before
/// it in an order that mixes near and far; exact where there are no more wells than that + 1.
/// Source: Vecchia (1988), doi:10.1111/j.2517-6161.1988.tb01729.x; on the order Guinness (2018),
/// doi:10.1080/00401706.2018.1437476.
class Likelihood {
 public:
  Likelihood(const KrigingWells& wells, int conditioned_on);

  /// -2 log of the restricted likelihood (the drift integrated out) without its constant; nothing
  /// where a covariance cannot be factored.
  /// Source: Patterson & Thompson (1971), doi:10.1093/biomet/58.3.545.
  std::optional<double> deviance(const Variogram& variogram) const;

  /// The drift's coefficients under a variogram.
  std::optional<Drift> drift(const Variogram& variogram) const;

 private:
  /// Departures and drift as independent values of variance 1.
  struct Whitened {
    Eigen::VectorXd departure;
    Eigen::MatrixXd drift;
    double log_determinant = 0.0;  // of A
  };
  std::optional<Whitened> whiten(const Variogram& variogram) const;

  const KrigingWells& wells_;
  std::vector<std::vector<int>> given_;  // those before and, last, the well itself
};

/// What a fit found.
struct VariogramFit {
  std::optional<Variogram> variogram;  // nothing where it cannot be used
  std::string why_not;
  double gain = 0.0;  // how much the deviance fell under that of the first guess
  int outliers = 0;   // wells that the fit left out
};

/// Length, sill and nugget by restricted maximum likelihood, the model, anisotropy and direction
/// staying as given. The best of a grid of starts, then a compass search (Kolda, Lewis & Torczon
/// 2003, doi:10.1137/S003614450242889) in log L, log φ/L and ν until steps are below 1 %. Wells
/// whose leave-one-out error under the first guess is more than 5 robust deviations (1.4826 times
/// the median of the magnitudes) off are left out of the fit. Cannot be used: fewer than
/// `fewest_wells_to_fit` wells; a search that did not converge; a length or a sill that ran to the
/// edge of what was searched, as then the wells do not determine it (a quarter of the median
/// distance to the nearest well to the greatest distance between wells; 0.02 to 50).
VariogramFit fit_variogram(const KrigingWells& wells, const Variogram& guess, int neighbours);

inline constexpr int fewest_wells_to_fit = 20;

}  // namespace vandvagt::forecast::detail
