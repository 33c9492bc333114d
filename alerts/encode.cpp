#include "alerts/encode.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

// The functions to_json and from_json are what nlohmann::json looks for by name.
namespace nlohmann {

template <>
struct adl_serializer<vandvagt::Time> {
  static void to_json(json& j, const vandvagt::Time& t) { j = t.time_since_epoch().count(); }
  static void from_json(const json& j, vandvagt::Time& t) {
    t = vandvagt::Time{vandvagt::Duration{j.get<std::int64_t>()}};
  }
};

template <>
struct adl_serializer<vandvagt::Duration> {
  static void to_json(json& j, const vandvagt::Duration& d) { j = d.count(); }
  static void from_json(const json& j, vandvagt::Duration& d) {
    d = vandvagt::Duration{j.get<std::int64_t>()};
  }
};

template <class T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& j, const std::optional<T>& value) {
    j = value ? json(*value) : json(nullptr);
  }
  static void from_json(const json& j, std::optional<T>& value) {
    value = j.is_null() ? std::nullopt : std::optional<T>(j.get<T>());
  }
};

template <>
struct adl_serializer<vandvagt::alerts::Standing> {
  static void to_json(json& j, const vandvagt::alerts::Standing& s) {
    j = s.is_unknown() ? -2 : s.is_none() ? -1 : s.index();
  }
  static vandvagt::alerts::Standing from_json(const json& j) {
    using vandvagt::alerts::Standing;
    const int value = j.get<int>();
    return value == -2 ? Standing::unknown()
           : value < 0 ? Standing::none()
                       : Standing::level(value);
  }
};

}  // namespace nlohmann

namespace vandvagt::alerts {
namespace {

using nlohmann::json;

// JSON has no NaN and no infinity; both mean "not known" in a series.
json number(double value) {
  return std::isfinite(value) ? json(value) : json(nullptr);
}
double number(const json& j) {
  return j.is_null() ? std::numeric_limits<double>::quiet_NaN() : j.get<double>();
}

template <class Enum>
int code(Enum value) {
  return static_cast<int>(value);
}
template <class Enum>
void read_code(const json& j, const char* key, Enum& value) {
  value = static_cast<Enum>(j.at(key).get<int>());
}
template <class T>
void read(const json& j, const char* key, T& value) {
  j.at(key).get_to(value);
}

}  // namespace

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

namespace {

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
              {"below_since", s.below_since},
              {"runs", s.runs},
              {"failed_run", s.failed_run},
              {"failed_why", s.failed_why},
              {"forecast_given_up", s.forecast_given_up},
              {"clock_behind", s.clock_behind},
              {"levels_key", s.levels_key}};
}

void read_known(const json& j, WarningState& s) {
  read(j, "evaluated", s.evaluated);
  read(j, "last_good", s.last_good);
  read(j, "newest", s.newest);
  read(j, "before", s.before);
  read(j, "below_since", s.below_since);
  read(j, "runs", s.runs);
  read(j, "failed_run", s.failed_run);
  read(j, "failed_why", s.failed_why);
  read(j, "forecast_given_up", s.forecast_given_up);
  read(j, "clock_behind", s.clock_behind);
  read(j, "levels_key", s.levels_key);
}

}  // namespace

void to_json(json& j, const WarningState& s) {
  j = json{{"rule", s.rule},        {"area", s.area},
           {"version", s.version},  {"level", s.level},
           {"since", s.since},      {"basis", code(s.basis)},
           {"stale", s.stale},      {"incident", incident_json(s)},
           {"known", known_json(s)}};
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
}

void to_json(json& j, const Level& l) {
  std::optional<int> severity;
  if (l.severity) severity = code(*l.severity);
  j = json{{"name", l.name}, {"raise", l.raise}, {"clear", l.clear}, {"severity", severity}};
}
void from_json(const json& j, Level& l) {
  read(j, "name", l.name);
  read(j, "raise", l.raise);
  read(j, "clear", l.clear);
  std::optional<int> severity;
  read(j, "severity", severity);
  if (severity) l.severity = static_cast<Severity>(*severity);
}

void to_json(json& j, const Rule& r) {
  j = json{{"id", r.id},
           {"area", r.area},
           {"station", r.station},
           {"quantity", code(r.quantity)},
           {"hazard", code(r.hazard)},
           {"datum", r.datum},
           {"area_depth", r.area_depth},
           {"area_share", r.area_share},
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
           {"observed", r.observed}};
}
void from_json(const json& j, Rule& r) {
  read(j, "id", r.id);
  read(j, "area", r.area);
  read(j, "station", r.station);
  read_code(j, "quantity", r.quantity);
  read_code(j, "hazard", r.hazard);
  read(j, "datum", r.datum);
  read(j, "area_depth", r.area_depth);
  read(j, "area_share", r.area_share);
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
  read(j, "observed", r.observed);
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
               {"cancel_reason", record.cancel_reason}};
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
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
    return record;
  } catch (const json::exception& error) {
    return fail(ErrorCode::invalid_input, std::string("a stored evaluation: ") + error.what());
  }
}

}  // namespace vandvagt::alerts
