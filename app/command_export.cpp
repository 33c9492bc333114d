#include "app/command_export.hpp"

#include <fmt/core.h>

#include <cstdio>

#include "app/exit_code.hpp"
#include "app/export_netcdf.hpp"
#include "app/open_store.hpp"
#include "app/station_link.hpp"
#include "sensors/export.hpp"
#include "sensors/readers.hpp"
#include "sensors/retention.hpp"
#include "sensors/review.hpp"
#include "sensors/transfer.hpp"

namespace vandvagt::app {
namespace {

constexpr int refused = static_cast<int>(ExitCode::refused);

Result<void> write(const OpenStore& open, const sensors::ExportRequest& request,
                   const std::optional<Duration>& closed, const std::filesystem::path& output) {
  const auto ending = output.extension();
  if (closed && ending != ".csv")
    return fail(ErrorCode::invalid_input,
                output.string() + ": a closed series is written as .csv; name such a file");
  if (closed) return export_closed_csv(open.catalogue, open.store, request, *closed, output);
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
  if (const auto written = write(*open, request, arguments.closed, arguments.output); !written)
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
  fmt::print("{}: sound\n", open->place.description());
  if (!open->configuration.retention) {
    fmt::print("nothing is thinned: store.keep_all is not declared\n");
    return static_cast<int>(ExitCode::ok);
  }
  const auto done = sensors::tidy(open->place, *open->configuration.retention, clock_now());
  if (!done) return report(done.error());
  fmt::print("{} readings thinned, {} expired\n", done->thinned, done->expired);
  return static_cast<int>(ExitCode::ok);
}

int run_review_command(const ReviewArguments& arguments) {
  auto open = open_store(arguments.configuration, arguments.data, arguments.store);
  if (!open) return report(open.error());
  const auto* station = open->catalogue.find(arguments.station);
  if (station == nullptr) {
    fmt::print(stderr, "station \"{}\" is not configured; name one that is\n", arguments.station);
    return refused;
  }
  const auto done = sensors::review(open->store, *station,
                                    {.from = arguments.from,
                                     .to = arguments.to,
                                     .flag = static_cast<sensors::Flag>(arguments.flag),
                                     .by = arguments.by},
                                    clock_now());
  if (!done) return report(done.error());
  fmt::print("{} readings flagged {} by {}\n", *done, arguments.flag, arguments.by);
  return static_cast<int>(ExitCode::ok);
}

int run_copy_store_command(const CopyStoreArguments& arguments) {
  if (arguments.from.empty() == arguments.to.empty()) {
    fmt::print(stderr, "one side is a file, the other the configured store; give --from or --to\n");
    return refused;
  }
  const auto configuration = load_configuration(arguments.configuration, arguments.data);
  if (!configuration) return report(configuration.error());
  const auto from = place_of_store(*configuration, arguments.configuration, arguments.from);
  if (!from) return report(from.error());
  const auto to = place_of_store(*configuration, arguments.configuration, arguments.to);
  if (!to) return report(to.error());
  if (const auto there = must_exist(*from); !there) return report(there.error());
  const auto copied = sensors::copy_store(*from, *to);
  if (!copied) return report(copied.error());
  fmt::print("{} readings from {} to {}\n", *copied, from->description(), to->description());
  return static_cast<int>(ExitCode::ok);
}

}  // namespace vandvagt::app
