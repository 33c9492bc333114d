#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/variables.hpp"
#include "forecast/detail/product_files.hpp"

namespace vandvagt::forecast::detail {
namespace {

constexpr double nothing_told = std::numeric_limits<double>::quiet_NaN();
constexpr Duration shown_past = std::chrono::days{90};

/// Days before and after the time of issue: as far as the longest forecast.
std::vector<Time> days_shown(const RunOutcome& outcome) {
  Time end = outcome.reference_time;
  for (const auto& well : outcome.wells)
    if (well.forecast) end = std::max(end, well.forecast->times.back());
  std::vector<Time> times;
  for (Time t = outcome.reference_time - shown_past; t <= end; t += one_day) times.push_back(t);
  return times;
}

/// Which of a quantity's two faces a variable shows, and how a well's own terms become it.
struct Face {
  std::string_view variable;
  bool depth = false;  // below ground, else a head

  /// What is added to the head (or to minus it): nothing where the well does not tell.
  std::optional<double> offset(const WellForecastOutcome& well) const {
    if (well.measures_depth == depth) return 0.0;
    return well.ground;
  }
  /// A head as as_head counts it, in this face's terms.
  std::optional<double> of(const WellForecastOutcome& well, double head) const {
    const auto moved = offset(well);
    if (!moved) return std::nullopt;
    return depth ? *moved - head : head + *moved;
  }
};

class WellSeries {
 public:
  explicit WellSeries(const RunOutcome& outcome) : outcome_(outcome), times_(days_shown(outcome)) {}

  const std::vector<Time>& times() const { return times_; }
  /// Does any well tell of it?
  bool told(const Face& face) const {
    return std::ranges::any_of(outcome_.wells,
                               [&](const auto& well) { return face.offset(well).has_value(); });
  }

  grids::GaugeVariable mean(const Face& face) const {
    auto made = start(face, std::string(face.variable),
                      "expected " + std::string(variable(face.variable).long_name));
    made.attributes["cell_methods"] = std::string("realization: mean");
    fill(made.values, 0,
         [&](const auto& well, std::size_t k) { return face.of(well, well.forecast->mean[k]); });
    return made;
  }

  grids::GaugeVariable quantiles(const Face& face) const {
    auto made = start(face, std::string(face.variable) + "_quantile",
                      "quantile of the " + std::string(variable(face.variable).long_name));
    made.over_members = true;
    made.attributes["comment"] =
        fmt::format("between the outermost lies the band of nominal {:g} %", 100.0 * well_band);
    const std::size_t layer = times_.size() * outcome_.wells.size();
    made.values.assign(well_quantiles.size() * layer, nothing_told);
    for (std::size_t q = 0; q < well_quantiles.size(); ++q) {
      // The quantile of a depth is the head's on the other side.
      const std::size_t from = face.depth ? well_quantiles.size() - 1 - q : q;
      fill(made.values, q * layer, [&](const auto& well, std::size_t k) {
        return face.of(well, well.forecast->quantiles[from][k]);
      });
    }
    return made;
  }

  grids::GaugeVariable observed(const Face& face) const {
    auto made = start(face, "observed_" + std::string(face.variable),
                      "observed " + std::string(variable(face.variable).long_name));
    made.attributes["comment"] = std::string("the reading nearest in time within half a day");
    for (std::size_t w = 0; w < outcome_.wells.size(); ++w) put_observed(made, face, w);
    return made;
  }

  /// Standard deviations by what makes them; the same for heads and depths.
  grids::GaugeVariable spread(const std::string& name, const std::string& long_name,
                              std::vector<double> WellForecast::*part) const {
    grids::GaugeVariable made = start({"groundwater_head"}, name, long_name);
    fill(made.values, 0, [&](const auto& well, std::size_t k) {
      const auto& values = (*well.forecast).*part;
      return values.empty() ? std::nullopt : std::optional(values[k]);
    });
    return made;
  }

