#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "forecast/products.hpp"
#include "grids/netcdf.hpp"

/// Each product of a run as a function of what the run found out.
namespace vandvagt::forecast::detail {

/// What every product is made from.
struct ProductInput {
  const Scenario& scenario;
  const BuiltCase& built;
  const RunOutcome& outcome;
  const Presentation& presentation;
};

grids::NetcdfProvenance provenance_of(const Scenario& scenario, const std::string& run);

/// max_depth.tif and its relatives, probabilities, water table; names of files go to `files`.
Result<void> write_maps(const std::filesystem::path& folder, const ProductInput& input,
                        std::vector<std::string>& files);
Result<void> write_gauge_series(const std::filesystem::path& file, const ProductInput& input);
/// Heads of wells as forecast from their own history.
Result<void> write_well_forecasts(const std::filesystem::path& file, const ProductInput& input);
Result<void> write_overview(const std::filesystem::path& file, const ProductInput& input);
Result<void> write_warnings(const std::filesystem::path& folder, const ProductInput& input,
                            std::vector<std::string>& files);
std::string areas_geojson(const ProductInput& input);
/// @param timings  [s] by phase, the writing of the products among them
std::string run_json(const ProductInput& input, const std::vector<std::string>& files,
                     const std::map<std::string, double>& timings);

}  // namespace vandvagt::forecast::detail
