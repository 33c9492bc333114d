#pragma once

#include "sensors/check.hpp"
#include "tests/sensors/stations.hpp"

namespace vandvagt::test {

/// A station of some network's own JSON: rows of centimetres, seconds and a frame counter.
inline sensors::Station json_station(const std::string& id = "n12") {
  auto station = stage_station(id);
  station.unit = "cm";
  station.mapping = {.format = sensors::PayloadFormat::json,
                     .topic = "net/" + id + "/level",
                     .rows = "/data",
                     .value = "/v",
                     .time = "/t",
                     .time_form = sensors::TimeForm::unix_s,
                     .session = "/addr",
                     .sequence = "/fcnt",
                     .missing_at_or_below = -777.0};
  return station;
}

inline constexpr const char* json_payload =
    R"({"data":[{"t":1795407000,"v":125,"addr":"00BCB929","fcnt":12,"u":"cm"},)"
    R"({"t":1795407600,"v":"126.5","addr":"00BCB929","fcnt":13,"u":"cm"},)"
    R"({"t":1795408200,"v":-777,"addr":"00BCB929","fcnt":14,"u":"cm"}]})";

}  // namespace vandvagt::test
