#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace vandvagt::sensors {

/// How a file of readings is written.
enum class FileFormat {
  csv,               // columns by name
  waterml2,          // OGC WaterML 2.0 time series
  usgs,              // USGS Water Services, JSON of instantaneous values
  uk_ea,             // Environment Agency: telemetry, readings of its API, rainfall
  vanda,             // VanDa Hydro API of the Danish Environmental Portal
  dmi,               // DMI oceanObs, GeoJSON
  kystdirektoratet,  // CSV of the Danish Coastal Authority
  jupiter,           // CSV of GEUS JUPITER's WATLEVEL
};

/// Times of a file that name no offset: declared, never guessed.
struct LocalTime {
  Duration utc_offset{};     // of normal time: +01:00 for Denmark's
  bool summer_time = false;  // an hour more in summer, by the European Union's rule since 1996
};

/// Columns of a CSV file, by the names in its header; empty: not there.
struct CsvColumns {
  std::vector<std::string> time{};  // of date and time apart: both, joined by a space
  std::string value{};
  std::string series{};       // rows of other series than `FileSource::series` are passed over
  std::string substituted{};  // filled where another gauge's reading was put in
  std::string pumping{};      // 0 at rest
  std::string x{}, y{};       // where it was measured, in the mapping's position_crs
  std::string unit{};         // must be the station's
};

/// How a station's readings are read from files.
struct FileSource {
  FileFormat format = FileFormat::csv;
  std::string series{};  // the network's own number of the station: USGS site, VanDa stationId, …
  std::string variable{};  // its code of the parameter: USGS "00065", VanDa "25", DMI "sealev_dvr"
  int point = 0;           // VanDa: measurementPointNumber; 0: the only one
  bool elevation_corrected = false;  // VanDa: resultElevationCorrected in place of result
  CsvColumns columns{};
  char separator = ',';
  bool decimal_comma = false;
  std::string time_format{};  // as strptime: "%d-%m-%Y %H:%M"; empty: RFC 3339
  std::optional<LocalTime> local_time{};
  std::vector<double> missing{};                // numbers, as sent, that say "none"
  std::optional<double> missing_at_or_below{};  // VanDa: -777 where not declared
  double scale = 1.0, offset = 0.0;  // value in the station's unit = scale × sent + offset
};

}  // namespace vandvagt::sensors
