#include "forecast/observations.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/digest.hpp"
#include "grids/transform.hpp"

namespace vandvagt::forecast {

std::string digest_of_readings(const std::vector<Observation>& readings) {
  Sha256 digest;
  for (const Observation& reading : readings) {
    const auto time = reading.time.time_since_epoch().count();
    digest.add_values(std::span(&time, 1)).add_values(std::span(&reading.value, 1));
  }
  return digest.hex();
}

Observations::Observations(const sensors::Store* store, std::vector<sensors::Station> stations)
    : store_(store), stations_(std::move(stations)) {}

const sensors::Station* Observations::find(const std::string& station) const {
  const auto found = std::ranges::find(stations_, station, &sensors::Station::id);
  return found == stations_.end() ? nullptr : &*found;
}

Result<std::vector<Observation>> Observations::read(const std::string& station, Time from,
                                                    Time to) const {
  const sensors::Station* declared = find(station);
  if (!declared) {
    return fail(ErrorCode::invalid_input,
                "station \"" + station + "\" is not declared; add it to [[stations]]");
  }
  std::vector<Observation> values;
  if (!store_) return values;
  // What holds at `from` is the newest reading before it, however old.
  auto before = store_->latest_good(station, declared->parameter, from - Duration{1});
  if (!before) return fail(before.error());
  if (*before) values.push_back({(*before)->time, (*before)->value});
  auto readings = store_->read_good(station, declared->parameter, from, to);
  if (!readings) return fail(readings.error());
  for (const sensors::Reading& reading : *readings) {
    values.push_back({reading.time, reading.value});
  }
  return values;
}

Result<std::vector<Time>> Observations::pumped(const std::string& station, Time from,
                                               Time to) const {
  const sensors::Station* declared = find(station);
  if (!declared) {
    return fail(ErrorCode::invalid_input,
                "station \"" + station + "\" is not declared; add it to [[stations]]");
  }
  const bool tells = !declared->mapping.pumping.empty() ||
                     (declared->file && (!declared->file->columns.pumping.empty() ||
                                         declared->file->format == sensors::FileFormat::jupiter));
  std::vector<Time> times;
  if (!store_ || !tells) return times;
  auto readings = store_->read(station, declared->parameter, from, to);
  if (!readings) return fail(readings.error());
  for (const sensors::Reading& reading : *readings) {
    const bool ran = reading.quality[sensors::QcTest::multi_variate] == sensors::Flag::suspect;
    if (ran) times.push_back(reading.time);
  }
  return times;
}

Result<grids::Point> Observations::position(const std::string& station,
                                            const grids::Geometry& geometry) const {
  const sensors::Station* declared = find(station);
  if (!declared) {
    return fail(ErrorCode::invalid_input,
                "station \"" + station + "\" is not declared; add it to [[stations]]");
  }
  const grids::Point given{declared->x, declared->y};
  if (declared->crs.empty()) return given;
  auto points = grids::transform({given}, declared->crs, geometry.crs);
  if (!points) {
    return fail(points.error().code,
                "station \"" + station + "\": its position: " + points.error().message);
  }
  return points->front();
}

}  // namespace vandvagt::forecast
