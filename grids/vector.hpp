#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::grids {

using Attributes = std::map<std::string, std::string>;

/// A polygon as closed rings (last point not repeated), outer rings and holes alike: a point is
/// inside where it lies within an odd number of rings. A multipolygon has several outer rings.
struct Polygon {
  std::vector<std::vector<Point>> rings;
  std::string name;  // attribute `name` in any case, else the file's stem or the feature's number
  std::string id;    // attribute `id` in any case, else the feature's number
  Attributes attributes;
};

/// A line of at least two different points.
struct Line {
  std::vector<Point> points;
  std::string name;
  std::string id;
  Attributes attributes;
};

/// How a vector file is to be understood.
struct VectorOptions {
  std::string layer;               // GeoPackage: the layer; empty = the only one
  std::optional<std::string> crs;  // where the file names none: "local", "EPSG:32756", ...
};

/// Polygons from a GeoJSON, GeoPackage or Shapefile, or from CSV files of `x,y[,...]` vertices
/// (with or without a header line, one ring a file, closed or not; a folder counts as all its *.csv
/// in order of name), in the coordinates of `target_crs` (WKT, "EPSG:n", or empty for local
/// metres). A CSV names no CRS: options.crs, or else the target's. Error{invalid_input} with file
/// and feature for fewer than three different points, a coordinate that is not finite, a ring that
/// crosses itself, a geometry of another kind, no feature at all, or no CRS; Error{io} where the
/// file cannot be read.
Result<std::vector<Polygon>> read_polygons(const std::filesystem::path& path,
                                           const std::string& target_crs,
                                           const VectorOptions& options = {});

/// Lines, likewise; a multi-line becomes several lines, CSV vertices stay open.
Result<std::vector<Line>> read_lines(const std::filesystem::path& path,
                                     const std::string& target_crs,
                                     const VectorOptions& options = {});

/// Points given by hand, checked as those from a file are.
Result<Polygon> make_polygon(std::vector<Point> ring, std::string name);
Result<Line> make_line(std::vector<Point> points, std::string name);

/// Whether the point lies inside (even-odd rule; on the edge it is in one of two neighbours).
bool contains(const Polygon& polygon, Point point);

/// Cells whose centre lies inside, row by row from the south; empty where none does.
std::vector<Cell> cells_in(const Geometry& geometry, const Polygon& polygon);

/// All cells that the line touches, in order along it, without repeats next to each other; cells
/// that follow each other share a side, so that water cannot slip through a burnt wall diagonally.
std::vector<Cell> cells_along(const Geometry& geometry, const Line& line);

/// Burn into a field on `cells`; NaN (outside) stays NaN.
void raise_by(Field<double>& field, const std::vector<Cell>& cells, double amount);
void set_to(Field<double>& field, const std::vector<Cell>& cells, double value);
/// value or higher (a levee's crest) ...
void raise_to(Field<double>& field, const std::vector<Cell>& cells, double value);
/// ... value or lower (a culvert's bed).
void lower_to(Field<double>& field, const std::vector<Cell>& cells, double value);

}  // namespace vandvagt::grids
