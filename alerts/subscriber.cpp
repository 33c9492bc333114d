#include "alerts/subscriber.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "alerts/detail/xml.hpp"

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

Result<Reception> Subscriber::receive_cap(const std::string& area, std::string_view xml) {
  if (auto valid = validate_cap(xml, schema_); !valid) return fail(valid.error());
  auto warning = parse_cap(xml);
  if (!warning) return fail(warning.error());
  if (warning->area != area) {
    return fail(ErrorCode::refused,
                fmt::format("message {} is for area \"{}\" but came on the topic of \"{}\"",
                            warning->identifier, warning->area, area));
  }
  if (!identifiers_.insert(warning->identifier).second) return Reception::repeated;
  auto& revisions = incidents_[warning->incident];
  const int newest = revisions.empty() ? 0 : revisions.rbegin()->first;
  revisions.emplace(warning->revision, *warning);
  received_.push_back(*warning);
  if (warning->revision < newest) return Reception::older;
  return warning->revision == newest + 1 ? Reception::accepted : Reception::gap;
}

Result<void> Subscriber::receive_state(const std::string& area, std::string_view json) {
  auto state = parse_state(area, json);
  if (!state) return fail(state.error());
  areas_.insert_or_assign(area, std::move(*state));
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

std::map<std::string, ReceivedWarning> Subscriber::live() const {
  std::map<std::string, ReceivedWarning> live;
  for (const auto& [incident, revisions] : incidents_) {
    const auto& newest = revisions.rbegin()->second;
    if (!newest.all_clear && newest.message_type != "Cancel") live.emplace(incident, newest);
  }
  return live;
}

std::string Subscriber::present_level(const std::string& area, Time now) const {
  const auto state = areas_.find(area);
  if (state == areas_.end()) return "unknown";
  if (state->second.expires && *state->second.expires <= now) return "unknown";
  return state->second.level;
}

}  // namespace vandvagt::alerts
