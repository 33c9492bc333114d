#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/variables.hpp"
#include "forecast/detail/product_files.hpp"

namespace vandvagt::forecast::detail {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// Structures and levees are stations of their own after the gauges: discharge is all they have.
std::vector<double> nothing_at_passages(const RunOutcome& outcome) {
  return std::vector<double>(outcome.passages.size() * outcome.times.size(), no_value);
}

void append(std::vector<double>& values, const std::vector<double>& more) {
  values.insert(values.end(), more.begin(), more.end());
}

/// What passes through structures and over levees; no value at gauges.
grids::GaugeVariable passing(const RunOutcome& outcome) {
  grids::GaugeVariable made;
  made.variable = &variable("discharge");
  made.over_members = outcome.members > 1;
  made.attributes["comment"] = std::string(
      "mean over the solver's interval before each time; positive from a structure's first place "
      "to "
      "its second, and from the left of a levee's line to its right");
  const std::vector<double> nothing(outcome.gauges.size() * outcome.times.size(), no_value);
  for (std::size_t m = 0; m < static_cast<std::size_t>(outcome.members); ++m) {
    append(made.values, nothing);
    for (const PassageOutcome& passage : outcome.passages)
      append(made.values, passage.discharge[m]);
  }
  return made;
}

/// One computed quantity at all gauges, [member][station][time].
grids::GaugeVariable computed(const RunOutcome& outcome, std::string_view name,
                              std::vector<double> PlaceSeries::*part) {
  grids::GaugeVariable made;
  made.variable = &variable(name);
  made.over_members = outcome.members > 1;
  for (std::size_t m = 0; m < static_cast<std::size_t>(outcome.members); ++m) {
    for (const GaugeOutcome& gauge : outcome.gauges) {
      append(made.values, gauge.members[m].*part);
    }
    append(made.values, nothing_at_passages(outcome));
  }
  return made;
}

/// The reading nearest to each time within half an output interval.
void put_nearest(const GaugeOutcome& gauge, const std::vector<Time>& times, Duration interval,
                 std::span<double> values) {
  std::vector<Duration> distance(times.size(), interval / 2 + Duration{1});
  for (const Observation& reading : gauge.observed) {
    const auto after = std::ranges::lower_bound(times, reading.time);
    for (const auto near : {after, after == times.begin() ? after : std::prev(after)}) {
      if (near == times.end()) continue;
      const auto k = static_cast<std::size_t>(near - times.begin());
      const Duration away = std::chrono::abs(*near - reading.time);
      if (away >= distance[k]) continue;
      distance[k] = away;
      values[k] = reading.value;
    }
  }
}

struct ObservedQuantity {
  std::string_view parameter, variable, name;
};
constexpr std::array<ObservedQuantity, 5> observed_quantities{
    {{"stage", "stage", "observed_stage"},
     {"depth", "depth", "observed_depth"},
     {"discharge", "discharge", "observed_discharge"},
     {"groundwater-head", "groundwater_head", "observed_groundwater_head"},
     {"groundwater-depth", "water_table_depth", "observed_water_table_depth"}}};

/// What the gauges' own stations measured, where any measures this quantity.
std::optional<grids::GaugeVariable> observed(const ProductInput& input,
                                             const ObservedQuantity& quantity) {
  const RunOutcome& outcome = input.outcome;
  const std::size_t length = outcome.times.size();
  grids::GaugeVariable made;
  made.variable = &variable(quantity.variable);
  made.name = quantity.name;
  made.values.assign(length * (outcome.gauges.size() + outcome.passages.size()), no_value);
  made.attributes["long_name"] = "observed " + std::string(made.variable->long_name);
  made.attributes["comment"] =
      std::string("the usable reading nearest in time within half an output interval");
  bool any = false;
  for (std::size_t g = 0; g < outcome.gauges.size(); ++g) {
    const GaugeOutcome& gauge = outcome.gauges[g];
    if (gauge.observed_quantity != quantity.parameter) continue;
    any = true;
    put_nearest(gauge, outcome.times, input.scenario.output.interval,
                std::span(made.values).subspan(g * length, length));
  }
  return any ? std::optional(std::move(made)) : std::nullopt;
}

}  // namespace

grids::NetcdfProvenance provenance_of(const Scenario& scenario, const std::string& run) {
  grids::NetcdfProvenance from;
  from.title = scenario.title.empty() ? scenario.name : scenario.title;
  from.institution = scenario.institution;
  from.source = "vandvagt " + program_version() + ": shallow-water equations on a terrain raster" +
                (scenario.source.empty() ? "" : "; " + scenario.source);
  from.history = "vandvagt " + program_version() + ", run " + run;
  from.references = "docs/theory.md, docs/products.md";
  from.attributes["run"] = run;
  from.attributes["configuration_digest"] = scenario.configuration_digest;
  if (!scenario.licence.empty()) from.attributes["license"] = scenario.licence;
  return from;
}

Result<void> write_gauge_series(const std::filesystem::path& file, const ProductInput& input) {
  const RunOutcome& outcome = input.outcome;
  grids::GaugeProduct product;
  product.provenance = provenance_of(input.scenario, outcome.run);
  product.geometry = input.built.geometry;
  if (outcome.forecast) product.reference_time = outcome.reference_time;
  for (const GaugeOutcome& gauge : outcome.gauges) {
    product.stations.push_back(
        {gauge.gauge.id, gauge.gauge.name, gauge.gauge.position, gauge.bed_elevation});
  }
  for (const PassageOutcome& passage : outcome.passages) {
    const std::string kind = passage.levee ? "levee " : "structure ";
    product.stations.push_back({passage.name, kind + passage.name, passage.position, {}});
  }
  product.times = outcome.times;
  if (outcome.members > 1) {
    product.realizations.resize(static_cast<std::size_t>(outcome.members));
    std::iota(product.realizations.begin(), product.realizations.end(), 0);
  }
  product.variables.push_back(computed(outcome, "depth", &PlaceSeries::depth));
  product.variables.push_back(computed(outcome, "stage", &PlaceSeries::stage));
  product.variables.push_back(computed(outcome, "speed", &PlaceSeries::speed));
  const bool groundwater =
      !outcome.gauges.empty() && !outcome.gauges.front().members.front().water_table_depth.empty();
  if (groundwater) {
    product.variables.push_back(
        computed(outcome, "water_table_depth", &PlaceSeries::water_table_depth));
  }
  if (!outcome.passages.empty()) product.variables.push_back(passing(outcome));
  for (const ObservedQuantity& quantity : observed_quantities) {
    if (auto made = observed(input, quantity)) product.variables.push_back(std::move(*made));
  }
  return grids::write_gauges(file, product);
}

}  // namespace vandvagt::forecast::detail
