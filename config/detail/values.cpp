#include "config/detail/values.hpp"

namespace vandvagt::config {
namespace {

using forecast::FieldInput;
using forecast::SeriesInput;
using forecast::Shape;

bool is_point(const Node& node) {
  return node.type == Node::Type::list && node.items.size() == 2 && node.items[0].number() &&
         node.items[1].number();
}

std::optional<std::vector<grids::Point>> vertices_of(const Node& node, std::size_t least) {
  std::vector<grids::Point> vertices;
  if (node.type != Node::Type::list || node.items.size() < least) return std::nullopt;
  for (const auto& item : node.items) {
    if (!is_point(item)) return std::nullopt;
    vertices.push_back({item.items[0].real, item.items[1].real});
  }
  return vertices;
}

/// A path, one list of vertices, or a list of such lists.
void read_vertices(Section& section, const std::string& key, Shape& shape, std::size_t least) {
  const Node* node = section.ask(key);
  if (node == nullptr) return;
  if (node->type == Node::Type::text) {
    if (const auto path = section.input_path(*node, key, true)) shape.file = *path;
    return;
  }
  const bool one =
      node->type == Node::Type::list && !node->items.empty() && is_point(node->items.front());
  if (one) {
    if (auto vertices = vertices_of(*node, least)) shape.inline_.push_back(std::move(*vertices));
  } else if (node->type == Node::Type::list) {
    for (const auto& item : node->items)
      if (auto vertices = vertices_of(item, least)) shape.inline_.push_back(std::move(*vertices));
  }
  const std::size_t expected = one ? 1 : node->items.size();
  if (expected == 0 || shape.inline_.size() != expected)
    section.fault(key, "is neither a path nor " + std::to_string(least) + " vertices or more",
                  "write \"shape.geojson\" or [[x, y], [x, y], ...]");
}

void read_rectangle(Section& section, Shape& shape) {
  std::vector<double> sides;
  section.numbers("rectangle", sides);
  if (!section.has("rectangle") || sides.empty()) return;
  if (sides.size() != 4 || sides[0] >= sides[2] || sides[1] >= sides[3])
    return section.fault("rectangle", "is no rectangle", "write [x_min, y_min, x_max, y_max]");
  shape.inline_.push_back(
      {{sides[0], sides[1]}, {sides[2], sides[1]}, {sides[2], sides[3]}, {sides[0], sides[3]}});
}

std::optional<std::pair<double, double>> series_point(const Section& section,
                                                      const std::string& key, const Node& item,
                                                      const Kind& kind) {
  const std::string cure = "write [[\"0s\", value], [\"1h\", value], ...]";
  if (item.type != Node::Type::list || item.items.size() != 2 ||
      item.items[0].type != Node::Type::text) {
    section.fault(key, "holds something else than pairs of time and value", cure);
    return std::nullopt;
  }
  const auto time = parse_duration(item.items[0].text);
  if (!time) {
    section.fault(key, time.error().message, cure);
    return std::nullopt;
  }
  const auto value = section.value_of(item.items[1], key, kind.dimension, kind.range);
  if (!value) return std::nullopt;
  return std::pair{to_seconds(*time), *value};
}

void read_points(const Section& section, const std::string& key, const Node& node,
                 SeriesInput& series, const Kind& kind) {
  series.from = SeriesInput::From::points;
  for (const auto& item : node.items) {
    const auto point = series_point(section, key, item, kind);
    if (!point) return;
    if (!series.points.empty() && point->first <= series.points.back().first)
      return section.fault(key, "has times that do not increase", "put the pairs in order of time");
    series.points.push_back(*point);
  }
  if (series.points.empty()) section.fault(key, "is an empty list", "give at least one pair");
}

void read_series_table(Section& section, SeriesInput& series, const Kind& kind) {
  const auto from = section.one_of({"file", "station"});
  section.input("file", series.file);
  section.text("station", series.station);
  section.text("unit", series.file_unit);
  section.duration("max_age", series.max_age);
  section.input("forecast_file", series.forecast_file);
  if (!section.present()) return;
  if (!from) return section.fault("", "names neither a file nor a station", "give one of them");
  const bool by_station = *from == "station";
  series.from = by_station ? SeriesInput::From::station : SeriesInput::From::file;
  if (by_station) section.check_station("station", series.station, kind.parameters);
  const bool reads_file = !by_station || section.has("forecast_file");
  if (reads_file && series.file_unit.empty())
    section.fault("unit", "is missing", "name the unit of the file's values");
  if (!series.file_unit.empty())
    if (const auto known = to_si(1.0, series.file_unit, kind.dimension); !known)
      section.fault("unit", known.error().message, "");
  for (const char* key : {"max_age", "forecast_file"})
    if (!by_station && section.has(key))
      section.fault(key, "belongs to a series from a station", "remove it");
}

}  // namespace

ShapeKind read_shape(Section& section, Shape& shape, bool lines_allowed) {
  shape.place = section.place();
  std::vector<std::string> keys{"polygon", "rectangle"};
  if (lines_allowed) keys.emplace_back("line");
  const auto given = section.one_of(keys);
  read_vertices(section, "polygon", shape, 3);
  read_rectangle(section, shape);
  if (lines_allowed) read_vertices(section, "line", shape, 2);
  if (!given) return ShapeKind::none;
  shape.place = section.place(*given);
  return *given == "line" ? ShapeKind::line : ShapeKind::polygon;
}

void read_line(Section& section, Shape& shape) {
  shape.place = section.place("line");
  read_vertices(section, "line", shape, 2);
}

void read_field_table(Section& section, FieldInput& field, const Kind& kind) {
  field.place = section.place();
  section.quantity("value", kind.dimension, field.value, kind.range);
  section.input("raster", field.raster);
  section.number("raster_scale", field.raster_scale);
  section.number("raster_offset", field.raster_offset);
  section.text("raster_crs", field.raster_crs);
  for (const char* key : {"raster_scale", "raster_offset", "raster_crs"})
    if (section.has(key) && !section.has("raster"))
      section.fault(key, "has no raster to apply to", "name `raster` or remove it");
  section.each("patch", [&](Section& patch) {
    Shape shape;
    double value = 0.0;
    patch.require("value", "give the value inside the polygon");
    patch.quantity("value", kind.dimension, value, kind.range);
    if (read_shape(patch, shape) == ShapeKind::none)
      patch.fault("polygon", "is missing", "say where the value holds: polygon or rectangle");
    field.polygons.emplace_back(std::move(shape), value);
  });
  const bool asked = section.has("value") || section.has("raster") || section.has("patch");
  if (section.present() && !asked)
    section.fault("", "gives no value", "give value, raster or [[" + section.name() + ".patch]]");
}

void read_field(Section& section, const std::string& key, FieldInput& field, const Kind& kind) {
  const Node* node = section.ask(key);
  if (node != nullptr && node->type != Node::Type::table) {
    field.place = section.place(key);
    field.value = section.value_of(*node, key, kind.dimension, kind.range);
    return;
  }
  section.table(key, [&](Section& inner) { read_field_table(inner, field, kind); });
}

void read_series(Section& section, const std::string& key, SeriesInput& series, const Kind& kind) {
  const Node* node = section.ask(key);
  series.place = section.place(key);
  if (node != nullptr && node->type == Node::Type::list)
    return read_points(section, key, *node, series, kind);
  if (node != nullptr && node->type != Node::Type::table) {
    series.from = SeriesInput::From::constant;
    if (const auto value = section.value_of(*node, key, kind.dimension, kind.range))
      series.constant = *value;
    return;
  }
  section.table(key, [&](Section& inner) { read_series_table(inner, series, kind); });
}

}  // namespace vandvagt::config
