#include "sensors/readers.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "sensors/decode.hpp"
#include "sensors/detail/file_rows.hpp"
#include "sensors/judge.hpp"

namespace vandvagt::sensors {
namespace {

bool of_danish_centimetres(FileFormat format) {
  return format == FileFormat::dmi || format == FileFormat::kystdirektoratet;
}

}  // namespace

Result<FileReadings> read_text(const Station& station, std::string_view text,
                               const std::string& name, Time received) {
  if (!station.file)
    return fail(ErrorCode::invalid_input,
                "station \"" + station.id + "\" declares no files; add [station.file]");
  switch (station.file->format) {
    case FileFormat::csv:
    case FileFormat::kystdirektoratet:
    case FileFormat::jupiter:
      return detail::read_csv(station, text, name, received);
    case FileFormat::waterml2:
      return detail::read_waterml(station, text, name, received);
    default:
      return detail::read_agency_json(station, text, name, received);
  }
}

Result<FileReadings> read_file(const Station& station, const std::filesystem::path& file,
                               Time received) {
  std::error_code problem;
  const auto size = std::filesystem::file_size(file, problem);
  if (problem) return fail(ErrorCode::io, file.string() + ": cannot be read; name another file");
  if (size > largest_file)
    return fail(ErrorCode::io, file.string() + ": larger than 256 MiB; cut it in parts");
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return fail(ErrorCode::io, file.string() + ": cannot be read; check its rights");
  return read_text(station, text.view(), file.filename().string(), received);
}

Result<Imported> import_readings(const Catalogue& catalogue, Store& store,
                                 std::vector<Reading> readings, Time now) {
  // Stable: corrections stay behind what they correct.
  std::stable_sort(readings.begin(), readings.end(),
                   [](const Reading& a, const Reading& b) { return a.time < b.time; });
  Imported done;
  for (std::size_t from = 0; from < readings.size(); from += most_rows) {
    const auto to = std::min(readings.size(), from + most_rows);
    const auto offset = [&](std::size_t i) {
      return readings.begin() + static_cast<std::ptrdiff_t>(i);
    };
    std::vector<Reading> group(offset(from), offset(to));
    const auto reviews = judge(catalogue, store, group, now);
    if (!reviews) return fail(reviews.error());
    const auto stored = store.add(group, *reviews);
    if (!stored) return fail(stored.error());
    for (const auto outcome : *stored)
      ++(outcome == Stored::added       ? done.added
         : outcome == Stored::duplicate ? done.duplicate
                                        : done.revision);
  }
  return done;
}

std::vector<std::string> faults_of(const Station& station, const FileSource& source) {
  std::vector<std::string> faults;
  const auto require = [&](bool sound, std::string fault) {
    if (!sound) faults.push_back(std::move(fault));
  };
  using Format = FileFormat;
  const auto format = source.format;
  require(std::isfinite(source.scale) && source.scale != 0.0 && std::isfinite(source.offset),
          "its file's scale and offset must be finite, scale not 0; mend them");
  require(format != Format::csv || (!source.columns.time.empty() && !source.columns.value.empty()),
          "a CSV file needs the names of its columns; declare columns.time and columns.value");
  const bool coded = format == Format::usgs || format == Format::vanda || format == Format::dmi;
  require(!coded || (!source.series.empty() && !source.variable.empty()),
          "its file needs the network's own numbers; declare file.series and file.variable");
  require(source.columns.series.empty() || !source.series.empty(),
          "its file has a column of series; declare file.series");
  require(!of_danish_centimetres(format) || station.unit == "cm",
          "its file is in cm; declare the unit cm");
  // One station has both: the sea level in DVR90 and above a local zero.
  const bool dvr90 = station.datum == "EPSG:5799";
  require(format != Format::dmi || !needs_datum(station.parameter) ||
              dvr90 == (source.variable == "sealev_dvr"),
          "its file's variable is of another datum; sealev_dvr is EPSG:5799, sealev_ln is local");
  require(format != Format::jupiter || (station.well && !source.series.empty()),
          "a well's file holds several intakes; declare [station.well] and file.series");
  require(format != Format::kystdirektoratet || source.local_time,
          "its file's times name no offset; declare file.utc_offset");
  require(!source.elevation_corrected || format == Format::vanda,
          "elevation_corrected is VanDa's; remove it");
  if (source.local_time)
    require(std::chrono::abs(source.local_time->utc_offset) <= std::chrono::hours{14},
            "utc_offset is no offset; write \"+01:00\"");
  return faults;
}

}  // namespace vandvagt::sensors
