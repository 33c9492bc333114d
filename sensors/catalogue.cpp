#include "sensors/catalogue.hpp"

#include <algorithm>
#include <cmath>

namespace vandvagt::sensors {
namespace {

constexpr int longest_flat_run = 1000;

// A level of a topic; messaging has the same rule, and neither folder sees the other.
bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

class StationCheck {
 public:
  StationCheck(const Station& station, Faults& faults) : station_(station), faults_(faults) {}

  void names() {
    const std::string cure = "use 1 to 64 lower-case letters, digits and dashes";
    if (!valid_name(station_.id)) add("its id is no name", cure);
    if (!valid_name(station_.op)) add("its operator \"" + station_.op + "\" is no name", cure);
  }

  void unit_and_datum() {
    const auto unit = to_si(1.0, station_.unit, dimension(station_.parameter));
    if (!unit) add(unit.error().message, "declare the unit that its payloads carry");
    if (!std::isfinite(station_.datum_offset))
      add("its datum_offset is not finite", "give metres above the grid's datum");
    if (!needs_datum(station_.parameter)) return;
    if (station_.datum.empty())
      add("a " + to_string(station_.parameter) + " needs a vertical datum",
          "declare datum, for instance \"EPSG:5799\" for DVR90");
    if (!station_.datum_offset_declared)
      add("its gauge zero is not declared",
          "declare datum_offset, the height of its zero above the grid's datum; 0 where they "
          "agree");
  }

  void limits() {
    const auto& l = station_.limits;
    range(l.sensor_min, l.sensor_max, "sensor_min", "sensor_max");
    range(l.operator_min, l.operator_max, "operator_min", "operator_max");
    range(l.spike_suspect, l.spike_fail, "spike_suspect", "spike_fail");
    positive(l.spike_suspect, "spike_suspect");
    positive(l.spike_fail, "spike_fail");
    positive(l.rate_per_second, "rate_per_second");
    if (l.flat_tolerance && (!std::isfinite(*l.flat_tolerance) || *l.flat_tolerance < 0.0))
      add("flat_tolerance must be zero or more", "give it in SI");
    if (l.flat_suspect_count < 2 || l.flat_fail_count < l.flat_suspect_count ||
        l.flat_fail_count > longest_flat_run)
      add("flat line counts must hold 2 <= suspect <= fail <= 1000", "");
    if (l.expected_interval && *l.expected_interval <= Duration{0})
      add("expected_interval must be above zero", "");
  }

  void fallbacks(const std::map<std::string, const Station*, std::less<>>& all) {
    for (const auto& id : station_.fallback) {
      const auto other = all.find(id);
      const std::string what = "its fallback \"" + id + "\" ";
      if (other == all.end())
        add(what + "is no station", "name one of the configured stations");
      else if (id == station_.id)
        add(what + "is the station itself", "name another");
      else if (other->second->parameter != station_.parameter)
        add(what + "measures " + to_string(other->second->parameter),
            "name a station of " + to_string(station_.parameter));
    }
  }

  void add(std::string what, std::string cure) {
    faults_.push_back({"station \"" + station_.id + "\"", std::move(what), std::move(cure)});
  }

 private:
  void range(std::optional<double> low, std::optional<double> high, const std::string& low_name,
             const std::string& high_name) {
    for (const auto& [limit, name] : {std::pair{low, &low_name}, std::pair{high, &high_name}})
      if (limit && !std::isfinite(*limit)) add(*name + " is not finite", "");
    if (low && high && !(*low <= *high))
      add(low_name + " is above " + high_name, "exchange them or mend one");
  }
  void positive(std::optional<double> limit, const std::string& name) {
    if (limit && !(std::isfinite(*limit) && *limit > 0.0)) add(name + " must be above zero", "");
  }

  const Station& station_;
  Faults& faults_;
};

}  // namespace

Faults check_stations(const std::vector<Station>& stations) {
  Faults faults;
  std::map<std::string, const Station*, std::less<>> all;
  for (const auto& station : stations)
    if (!all.emplace(station.id, &station).second)
      StationCheck(station, faults).add("its id is given twice", "every station needs its own");
  for (const auto& station : stations) {
    StationCheck check(station, faults);
    check.names();
    check.unit_and_datum();
    check.limits();
    check.fallbacks(all);
  }
  return faults;
}

Result<Catalogue> Catalogue::make(std::vector<Station> stations) {
  std::string faults;
  for (const auto& fault : check_stations(stations))
    faults += (faults.empty() ? "" : "\n") + to_string(fault);
  if (!faults.empty()) return fail(ErrorCode::invalid_input, faults);
  Catalogue catalogue;
  catalogue.stations_ = std::move(stations);
  for (std::size_t i = 0; i < catalogue.stations_.size(); ++i)
    catalogue.index_.emplace(catalogue.stations_[i].id, i);
  return catalogue;
}

const Station* Catalogue::find(std::string_view id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &stations_[found->second];
}

}  // namespace vandvagt::sensors
