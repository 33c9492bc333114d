#pragma once

#include <filesystem>

#include "config/configuration.hpp"
#include "core/result.hpp"
#include "sensors/catalogue.hpp"
#include "sensors/store.hpp"

namespace vandvagt::app {

/// What commands on stored readings work on.
struct OpenStore {
  config::Configuration configuration;
  sensors::Catalogue catalogue;
  sensors::Store store;
  sensors::StoreLocation place;
};

/// A configuration; Error{invalid_input} with all its faults.
Result<config::Configuration> load_configuration(const std::filesystem::path& configuration,
                                                 const std::filesystem::path& data);

/// The store that is named (a file or postgresql://…), or the configured one where `store` is
/// empty; Error{invalid_input}: neither is there.
Result<sensors::StoreLocation> place_of_store(const config::Configuration& configuration,
                                              const std::filesystem::path& configuration_file,
                                              const std::filesystem::path& store);

/// Error{invalid_input} where it is a file that is not there.
Result<void> must_exist(const sensors::StoreLocation& place);

/// The configuration with its store, which is made where it is a file that is not there.
Result<OpenStore> open_store(const std::filesystem::path& configuration,
                             const std::filesystem::path& data, const std::filesystem::path& store);

}  // namespace vandvagt::app
