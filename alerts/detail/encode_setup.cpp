// Rules, areas and the sender as they are kept with an evaluation.
#include "alerts/detail/json.hpp"

namespace vandvagt::alerts {

using detail::code;
using detail::read;
using detail::read_code;
using detail::read_newer;
using nlohmann::json;

void to_json(json& j, const Season& s) {
  j = json::array({s.from.month, s.from.day, s.to.month, s.to.day});
}
void from_json(const json& j, Season& s) {
  s = {{j.at(0), j.at(1)}, {j.at(2), j.at(3)}};
}

void to_json(json& j, const Approval& a) {
  j = json{{"needed", a.needed},      {"from", a.from},
           {"lowering", a.lowering},  {"by", a.by},
           {"timeout", a.timeout},    {"after_timeout", code(a.after_timeout)},
           {"rejection", a.rejection}};
}
void from_json(const json& j, Approval& a) {
  read(j, "needed", a.needed);
  read(j, "from", a.from);
  read(j, "lowering", a.lowering);
  read(j, "by", a.by);
  read(j, "timeout", a.timeout);
  read_code(j, "after_timeout", a.after_timeout);
  read(j, "rejection", a.rejection);
}

void to_json(json& j, const Level& l) {
  std::optional<int> severity;
  if (l.severity) severity = code(*l.severity);
  j = json{{"name", l.name},
           {"raise", l.raise},
           {"clear", l.clear},
           {"severity", severity},
           {"season", l.season}};
}
void from_json(const json& j, Level& l) {
  read(j, "name", l.name);
  read(j, "raise", l.raise);
  read(j, "clear", l.clear);
  std::optional<int> severity;
  read(j, "severity", severity);
  if (severity) l.severity = static_cast<Severity>(*severity);
  read_newer(j, "season", l.season);
}

void to_json(json& j, const Rule& r) {
  j = json{{"id", r.id},
           {"version", r.version},
           {"area", r.area},
           {"station", r.station},
           {"quantity", code(r.quantity)},
           {"hazard", code(r.hazard)},
           {"datum", r.datum},
           {"area_depth", r.area_depth},
           {"area_share", r.area_share},
           {"shallower_than", r.shallower_than},
           {"levels", r.levels},
           {"raise_probability", r.raise_probability},
           {"runs_needed", r.runs_needed},
           {"runs_looked_at", r.runs_looked_at},
           {"lead_window", r.lead_window},
           {"clear_after", r.clear_after},
           {"hold_max", r.hold_max},
           {"action_time", r.action_time},
           {"fresh", r.fresh},
           {"cycle", r.cycle},
           {"grace", r.grace},
           {"rise_window", r.rise_window},
           {"season", r.season},
           {"approval", r.approval},
           {"observed", r.observed}};
}
void from_json(const json& j, Rule& r) {
  read(j, "id", r.id);
  r.version = 0;
  read_newer(j, "version", r.version);
  read(j, "area", r.area);
  read(j, "station", r.station);
  read_code(j, "quantity", r.quantity);
  read_code(j, "hazard", r.hazard);
  read(j, "datum", r.datum);
  read(j, "area_depth", r.area_depth);
  read(j, "area_share", r.area_share);
  read_newer(j, "shallower_than", r.shallower_than);
  read(j, "levels", r.levels);
  read(j, "raise_probability", r.raise_probability);
  read(j, "runs_needed", r.runs_needed);
  read(j, "runs_looked_at", r.runs_looked_at);
  read(j, "lead_window", r.lead_window);
  read(j, "clear_after", r.clear_after);
  read(j, "hold_max", r.hold_max);
  read(j, "action_time", r.action_time);
  read(j, "fresh", r.fresh);
  read(j, "cycle", r.cycle);
  read(j, "grace", r.grace);
  read_newer(j, "rise_window", r.rise_window);
  read_newer(j, "season", r.season);
  read_newer(j, "approval", r.approval);
  read(j, "observed", r.observed);
}

void to_json(json& j, const Position& p) {
  j = json::array({p.longitude, p.latitude});
}
void from_json(const json& j, Position& p) {
  p = {j.at(0), j.at(1)};
}

void to_json(json& j, const Area& a) {
  j = json{{"id", a.id},
           {"name_da", a.name_da},
           {"name_en", a.name_en},
           {"rings", a.rings},
           {"geocodes", a.geocodes}};
}
void from_json(const json& j, Area& a) {
  read(j, "id", a.id);
  read(j, "name_da", a.name_da);
  read(j, "name_en", a.name_en);
  read(j, "rings", a.rings);
  read(j, "geocodes", a.geocodes);
}

void to_json(json& j, const Presentation& p) {
  const auto& o = p.options;
  j = json{{"area", p.area},
           {"station_name", p.station_name},
           {"texts_digest", p.texts_digest},
           {"sender", o.sender},
           {"sender_name", o.sender_name},
           {"identifier_prefix", o.identifier_prefix},
           {"contact", o.contact},
           {"web", o.web},
           {"status", code(o.status)},
           {"time_zone", o.time_zone}};
}
void from_json(const json& j, Presentation& p) {
  auto& o = p.options;
  read(j, "area", p.area);
  read(j, "station_name", p.station_name);
  read(j, "texts_digest", p.texts_digest);
  read(j, "sender", o.sender);
  read(j, "sender_name", o.sender_name);
  read(j, "identifier_prefix", o.identifier_prefix);
  read(j, "contact", o.contact);
  read(j, "web", o.web);
  read_code(j, "status", o.status);
  read(j, "time_zone", o.time_zone);
}

}  // namespace vandvagt::alerts
