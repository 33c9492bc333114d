#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::forecast {

/// Levels of a warning as colours on a map. Unknown levels are drawn grey.
enum class MapLevel { none, minor, moderate, severe, extreme, unknown };
MapLevel map_level(const std::string& level);  // by its name

/// An area as it appears in areas.geojson and on the picture.
struct MapArea {
  std::string id;
  std::string name;
  std::vector<std::vector<grids::Point>> rings;   // longitude, latitude (WGS 84)
  std::string level = "none";                     // of its warning
  std::vector<std::string> queries;               // AreaOutcome ids that tell of it
  std::map<std::string, std::string> properties;  // of its warning, written as they are
};

struct MapGauge {
  std::string name;
  grids::Point position;             // in the grid's system
  std::optional<double> peak_stage;  // [m above datum], shown beside the name
};

/// All that the picture shows.
struct Picture {
  std::string title, subtitle, credit;
  grids::Geometry geometry;
  FieldView<const double> bed_elevation;  // [m above datum], NaN outside
  FieldView<const float> depth;           // greatest depth [m], NaN outside
  double shown_depth = 0.02;              // [m]; less is not drawn
  std::vector<MapArea> areas;
  std::vector<MapGauge> gauges;
};

/// A PNG map, north up: terrain as grey hillshade, greatest depth in blues, areas outlined in the
/// colour of their level, gauges, scale bar, north arrow, legend and frame with coordinates; the
/// long side about 1400 pixels, cells enlarged by a whole number or averaged. Written beside and
/// renamed. Error{io} naming the path; Error{invalid_input} where an area cannot be transformed.
Result<void> draw_picture(const std::filesystem::path& path, const Picture& picture);

}  // namespace vandvagt::forecast
