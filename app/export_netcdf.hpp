#pragma once

#include <filesystem>

#include "config/configuration.hpp"
#include "sensors/export.hpp"

namespace vandvagt::app {

/// Stored readings as CF discrete sampling geometry (featureType timeSeries): a variable for each
/// parameter in SI and the grid's datum, its quality flag, and one flag for each of the eleven
/// tests; times are all times of any station. Errors as `sensors::export_csv`, and invalid_input
/// for a station whose position cannot be brought into the terrain's system or nothing to write.
Result<void> export_netcdf(const config::Configuration& configuration,
                           const sensors::Catalogue& catalogue, const sensors::Store& store,
                           const sensors::ExportRequest& request,
                           const std::filesystem::path& file);

}  // namespace vandvagt::app
