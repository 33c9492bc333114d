#include <libxml/parser.h>
#include <libxml/tree.h>

#include <array>
#include <limits>
#include <memory>

#include "sensors/detail/file_rows.hpp"
#include "sensors/detail/json.hpp"

namespace vandvagt::sensors::detail {
namespace {

constexpr std::string_view waterml_namespace = "http://www.opengis.net/waterml/2.0";

struct FreeDocument {
  void operator()(xmlDoc* document) const noexcept { xmlFreeDoc(document); }
};
using Document = std::unique_ptr<xmlDoc, FreeDocument>;

std::string_view text_of(const xmlChar* text) {
  return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

bool is(const xmlNode* node, std::string_view name) {
  return node->type == XML_ELEMENT_NODE && text_of(node->name) == name;
}

std::string attribute(const xmlNode* node, const char* name) {
  for (const xmlAttr* a = node->properties; a != nullptr; a = a->next)
    if (text_of(a->name) == name && a->children != nullptr)
      return std::string(text_of(a->children->content));
  return {};
}

std::string content(const xmlNode* node) {
  std::string text;
  for (const xmlNode* child = node->children; child != nullptr; child = child->next)
    if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE)
      text += text_of(child->content);
  const auto begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string::npos
             ? std::string{}
             : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// Every element of that name below `node`, in order of the document. The parser's own limit on
/// depth (256) bounds the recursion.
void collect(const xmlNode* node, std::string_view name, std::vector<const xmlNode*>& found) {
  for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (is(child, name)) found.push_back(child);
    collect(child, name, found);
  }
}
std::vector<const xmlNode*> all_below(const xmlNode* node, std::string_view name) {
  std::vector<const xmlNode*> found;
  collect(node, name, found);
  return found;
}
const xmlNode* first_below(const xmlNode* node, std::string_view name) {
  const auto found = all_below(node, name);
  return found.empty() ? nullptr : found.front();
}

/// A unit as UCUM, a URN or plain text writes it -> as the station does.
std::string unit_of(std::string text) {
  if (text.starts_with("urn:")) text = text.substr(text.rfind(':') + 1);
  constexpr std::array<std::pair<const char*, const char*>, 6> ucum{{{"[ft_i]", "ft"},
                                                                     {"[in_i]", "in"},
                                                                     {"[cft_i]/s", "ft3/s"},
                                                                     {"m3.s-1", "m3/s"},
                                                                     {"L/s", "l/s"},
                                                                     {"mm.h-1", "mm/h"}}};
  for (const auto& [from, to] : ucum)
    if (text == from) return to;
  return text;
}

/// Whether a title, reference or identifier is the declared one, or ends with it after a separator.
bool names(const std::string& text, const std::string& declared) {
  if (!text.ends_with(declared)) return false;
  if (text.size() == declared.size()) return true;
  const char before = text[text.size() - declared.size() - 1];
  return before == ':' || before == '/' || before == '=' || before == '.' || before == '#';
}

bool element_names(const xmlNode* observation, const char* element, const std::string& declared) {
  if (declared.empty()) return true;
  for (const xmlNode* node : all_below(observation, element)) {
    if (names(attribute(node, "href"), declared) || names(attribute(node, "title"), declared))
      return true;
    for (const char* inner : {"identifier", "name"})
      for (const xmlNode* id : all_below(node, inner))
        if (names(content(id), declared)) return true;
    for (const xmlNode* point : all_below(node, "MonitoringPoint"))
      if (names(attribute(point, "id"), declared)) return true;
  }
  return false;
}

/// The one observation that is the declared station's.
Result<const xmlNode*> find_observation(const xmlNode* root, const FileSource& source,
                                        const std::string& name, FileReadings& passed) {
  const xmlNode* fitting = nullptr;
  for (const xmlNode* observation : all_below(root, "OM_Observation")) {
    const xmlNode* series = first_below(observation, "MeasurementTimeseries");
    const bool water = series != nullptr && series->ns != nullptr &&
                       text_of(series->ns->href) == waterml_namespace;
    if (!water || !element_names(observation, "featureOfInterest", source.series) ||
        !element_names(observation, "observedProperty", source.variable)) {
      ++passed.others;
      continue;
    }
    if (fitting != nullptr)
      return fail(ErrorCode::invalid_input,
                  name + ": several series fit; declare file.series and file.variable");
    fitting = observation;
  }
  if (fitting == nullptr)
    return fail(ErrorCode::invalid_input, name + ": no WaterML 2.0 series of " +
                                              shown(source.series) + " and " +
                                              shown(source.variable));
  return fitting;
}

Result<void> check_unit(const xmlNode* series, const Station& station, const std::string& name) {
  const auto units = all_below(series, "uom");
  if (units.empty()) return fail(ErrorCode::invalid_input, name + ": the series names no unit");
  for (const xmlNode* unit : units) {
    std::string text = attribute(unit, "code");
    if (text.empty()) text = attribute(unit, "title");
    if (unit_of(text) == station.unit) continue;
    return fail(ErrorCode::invalid_input, name + ": unit not declared: " + shown(text) +
                                              ", the station's is " + shown(station.unit));
  }
  return {};
}

void read_points(const xmlNode* series, const std::string& name, RowReader& rows) {
  for (const xmlNode* point : all_below(series, "MeasurementTVP")) {
    const std::string place = name + ":" + std::to_string(xmlGetLineNo(point));
    const xmlNode *time = first_below(point, "time"), *value = first_below(point, "value");
    const std::string when = time == nullptr ? std::string{} : content(time);
    Row row{.time = when, .place = place};
    if (value != nullptr && attribute(value, "nil") != "true" && !content(value).empty()) {
      const auto number = parse_number(content(value));
      if (!number) {
        rows.refuse(place, number.error().message);
        continue;
      }
      row.value = *number;
    }
    rows.take(row);
  }
}

}  // namespace

Result<FileReadings> read_waterml(const Station& station, std::string_view text,
                                  const std::string& name, Time received) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return fail(ErrorCode::invalid_input, name + ": too large");
  // No network, no entities of its own, no printing; the parser's limits on depth and size hold.
  const Document document{xmlReadMemory(text.data(), static_cast<int>(text.size()), "", nullptr,
                                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                            XML_PARSE_NOBLANKS | XML_PARSE_COMPACT)};
  if (!document) return fail(ErrorCode::invalid_input, name + ": not XML");
  const xmlNode* root = xmlDocGetRootElement(document.get());
  if (root == nullptr) return fail(ErrorCode::invalid_input, name + ": not XML");
  FileReadings passed;
  const auto observation = find_observation(root, *station.file, name, passed);
  if (!observation) return fail(observation.error());
  const xmlNode* series = first_below(*observation, "MeasurementTimeseries");
  if (auto unit = check_unit(series, station, name); !unit) return fail(unit.error());
  RowReader rows(station, received);
  read_points(series, name, rows);
  auto result = rows.finish();
  result.others = passed.others;
  return result;
}

}  // namespace vandvagt::sensors::detail
