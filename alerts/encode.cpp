#include "alerts/encode.hpp"

#include "alerts/detail/json.hpp"

namespace vandvagt::alerts {

using detail::code;
using detail::number;
using detail::read;
using detail::read_code;
using detail::read_newer;
using nlohmann::json;

void to_json(json& j, const Peak& p) {
  j = json{{"value", p.value}, {"time", p.time}};
}
void from_json(const json& j, Peak& p) {
  read(j, "value", p.value);
  read(j, "time", p.time);
}

void to_json(json& j, const LevelOutlook& o) {
  j = json{{"share", o.share},
           {"hit", o.hit},
           {"onset", o.onset},
           {"until", o.until},
           {"possible_until", o.possible_until},
           {"below_clear_since", o.below_clear_since}};
}
void from_json(const json& j, LevelOutlook& o) {
  read(j, "share", o.share);
  read(j, "hit", o.hit);
  read(j, "onset", o.onset);
  read(j, "until", o.until);
  read(j, "possible_until", o.possible_until);
  read(j, "below_clear_since", o.below_clear_since);
}

// Left out where there is none, as in what was stored before there was any.
void write_extent(json& j, const std::vector<std::vector<Position>>& extent) {
  if (extent.empty()) return;
  json rings = json::array();
  for (const auto& ring : extent) {
    json points = json::array();
    for (const auto& position : ring) points.push_back({position.longitude, position.latitude});
    rings.push_back(std::move(points));
  }
  j["extent"] = std::move(rings);
}
std::vector<std::vector<Position>> read_extent(const json& j) {
  std::vector<std::vector<Position>> extent;
  if (!j.contains("extent")) return extent;
  for (const auto& points : j.at("extent")) {
    auto& ring = extent.emplace_back();
    for (const auto& point : points)
      ring.push_back({point.at(0).get<double>(), point.at(1).get<double>()});
  }
  return extent;
}

void to_json(json& j, const RunRecord& r) {
  j = json{{"run", r.run},
           {"reference_time", r.reference_time},
           {"levels", r.levels},
           {"peak", r.peak},
           {"highest", r.highest},
           {"state_used", r.state_used},
           {"configuration_digest", r.configuration_digest},
           {"inputs_digest", r.inputs_digest},
           {"model_version", r.model_version}};
  write_extent(j, r.extent);
}
void from_json(const json& j, RunRecord& r) {
  read(j, "run", r.run);
  read(j, "reference_time", r.reference_time);
  read(j, "levels", r.levels);
  read(j, "peak", r.peak);
  read(j, "highest", r.highest);
  read(j, "state_used", r.state_used);
  read(j, "configuration_digest", r.configuration_digest);
  read(j, "inputs_digest", r.inputs_digest);
  read(j, "model_version", r.model_version);
  r.extent = read_extent(j);
}

void to_json(json& j, const Reference& r) {
  j = json{
      {"sender", r.sender}, {"identifier", r.identifier}, {"sent", r.sent}, {"expires", r.expires}};
}
void from_json(const json& j, Reference& r) {
  read(j, "sender", r.sender);
  read(j, "identifier", r.identifier);
  read(j, "sent", r.sent);
  read(j, "expires", r.expires);
}

void to_json(json& j, const ObservedReading& r) {
  j = json{{"time", r.time}, {"value", number(r.value)}, {"good", r.good}, {"digest", r.digest}};
}
void from_json(const json& j, ObservedReading& r) {
  read(j, "time", r.time);
  r.value = number(j.at("value"));
  read(j, "good", r.good);
  read(j, "digest", r.digest);
}

void to_json(json& j, const TextEdit& e) {
  j = json{
      {"headline", e.headline}, {"description", e.description}, {"instruction", e.instruction}};
}
void from_json(const json& j, TextEdit& e) {
  read(j, "headline", e.headline);
  read(j, "description", e.description);
  read(j, "instruction", e.instruction);
}

void to_json(json& j, const Proposal& p) {
  j = json{{"number", p.number},    {"revision", p.revision}, {"level", p.level},
           {"rise", p.rise},        {"since", p.since},       {"key", p.key},
           {"reminded", p.reminded}};
}
void from_json(const json& j, Proposal& p) {
  read(j, "number", p.number);
  read(j, "revision", p.revision);
  p.level = j.at("level").get<Standing>();
  read(j, "rise", p.rise);
  read(j, "since", p.since);
  read(j, "key", p.key);
  read(j, "reminded", p.reminded);
}

void to_json(json& j, const Rejection& r) {
  j = json{{"level", r.level}, {"basis", code(r.basis)}, {"until", r.until}};
}
void from_json(const json& j, Rejection& r) {
  read(j, "level", r.level);
  read_code(j, "basis", r.basis);
  read(j, "until", r.until);
}

namespace {

json told_json(const WarningState& s) {
  return json{{"level", s.told_level},   {"held", s.told_held},    {"basis", code(s.told_basis)},
              {"since", s.told_since},   {"proposal", s.proposal}, {"rejection", s.rejection},
              {"proposals", s.proposals}};
}

// A state of a version without approval: what stood was told.
void read_told(const json& j, WarningState& s) {
  const auto found = j.find("told");
  if (found == j.end()) {
    const bool live = !s.incident.empty();
    s.told_level = live ? s.level : Standing::none();
    s.told_held = live ? s.held : -1;
    s.told_basis = live ? s.basis : Basis::none;
    s.told_since = s.since;
    return;
  }
  s.told_level = found->at("level").get<Standing>();
  read(*found, "held", s.told_held);
  read_code(*found, "basis", s.told_basis);
  read(*found, "since", s.told_since);
  read(*found, "proposal", s.proposal);
  read(*found, "rejection", s.rejection);
  read(*found, "proposals", s.proposals);
}

json incident_json(const WarningState& s) {
  return json{{"incident", s.incident},
              {"cause", s.cause},
              {"revision", s.revision},
              {"held", s.held},
              {"raised_at", s.raised_at},
              {"onset", s.onset},
              {"peak", s.peak},
              {"urgency_told", code(s.urgency_told)},
              {"last_sent", s.last_sent},
              {"expires", s.expires},
              {"references", s.references},
              {"used_incidents", s.used_incidents}};
}

void read_incident(const json& j, WarningState& s) {
  read(j, "incident", s.incident);
  read(j, "cause", s.cause);
  read(j, "revision", s.revision);
  read(j, "held", s.held);
  read(j, "raised_at", s.raised_at);
  read(j, "onset", s.onset);
  read(j, "peak", s.peak);
  read_code(j, "urgency_told", s.urgency_told);
  read(j, "last_sent", s.last_sent);
  read(j, "expires", s.expires);
  read(j, "references", s.references);
  read(j, "used_incidents", s.used_incidents);
}

json known_json(const WarningState& s) {
  return json{{"evaluated", s.evaluated},
              {"last_good", s.last_good},
              {"newest", s.newest},
              {"before", s.before},
              {"recent", s.recent},
              {"below_since", s.below_since},
              {"runs", s.runs},
              {"failed_run", s.failed_run},
              {"failed_why", s.failed_why},
              {"forecast_given_up", s.forecast_given_up},
              {"clock_behind", s.clock_behind},
              {"clock_doubted", s.clock_doubted},
              {"out_of_force", s.out_of_force},
              {"levels_key", s.levels_key},
              {"rule_version", s.rule_version}};
}

void read_known(const json& j, WarningState& s) {
  read(j, "evaluated", s.evaluated);
  read(j, "last_good", s.last_good);
  read(j, "newest", s.newest);
  read(j, "before", s.before);
  read_newer(j, "recent", s.recent);
  read(j, "below_since", s.below_since);
  read(j, "runs", s.runs);
  read(j, "failed_run", s.failed_run);
  read(j, "failed_why", s.failed_why);
  read(j, "forecast_given_up", s.forecast_given_up);
  read(j, "clock_behind", s.clock_behind);
  read_newer(j, "clock_doubted", s.clock_doubted);
  read_newer(j, "out_of_force", s.out_of_force);
  read(j, "levels_key", s.levels_key);
  read_newer(j, "rule_version", s.rule_version);
}

}  // namespace

void to_json(json& j, const WarningState& s) {
  j = json{{"rule", s.rule},         {"area", s.area},
           {"version", s.version},   {"level", s.level},
           {"since", s.since},       {"basis", code(s.basis)},
           {"stale", s.stale},       {"incident", incident_json(s)},
           {"known", known_json(s)}, {"told", told_json(s)}};
}
void from_json(const json& j, WarningState& s) {
  read(j, "rule", s.rule);
  read(j, "area", s.area);
  read(j, "version", s.version);
  s.level = j.at("level").get<Standing>();
  read(j, "since", s.since);
  read_code(j, "basis", s.basis);
  read(j, "stale", s.stale);
  read_incident(j.at("incident"), s);
  read_known(j.at("known"), s);
  read_told(j, s);
}

void to_json(json& j, const MemberSeries& m) {
  json values = json::array();
  for (const double value : m.values) values.push_back(number(value));
  j = json{{"member", m.member}, {"times", m.times}, {"values", std::move(values)}};
}
void from_json(const json& j, MemberSeries& m) {
  read(j, "member", m.member);
  read(j, "times", m.times);
  for (const auto& value : j.at("values")) m.values.push_back(number(value));
}

void to_json(json& j, const ForecastEvidence& f) {
  j = json{{"run", f.run},
           {"reference_time", f.reference_time},
           {"usable", f.usable},
           {"why_not", f.why_not},
           {"members", f.members},
           {"state_used", f.state_used},
           {"configuration_digest", f.configuration_digest},
           {"inputs_digest", f.inputs_digest},
           {"model_version", f.model_version}};
  write_extent(j, f.extent);
}
void from_json(const json& j, ForecastEvidence& f) {
  read(j, "run", f.run);
  read(j, "reference_time", f.reference_time);
  read(j, "usable", f.usable);
  read(j, "why_not", f.why_not);
  read(j, "members", f.members);
  read(j, "state_used", f.state_used);
  read(j, "configuration_digest", f.configuration_digest);
  read(j, "inputs_digest", f.inputs_digest);
  read(j, "model_version", f.model_version);
  f.extent = read_extent(j);
}

std::string encode(const WarningState& state) {
  return json(state).dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<WarningState> decode_state(std::string_view text) {
  try {
    return json::parse(text).get<WarningState>();
  } catch (const json::exception& error) {
    return fail(ErrorCode::invalid_input, std::string("a stored warning state: ") + error.what());
  }
}

std::string encode(const EvaluationRecord& record) {
  const json j{{"rule", record.rule},
               {"previous", record.previous},
               {"forecast", record.evidence.forecast},
               {"readings", record.evidence.readings},
               {"now", record.now},
               {"clock_doubted", record.evidence.clock_doubted},
               {"cancel_reason", record.cancel_reason},
               {"released", record.released},
               {"edits", record.edits},
               {"presentation", record.presentation}};
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string encode(const TextEdits& edits) {
  return json(edits).dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<EvaluationRecord> decode_record(std::string_view text) {
  try {
    const json j = json::parse(text);
    EvaluationRecord record;
    read(j, "rule", record.rule);
    record.previous = j.at("previous").get<WarningState>();
    read(j, "forecast", record.evidence.forecast);
    read(j, "readings", record.evidence.readings);
    read(j, "now", record.now);
    read(j, "cancel_reason", record.cancel_reason);
    read_newer(j, "clock_doubted", record.evidence.clock_doubted);
    read_newer(j, "released", record.released);
    read_newer(j, "edits", record.edits);
    read_newer(j, "presentation", record.presentation);
    return record;
  } catch (const json::exception& error) {
    return fail(ErrorCode::invalid_input, std::string("a stored evaluation: ") + error.what());
  }
}

}  // namespace vandvagt::alerts
