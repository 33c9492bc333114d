#include "app/open_store.hpp"

namespace vandvagt::app {

Result<config::Configuration> load_configuration(const std::filesystem::path& configuration_file,
                                                 const std::filesystem::path& data) {
  Faults faults;
  auto configuration = config::load(configuration_file, data, faults);
  if (!configuration) {
    std::string all;
    for (const auto& fault : faults) all += (all.empty() ? "" : "\n") + to_string(fault);
    return fail(ErrorCode::invalid_input, all);
  }
  return std::move(*configuration);
}

Result<sensors::StoreLocation> place_of_store(const config::Configuration& configuration,
                                              const std::filesystem::path& configuration_file,
                                              const std::filesystem::path& store) {
  if (!store.empty()) return sensors::StoreLocation::named(store.string());
  if (configuration.store_folder.empty() && configuration.store_postgresql.empty())
    return fail(
        ErrorCode::invalid_input,
        configuration_file.string() + ": names no store.folder; add it, or give --store FILE");
  return configuration.readings(configuration.store_folder);
}

Result<void> must_exist(const sensors::StoreLocation& place) {
  std::error_code none;
  if (place.is_server() || std::filesystem::exists(place.file, none)) return {};
  return fail(ErrorCode::invalid_input,
              place.description() + ": there is no such store; name one that is");
}

Result<OpenStore> open_store(const std::filesystem::path& configuration_file,
                             const std::filesystem::path& data,
                             const std::filesystem::path& store_file) {
  auto configuration = load_configuration(configuration_file, data);
  if (!configuration) return fail(configuration.error());
  auto catalogue = sensors::Catalogue::make(configuration->stations);
  if (!catalogue) return fail(catalogue.error());
  const auto place = place_of_store(*configuration, configuration_file, store_file);
  if (!place) return fail(place.error());
  auto store = sensors::Store::open(*place);
  if (!store) return fail(store.error());
  return OpenStore{std::move(*configuration), std::move(*catalogue), std::move(*store), *place};
}

}  // namespace vandvagt::app
