#include "alerts/feed.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "alerts/detail/time_json.hpp"
#include "alerts/detail/xml.hpp"
#include "alerts/index.hpp"
#include "alerts/texts.hpp"

namespace vandvagt::alerts {
namespace {

constexpr const char* atom_namespace = "http://www.w3.org/2005/Atom";
constexpr std::size_t most_entries = 500;

const xmlChar* as_xml(const char* text) {
  return reinterpret_cast<const xmlChar*>(text);
}

// XML may hold no control characters and only valid UTF-8, whoever wrote the text.
std::string fit(const std::string& text) {
  return clean_text(text, 2000);
}

bool over(const ReceivedWarning& warning) {
  return warning.all_clear || warning.message_type == "Cancel";
}

/// When the incident ended, of which this is the newest message; nothing while it is live.
std::optional<Time> end_of(const ReceivedWarning& newest, Time now) {
  if (over(newest)) return newest.sent;
  if (newest.expires <= now) return newest.expires;
  return std::nullopt;
}

void add_link(xmlNode* parent, const char* rel, const std::string& type, const std::string& href) {
  xmlNode* link = detail::add_child(parent, "link");
  xmlNewProp(link, as_xml("rel"), as_xml(rel));
  xmlNewProp(link, as_xml("type"), as_xml(type.c_str()));
  xmlNewProp(link, as_xml("href"), as_xml(href.c_str()));
}

void add_cap(xmlNode* parent, xmlNs* cap, const char* name, const std::string& text) {
  if (text.empty()) return;
  xmlNode* node = detail::add_child(parent, name, fit(text));
  xmlSetNs(node, cap);
}

void add_entry(xmlNode* feed, xmlNs* cap, const FeedEntry& entry, const FeedOptions& options) {
  const auto& warning = entry.warning;
  xmlNode* node = detail::add_child(feed, "entry");
  detail::add_child(node, "id", "urn:x-cap:" + fit(warning.identifier));
  detail::add_child(node, "title", fit(warning.headline));
  detail::add_child(node, "updated", format_time(warning.sent));
  xmlNode* category = detail::add_child(node, "category");
  xmlNewProp(category, as_xml("term"), as_xml(to_string(entry.status).c_str()));
  add_link(node, "alternate", "application/cap+xml", cap_url(options, warning.identifier));
  detail::add_child(node, "summary", fit(warning.area_description + ": " + warning.headline));
  add_cap(node, cap, "status", warning.status);
  add_cap(node, cap, "msgType", warning.message_type);
  add_cap(node, cap, "urgency", warning.urgency);
  add_cap(node, cap, "severity", warning.severity);
  add_cap(node, cap, "certainty", warning.certainty);
  add_cap(node, cap, "expires", format_cap_time(warning.expires));
  add_cap(node, cap, "areaDesc", warning.area_description);
}

nlohmann::json geometry_of(const Area& area) {
  nlohmann::json polygons = nlohmann::json::array();
  for (const auto& ring : area.rings) {
    nlohmann::json points = nlohmann::json::array();
    for (const auto& position : ring) points.push_back({position.longitude, position.latitude});
    if (!ring.empty() && !(ring.front() == ring.back())) points.push_back(points.front());
    polygons.push_back(nlohmann::json::array({std::move(points)}));
  }
  return {{"type", "MultiPolygon"}, {"coordinates", std::move(polygons)}};
}

AreaPicture picture_in(const std::string& area, const std::vector<AreaState>& states, Time now) {
  AreaPicture nothing;
  nothing.area = area;
  nothing.why = "nothing is known of this area";
  for (const auto& state : states) {
    if (state.area != area) continue;
    const auto read = parse_state(area, state.payload);
    if (read) return picture_of(*read, now);
    nothing.why = read.error().message;
  }
  return nothing;
}

}  // namespace

std::string to_string(FeedStatus status) {
  switch (status) {
    case FeedStatus::in_force:
      return "in-force";
    case FeedStatus::superseded:
      return "superseded";
    case FeedStatus::ended:
      break;
  }
  return "ended";
}

std::string cap_url(const FeedOptions& options, const std::string& identifier) {
  return options.base_url + "/cap/" + identifier + ".xml";
}

Result<void> FeedBook::refresh(const Outbox& outbox, Time now) {
  auto messages = outbox.expiring_after(now - kept_after_end);
  if (!messages) return fail(messages.error());
  std::map<std::string, FeedEntry> known;
  for (auto& entry : entries_) known.emplace(entry.warning.identifier, std::move(entry));
  entries_.clear();
  std::map<std::string, ReceivedWarning> newest;  // by incident
  std::vector<FeedEntry> read;
  for (auto& message : *messages) {
    FeedEntry entry;
    if (const auto found = known.find(message.identifier); found != known.end()) {
      entry = std::move(found->second);
    } else {
      auto warning = parse_cap(message.xml);
      if (!warning) continue;  // it was valid when it was committed
      entry = {std::move(message.xml), std::move(*warning), FeedStatus::in_force};
    }
    auto& last = newest[entry.warning.incident];
    if (last.revision < entry.warning.revision) last = entry.warning;
    read.push_back(std::move(entry));
  }
  for (auto& entry : read) {
    const auto& last = newest.at(entry.warning.incident);
    const auto end = end_of(last, now);
    if (end && *end + kept_after_end <= now) continue;
    entry.status = FeedStatus::superseded;
    if (entry.warning.identifier == last.identifier)
      entry.status = end ? FeedStatus::ended : FeedStatus::in_force;
    entries_.push_back(std::move(entry));
  }
  std::ranges::stable_sort(entries_, [](const FeedEntry& a, const FeedEntry& b) {
    return a.warning.sent > b.warning.sent;
  });
  return {};
}

const FeedEntry* FeedBook::find(const std::string& identifier) const {
  const auto found = std::ranges::find_if(
      entries_, [&](const FeedEntry& entry) { return entry.warning.identifier == identifier; });
  return found == entries_.end() ? nullptr : &*found;
}

std::string atom_feed(const std::vector<FeedEntry>& entries, const FeedOptions& options, Time now) {
  const detail::Document document(xmlNewDoc(as_xml("1.0")));
  xmlNode* feed = xmlNewNode(nullptr, as_xml("feed"));
  xmlDocSetRootElement(document.get(), feed);
  xmlSetNs(feed, xmlNewNs(feed, as_xml(atom_namespace), nullptr));
  xmlNs* cap = xmlNewNs(feed, as_xml(std::string(detail::cap_namespace).c_str()), as_xml("cap"));
  detail::add_child(feed, "id", "urn:x-cap-feed:" + fit(options.author));
  detail::add_child(feed, "title", fit(options.title));
  const Time updated = entries.empty() ? Time{std::chrono::floor<std::chrono::days>(now)}
                                       : entries.front().warning.sent;
  detail::add_child(feed, "updated", format_time(updated));
  detail::add_child(detail::add_child(feed, "author"), "name", fit(options.author));
  add_link(feed, "self", "application/atom+xml", options.base_url + "/warnings.atom");
  for (std::size_t i = 0; i < std::min(entries.size(), most_entries); ++i)
    add_entry(feed, cap, entries[i], options);
  xmlChar* text = nullptr;
  int size = 0;
  xmlDocDumpFormatMemoryEnc(document.get(), &text, &size, "UTF-8", 1);
  const std::unique_ptr<xmlChar, void (*)(void*)> owner(text, xmlFree);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

std::string areas_geojson(const std::vector<Area>& areas, const std::vector<AreaState>& states,
                          const FeedBook& book, const FeedOptions& options, Time now) {
  nlohmann::json features = nlohmann::json::array();
  for (const auto& area : areas) {
    const auto shown = picture_in(area.id, states, now);
    nlohmann::json properties{{"area", area.id},
                              {"name_da", area.name_da},
                              {"name_en", area.name_en},
                              {"level", shown.level},
                              {"known", shown.level != "unknown"},
                              {"why_unknown", shown.why},
                              {"last_known", shown.last_known},
                              {"basis", shown.basis},
                              {"incident", shown.incident},
                              {"revision", shown.revision},
                              {"since", detail::time_or_null(shown.since)},
                              {"expires", detail::time_or_null(shown.expires)},
                              {"cap", nullptr},
                              {"headline", nullptr}};
    if (const auto* entry = book.find(shown.cap_id)) {
      properties["cap"] = cap_url(options, shown.cap_id);
      properties["headline"] = entry->warning.headline;
      properties["severity"] = entry->warning.severity;
      properties["urgency"] = entry->warning.urgency;
      properties["certainty"] = entry->warning.certainty;
      properties["status"] = entry->warning.status;
    }
    features.push_back({{"type", "Feature"},
                        {"id", area.id},
                        {"geometry", geometry_of(area)},
                        {"properties", std::move(properties)}});
  }
  return nlohmann::json{{"type", "FeatureCollection"},
                        {"generated", format_time(std::chrono::floor<std::chrono::seconds>(now))},
                        {"features", std::move(features)}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace vandvagt::alerts
