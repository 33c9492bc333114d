#include "alerts/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "alerts/local_time.hpp"
#include "alerts/polygon.hpp"

namespace vandvagt::alerts {
namespace {

constexpr std::size_t longest_id = 64;

bool is_id(const std::string& id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !id.empty() && id.size() <= longest_id && std::all_of(id.begin(), id.end(), fits);
}

Fault bad_id(const std::string& place, const std::string& id) {
  return {place, "id \"" + id.substr(0, longest_id) + "\" cannot be part of a topic",
          "use lower case letters, digits and dashes, at most 64"};
}

class RuleCheck {
 public:
  RuleCheck(const Rule& rule, Faults& faults) : rule_(rule), faults_(faults) {}

  void check_levels() {
    if (rule_.levels.empty()) add("levels", "there is none", "give at least one level");
    const double sign = direction(rule_.quantity);
    const std::string worse = sign > 0.0 ? "above" : "below";
    for (std::size_t k = 0; k < rule_.levels.size(); ++k) {
      const Level& level = rule_.levels[k];
      const std::string key = "levels." + (level.name.empty() ? std::to_string(k) : level.name);
      check_level(level, key);
      if (!(sign * level.clear < sign * level.raise)) {
        add(key,
            fmt::format("clear {} is not on the safe side of raise {}", level.clear, level.raise),
            fmt::format("raise must lie {} clear, so that a level does not flap", worse));
      }
      if (k == 0) continue;
      const Level& lower = rule_.levels[k - 1];
      if (!(sign * level.raise > sign * lower.raise) || sign * level.clear < sign * lower.clear) {
        add(key, "is not worse than the level before it",
            fmt::format(
                "order levels so that raise goes {} that of {} and clear does not come back", worse,
                lower.name));
      }
      if (severity_of(level) < severity_of(lower)) {
        add(key, "is less severe than the level before it", "order the severities too");
      }
    }
  }

  void check_probability() {
    if (!(rule_.raise_probability > 0.0 && rule_.raise_probability <= 1.0)) {
      add("raise_probability", fmt::format("is {}", rule_.raise_probability),
          "give a share in (0, 1]");
    }
    if (rule_.runs_needed < 1 || rule_.runs_looked_at < rule_.runs_needed ||
        rule_.runs_looked_at > 24) {
      add("runs_needed",
          fmt::format("{} of the last {} runs", rule_.runs_needed, rule_.runs_looked_at),
          "give 1 <= runs_needed <= runs_looked_at <= 24");
    }
  }

  void check_windows() {
    positive("lead_window", rule_.lead_window);
    positive("clear_after", rule_.clear_after);
    positive("hold_max", rule_.hold_max);
    positive("fresh", rule_.fresh);
    positive("cycle", rule_.cycle);
    positive("grace", rule_.grace);
    if (rule_.action_time < Duration::zero()) {
      add("action_time", "is negative", "give the time people need before the onset");
    }
    if (rule_.fresh > rule_.hold_max) {
      add("fresh", "is longer than hold_max",
          "a reading must not be fresh for longer than a level is held");
    }
    if (rule_.grace > rule_.cycle * 10) {
      add("grace", "is more than ten cycles", "give the delay of a run that is still usual");
    }
  }

  void check_rise() {
    if (rule_.quantity != Quantity::rate_of_rise) return;
    positive("rise_window", rule_.rise_window);
    if (!rule_.datum.empty()) {
      add("datum", "is given for a rate of rise", "leave it out: a difference has none");
    }
    if (rule_.lead_window <= rule_.rise_window) {
      add("rise_window", "is not shorter than lead_window",
          "a run's first rate comes rise_window after its reference time");
    }
  }

