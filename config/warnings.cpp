#include <algorithm>

#include "alerts/check.hpp"
#include "config/detail/parts.hpp"
#include "config/detail/values.hpp"
#include "grids/raster.hpp"
#include "grids/transform.hpp"
#include "grids/vector.hpp"

namespace vandvagt::config {

Result<std::string> terrain_crs(const forecast::TerrainInput& terrain) {
  if (!terrain.crs.empty() || terrain.rasters.empty()) return terrain.crs;
  const auto geometry = grids::raster_geometry(terrain.rasters.front());
  if (!geometry) return fail(geometry.error());
  return geometry->crs;
}

namespace {

using alerts::Area;
using alerts::Rule;

void read_season(Section& section, std::optional<alerts::Season>& season) {
  section.table("season", [&](Section& inner) {
    alerts::Season given;
    const auto day = [&](const char* key, alerts::MonthDay& value) {
      inner.require(key, "give month and day, e.g. \"10-01\"");
      std::string text;
      inner.text(key, text);
      if (text.empty()) return;
      const auto read = alerts::parse_month_day(text);
      if (!read)
        return inner.fault(key, "\"" + text + "\" is no day of the year",
                           "give month and day, e.g. \"10-01\"");
      value = *read;
    };
    day("from", given.from);
    day("to", given.to);
    if (inner.present()) season = given;
  });
}

/// [alerts.approval] holds for all rules; [rule.approval] has the last word.
void read_approval(Section& section, alerts::Approval& approval) {
  section.table("approval", [&](Section& inner) {
    inner.require("mode", "write mode = \"approve\" or \"automatic\"");
    inner.choice<bool>("mode", approval.needed, {{"automatic", false}, {"approve", true}});
    inner.text("from", approval.from);
    inner.flag("lowering", approval.lowering);
    inner.texts("by", approval.by);
    inner.duration("timeout", approval.timeout, true);
    using alerts::AfterTimeout;
    inner.choice<AfterTimeout>("after_timeout", approval.after_timeout,
                               {{"tell", AfterTimeout::tell}, {"release", AfterTimeout::release}});
    inner.duration("rejection", approval.rejection, true);
  });
}

void read_level(Section& section, alerts::Level& level, Dimension dimension) {
  section.require("name", "minor, moderate, severe, extreme, or a name with a severity");
  section.text("name", level.name);
  section.require("raise", "give the value that raises the warning");
  section.quantity("raise", dimension, level.raise);
  section.require("clear", "give the value below which it may be lowered");
  section.quantity("clear", dimension, level.clear);
  using alerts::Severity;
  std::optional<Severity> severity;
  section.choice<std::optional<Severity>>("severity", severity,
                                          {{"minor", Severity::minor},
                                           {"moderate", Severity::moderate},
                                           {"severe", Severity::severe},
                                           {"extreme", Severity::extreme}});
  level.severity = severity;
  read_season(section, level.season);
}

Dimension dimension_of(alerts::Quantity quantity) {
  switch (quantity) {
    case alerts::Quantity::discharge:
      return Dimension::discharge;
    case alerts::Quantity::area_share:
    case alerts::Quantity::shallow_groundwater_share:
      return Dimension::dimensionless;
    case alerts::Quantity::rate_of_rise:
      return Dimension::speed;
    case alerts::Quantity::stage:
    case alerts::Quantity::depth:
    case alerts::Quantity::groundwater_depth:
    case alerts::Quantity::area_depth:
      break;
  }
  return Dimension::length;
}

void read_rule(Section& section, Rule& rule) {
  section.require("id", "give the rule an id");
  section.identifier("id", rule.id);
  section.whole("version", rule.version, {.at_least = 1.0});
  section.require("area", "say who is warned");
  section.text("area", rule.area);
  section.text("station", rule.station);
  using alerts::Quantity;
  section.require("quantity", "say what the rule watches");
  section.choice<Quantity>("quantity", rule.quantity,
                           {{"stage", Quantity::stage},
                            {"discharge", Quantity::discharge},
                            {"depth", Quantity::depth},
                            {"groundwater_depth", Quantity::groundwater_depth},
                            {"rate_of_rise", Quantity::rate_of_rise},
                            {"area_depth", Quantity::area_depth},
                            {"area_share", Quantity::area_share},
                            {"shallow_groundwater_share", Quantity::shallow_groundwater_share}});
  using alerts::Hazard;
  section.require("hazard", "choose one of river, sea, rain, groundwater");
  section.choice<Hazard>("hazard", rule.hazard,
                         {{"river", Hazard::river},
                          {"sea", Hazard::sea},
                          {"rain", Hazard::rain},
                          {"groundwater", Hazard::groundwater}});
  section.text("datum", rule.datum);
  section.quantity("area_depth", Dimension::length, rule.area_depth, positive);
  section.number("area_share", rule.area_share, {.above = 0.0, .at_most = 1.0});
  section.quantity("shallower_than", Dimension::length, rule.shallower_than, positive);
  section.number("raise_probability", rule.raise_probability, {.above = 0.0, .at_most = 1.0});
  section.whole("runs_needed", rule.runs_needed, {.at_least = 1.0});
  section.whole("runs_looked_at", rule.runs_looked_at, {.at_least = 1.0});
  section.duration("lead_window", rule.lead_window);
  section.duration("clear_after", rule.clear_after, true);
  section.duration("hold_max", rule.hold_max);
  section.duration("action_time", rule.action_time, true);
  section.duration("fresh", rule.fresh);
  section.duration("cycle", rule.cycle);
  section.duration("grace", rule.grace, true);
  section.flag("observed", rule.observed);
  section.duration("rise_window", rule.rise_window);
  read_season(section, rule.season);
  read_approval(section, rule.approval);
  section.require("level", "add [[rule.level]] with name, raise and clear");
  section.each("level", [&](Section& inner) {
    read_level(inner, rule.levels.emplace_back(), dimension_of(rule.quantity));
  });
}

/// A ring that lies inside an odd number of the others is a hole: warnings cover the whole outline.
std::vector<std::vector<grids::Point>> outer_rings(const grids::Polygon& polygon) {
  std::vector<std::vector<grids::Point>> outer;
  for (const auto& ring : polygon.rings) {
    int around = 0;
    for (const auto& other : polygon.rings)
      if (&other != &ring &&
          grids::contains({.rings = {other}, .name = {}, .id = {}, .attributes = {}}, ring.front()))
        ++around;
    if (around % 2 == 0) outer.push_back(ring);
  }
  return outer;
}

void add_rings(Area& area, const std::vector<std::vector<grids::Point>>& rings) {
  for (const auto& ring : rings) {
    auto& positions = area.rings.emplace_back();
    for (const auto& point : ring) positions.push_back({point.x, point.y});
  }
}

/// Rings of a [[area]], from its file or its vertices, in longitude and latitude.
Result<std::vector<std::vector<grids::Point>>> rings_of(const forecast::Shape& shape,
                                                        const std::string& crs) {
  std::vector<std::vector<grids::Point>> rings;
  if (!shape.file.empty()) {
    const auto polygons =
        grids::read_polygons(shape.file, grids::lon_lat_crs, {.layer = {}, .crs = crs});
    if (!polygons) return fail(polygons.error());
    for (const auto& polygon : *polygons)
      for (auto& ring : outer_rings(polygon)) rings.push_back(std::move(ring));
    return rings;
  }
  for (const auto& ring : shape.inline_) {
    auto moved = grids::transform(ring, crs, grids::lon_lat_crs);
    if (!moved) return fail(moved.error());
    rings.push_back(std::move(*moved));
  }
  return rings;
}

void read_geocodes(Section& section, Area& area) {
  const Node* codes = section.ask("geocodes");
  if (codes == nullptr) return;
  for (const auto& [name, value] : codes->members) {
    if (value.type == Node::Type::text) area.geocodes.emplace_back(name, value.text);
  }
  if (codes->type != Node::Type::table || area.geocodes.size() != codes->members.size())
    section.fault("geocodes", "is no table of texts", "write geocodes = { EMMA_ID = \"DK003\" }");
}

void read_area(Section& section, Area& area, const forecast::TerrainInput& terrain) {
  section.require("id", "give the area an id");
  section.identifier("id", area.id);
  std::string name = area.id;
  section.text("name", name);
  area.name_da = area.name_en = name;
  section.text("name_da", area.name_da);
  section.text("name_en", area.name_en);
  read_geocodes(section, area);
  section.choice<bool>("extent", area.forecast_extent, {{"area", false}, {"forecast", true}});
  std::string crs;
  section.text("crs", crs);
  forecast::Shape shape;
  const bool given = read_shape(section, shape) != ShapeKind::none;
  if (section.present() && !given)
    return section.fault("polygon", "is missing", "give a polygon or rectangle");
  if (!given) return;
  if (crs.empty()) {
    const auto own = terrain_crs(terrain);
    if (!own) return;  // the terrain has a fault of its own that says it
    crs = *own;
  }
  if (crs.empty() || crs == "local")
    return section.fault("crs", "is missing where the terrain is local",
                         "name the coordinate system: a warning needs longitude and latitude");
  const auto rings = rings_of(shape, crs);
  if (!rings) return section.fault("polygon", rings.error().message, "");
  add_rings(area, *rings);
}

/// Features with `id`, `name_da`, `name_en`; the attributes named in `geocodes` become geocodes.
void read_area_file(Section& section, std::vector<Area>& areas) {
  std::filesystem::path file;
  std::string crs, layer;
  std::vector<std::string> codes;
  section.require("file", "name a GeoJSON or GeoPackage of polygons");
  section.input("file", file);
  section.text("crs", crs);
  section.text("layer", layer);
  section.texts("geocodes", codes);
  bool forecast_extent = false;
  section.choice<bool>("extent", forecast_extent, {{"area", false}, {"forecast", true}});
  if (file.empty()) return;
  const auto polygons = grids::read_polygons(
      file, grids::lon_lat_crs,
      {.layer = layer, .crs = crs.empty() ? std::nullopt : std::optional(crs)});
  if (!polygons) return section.fault("file", polygons.error().message, "");
  for (const auto& polygon : *polygons) {
    const auto attribute = [&](const std::string& key, const std::string& otherwise) {
      const auto found = polygon.attributes.find(key);
      return found == polygon.attributes.end() ? otherwise : found->second;
    };
    Area area{.id = polygon.id,
              .name_da = attribute("name_da", polygon.name),
              .name_en = attribute("name_en", polygon.name),
              .rings = {},
              .geocodes = {},
              .forecast_extent = forecast_extent};
    for (const auto& code : codes)
      if (const auto value = attribute(code, ""); !value.empty())
        area.geocodes.emplace_back(code, value);
    add_rings(area, outer_rings(polygon));
    areas.push_back(std::move(area));
  }
}

}  // namespace

void read_alerts(Section& top, Configuration& configuration) {
  top.table("alerts", [&](Section& section) {
    auto& options = configuration.alerts;
    using alerts::MessageStatus;
    section.require("status", "say whether warnings are actual, exercise or test");
    section.choice<MessageStatus>("status", options.status,
                                  {{"actual", MessageStatus::actual},
                                   {"exercise", MessageStatus::exercise},
                                   {"test", MessageStatus::test}});
    section.text("sender", options.sender);
    section.text("sender_name", options.sender_name);
    section.text("identifier_prefix", options.identifier_prefix);
    section.text("contact", options.contact);
    section.text("web", options.web);
    section.input("texts", options.texts, true);
    section.text("time_zone", options.time_zone);
    read_approval(section, configuration.approval);
    section.input("signing_key", options.signing_key);
    section.input("signing_certificate", options.signing_certificate);
    if (options.signing_key.empty() != options.signing_certificate.empty())
      section.fault("signing_key", "and signing_certificate belong together", "give both");
    if (top.context().probing || !section.present()) return;
    for (const auto& fault : alerts::validate(options))
      section.fault("", fault.place + ": " + fault.what, fault.cure);
  });
  if (top.has("rule") && !top.has("alerts"))
    top.fault("alerts", "is missing beside [[rule]]",
              "add [alerts] with sender and status = \"test\", \"exercise\" or \"actual\"");
}

void read_areas(Section& top, Configuration& configuration) {
  auto& areas = configuration.areas;
  const auto add_places = [&](std::size_t from, const std::string& place) {
    for (std::size_t k = from; k < areas.size(); ++k)
      top.context().places["areas.\"" + areas[k].id + "\""] = place + " \"" + areas[k].id + "\"";
  };
  top.table("areas", [&](Section& section) {
    read_area_file(section, areas);
    add_places(0, section.place());
  });
  top.each("area", [&](Section& section) {
    const auto before = top.context().faults.size();
    const auto first = areas.size();
    read_area(section, areas.emplace_back(), configuration.scenario.terrain);
    if (top.context().faults.size() == before) add_places(first, section.place());
  });
}

namespace {

/// What a rule about groundwater needs of the rest of the file.
void check_groundwater_rule(Section& section, const Rule& rule,
                            const forecast::GroundwaterInput& groundwater) {
  using alerts::Quantity;
  if (rule.quantity == Quantity::shallow_groundwater_share && section.present() &&
      !groundwater.water_table_depth.set())
    section.fault("quantity", "is about a water table and there is none",
                  "add [groundwater] with water_table_depth, or watch a well");
  const auto station = section.context().stations.find(rule.station);
  if (rule.quantity != Quantity::groundwater_depth || station == section.context().stations.end())
    return;
  if (station->second.parameter == sensors::Parameter::groundwater_head && !station->second.ground)
    section.fault("station",
                  "\"" + rule.station + "\" measures a head, and its ground is not known",
                  "give the station `ground`, in metres above the terrain's datum");
}

}  // namespace

void read_rules(Section& top, Configuration& configuration) {
  auto& places = top.context().places;
  top.each("rule", [&](Section& section) {
    const auto before = top.context().faults.size();
    Rule& rule = configuration.rules.emplace_back();
    rule.approval = configuration.approval;
    read_rule(section, rule);
    check_groundwater_rule(section, rule, configuration.scenario.groundwater);
    if (top.context().faults.size() == before)
      places["rules.\"" + rule.id + "\""] = section.place();
  });
  if (top.context().probing) return;
  std::map<std::string, alerts::StationFacts> facts;
  for (const auto& station : configuration.stations) {
    auto& fact = facts[station.id];
    fact.datum = station.datum;
    fact.quantity = alerts::parse_quantity(sensors::to_string(station.parameter));
    if (station.parameter == sensors::Parameter::groundwater_depth ||
        station.parameter == sensors::Parameter::groundwater_head)
      fact.quantity = alerts::Quantity::groundwater_depth;
  }
  // alerts/ knows what sound rules and areas are; here its words get a line of the file.
  add_with_places(alerts::validate(configuration.rules, configuration.areas, &facts), places,
                  top.context());
}

}  // namespace vandvagt::config
