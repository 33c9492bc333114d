#include "alerts/subscriber.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "alerts/detail/time_json.hpp"
#include "alerts/detail/xml.hpp"
#include "alerts/index.hpp"

namespace vandvagt::alerts {
namespace {

using detail::find_child;
using detail::next_same;
using detail::text_of;

Result<Time> read_cap_time(const xmlNode* parent, const char* element) {
  std::string text = text_of(find_child(parent, element));
  if (text.ends_with("-00:00")) text.replace(text.size() - 6, 6, "Z");
  auto time = parse_time(text);
  if (!time)
    return fail(ErrorCode::invalid_input, std::string(element) + ": " + time.error().message);
  return time;
}

std::map<std::string, std::string> parameters(const xmlNode* info) {
  std::map<std::string, std::string> out;
  const xmlNode* node = find_child(info, "parameter");
  for (; node != nullptr; node = next_same(node)) {
    out.emplace(text_of(find_child(node, "valueName")), text_of(find_child(node, "value")));
  }
  return out;
}

const xmlNode* info_in(const xmlNode* alert, const std::string& language) {
  const xmlNode* info = find_child(alert, "info");
  for (; info != nullptr; info = next_same(info)) {
    if (text_of(find_child(info, "language")) == language) return info;
  }
  return find_child(alert, "info");
}

std::vector<std::string> reference_identifiers(const std::string& references) {
  std::vector<std::string> out;
  std::istringstream in(references);
  for (std::string triple; in >> triple;) {
    const auto first = triple.find(',');
    const auto second = triple.find(',', first == std::string::npos ? first : first + 1);
    if (second != std::string::npos) out.push_back(triple.substr(first + 1, second - first - 1));
  }
  return out;
}

void read_info(const xmlNode* info, ReceivedWarning& warning) {
  warning.severity = text_of(find_child(info, "severity"));
  warning.certainty = text_of(find_child(info, "certainty"));
  warning.urgency = text_of(find_child(info, "urgency"));
  warning.headline = text_of(find_child(info, "headline"));
  warning.area_description = text_of(find_child(find_child(info, "area"), "areaDesc"));
  const xmlNode* response = find_child(info, "responseType");
  for (; response != nullptr; response = next_same(response)) {
    warning.all_clear = warning.all_clear || text_of(response) == "AllClear";
  }
  const auto values = parameters(info);
  const auto value = [&](const char* name) {
    const auto found = values.find(std::string("vandvagt:") + name);
    return found == values.end() ? std::string{} : found->second;
  };
  warning.incident = value("incident");
  warning.rule = value("rule");
  warning.area = value("area");
  warning.level = value("level");
  const std::string revision = value("revision");
  std::from_chars(revision.data(), revision.data() + revision.size(), warning.revision);
}

}  // namespace

Result<ReceivedWarning> parse_cap(std::string_view xml) {
  auto document = detail::parse_xml(xml);
  if (!document) return fail(document.error());
  const xmlNode* alert = xmlDocGetRootElement(document->get());
  ReceivedWarning warning;
  warning.identifier = text_of(find_child(alert, "identifier"));
  warning.sender = text_of(find_child(alert, "sender"));
  warning.status = text_of(find_child(alert, "status"));
  warning.message_type = text_of(find_child(alert, "msgType"));
  warning.references = reference_identifiers(text_of(find_child(alert, "references")));
  const auto sent = read_cap_time(alert, "sent");
  if (!sent) return fail(sent.error());
  warning.sent = *sent;
  const xmlNode* info = info_in(alert, "en-GB");
  const auto expires = read_cap_time(info, "expires");
  if (!expires) return fail(expires.error());
  warning.expires = *expires;
  read_info(info, warning);
  if (warning.identifier.empty() || warning.incident.empty() || warning.revision < 1) {
    return fail(ErrorCode::invalid_input,
                "CAP without Vandvagt's incident and revision: not a message of this service");
  }
  return warning;
}

Result<ReceivedState> parse_state(const std::string& area, std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    ReceivedState state;
    state.area = area;
    json.at("level").get_to(state.level);
    json.at("incident").get_to(state.incident);
    json.at("cap_id").get_to(state.cap_id);
    json.at("basis").get_to(state.basis);
    json.at("revision").get_to(state.revision);
    state.stale = json.value("stale", false);
    if (json.contains("last_known") && json.at("last_known").is_string())
      json.at("last_known").get_to(state.last_known);
    for (const auto& rule : json.value("rules", nlohmann::json::array())) {
      if (!rule.is_object() || rule.value("cap_id", "").empty()) continue;
      state.cap_ids.push_back(rule.at("cap_id").get<std::string>());
      // A warning that fresh data bear is not doubtful because another rule has none.
      if (state.level != "none" && state.cap_ids.back() == state.cap_id)
        state.stale = rule.value("stale", state.stale);
    }
    for (const auto& [key, target] :
         {std::pair{"since", &state.since}, std::pair{"expires", &state.expires}}) {
      if (!json.contains(key) || json.at(key).is_null()) continue;
      const auto time = parse_time(json.at(key).get<std::string>());
      if (!time) return fail(time.error());
      *target = *time;
    }
    return state;
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::invalid_input,
                "area \"" + area + "\": its state is not readable: " + error.what());
  }
}

