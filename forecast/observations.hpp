#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "grids/geometry.hpp"
#include "sensors/station.hpp"
#include "sensors/store.hpp"

namespace vandvagt::forecast {

/// One usable reading in SI and in the grid's datum.
struct Observation {
  Time time;
  double value = 0.0;
};

/// SHA-256 over times and exact values: which readings a run saw.
std::string digest_of_readings(const std::vector<Observation>& readings);

/// The stations that a configuration declares and what they have sent. The store is borrowed; it
/// may be absent, and then no
/// station has a reading.
class Observations {
 public:
  Observations(const sensors::Store* store, std::vector<sensors::Station> stations);

  const sensors::Station* find(const std::string& station) const;

  /// Usable readings (quality pass or not evaluated) with from <= time <= to, and the last one
  /// before `from`, however old, in order of time. Error{invalid_input} for a station that is not
  /// declared; Error{io} from the store.
  Result<std::vector<Observation>> read(const std::string& station, Time from, Time to) const;

  /// Times with from <= time <= to at which its pump ran, as its messages or files say; in order.
  /// None for a station that does not say. Errors as `read`.
  Result<std::vector<Time>> pumped(const std::string& station, Time from, Time to) const;

  /// Where the station stands in the grid's system.
  /// Error{invalid_input} for an unknown station or coordinates that cannot be transformed.
  Result<grids::Point> position(const std::string& station, const grids::Geometry& geometry) const;

 private:
  const sensors::Store* store_;
  std::vector<sensors::Station> stations_;
};

}  // namespace vandvagt::forecast
