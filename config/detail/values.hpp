#pragma once

#include <string>

#include "config/detail/section.hpp"
#include "forecast/scenario.hpp"

namespace vandvagt::config {

/// What the numbers of a field or a series may be.
struct Kind {
  Dimension dimension = Dimension::dimensionless;
  Range range = {};
  std::vector<sensors::Parameter> parameters = {};  // of a station that gives the series
};

/// A water level [m above datum] and a discharge [m³/s], by number, file or station.
inline const Kind stage_kind{.dimension = Dimension::length,
                             .parameters = {sensors::Parameter::stage}};
inline const Kind discharge_kind{.dimension = Dimension::discharge,
                                 .parameters = {sensors::Parameter::discharge}};

enum class ShapeKind { none, polygon, line };

/// `polygon` (a file, a folder of CSV, a ring of [x, y], or a list of rings), `rectangle` ([x_min,
/// y_min, x_max, y_max]) or, where allowed, `line` (a file, points, or a list of lines).
ShapeKind read_shape(Section& section, forecast::Shape& shape, bool lines_allowed = false);

/// `line` alone: a file, points, or a list of lines.
void read_line(Section& section, forecast::Shape& shape);

/// `key = number`, `key = "number unit"`, or a table with `value`, `raster`, `raster_scale`,
/// `raster_offset`, `raster_crs` and any number of `[[key.patch]]` (a value and a polygon).
void read_field(Section& section, const std::string& key, forecast::FieldInput& field,
                const Kind& kind);
/// The same where the section itself is the field.
void read_field_table(Section& section, forecast::FieldInput& field, const Kind& kind);

/// `key = number`, `key = "number unit"`, points `[["0s", 1.0], ["1h", 2.0]]`, or a table with
/// `file` and `unit`, or `station`, `max_age` and `forecast_file`.
void read_series(Section& section, const std::string& key, forecast::SeriesInput& series,
                 const Kind& kind);

}  // namespace vandvagt::config
