#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "core/fault.hpp"
#include "core/time.hpp"
#include "grids/geometry.hpp"
#include "sensors/reading.hpp"
#include "sensors/station.hpp"

namespace vandvagt::app {

/// What one simulated sensor sends, in order of time, with session and sequence numbers.
struct SensorScript {
  sensors::Station station;
  std::vector<sensors::Reading> readings;  // SI, in the grid's datum
};

/// The readings of CSV files with the columns time (RFC 3339), station, value (in the station's
/// unit and datum), by station, in order of time; a reading has the number of its place among its
/// station's rows. Every fault is added to `faults` with file and line.
std::vector<SensorScript> replay_files(const config::Configuration& configuration,
                                       const std::vector<std::filesystem::path>& files,
                                       Faults& faults);

/// The readings of [replay] up to `reference`, by station. A reading of a file has the same number
/// in every run (its place among its station's rows), so that a repeat is seen as one; those made
/// from a raster belong to a session of their own for each reference time. Stations without
/// readings are left out. Every fault (a row that cannot be read, an unknown station, a station
/// outside its raster) is added to `faults` with file and line or key.
std::vector<SensorScript> replay_scripts(const config::Configuration& configuration,
                                         const grids::Geometry& geometry, Time reference,
                                         Faults& faults);

}  // namespace vandvagt::app