Result<ReceivedWarning> Subscriber::examine(const std::string& area, std::string_view xml) const {
  if (verify_) {
    if (auto genuine = verify_(xml); !genuine) return fail(genuine.error());
  }
  if (auto valid = validate_cap(xml, *schema_); !valid) return fail(valid.error());
  auto warning = parse_cap(xml);
  if (!warning) return fail(warning.error());
  if (warning->area != area) {
    return fail(ErrorCode::refused,
                fmt::format("message {} is for area \"{}\" but came on the topic of \"{}\"",
                            warning->identifier, warning->area, area));
  }
  return warning;
}

Reception Subscriber::accept(ReceivedWarning warning) {
  if (!identifiers_.insert(warning.identifier).second) return Reception::repeated;
  auto& revisions = incidents_[warning.incident];
  const int newest = revisions.empty() ? 0 : revisions.rbegin()->first;
  const int revision = warning.revision;
  revisions.emplace(revision, warning);
  received_.push_back(std::move(warning));
  if (revision < newest) return Reception::older;
  return revision == newest + 1 ? Reception::accepted : Reception::gap;
}

Result<Reception> Subscriber::receive_cap(const std::string& area, std::string_view xml) {
  auto warning = examine(area, xml);
  if (!warning) return fail(warning.error());
  return accept(std::move(*warning));
}

Result<void> Subscriber::receive_state(const std::string& area, std::string_view json) {
  auto state = parse_state(area, json);
  if (!state) return fail(state.error());
  areas_.insert_or_assign(area, std::move(*state));
  return {};
}

Result<void> Subscriber::receive_index(const std::string& area, std::string_view json) {
  const auto messages = parse_index(area, json);
  if (!messages) return fail(messages.error());
  auto& named = indexes_[area];
  named.clear();
  for (const auto& message : *messages) named.push_back(message.identifier);
  return {};
}

std::vector<int> Subscriber::missing(const std::string& incident) const {
  const auto known = incidents_.find(incident);
  int last = known == incidents_.end() || known->second.empty() ? 0 : known->second.rbegin()->first;
  for (const auto& [area, state] : areas_) {
    if (state.incident == incident) last = std::max(last, state.revision);
  }
  std::vector<int> missing;
  for (int revision = 1; revision <= last; ++revision) {
    if (known == incidents_.end() || !known->second.contains(revision)) missing.push_back(revision);
  }
  return missing;
}

std::vector<WantedMessage> Subscriber::wanted() const {
  std::map<std::string, std::string> lacking;  // identifier -> area
  const auto name = [&](const std::string& area, const std::string& identifier) {
    if (!identifier.empty() && !identifiers_.contains(identifier))
      lacking.try_emplace(identifier, area);
  };
  for (const auto& [area, named] : indexes_)
    for (const auto& identifier : named) name(area, identifier);
  for (const auto& [area, state] : areas_)
    for (const auto& identifier : state.cap_ids) name(area, identifier);
  for (const auto& [incident, revisions] : incidents_) {
    const auto& known = revisions.rbegin()->second;
    const auto revision_at = known.identifier.rfind("-r");
    if (revision_at == std::string::npos) continue;
    for (const int revision : missing(incident))
      name(known.area, known.identifier.substr(0, revision_at + 2) + std::to_string(revision));
  }
  std::vector<WantedMessage> wanted;
  wanted.reserve(lacking.size());
  for (const auto& [identifier, area] : lacking) wanted.push_back({area, identifier});
  return wanted;
}

std::map<std::string, ReceivedWarning> Subscriber::live() const {
  std::map<std::string, ReceivedWarning> live;
  for (const auto& [incident, revisions] : incidents_) {
    const auto& newest = revisions.rbegin()->second;
    if (!newest.all_clear && newest.message_type != "Cancel") live.emplace(incident, newest);
  }
  return live;
}

AreaPicture Subscriber::picture(const std::string& area, Time now) const {
  const auto found = areas_.find(area);
  if (found != areas_.end()) return picture_of(found->second, now);
  AreaPicture shown;
  shown.area = area;
  shown.why = "no state was heard";
  return shown;
}

AreaPicture picture_of(const ReceivedState& state, Time now) {
  AreaPicture shown;
  shown.area = state.area;
  shown.incident = state.incident;
  shown.cap_id = state.cap_id;
  shown.basis = state.basis;
  shown.revision = state.revision;
  shown.since = state.since;
  shown.expires = state.expires;
  if (state.expires && *state.expires <= now) {
    shown.why = "the state has expired";
  } else if (state.stale) {
    shown.why = "the state is stale: the data behind it are missing";
  } else if (state.level == "unknown") {
    shown.why = "the service says so";
  } else {
    shown.level = state.level;
    shown.why.clear();
    return shown;
  }
  shown.last_known = state.level == "unknown" ? state.last_known : state.level;
  return shown;
}

std::string Subscriber::present_level(const std::string& area, Time now) const {
  return picture(area, now).level;
}

std::string picture_json(const std::vector<AreaPicture>& pictures, Time now,
                         const std::string& service) {
  using nlohmann::ordered_json;
  ordered_json areas = ordered_json::array();
  for (const auto& one : pictures) {
    areas.push_back({{"area", one.area},
                     {"level", one.level},
                     {"last_known", one.last_known},
                     {"why", one.why},
                     {"incident", one.incident},
                     {"revision", one.revision},
                     {"cap_id", one.cap_id},
                     {"basis", one.basis},
                     {"since", detail::time_or_null(one.since)},
                     {"expires", detail::time_or_null(one.expires)}});
  }
  return ordered_json{{"t", format_time(now)}, {"service", service}, {"areas", std::move(areas)}}
      .dump(1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace vandvagt::alerts
