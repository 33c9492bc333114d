#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/fault.hpp"
#include "core/result.hpp"
#include "sensors/station.hpp"

namespace vandvagt::sensors {

/// Everything wrong with a list of stations, each with its place (`station "id"`) and cure: ids and
/// operators that are no names or not unique, unknown units, a stage or head without a declared
/// datum and gauge zero, limits that are not finite or contradict each other, fallback stations and
/// neighbours that do not exist, are the station itself, or measure something else, mappings that
/// contradict themselves or share a topic.
Faults check_stations(const std::vector<Station>& stations);

/// The stations that readings are accepted from; validated and immutable.
class Catalogue {
 public:
  /// No station is known.
  Catalogue() = default;
  /// Error{invalid_input} with every fault of `check_stations`, one a line.
  static Result<Catalogue> make(std::vector<Station> stations);

  const Station* find(std::string_view id) const;  // nullptr: unknown; valid as long as *this
  const std::vector<Station>& stations() const { return stations_; }

  /// The station whose mapping names `topic`, or nullptr.
  const Station* find_by_topic(std::string_view topic) const;
  /// The topics that mappings name, to be subscribed beside `<prefix>/obs/+/+/+`; each of one
  /// station.
  std::vector<std::string> mapped_topics() const;

 private:
  std::vector<Station> stations_;
  std::map<std::string, std::size_t, std::less<>> index_, topics_;
};

}  // namespace vandvagt::sensors
