#include "alerts/wis2.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "alerts/detail/xml.hpp"
#include "alerts/subscriber.hpp"
#include "core/digest.hpp"

namespace vandvagt::alerts {
namespace {

using nlohmann::ordered_json;
using LongLatRing = std::vector<std::pair<double, double>>;  // longitude, latitude

// UUID in the form of version 5 (a name's digest), of the CAP identifier.
std::string uuid_of(const std::string& identifier) {
  std::string hex = sha256_hex("vandvagt:cap:" + identifier).substr(0, 32);
  hex[12] = '5';
  constexpr std::string_view variant = "89ab";
  hex[16] = variant[static_cast<std::size_t>(hex[16]) % variant.size()];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20, 12));
}

std::vector<LongLatRing> rings_of(const xmlNode* info) {
  std::vector<LongLatRing> rings;
  const xmlNode* area = detail::find_child(info, "area");
  for (; area != nullptr; area = detail::next_same(area)) {
    const xmlNode* polygon = detail::find_child(area, "polygon");
    for (; polygon != nullptr; polygon = detail::next_same(polygon)) {
      std::istringstream in(detail::text_of(polygon));
      LongLatRing ring;
      char comma = ',';
      for (double latitude = 0.0, longitude = 0.0; in >> latitude >> comma >> longitude;)
        ring.emplace_back(longitude, latitude);
      rings.push_back(std::move(ring));
    }
  }
  return rings;
}

ordered_json points(const LongLatRing& ring) {
  ordered_json out = ordered_json::array();
  for (const auto& [longitude, latitude] : ring) out.push_back({longitude, latitude});
  return out;
}

ordered_json polygons(const std::vector<LongLatRing>& rings) {
  if (rings.empty()) return nullptr;
  if (rings.size() == 1)
    return {{"type", "Polygon"}, {"coordinates", ordered_json::array({points(rings.front())})}};
  ordered_json all = ordered_json::array();
  for (const auto& ring : rings) all.push_back(ordered_json::array({points(ring)}));
  return {{"type", "MultiPolygon"}, {"coordinates", std::move(all)}};
}

ordered_json bounding_box(const std::vector<LongLatRing>& rings) {
  double west = 180.0, east = -180.0, south = 90.0, north = -90.0;
  for (const auto& ring : rings) {
    for (const auto& [longitude, latitude] : ring) {
      west = std::min(west, longitude);
      east = std::max(east, longitude);
      south = std::min(south, latitude);
      north = std::max(north, latitude);
    }
  }
  return polygons({{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}});
}

std::string text_of(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

Result<std::string> wis2_notification(const OutboxMessage& message, const Wis2Options& options,
                                      Time published) {
  auto document = detail::parse_xml(message.xml);
  if (!document) return fail(document.error());
  const auto warning = parse_cap(message.xml);
  if (!warning) return fail(warning.error());
  const auto rings = rings_of(detail::find_child(xmlDocGetRootElement(document->get()), "info"));
  ordered_json note{
      {"id", uuid_of(message.identifier)},
      {"type", "Feature"},
      {"conformsTo", {"http://wis.wmo.int/spec/wnm/1/conf/core"}},
      {"geometry", polygons(rings)},
      {"properties",
       {{"pubtime", format_time(std::chrono::floor<std::chrono::seconds>(published))},
        {"data_id", options.topic + "/" + message.identifier},
        {"datetime", format_time(warning->sent)},
        {"integrity", {{"method", "sha512"}, {"value", sha512_base64(message.xml)}}}}},
      {"links",
       {{{"rel", "canonical"},
         {"type", "application/cap+xml"},
         {"href", options.base_url + "/cap/" + message.identifier + ".xml"},
         {"length", message.xml.size()}}}}};
  if (message.xml.size() <= most_wis2_content)
    note["properties"]["content"] = {
        {"encoding", "utf-8"}, {"size", message.xml.size()}, {"value", message.xml}};
  std::string text = text_of(note);
  if (text.size() > most_wis2_bytes && !rings.empty()) {
    note["geometry"] = bounding_box(rings);
    text = text_of(note);
  }
  if (text.size() > most_wis2_bytes) {
    note["properties"].erase("content");
    text = text_of(note);
  }
  if (text.size() > most_wis2_bytes)
    return fail(ErrorCode::invalid_input,
                fmt::format("the WIS2 notification of {} has {} bytes, at most {} are allowed; "
                            "shorten web.base_url and wis2.topic",
                            message.identifier, text.size(), most_wis2_bytes));
  return text;
}

}  // namespace vandvagt::alerts
