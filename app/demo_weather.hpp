#pragma once

#include <string>
#include <vector>

#include "core/time.hpp"

/// A day of readings and the outlook after it, for the example catchment: a November storm with
/// heavy rain, a stream in flood and a surge in the fjord that meet a few hours after the reference
/// time. Made from formulas, not measured.
namespace vandvagt::app {

/// 2026-11-22T18:00:00Z.
Time demo_reference_time();

struct DemoReading {
  Time time;
  std::string station;
  double value = 0.0;  // in the station's unit and datum
};
/// 24 hours up to the reference time, in order of time: discharge at the upstream edge and stages
/// every 10 minutes, rain every 10 minutes, groundwater every hour.
std::vector<DemoReading> demo_readings();

struct DemoValue {
  Time time;
  double value = 0.0;
};
/// What another service would forecast, hourly from the reference time over `hours`.
std::vector<DemoValue> demo_discharge_forecast(int hours);  // [m³/s]
std::vector<DemoValue> demo_sea_forecast(int hours);        // [m above DVR90]
std::vector<DemoValue> demo_rain_forecast(int hours);       // [mm/h]

}  // namespace vandvagt::app