  void check_approval() {
    const auto& approval = rule_.approval;
    if (!approval.needed) return;
    const auto same = [&](const Level& level) { return level.name == approval.from; };
    if (!approval.from.empty() && std::none_of(rule_.levels.begin(), rule_.levels.end(), same)) {
      add("approval.from", "\"" + approval.from + "\" is not a level of the rule",
          "name the lowest level that waits for approval");
    }
    if (approval.timeout < Duration::zero() || approval.rejection < Duration::zero()) {
      add("approval", "has a negative time", "give times such as 30min; 0s: no time-out");
    }
    if (approval.after_timeout == AfterTimeout::release && approval.timeout == Duration::zero()) {
      add("approval.after_timeout", "is release, but there is no time-out", "give timeout");
    }
    for (const auto& who : approval.by) {
      if (who.empty()) add("approval.by", "has an empty name", "remove it");
    }
  }

  void check_area(std::span<const Area> areas) {
    const auto same = [&](const Area& area) { return area.id == rule_.area; };
    if (std::none_of(areas.begin(), areas.end(), same)) {
      add("area", "\"" + rule_.area + "\" is not an area", "name one of the configured areas");
    }
    if (rule_.quantity == Quantity::area_depth &&
        !(rule_.area_share > 0.0 && rule_.area_share <= 1.0)) {
      add("area_share", fmt::format("is {}", rule_.area_share), "give a share in (0, 1]");
    }
    if (rule_.quantity == Quantity::area_share && !(rule_.area_depth > 0.0)) {
      add("area_depth", fmt::format("is {}", rule_.area_depth), "give a depth above 0 m");
    }
    if (rule_.quantity == Quantity::shallow_groundwater_share && !(rule_.shallower_than > 0.0)) {
      add("shallower_than", fmt::format("is {}", rule_.shallower_than),
          "give a depth below ground above 0 m");
    }
  }

  void check_station(const std::map<std::string, StationFacts>* stations) {
    if (is_area_quantity(rule_.quantity)) {
      if (!rule_.station.empty()) {
        add("station", "is given for an area's quantity", "leave it out");
      }
      return;
    }
    if (rule_.station.empty()) {
      return add("station", "is missing",
                 "name the station where " + to_string(rule_.quantity) + " is watched");
    }
    if (rule_.quantity == Quantity::stage && rule_.datum.empty()) {
      add("datum", "is missing", "name the vertical datum of the levels, e.g. EPSG:5799");
    }
    if (stations == nullptr) return;
    const auto found = stations->find(rule_.station);
    if (found == stations->end()) {
      return add("station", "\"" + rule_.station + "\" is not a station",
                 "name a configured station");
    }
    check_against(found->second);
  }

 private:
  void add(const std::string& key, std::string what, std::string cure) {
    faults_.push_back({"rules.\"" + rule_.id + "\"." + key, std::move(what), std::move(cure)});
  }

  void positive(const std::string& key, Duration duration) {
    if (duration > Duration::zero()) return;
    add(key, "is not above zero", "give a duration such as 30min or 6h");
  }

  void check_level(const Level& level, const std::string& key) {
    if (level.name == "none" || level.name == "unknown" || level.name.empty()) {
      add(key, "has the name \"" + level.name + "\"", "none and unknown are taken; choose another");
    } else if (!level.severity && !parse_severity(level.name)) {
      add(key, "has no severity", "give severity minor, moderate, severe or extreme");
    }
    if (!std::isfinite(level.raise) || !std::isfinite(level.clear)) {
      add(key, "has a value that is not finite", "give raise and clear");
    }
    if (is_share(rule_.quantity) && !(level.raise > 0.0 && level.raise <= 1.0)) {
      add(key, fmt::format("raises at a share of {}", level.raise), "give a share in (0, 1]");
    }
  }

