#include "app/command_export.hpp"

#include <fmt/core.h>

#include <cstdio>

#include "app/exit_code.hpp"
#include "app/export_netcdf.hpp"
#include "app/station_link.hpp"
#include "config/configuration.hpp"
#include "sensors/export.hpp"
#include "sensors/readers.hpp"
#include "sensors/retention.hpp"

namespace vandvagt::app {
namespace {

constexpr int refused = static_cast<int>(ExitCode::refused);

/// What both commands work on.
struct OpenStore {
  config::Configuration configuration;
  sensors::Catalogue catalogue;
  sensors::Store store;
  std::filesystem::path file;  // of the store
};

Result<OpenStore> open_store(const std::filesystem::path& configuration_file,
                             const std::filesystem::path& data,
                             const std::filesystem::path& store_file) {
  Faults faults;
  auto configuration = config::load(configuration_file, data, faults);
  if (!configuration) {
    std::string all;
    for (const auto& fault : faults) all += (all.empty() ? "" : "\n") + to_string(fault);
    return fail(ErrorCode::invalid_input, all);
  }
  auto catalogue = sensors::Catalogue::make(configuration->stations);
  if (!catalogue) return fail(catalogue.error());
  auto file = store_file;
  if (file.empty()) {
    if (configuration->store_folder.empty())
      return fail(
          ErrorCode::invalid_input,
          configuration_file.string() + ": names no store.folder; add it, or give --store FILE");
    file = configuration->store_folder / "readings.db";
  }
  auto store = sensors::Store::open(file);
  if (!store) return fail(store.error());
  return OpenStore{std::move(*configuration), std::move(*catalogue), std::move(*store), file};
}

Result<void> write(const OpenStore& open, const sensors::ExportRequest& request,
                   const std::filesystem::path& output) {
  const auto ending = output.extension();
  if (ending == ".csv") return export_csv(open.catalogue, open.store, request, output);
  if (ending == ".xml")
    return export_waterml(open.catalogue, open.store, request, output, clock_now());
  if (ending == ".nc")
    return export_netcdf(open.configuration, open.catalogue, open.store, request, output);
  return fail(ErrorCode::invalid_input,
              output.string() + ": no format goes with this ending; name a .csv, .nc or .xml file");
}

}  // namespace

int run_export_command(const ExportArguments& arguments) {
  const auto open = open_store(arguments.configuration, arguments.data, arguments.store);
  if (!open) return report(open.error());
  const sensors::ExportRequest request{
      .stations = arguments.stations,
      .from = arguments.from.value_or(parse_time("1900-01-01T00:00:00Z").value()),
      .to = arguments.to.value_or(parse_time("2199-12-31T23:59:59Z").value())};
  if (const auto written = write(*open, request, arguments.output); !written)
    return report(written.error());
  fmt::print("{}\n", arguments.output.string());
  return static_cast<int>(ExitCode::ok);
}

int run_import_command(const ImportArguments& arguments) {
  auto open = open_store(arguments.configuration, arguments.data, arguments.store);
  if (!open) return report(open.error());
  const auto* station = open->catalogue.find(arguments.station);
  if (station == nullptr) {
    fmt::print(stderr, "station \"{}\" is not configured; name one that is\n", arguments.station);
    return refused;
  }
  for (const auto& file : arguments.files) {
    auto read = sensors::read_file(*station, file, clock_now());
    if (!read) return report(read.error());
    const auto done = sensors::import_readings(open->catalogue, open->store,
                                               std::move(read->readings), clock_now());
    if (!done) return report(done.error());
    fmt::print(
        "{}: {} new, {} known, {} corrected; {} rows say none, {} are of others, {} refused\n",
        file.string(), done->added, done->duplicate, done->revision, read->none, read->others,
        read->refused_count);
    for (const auto& fault : read->refused) fmt::print(stderr, "{}\n", to_string(fault));
  }
  return static_cast<int>(ExitCode::ok);
}

int run_tidy_command(const TidyArguments& arguments) {
  const auto open = open_store(arguments.configuration, arguments.data, arguments.store);
  if (!open) return report(open.error());
  if (const auto sound = open->store.check_integrity(); !sound) return report(sound.error());
  fmt::print("{}: sound\n", open->file.string());
  if (!open->configuration.retention) {
    fmt::print("nothing is thinned: store.keep_all is not declared\n");
    return static_cast<int>(ExitCode::ok);
  }
  const auto done = sensors::tidy(open->file, *open->configuration.retention, clock_now());
  if (!done) return report(done.error());
  fmt::print("{} readings thinned, {} expired\n", done->thinned, done->expired);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace vandvagt::app
