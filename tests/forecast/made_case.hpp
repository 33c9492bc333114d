#pragma once

#include <memory>
#include <string>
#include <vector>

#include "forecast/built_case.hpp"
#include "forecast/scenario.hpp"
#include "sensors/station.hpp"
#include "sensors/store.hpp"
#include "tests/support/support.hpp"

/// A small catchment made by formula: a valley that falls westwards to the sea, 40 × 24 cells of
/// 20 m in EPSG:25832, with a stream, a sea edge and (where wanted) soil and groundwater.
namespace vandvagt::forecast::test {

struct MadeOptions {
  bool infiltration = false;
  bool stations = true;  // sea and rain from stations, else from constants
  bool aquifer = false;  // with infiltration
  int members = 1;
};

struct MadeCase {
  Scenario scenario;
  BuiltCase built;
  std::vector<sensors::Station> stations;
};

MadeCase make_case(const MadeOptions& options = {});

/// 2026-01-10T00:00:00Z.
Time first_night();

sensors::Station station(const std::string& id, sensors::Parameter parameter);

/// A store in a folder, filled by value functions of seconds since `first_night`.
class MadeStore {
 public:
  explicit MadeStore(const std::filesystem::path& folder);
  const sensors::Store& get() const { return *store_; }
  void add(const sensors::Station& station, Time time, double value,
           sensors::Flag flag = sensors::Flag::pass);
  /// A reading of a well while its pump ran, as decoding flags it.
  void add_pumped(const sensors::Station& station, Time time, double value);
  /// Readings every `interval` with from <= time <= to.
  template <class F>
  void fill(const sensors::Station& station, Time from, Time to, Duration interval, F value) {
    for (Time t = from; t <= to; t += interval) {
      queue(station, t, value(to_seconds(t - first_night())));
    }
    flush();
  }

 private:
  void queue(const sensors::Station& station, Time time, double value);
  void flush();
  std::unique_ptr<sensors::Store> store_;
  std::vector<sensors::Reading> queued_;
};

/// Sea, rain and wells from `from` to `to`, as the stations of `make_case` would have sent them.
void fill_weather(MadeStore& store, const MadeCase& made, Time from, Time to);

}  // namespace vandvagt::forecast::test
