#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/portable_math.hpp"
#include "forecast/detail/likelihood.hpp"

namespace vandvagt::forecast::detail {
namespace {

constexpr double least_sill = 0.02;
constexpr double greatest_sill = 50.0;
constexpr double greatest_nugget = 0.9;
constexpr double last_step = 0.01;
constexpr int most_evaluations = 400;
constexpr int conditioned_on = 24;  // wells of each conditional likelihood
constexpr double outlier_deviations = 5.0;

/// log L, log φ/L, ν. Of a dense net of wells φ/L is known well and either of them badly (Zhang
/// 2004, doi:10.1198/016214504000000241): so the valley of the deviance lies along one axis.
using Parameters = std::array<double, 3>;

struct Bounds {
  double least_length = 0.0, greatest_length = 0.0;  // [m]
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// The wells without those whose leave-one-out error is far outside what the others' look like.
KrigingWells without_outliers(const KrigingWells& wells, const Variogram& guess, int neighbours) {
  const auto drift = Likelihood(wells, neighbours).drift(guess);
  if (!drift) return wells;
  const auto errors = leave_one_out(wells, guess, *drift, neighbours);
  if (errors.empty()) return wells;
  std::vector<double> ratios;
  ratios.reserve(errors.size());
  for (const LeftOut& e : errors) ratios.push_back(std::abs(e.error) / std::sqrt(e.variance));
  const double most = outlier_deviations * 1.4826 * median(ratios);
  std::vector<Eigen::Index> kept;
  KrigingWells sound;
  for (std::size_t k = 0; k < ratios.size(); ++k) {
    if (ratios[k] > most) continue;
    kept.push_back(static_cast<Eigen::Index>(k));
    sound.at.push_back(wells.at[k]);
  }
  sound.departure = wells.departure(kept);
  sound.prior_error = wells.prior_error(kept);
  sound.variance = wells.variance(kept);
  sound.drift = wells.drift(kept, Eigen::indexing::all);
  return sound;
}

/// Least and greatest distance that the wells can tell of.
std::pair<double, double> distances_of(const KrigingWells& wells) {
  std::vector<double> nearest(wells.at.size(), std::numeric_limits<double>::infinity());
  double greatest = 0.0;
  for (std::size_t k = 0; k < wells.at.size(); ++k) {
    for (std::size_t m = 0; m < k; ++m) {
      const double x = wells.at[k].x - wells.at[m].x;
      const double y = wells.at[k].y - wells.at[m].y;
      const double r2 = x * x + y * y;
      nearest[k] = std::min(nearest[k], r2);
      nearest[m] = std::min(nearest[m], r2);
      greatest = std::max(greatest, r2);
    }
  }
  return {std::sqrt(median(std::move(nearest))), std::sqrt(greatest)};
}

class Search {
 public:
  Search(const Likelihood& likelihood, const Variogram& guess, const Bounds& bounds)
      : likelihood_(likelihood), guess_(guess), bounds_(bounds) {}

  void start_from_grid() {
    const double shortest = portable::log(bounds_.least_length);
    const double extent = portable::log(bounds_.greatest_length) - shortest;
    for (const double share : {0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95}) {
      const double length = shortest + share * extent;
      for (const double sill : {0.1, 0.3, 1.0, 3.0, 10.0}) {
        for (const double nugget : {0.0, 0.3}) {
          try_at({length, portable::log(sill) - length, nugget});
        }
      }
    }
  }

  /// Whether the steps came below the last.
  bool run() {
    for (Parameters step{0.5, 0.5, 0.2}; step[0] > last_step;) {
      if (evaluations_ > most_evaluations || !std::isfinite(deviance_)) return false;
      const Parameters from = best_;
      for (std::size_t k = 0; k < from.size(); ++k) {
        for (const double sign : {1.0, -1.0}) {
          Parameters there = best_;
          there[k] += sign * step[k];
          there[2] = std::clamp(there[2], 0.0, greatest_nugget);
          if (there != best_ && try_at(there)) break;
        }
      }
      if (best_ == from) {
        for (double& s : step) s *= 0.5;
      }
    }
    return true;
  }

  Variogram best() const { return at(best_); }
  double deviance() const { return deviance_; }

  /// What of the best stands at the edge of what was searched; empty: nothing.
  std::string at_an_edge() const {
    const Variogram v = best();
    const auto near = [](double value, double edge) {
      return std::abs(value / edge - 1.0) < 2.0 * last_step;
    };
    if (near(v.correlation_length, bounds_.least_length) ||
        near(v.correlation_length, bounds_.greatest_length)) {
      return fmt::format(
          "the wells do not determine the correlation length: the fit ran to {:.3g} m",
          v.correlation_length);
    }
    if (near(v.sill_factor, least_sill) || near(v.sill_factor, greatest_sill)) {
      return fmt::format(
          "the wells do not determine the sill: the fit ran to {:.3g} of the prior's",
          v.sill_factor);
    }
    return {};
  }

 private:
  /// Brought inside what is searched.
  Variogram at(const Parameters& p) const {
    Variogram v = guess_;
    v.correlation_length =
        std::clamp(portable::exp(p[0]), bounds_.least_length, bounds_.greatest_length);
    v.sill_factor = std::clamp(portable::exp(p[0] + p[1]), least_sill, greatest_sill);
    v.nugget = p[2];
    return v;
  }

  bool try_at(const Parameters& p) {
    ++evaluations_;
    const auto found = likelihood_.deviance(at(p));
    if (!found || !(*found < deviance_)) return false;
    deviance_ = *found;
    best_ = p;
    return true;
  }

  const Likelihood& likelihood_;
  const Variogram& guess_;
  const Bounds& bounds_;
  Parameters best_{};
  double deviance_ = std::numeric_limits<double>::infinity();
  int evaluations_ = 0;
};

}  // namespace

VariogramFit fit_variogram(const KrigingWells& wells, const Variogram& guess, int neighbours) {
  VariogramFit fit;
  if (wells.count() < fewest_wells_to_fit) {
    fit.why_not =
        fmt::format("{} wells enter, {} are needed for a fit", wells.count(), fewest_wells_to_fit);
    return fit;
  }
  const KrigingWells sound = without_outliers(wells, guess, neighbours);
  fit.outliers = static_cast<int>(wells.count() - sound.count());
  const auto [least, greatest] = distances_of(sound);
  if (!(least > 0.0 && greatest > 4.0 * least)) {
    fit.why_not = "the wells stand too close together for a fit";
    return fit;
  }
  const Likelihood likelihood(sound, conditioned_on);
  const Bounds bounds{.least_length = 0.25 * least, .greatest_length = greatest};
  Search search(likelihood, guess, bounds);
  search.start_from_grid();
  if (!search.run()) {
    fit.why_not = "the fit did not converge";
    return fit;
  }
  const auto first = likelihood.deviance(guess);
  fit.gain = first ? *first - search.deviance() : 0.0;
  fit.why_not = search.at_an_edge();
  if (fit.why_not.empty()) fit.variogram = search.best();
  return fit;
}

}  // namespace vandvagt::forecast::detail
