#pragma once

#include <gtest/gtest.h>

#include "sensors/readers.hpp"
#include "tests/sensors/stations.hpp"
#include "tests/support/support.hpp"

// What the tests of files of other networks share.
namespace vandvagt::sensors {

using test::at;

inline Station with_file(FileSource source, Parameter parameter, const std::string& unit) {
  auto station = test::stage_station();
  station.parameter = parameter;
  station.unit = unit;
  station.file = std::move(source);
  return station;
}

inline FileReadings read(const Station& station, std::string_view text) {
  auto read = read_text(station, text, "file", at(0));
  EXPECT_TRUE(read) << read.error().message;
  return read ? std::move(*read) : FileReadings{};
}

inline std::string reason(const Station& station, std::string_view text) {
  const auto read = read_text(station, text, "file", at(0));
  return read ? "accepted" : read.error().message;
}

inline Time time(const char* text) {
  return parse_time(text).value();
}

inline std::filesystem::path series_folder() {
  const auto data = test::shared_data();
  return data.empty() ? data : data / "gauge_series_and_warnings";
}

}  // namespace vandvagt::sensors
