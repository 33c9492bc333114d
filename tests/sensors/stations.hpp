#pragma once

#include <string>
#include <vector>

#include "sensors/catalogue.hpp"

namespace vandvagt::test {

inline sensors::Station stage_station(const std::string& id = "n12") {
  sensors::Station station;
  station.id = id;
  station.op = "kommune";
  station.name = "Town bridge";
  station.unit = "m";
  station.datum = "EPSG:5799";
  station.datum_offset_declared = true;
  return station;
}

inline sensors::Station discharge_station(const std::string& id = "q1") {
  sensors::Station station;
  station.id = id;
  station.op = "kommune";
  station.parameter = sensors::Parameter::discharge;
  station.unit = "l/s";
  return station;
}

inline sensors::Catalogue catalogue_of(std::vector<sensors::Station> stations) {
  return sensors::Catalogue::make(std::move(stations)).value();
}

inline Time at(int minutes) {
  return parse_time("2026-11-23T00:00:00Z").value() + std::chrono::minutes{minutes};
}

inline sensors::Reading reading_at(int minutes, double value, const std::string& station = "n12") {
  return {.station = station, .time = at(minutes), .value = value, .received = at(minutes)};
}

inline constexpr const char* stage_topic = "vv/v1/obs/kommune/n12/stage";

}  // namespace vandvagt::test
