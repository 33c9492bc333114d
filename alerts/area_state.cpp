#include "alerts/area_state.hpp"

#include <nlohmann/json.hpp>

namespace vandvagt::alerts {
namespace {

using nlohmann::json;

json time_or_null(const std::optional<Time>& t) {
  return t ? json(format_time(*t)) : json(nullptr);
}

std::string cap_id(const WarningState& state, const Options& options) {
  if (state.incident.empty()) return {};
  return cap_identifier(issuer(options).identifier_prefix, state.incident, state.revision);
}

// The level that counts: the incident's, also while its present state is unknown.
std::optional<Severity> severity_in_force(const RuleStanding& one) {
  if (one.state.held < 0) return std::nullopt;
  return severity_of(one.rule.levels.at(static_cast<std::size_t>(one.state.held)));
}

json entry(const RuleStanding& one, const Options& options) {
  const auto& state = one.state;
  const auto severity = severity_in_force(one);
  const Standing last = state.held < 0 ? Standing::none() : Standing::level(state.held);
  return json{
      {"rule", one.rule.id},
      {"level", to_string(state.level, one.rule)},
      {"last_known", state.incident.empty() ? json(nullptr) : json(to_string(last, one.rule))},
      {"severity", severity ? json(to_string(*severity)) : json(nullptr)},
      {"incident", state.incident},
      {"revision", state.revision},
      {"cap_id", cap_id(state, options)},
      {"since", format_time(state.since)},
      {"expires", time_or_null(state.expires)},
      {"basis", to_string(state.basis)},
      {"stale", state.stale}};
}

// Active before unknown before none; among active ones the more severe.
int weight(const RuleStanding& one) {
  if (one.state.level.is_none()) return 0;
  if (one.state.level.is_unknown()) return 1 + static_cast<int>(!one.state.incident.empty());
  return 3 + static_cast<int>(severity_in_force(one).value_or(Severity::minor));
}

}  // namespace

std::string area_state_json(const std::string& area, std::span<const RuleStanding> rules,
                            const Options& options) {
  const RuleStanding* head = nullptr;
  bool any_unknown = rules.empty(), any_stale = rules.empty();
  json entries = json::array();
  for (const auto& one : rules) {
    if (head == nullptr || weight(one) > weight(*head)) head = &one;
    any_unknown = any_unknown || one.state.level.is_unknown();
    any_stale = any_stale || one.state.stale;
    entries.push_back(entry(one, options));
  }
  json payload;
  if (head != nullptr) {
    payload = entry(*head, options);
  } else {
    payload =
        json{{"level", "unknown"}, {"incident", ""},     {"revision", 0},   {"cap_id", ""},
             {"since", nullptr},   {"expires", nullptr}, {"basis", "none"}, {"severity", nullptr}};
  }
  payload["area"] = area;
  payload["stale"] = any_stale;
  payload["any_unknown"] = any_unknown;
  payload["rules"] = std::move(entries);
  return payload.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace vandvagt::alerts
