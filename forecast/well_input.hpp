#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "forecast/well_fit.hpp"
#include "forecast/well_series.hpp"

namespace vandvagt::forecast {

/// Rain or evaporation day by day: a file of dates, a station's readings, or the file up to its end
/// and the station from there.
struct DailyInput {
  std::filesystem::path file;  // CSV: date, value; of a forecast: a value for each member
  std::string unit;            // of the file's values: "mm/d"
  std::string station;         // readings of rates
  std::string place;           // key in the configuration, for messages
};

/// A well whose head is forecast from its own history: fit_well and WellForecaster.
struct WellForecastInput {
  std::string station;          // groundwater_head or groundwater_depth
  std::filesystem::path heads;  // CSV: date, value as the station measures; before its readings
  std::string heads_unit;
  Duration heads_hour = std::chrono::hours{12};  // when on their date they were read
  DailyInput rain, evaporation;
  DailyInput rain_forecast, evaporation_forecast;  // files of members; may be empty
  WellResponse response = WellResponse::gamma;
  Duration lead = std::chrono::days{31};
  std::string place;  // key in the configuration, for messages
};

/// What the files of one well hold.
struct WellTables {
  ReadingSeries heads;            // as the station measures [m]; without its datum's offset
  DailySeries rain, evaporation;  // [m/day]; empty without a file
  std::vector<DailySeries> rain_forecast;         // [member] [m/day]; all of one length
  std::vector<DailySeries> evaporation_forecast;  // one, or one for each member, or none
};

}  // namespace vandvagt::forecast
