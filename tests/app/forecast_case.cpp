#include "tests/app/forecast_case.hpp"
#include "tests/support/program.hpp"

#include <fmt/format.h>

namespace vandvagt::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* configuration_text = R"toml(
[project]
name = "coast"
title = "A coast made for tests"

[terrain]
flat = 1.0
crs = "EPSG:25832"
vertical_datum = "EPSG:5799"
cell_size = 10.0
extent = [560000, 6278000, 560400, 6278200]

[manning]
value = 0.03

[initial]
depth = 0.0

[[edge]]
name = "sea"
kind = "stage"
side = "west"
[edge.stage]
station = "pier"
forecast_file = "sea_forecast.csv"
unit = "m"

[time]
spin_up = "3h"
horizon = "6h"
reference_time = "2026-11-01T06:00:00Z"

[ensemble]
members = 3
stage_offset_sigma = 0.05

[output]
interval = "10min"
map_interval = "1h"

[replay]
file = "readings.csv"

[[station]]
id = "pier"
name = "Molen"
operator = "test"
parameter = "stage"
unit = "m"
datum = "EPSG:5799"
position = [560005, 6278105]
[station.quality]
sensor_min = -5.0
sensor_max = 5.0
expected_interval = "10min"

[[gauge]]
id = "pier"
position = [560005, 6278105]
station = "pier"

[alerts]
status = "test"
sender = "vandvagt@example.org"
identifier_prefix = "vandvagt-test"

[[area]]
id = "land"
name_da = "Landet"
name_en = "The land"
rectangle = [560100, 6278000, 560400, 6278200]

[[area]]
id = "pier-head"
name_da = "Molehovedet"
name_en = "The pier head"
rectangle = [560000, 6278000, 560100, 6278200]

[[rule]]
id = "land-flooded"
area = "land"
quantity = "area_share"
area_depth = 0.1
hazard = "sea"
[[rule.level]]
name = "minor"
raise = 0.2
clear = 0.1

[[rule]]
id = "pier-never"
area = "pier-head"
station = "pier"
quantity = "stage"
datum = "EPSG:5799"
hazard = "sea"
[[rule.level]]
name = "minor"
raise = 4.5
clear = 4.0
)toml";

/// Sea level [m above datum], hours after midnight.
double sea(double hour) {
  return -0.5 + 0.2 * hour;
}

std::string time_text(int minutes) {
  return fmt::format("2026-11-01T{:02d}:{:02d}:00Z", minutes / 60, minutes % 60);
}

}  // namespace

ForecastCase::ForecastCase(fs::path folder, const std::string& broker)
    : folder_(std::move(folder)) {
  std::string readings = "time,station,value\n", outlook = "time,stage\n";
  for (int minutes = 0; minutes <= 14 * 60; minutes += 10)
    readings += fmt::format("{},pier,{:.3f}\n", time_text(minutes), sea(minutes / 60.0));
  for (int hour = 0; hour <= 23; ++hour)
    outlook += fmt::format("{},{:.3f}\n", time_text(60 * hour), sea(hour));
  write_text(folder_ / "readings.csv", readings);
  write_text(folder_ / "sea_forecast.csv", outlook);
  set_broker(broker);
}

void ForecastCase::set_broker(const std::string& broker) const {
  write_text(configuration(), configuration_text + (broker.empty() ? "" : "\n[broker]\n" + broker));
}

CommandResult ForecastCase::forecast(const std::string& more, const std::string& name) const {
  return run_command(fmt::format("{} forecast --config '{}' --output '{}' {}", program(),
                                 configuration().string(), output(name).string(), more));
}

}  // namespace vandvagt::test
