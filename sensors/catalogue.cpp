#include "sensors/catalogue.hpp"

#include <algorithm>
#include <cmath>

#include "sensors/detail/limits.hpp"
#include "sensors/readers.hpp"

namespace vandvagt::sensors {
namespace {

constexpr int longest_flat_run = 1000;
constexpr int most_in_window = 5000;

// A level of a topic; messaging has the same rule, and neither folder sees the other.
bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

using detail::merged;

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

  void limits(const QualityLimits& l) {
    range(l.sensor_min, l.sensor_max, "sensor_min", "sensor_max");
    range(l.operator_min, l.operator_max, "operator_min", "operator_max");
    range(l.spike_suspect, l.spike_fail, "spike_suspect", "spike_fail");
    positive(l.spike_suspect, "spike_suspect");
    positive(l.spike_fail, "spike_fail");
    range(l.climatology_min, l.climatology_max, "climatology_min", "climatology_max");
    range(l.attenuated_fail, l.attenuated_suspect, "attenuated_fail", "attenuated_suspect");
    positive(l.rate_per_second, "rate_per_second");
    positive(l.rate_deviations, "rate_deviations");
    positive(l.attenuated_suspect, "attenuated_suspect");
    positive(l.attenuated_fail, "attenuated_fail");
    positive(l.companion_from_rate, "companion_from_rate");
    positive(l.companion_rate, "companion_rate");
    positive(l.neighbour_tolerance, "neighbour_tolerance");
    positive(l.location_radius, "location_radius");
    if (l.flat_tolerance && (!std::isfinite(*l.flat_tolerance) || *l.flat_tolerance < 0.0))
      add("flat_tolerance must be zero or more", "give it in SI");
    const int suspect = l.flat_suspect_count.value_or(3), fail = l.flat_fail_count.value_or(5);
    if (suspect < 2 || fail < suspect || fail > longest_flat_run)
      add("flat line counts must hold 2 <= suspect <= fail <= 1000", "");
    if (l.expected_interval && *l.expected_interval <= Duration{0})
      add("expected_interval must be above zero", "");
    windows(l);
    others(l);
  }

  void seasons() {
    for (const auto& season : station_.seasons) {
      const auto month = [](int m) { return m >= 1 && m <= 12; };
      if (!month(season.first_month) || !month(season.last_month))
        add("a season's months must be 1 to 12", "write months = [11, 3]");
      limits(merged(station_.limits, season.limits));
    }
  }

  void mapping() {
    auto found = faults_of(station_.mapping);
    if (station_.file)
      for (auto& fault : faults_of(station_, *station_.file)) found.push_back(std::move(fault));
    for (const auto& fault : found) {
      const auto cut = fault.rfind("; ");
      add(fault.substr(0, cut), fault.substr(cut + 2));
    }
    if (!station_.mapping.pumping.empty() && station_.parameter != Parameter::groundwater_head &&
        station_.parameter != Parameter::groundwater_depth)
      add("it names where its pump's state is sent and is no well", "remove mapping.pumping");
  }

  void neighbours(const std::map<std::string, const Station*, std::less<>>& all) {
    const auto& l = station_.limits;
    for (const auto& [id, what] :
         {std::pair{&l.neighbour, "neighbour"}, {&l.companion, "companion"}}) {
      if (id->empty()) continue;
      const auto other = all.find(*id);
      const std::string who = std::string("its ") + what + " \"" + *id + "\" ";
      if (other == all.end())
        add(who + "is no station", "name one of the configured stations");
      else if (*id == station_.id)
        add(who + "is the station itself", "name another");
      else if (id == &l.neighbour && other->second->parameter != station_.parameter)
        add(who + "measures " + to_string(other->second->parameter),
            "name a station of " + to_string(station_.parameter));
    }
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
  // Tests over a window need to know how many readings it holds.
  void windows(const QualityLimits& l) {
    const auto window = [&](bool declared, Duration length, const std::string& name) {
      if (!declared) return;
      if (!l.expected_interval) return add(name + " needs expected_interval", "declare it");
      if (*l.expected_interval <= Duration{0}) return;
      if (length < 3 * *l.expected_interval || length / *l.expected_interval > most_in_window)
        add(name + " must hold 3 to " + std::to_string(most_in_window) + " readings",
            "mend it or expected_interval");
    };
    window(l.rate_deviations.has_value(), l.rate_window, "rate_window");
    window(l.attenuated_suspect || l.attenuated_fail, l.attenuated_window, "attenuated_window");
  }

  void others(const QualityLimits& l) {
    if (l.neighbour.empty() != !l.neighbour_tolerance)
      add("neighbour and neighbour_tolerance come together", "declare both or none");
    const bool rates = l.companion_from_rate && l.companion_rate;
    if (l.companion.empty() ? (l.companion_from_rate || l.companion_rate) : !rates)
      add("companion, companion_from_rate and companion_rate come together",
          "declare all three or none");
    if ((!l.neighbour.empty() || !l.companion.empty()) && !l.expected_interval)
      add("a neighbour or companion needs expected_interval", "declare it");
    if (!std::isfinite(l.neighbour_difference))
      add("neighbour_difference is not finite", "give it in SI");
    if (l.location_radius && (station_.mapping.x.empty() || !station_.position_sent))
      add("location_radius needs a mapping that says where the position is sent",
          "declare mapping.x and mapping.y, or remove it");
  }

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
  std::map<std::string, std::string> topics;
  for (const auto& station : stations) {
    const auto& topic = station.mapping.topic;
    const auto first = topics.emplace(topic, station.id).first;
    if (!topic.empty() && first->second != station.id)
      StationCheck(station, faults)
          .add("its topic is that of station \"" + first->second + "\" too",
               "a station's readings come from a topic of its own");
    StationCheck check(station, faults);
    check.names();
    check.unit_and_datum();
    check.limits(station.limits);
    check.seasons();
    check.mapping();
    check.neighbours(all);
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
  for (std::size_t i = 0; i < catalogue.stations_.size(); ++i) {
    const auto& station = catalogue.stations_[i];
    catalogue.index_.emplace(station.id, i);
    if (!station.mapping.topic.empty()) catalogue.topics_.emplace(station.mapping.topic, i);
  }
  return catalogue;
}

const Station* Catalogue::find(std::string_view id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &stations_[found->second];
}

const Station* Catalogue::find_by_topic(std::string_view topic) const {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? nullptr : &stations_[found->second];
}

std::vector<std::string> Catalogue::mapped_topics() const {
  std::vector<std::string> topics;
  for (const auto& [topic, station] : topics_) topics.push_back(topic);
  return topics;
}

}  // namespace vandvagt::sensors
