#include "alerts/area_state.hpp"

#include <nlohmann/json.hpp>

#include "alerts/detail/time_json.hpp"

namespace vandvagt::alerts {
namespace {

using nlohmann::json;

// A warning that waits for a person is not told to the area.
bool told(const WarningState& state) {
  return !state.incident.empty() && state.revision > 0;
}

std::string cap_id(const WarningState& state, const Options& options) {
  if (!told(state)) return {};
  return cap_identifier(issuer(options).identifier_prefix, state.incident, state.revision);
}

// Out of season a rule without a live incident says nothing of its area.
bool counts(const RuleStanding& one) {
  return !one.state.out_of_force || told(one.state);
}

// The level that counts: the incident's, also while its present state is unknown.
std::optional<Severity> severity_in_force(const RuleStanding& one) {
  if (one.state.told_held < 0) return std::nullopt;
  return severity_of(one.rule.levels.at(static_cast<std::size_t>(one.state.told_held)));
}

json entry(const RuleStanding& one, const Options& options) {
  const auto& state = one.state;
  const auto severity = severity_in_force(one);
  const Standing last = state.told_held < 0 ? Standing::none() : Standing::level(state.told_held);
  return json{{"rule", one.rule.id},
              {"level", to_string(told_standing(state), one.rule)},
              {"last_known", told(state) ? json(to_string(last, one.rule)) : json(nullptr)},
              {"severity", severity ? json(to_string(*severity)) : json(nullptr)},
              {"incident", told(state) ? state.incident : ""},
              {"revision", state.revision},
              {"cap_id", cap_id(state, options)},
              {"since", format_time(told(state) ? state.told_since : state.since)},
              {"expires", detail::time_or_null(state.expires)},
              {"basis", to_string(told(state) ? state.told_basis : Basis::none)},
              {"stale", state.stale},
              {"in_season", !state.out_of_force}};
}

// Active before unknown before none; among active ones the more severe.
int weight(const RuleStanding& one) {
  const Standing standing = told_standing(one.state);
  if (standing.is_none()) return 0;
  if (standing.is_unknown()) return 1 + static_cast<int>(told(one.state));
  return 3 + static_cast<int>(severity_in_force(one).value_or(Severity::minor));
}

}  // namespace

std::string area_state_json(const std::string& area, std::span<const RuleStanding> rules,
                            const Options& options) {
  const RuleStanding* head = nullptr;
  bool any_unknown = false, any_stale = false;
  json entries = json::array();
  for (const auto& one : rules) {
    entries.push_back(entry(one, options));
    if (!counts(one)) continue;
    if (head == nullptr || weight(one) > weight(*head)) head = &one;
    any_unknown = any_unknown || told_standing(one.state).is_unknown();
    any_stale = any_stale || one.state.stale;
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
  payload["status"] = status_word(options.status);
  payload["stale"] = any_stale || head == nullptr;
  payload["any_unknown"] = any_unknown || head == nullptr;
  payload["rules"] = std::move(entries);
  return payload.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace vandvagt::alerts