  /// 0 where the model tells, 1 where the newest head is held.
  grids::GaugeVariable basis() const {
    grids::GaugeVariable made = start({"groundwater_head"}, "forecast_basis", "");
    made.flag = true;
    made.attributes = {{"long_name", std::string("what the forecast rests on")},
                       {"flag_values", std::vector<std::int64_t>{0, 1}},
                       {"flag_meanings", std::string("model persistence")}};
    fill(made.values, 0, [](const auto& well, std::size_t) {
      return std::optional(well.forecast->basis == WellForecast::Basis::model ? 0.0 : 1.0);
    });
    return made;
  }

 private:
  grids::GaugeVariable start(const Face& face, std::string name,
                             const std::string& long_name) const {
    grids::GaugeVariable made;
    made.variable = &variable(face.variable);
    made.name = std::move(name);
    made.values.assign(times_.size() * outcome_.wells.size(), nothing_told);
    made.attributes["long_name"] = long_name;
    return made;
  }

  using Pick = std::function<std::optional<double>(const WellForecastOutcome&, std::size_t)>;
  void fill(std::vector<double>& values, std::size_t first, const Pick& pick) const {
    for (std::size_t w = 0; w < outcome_.wells.size(); ++w) {
      const auto& well = outcome_.wells[w];
      if (!well.forecast) continue;
      for (std::size_t k = 0; k < well.forecast->times.size(); ++k) {
        const auto value = pick(well, k);
        if (value) values[first + w * times_.size() + index(well.forecast->times[k])] = *value;
      }
    }
  }

  std::size_t index(Time time) const {
    return static_cast<std::size_t>((time - times_.front()) / one_day);
  }

  void put_observed(grids::GaugeVariable& made, const Face& face, std::size_t w) const {
    const auto& well = outcome_.wells[w];
    std::vector<Duration> distance(times_.size(), one_day / 2 + Duration{1});
    for (std::size_t r = 0; r < well.observed.times.size(); ++r) {
      const Time time = well.observed.times[r] + one_day / 2;
      if (time < times_.front() || index(time) >= times_.size()) continue;
      const std::size_t k = index(time);
      const Duration away = std::chrono::abs(times_[k] - well.observed.times[r]);
      const auto value = face.of(well, well.observed.values[r]);
      if (away >= distance[k] || !value) continue;
      distance[k] = away;
      made.values[w * times_.size() + k] = *value;
    }
  }

  const RunOutcome& outcome_;
  std::vector<Time> times_;
};

}  // namespace

Result<void> write_well_forecasts(const std::filesystem::path& file, const ProductInput& input) {
  const RunOutcome& outcome = input.outcome;
  const WellSeries series(outcome);
  grids::GaugeProduct product;
  product.provenance = provenance_of(input.scenario, outcome.run);
  product.provenance.source =
      "vandvagt " + program_version() + ": transfer-function noise models of wells' own histories";
  product.provenance.references =
      "docs/groundwater.md; doi:10.1029/2001WR001136; doi:10.1111/gwat.12925";
  product.geometry = input.built.geometry;
  product.reference_time = outcome.reference_time;
  for (const auto& well : outcome.wells)
    product.stations.push_back({well.station, well.name, well.position, well.ground});
  product.times = series.times();
  product.quantiles.assign(well_quantiles.begin(), well_quantiles.end());
  for (const Face& face : {Face{"groundwater_head", false}, Face{"water_table_depth", true}}) {
    if (!series.told(face)) continue;
    product.variables.push_back(series.mean(face));
    product.variables.push_back(series.quantiles(face));
    product.variables.push_back(series.observed(face));
  }
  product.variables.push_back(
      series.spread("noise_error", "standard deviation by the noise", &WellForecast::noise_error));
  product.variables.push_back(series.spread("parameter_error", "standard error by the parameters",
                                            &WellForecast::parameter_error));
  product.variables.push_back(series.spread("forcing_spread",
                                            "standard deviation over the members of the weather",
                                            &WellForecast::forcing_spread));
  product.variables.push_back(series.basis());
  return grids::write_gauges(file, product);
}

}  // namespace vandvagt::forecast::detail
