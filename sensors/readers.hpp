#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "core/fault.hpp"
#include "core/result.hpp"
#include "sensors/catalogue.hpp"
#include "sensors/store.hpp"

namespace vandvagt::sensors {

/// What a file holds of one station.
struct FileReadings {
  std::vector<Reading> readings;  // a correction stands after what it corrects
  long long none = 0;             // rows that say "none": sentinels, empty values
  long long others = 0;           // rows of other stations, points or parameters
  Faults refused;                 // rows that cannot be read, with place; the first 100
  long long refused_count = 0;
};

inline constexpr std::size_t largest_file = 256u << 20;  // bytes

/// The readings of `station` in `text`, a file in the format of `station.file`; SI, in the grid's
/// datum. What is not the declared unit, datum, series or variable is not taken. Rows are read one
/// by one: a bad one is refused, and the others are read.
/// - A reading that was corrected is there as often as the file holds it, in the order of creation.
/// - One put in from another gauge (Kystdirektoratet) has location suspect; one marked in error by
///   its owner (Environment Agency) syntax suspect; one of a pumped well multi-variate suspect:
///   kept, and not used.
/// @param name  of the file, for places of faults
/// @return Error{invalid_input}: not the format, no or several series that fit, another unit
Result<FileReadings> read_text(const Station& station, std::string_view text,
                               const std::string& name, Time received);

/// As `read_text`. Error{io}: it cannot be read or is larger than `largest_file`.
Result<FileReadings> read_file(const Station& station, const std::filesystem::path& file,
                               Time received);

/// What became of readings brought in from a file.
struct Imported {
  long long added = 0, duplicate = 0, revision = 0;
};

/// Checks readings of one station and stores them as if they had come over the network, in order of
/// time, corrections after what they correct; groups of 200 are committed at once. A repeat changes
/// nothing, so an import that was broken off is done again from the start.
Result<Imported> import_readings(const Catalogue& catalogue, Store& store,
                                 std::vector<Reading> readings, Time now);

/// Everything wrong with a file source, as `what; cure`.
std::vector<std::string> faults_of(const Station& station, const FileSource& source);

}  // namespace vandvagt::sensors
