#include "config/configuration.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "config/detail/document.hpp"
#include "config/detail/parts.hpp"
#include "core/digest.hpp"

namespace vandvagt::config {
namespace {

std::optional<std::string> read_file(const std::filesystem::path& file, Faults& faults) {
  std::error_code error;
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file, error)) {
    faults.push_back({file.string(), "cannot be read", "name a configuration file"});
    return std::nullopt;
  }
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Parts in an order in which each finds what it refers to.
void read_all(Section& top, Configuration& configuration) {
  forecast::Scenario& scenario = configuration.scenario;
  read_project(top, scenario);
  read_terrain(top, scenario);
  read_stations(top, configuration);
  read_initial(top, scenario);
  read_edges(top, scenario);
  read_sources(top, scenario);
  read_structures(top, scenario);
  read_levees(top, scenario);
  read_rain(top, scenario);
  read_ground(top, scenario);
  read_gauges(top, scenario);
  read_run(top, scenario);
  read_broker(top, configuration);
  read_watch(top, configuration);
  read_reach(top, configuration);
  read_replay(top, configuration);
  read_areas(top, configuration);
  read_alerts(top, configuration);
  read_rules(top, configuration);
}

/// In the order of the file, as a user mends them; what concerns no line comes first.
void sort_by_line(Faults& faults, const std::string& file) {
  const auto line_of = [&file](const Fault& fault) {
    const bool placed = fault.place.rfind(file + ":", 0) == 0;
    return placed ? std::atoi(fault.place.c_str() + file.size() + 1) : 0;
  };
  std::stable_sort(faults.begin(), faults.end(),
                   [&](const Fault& a, const Fault& b) { return line_of(a) < line_of(b); });
}

}  // namespace

std::optional<Configuration> load(const std::filesystem::path& file,
                                  const std::filesystem::path& data_folder, Faults& faults) {
  const auto text = read_file(file, faults);
  if (!text) return std::nullopt;
  const auto document = parse_document(*text, file.string(), faults);
  if (!document) return std::nullopt;
  const auto own_folder = std::filesystem::absolute(file).parent_path();
  Context context{.file = file.string(),
                  .file_folder = own_folder,
                  .data_folder = data_folder.empty() ? own_folder : data_folder};
  std::error_code error;
  if (!std::filesystem::is_directory(context.data_folder, error)) {
    faults.push_back({context.data_folder.string(), "is no folder", "give --data a folder"});
    return std::nullopt;
  }
  Configuration configuration;
  {
    Section top(context, &*document, "", 0);
    read_all(top, configuration);
  }
  configuration.scenario.configuration_digest = sha256_hex(*text);
  if (context.faults.empty()) return configuration;
  sort_by_line(context.faults, context.file);
  faults.insert(faults.end(), context.faults.begin(), context.faults.end());
  return std::nullopt;
}

std::vector<std::string> known_keys() {
  Context context{.file = {}, .file_folder = {}, .data_folder = {}, .probing = true};
  Configuration unused;
  {
    Section top(context, nullptr, "", 0);
    read_all(top, unused);
  }
  return {context.known.begin(), context.known.end()};
}

sensors::StoreLocation Configuration::readings(const std::filesystem::path& folder) const {
  if (!store_postgresql.empty()) return sensors::StoreLocation::on_server(store_postgresql);
  return folder / "readings.db";
}

}  // namespace vandvagt::config