  void check_against(const StationFacts& station) {
    if (rule_.quantity == Quantity::rate_of_rise) {
      const bool fits = station.quantity && (*station.quantity == Quantity::stage ||
                                             *station.quantity == Quantity::depth);
      if (!fits) {
        add("quantity", "is rate_of_rise but the station measures neither stage nor depth",
            "name a station that does");
      }
      return;
    }
    if (station.quantity && *station.quantity != rule_.quantity) {
      add("quantity",
          "is " + to_string(rule_.quantity) + " but the station measures " +
              to_string(*station.quantity),
          "watch what the station measures");
    }
    if (rule_.quantity == Quantity::stage && !rule_.datum.empty() && rule_.datum != station.datum) {
      add("datum",
          "is " + rule_.datum + " but the station's is " +
              (station.datum.empty() ? "not declared" : station.datum),
          "give the levels in the station's datum");
    }
  }

  const Rule& rule_;
  Faults& faults_;
};

}  // namespace

Faults validate(const Rule& rule, std::span<const Area> areas,
                const std::map<std::string, StationFacts>* stations) {
  Faults faults;
  if (!is_id(rule.id)) faults.push_back(bad_id("rules", rule.id));
  RuleCheck check(rule, faults);
  check.check_levels();
  check.check_probability();
  check.check_windows();
  check.check_rise();
  check.check_approval();
  check.check_area(areas);
  check.check_station(stations);
  return faults;
}

Faults validate(const Area& area) {
  Faults faults;
  const std::string place = "areas.\"" + area.id.substr(0, longest_id) + "\"";
  if (!is_id(area.id)) faults.push_back(bad_id("areas", area.id));
  if (area.name_da.empty() && area.name_en.empty()) {
    faults.push_back({place + ".name", "is missing", "say in words where this is"});
  }
  if (area.rings.empty() && area.geocodes.empty()) {
    faults.push_back(
        {place, "has neither polygon nor geocode", "give one, so that machines know where"});
  }
  for (const auto& ring : area.rings) {
    if (const auto polygon = polygon_for_message(ring); !polygon) {
      faults.push_back({place + ".polygon", polygon.error().message, ""});
    }
  }
  for (const auto& [name, value] : area.geocodes) {
    if (!name.empty() && !value.empty()) continue;
    faults.push_back({place + ".geocodes", "has an empty name or value", "give both"});
  }
  return faults;
}

Faults validate(const Options& options) {
  Faults faults;
  if (options.sender.empty() || options.sender.find_first_of(" \t\r\n,<&") != std::string::npos) {
    faults.push_back({"alerts.sender", "\"" + options.sender + "\" cannot be a CAP sender",
                      "give an address such as warnings@example.org, without blanks or commas"});
  }
  if (!is_id(options.identifier_prefix)) {
    faults.push_back(bad_id("alerts.identifier_prefix", options.identifier_prefix));
  }
  if (const auto zone = LocalTime::named(options.time_zone); !zone) {
    faults.push_back({"alerts.time_zone", zone.error().message,
                      "give a name of the IANA list, e.g. Europe/Copenhagen"});
  }
  if (options.topic_prefix.empty() ||
      options.topic_prefix.find_first_of("+# ") != std::string::npos) {
    faults.push_back({"alerts.topic_prefix",
                      "\"" + options.topic_prefix + "\" cannot start a topic",
                      "give something like vv/v1"});
  }
  return faults;
}

Faults validate(std::span<const Rule> rules, std::span<const Area> areas,
                const std::map<std::string, StationFacts>* stations) {
  Faults faults;
  const auto append = [&faults](Faults more) {
    faults.insert(faults.end(), more.begin(), more.end());
  };
  std::set<std::string> area_ids, rule_ids;
  for (const auto& area : areas) {
    append(validate(area));
    if (!area_ids.insert(area.id).second) {
      faults.push_back(
          {"areas.\"" + area.id + "\"", "is there twice", "give each area its own id"});
    }
  }
  for (const auto& rule : rules) {
    append(validate(rule, areas, stations));
    if (!rule_ids.insert(rule.id).second) {
      faults.push_back(
          {"rules.\"" + rule.id + "\"", "is there twice", "give each rule its own id"});
    }
  }
  return faults;
}

}  // namespace vandvagt::alerts
