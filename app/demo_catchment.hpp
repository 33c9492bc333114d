#pragma once

#include <filesystem>

#include "core/result.hpp"

/// The example catchment as files: what `vandvagt demo` runs, and a start for a configuration of
/// one's own.
namespace vandvagt::app {

/// Writes `demo.toml`, `demo.rules-test.toml` and the folder `catchment/` (terrain, roughness and
/// prior water table as GeoTIFF; buildings and warning areas as GeoJSON; readings and outlooks as
/// CSV) into `folder`, which is made where it is missing. The same files on every machine. What an
/// earlier demonstration left there (its store, states and products) is removed, so that it starts
/// cold again; nothing else is touched.
/// @return the configuration; Error{io} naming the path that cannot be written
Result<std::filesystem::path> write_demo_catchment(const std::filesystem::path& folder);

}  // namespace vandvagt::app
