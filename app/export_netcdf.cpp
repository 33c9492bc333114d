#include "app/export_netcdf.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "grids/netcdf.hpp"
#include "grids/raster.hpp"
#include "grids/transform.hpp"

namespace vandvagt::app {
namespace {

using sensors::ExportedSeries;
using sensors::Parameter;
using Series = std::vector<ExportedSeries>;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<const char*, sensors::qc_test_count> test_names{
    "gap",      "syntax",         "location",  "gross_range",   "climatology",
    "spike",    "rate_of_change", "flat_line", "multi_variate", "attenuated_signal",
    "neighbour"};

const Variable& variable_of(Parameter parameter) {
  switch (parameter) {
    case Parameter::stage:
      return variable("stage");
    case Parameter::depth:
      return variable("depth");
    case Parameter::discharge:
      return variable("discharge");
    case Parameter::rain:
      return variable("rain_rate");
    case Parameter::groundwater_head:
      return variable("groundwater_head");
    case Parameter::groundwater_depth:
      return variable("water_table_depth");
    case Parameter::evaporation:
      return variable("evaporation_rate");
  }
  return variable("stage");
}

/// Values of one parameter over (station, time), as `pick` takes them from a reading.
template <class Pick>
std::vector<double> table(const Series& all, const std::vector<Time>& times, Parameter parameter,
                          Pick pick) {
  std::vector<double> values(all.size() * times.size(), missing);
  for (std::size_t s = 0; s < all.size(); ++s) {
    if (all[s].station->parameter != parameter) continue;
    for (const auto& reading : all[s].readings) {
      const auto at = std::lower_bound(times.begin(), times.end(), reading.time);
      values[s * times.size() + static_cast<std::size_t>(at - times.begin())] = pick(reading);
    }
  }
  return values;
}

grids::GaugeVariable flags(std::string name, const std::string& long_name,
                           std::vector<double> values) {
  return {.variable = nullptr,
          .name = std::move(name),
          .values = std::move(values),
          .attributes = {{"long_name", long_name},
                         {"flag_values", std::vector<std::int64_t>{1, 2, 3, 4, 9}},
                         {"flag_meanings", std::string("pass not_evaluated suspect fail missing")}},
          .flag = true};
}

void add_parameter(const Series& all, Parameter parameter, grids::GaugeProduct& product) {
  const auto& of = variable_of(parameter);
  const std::string name(of.name);
  std::string ancillary = name + "_quality_flag";
  for (const char* test : test_names) ancillary += " " + name + "_qartod_" + test;
  product.variables.push_back(
      {.variable = &of,
       .name = {},
       .values = table(all, product.times, parameter, [](const auto& r) { return r.value; }),
       .attributes = {{"ancillary_variables", ancillary}}});
  product.variables.push_back(flags(name + "_quality_flag", "QARTOD flag of " + name,
                                    table(all, product.times, parameter, [](const auto& r) {
                                      return static_cast<double>(r.quality.overall);
                                    })));
  for (std::size_t i = 0; i < test_names.size(); ++i)
    product.variables.push_back(
        flags(name + "_qartod_" + test_names[i], std::string("QARTOD test ") + test_names[i],
              table(all, product.times, parameter,
                    [i](const auto& r) { return static_cast<double>(r.quality.tests[i]); })));
}

Result<void> add_stations(const Series& all, grids::GaugeProduct& product) {
  for (const auto& [station, readings] : all) {
    const auto crs = station->crs.empty() ? product.geometry.crs : station->crs;
    const auto moved = grids::transform({{station->x, station->y}}, crs, product.geometry.crs);
    if (!moved)
      return fail(moved.error().code, "station \"" + station->id + "\": " + moved.error().message);
    product.stations.push_back({station->id, station->name, moved->front(), std::nullopt});
  }
  return {};
}

Result<std::string> system_of(const forecast::TerrainInput& terrain) {
  if (!terrain.crs.empty() || terrain.rasters.empty()) return grids::crs_wkt(terrain.crs);
  const auto geometry = grids::raster_geometry(terrain.rasters.front());
  if (!geometry) return fail(geometry.error());
  return geometry->crs;
}

}  // namespace

Result<void> export_netcdf(const config::Configuration& configuration,
                           const sensors::Catalogue& catalogue, const sensors::Store& store,
                           const sensors::ExportRequest& request,
                           const std::filesystem::path& file) {
  const auto all = sensors::read_for_export(catalogue, store, request);
  if (!all) return fail(all.error());
  if (all->empty())
    return fail(ErrorCode::invalid_input, file.string() + ": the store holds nothing to write");
  const auto& scenario = configuration.scenario;
  const auto crs = system_of(scenario.terrain);
  if (!crs) return fail(crs.error());
  grids::GaugeProduct product;
  product.provenance.title =
      "Readings of " + (scenario.title.empty() ? scenario.name : scenario.title);
  product.provenance.institution = scenario.institution;
  product.provenance.source = "sensor networks, stored by vandvagt";
  product.geometry.crs = *crs;
  product.geometry.vertical_datum = scenario.terrain.vertical_datum;
  if (auto placed = add_stations(*all, product); !placed) return placed;
  for (const auto& series : *all)
    for (const auto& reading : series.readings) product.times.push_back(reading.time);
  std::sort(product.times.begin(), product.times.end());
  product.times.erase(std::unique(product.times.begin(), product.times.end()), product.times.end());
  for (const auto parameter :
       {Parameter::stage, Parameter::depth, Parameter::discharge, Parameter::rain,
        Parameter::groundwater_head, Parameter::groundwater_depth, Parameter::evaporation})
    if (std::any_of(all->begin(), all->end(),
                    [&](const auto& s) { return s.station->parameter == parameter; }))
      add_parameter(*all, parameter, product);
  return grids::write_gauges(file, product);
}

}  // namespace vandvagt::app
