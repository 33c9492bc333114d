#include "alerts/cap.hpp"

#include <fmt/format.h>

#include <array>

#include "alerts/detail/cap_words.hpp"
#include "alerts/detail/xml.hpp"
#include "alerts/local_time.hpp"
#include "alerts/polygon.hpp"

namespace vandvagt::alerts {
namespace {

using detail::add_child;

std::string message_type(MessageKind kind) {
  constexpr std::array names = {"Alert", "Update", "Update", "Cancel"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string severity_word(const std::optional<Severity>& severity) {
  constexpr std::array names = {"Minor", "Moderate", "Severe", "Extreme"};
  return severity ? names.at(static_cast<std::size_t>(*severity)) : "Unknown";
}

// MeteoAlarm's triple; the word is the CAP severity, the colour what the public knows.
std::string awareness_level(Severity severity) {
  constexpr std::array triples = {"1; green; Minor", "2; yellow; Moderate", "3; orange; Severe",
                                  "4; red; Extreme"};
  return triples.at(static_cast<std::size_t>(severity));
}

std::vector<std::string> response_types(const MessageContent& message, const Rule& rule) {
  if (message.kind == MessageKind::all_clear) return {"AllClear"};
  if (message.kind == MessageKind::cancel) return {"None"};
  const auto severity = detail::severity_of(message, rule);
  if (!severity) return {"Monitor"};
  if (*severity == Severity::minor) return {"Monitor"};
  if (*severity == Severity::moderate) return {"Prepare"};
  return {"Prepare", "Avoid"};
}

std::string references_text(const MessageContent& message, const LocalTime& zone) {
  std::string text;
  for (const auto& reference : message.references) {
    text += fmt::format("{}{},{},{}", text.empty() ? "" : " ", reference.sender,
                        reference.identifier, zone.cap(reference.sent));
  }
  return text;
}

std::string standing_name(const MessageContent& message, const Rule& rule) {
  return to_string(message.kind == MessageKind::all_clear ? Standing::none() : message.level, rule);
}

void add_named(xmlNode* parent, const char* element, const std::string& name,
               const std::string& value) {
  xmlNode* node = add_child(parent, element);
  add_child(node, "valueName", clean_text(name, 500));
  add_child(node, "value", clean_text(value, 2000));
}

void add_parameter(xmlNode* info, const std::string& name, const std::string& value) {
  if (!value.empty()) add_named(info, "parameter", name, value);
}

// What machines read: the same in both languages.
void add_parameters(xmlNode* info, const MessageContent& message, const CapSubject& subject,
                    const LocalTime& zone) {
  const Rule& rule = subject.rule;
  if (const auto severity = detail::severity_of(message, rule)) {
    add_parameter(info, "awareness_level", awareness_level(*severity));
  }
  add_parameter(info, "awareness_type", "12; flooding");
  if (message.ending) add_parameter(info, "eventEndingTime", zone.cap(*message.ending));
  add_parameter(info, "vandvagt:area", subject.area.id);
  add_parameter(info, "vandvagt:rule", rule.id);
  if (rule.version > 0) add_parameter(info, "vandvagt:rule_version", std::to_string(rule.version));
  add_parameter(info, "vandvagt:incident", message.incident);
  add_parameter(info, "vandvagt:revision", std::to_string(message.revision));
  add_parameter(info, "vandvagt:level", standing_name(message, rule));
  add_parameter(info, "vandvagt:basis", to_string(message.basis));
  add_parameter(info, "vandvagt:stale", message.stale ? "true" : "false");
  add_parameter(info, "vandvagt:quantity", to_string(rule.quantity));
  add_parameter(info, "vandvagt:station", rule.station);
  if (message.level.active()) {
    const auto& level = rule.levels.at(static_cast<std::size_t>(message.level.index()));
    add_parameter(info, "vandvagt:raise_at", detail::value_text(rule.quantity, level.raise));
    add_parameter(info, "vandvagt:clear_at", detail::value_text(rule.quantity, level.clear));
  }
  if (message.peak) {
    add_parameter(info, "vandvagt:peak", detail::value_text(rule.quantity, message.peak->value));
    add_parameter(info, "vandvagt:peak_time", zone.cap(message.peak->time));
  }
  add_parameter(info, "vandvagt:datum", rule.quantity == Quantity::stage ? rule.datum : "");
  if (message.probability) {
    add_parameter(info, "vandvagt:probability", fmt::format("{:.2f}", *message.probability));
  }
  add_parameter(info, "vandvagt:run", message.run);
  add_parameter(info, "vandvagt:state_used", message.state_used);
  add_parameter(info, "vandvagt:model_version", message.model_version);
  add_parameter(info, "vandvagt:configuration_digest", message.configuration_digest);
  add_parameter(info, "vandvagt:evidence_digest", message.evidence_digest);
  add_parameter(info, "vandvagt:reason", message.reason);
}

void add_area(xmlNode* info, const CapSubject& subject, const std::string& name,
              const std::vector<std::string>& polygons) {
  xmlNode* area = add_child(info, "area");
  add_child(area, "areaDesc", name);
  for (const auto& polygon : polygons) add_child(area, "polygon", polygon);
  for (const auto& [code, value] : subject.area.geocodes) add_named(area, "geocode", code, value);
}

// What both languages share.
struct Rendering {
  LocalTime zone;
  std::vector<std::string> polygons;
};

void add_info(xmlNode* alert, const MessageContent& message, const CapSubject& subject,
              const Texts& texts, const Rendering& rendering) {
  const auto& zone = rendering.zone;
  const auto words = detail::words_for(message, subject, texts, zone);
  xmlNode* info = add_child(alert, "info");
  add_child(info, "language", texts.language);
  add_child(info, "category", "Met");
  add_child(info, "event", words.event);
  for (const auto& type : response_types(message, subject.rule)) {
    add_child(info, "responseType", type);
  }
  add_child(info, "urgency", to_string(message.urgency));
  add_child(info, "severity", severity_word(detail::severity_of(message, subject.rule)));
  add_child(info, "certainty", to_string(message.certainty));
  add_child(info, "effective", zone.cap(message.sent));
  if (message.onset) add_child(info, "onset", zone.cap(*message.onset));
  add_child(info, "expires", zone.cap(message.expires));
  add_child(info, "senderName", clean_text(subject.options.sender_name, 200));
  add_child(info, "headline", words.headline);
  add_child(info, "description", words.description);
  add_child(info, "instruction", words.instruction);
  if (!subject.options.web.empty()) add_child(info, "web", clean_text(subject.options.web, 500));
  if (!subject.options.contact.empty()) {
    add_child(info, "contact", clean_text(subject.options.contact, 500));
  }
  add_parameters(info, message, subject, zone);
  add_area(info, subject, words.area, rendering.polygons);
}

std::string note_of(const MessageContent& message, const CapSubject& subject,
                    const LocalTime& zone) {
  std::string note = detail::words_for(message, subject, subject.texts.english, zone).note;
  if (message.kind == MessageKind::cancel) note += (note.empty() ? "" : ": ") + message.reason;
  return clean_text(note, 1000);
}

void add_head(xmlNode* alert, const MessageContent& message, const CapSubject& subject,
              const LocalTime& zone) {
  const Issuer from = issuer(subject.options);
  add_child(alert, "identifier",
            cap_identifier(from.identifier_prefix, message.incident, message.revision));
  add_child(alert, "sender", from.sender);
  add_child(alert, "sent", zone.cap(message.sent));
  add_child(alert, "status", status_word(subject.options.status));
  add_child(alert, "msgType", message_type(message.kind));
  add_child(alert, "source", "Vandvagt");
  add_child(alert, "scope", "Public");
  add_child(alert, "code", "profile:vandvagt:1");
  const std::string note = note_of(message, subject, zone);
  if (!note.empty()) add_child(alert, "note", note);
  if (!message.references.empty()) add_child(alert, "references", references_text(message, zone));
  add_child(alert, "incidents", message.incident);
}

Result<std::string> serialized(xmlDoc* document) {
  xmlChar* bytes = nullptr;
  int size = 0;
  xmlDocDumpFormatMemoryEnc(document, &bytes, &size, "UTF-8", 1);
  const std::unique_ptr<xmlChar, void (*)(void*)> owner(bytes, xmlFree);
  if (bytes == nullptr) return fail(ErrorCode::io, "libxml2 has no memory to write a message");
  return std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

}  // namespace

std::string format_cap_time(Time t) {
  return LocalTime::utc().cap(t);
}

Result<std::string> to_cap_xml(const MessageContent& message, const CapSubject& subject) {
  const auto zone = LocalTime::named(subject.options.time_zone);
  if (!zone) return fail(zone.error());
  Rendering rendering{*zone, {}};
  for (const auto& ring : message.extent.empty() ? subject.area.rings : message.extent) {
    auto polygon = polygon_for_message(ring);
    if (!polygon) {
      return fail(polygon.error().code,
                  "area \"" + subject.area.id + "\": " + polygon.error().message);
    }
    rendering.polygons.push_back(polygon_text(*polygon));
  }
  const auto as_xml = [](const char* text) { return reinterpret_cast<const xmlChar*>(text); };
  const detail::Document document(xmlNewDoc(as_xml("1.0")));
  xmlNode* alert = document ? xmlNewNode(nullptr, as_xml("alert")) : nullptr;
  if (alert == nullptr) return fail(ErrorCode::io, "libxml2 has no memory to write a message");
  xmlDocSetRootElement(document.get(), alert);
  xmlSetNs(alert, xmlNewNs(alert, as_xml(detail::cap_namespace.data()), nullptr));
  add_head(alert, message, subject, *zone);
  add_info(alert, message, subject, subject.texts.danish, rendering);
  add_info(alert, message, subject, subject.texts.english, rendering);
  return serialized(document.get());
}

}  // namespace vandvagt::alerts
