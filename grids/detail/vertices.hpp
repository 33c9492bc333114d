#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::grids::detail {

/// The ring without its closing point and repeated points. Error{invalid_input}, starting with
/// `place`, for fewer than three different points, one that is not finite, no area, or two sides
/// that cross.
Result<std::vector<Point>> checked_ring(std::vector<Point> ring, const std::string& place);

/// The line without repeated points. Error{invalid_input} for fewer than two different points or
/// one that is not finite.
Result<std::vector<Point>> checked_line(std::vector<Point> points, const std::string& place);

/// Vertices `x,y[,...]` of a CSV file; a first line that is not numbers is a header. Error{io}
/// where it cannot be read, Error{invalid_input} with the line's number where it is not two
/// numbers.
Result<std::vector<Point>> read_csv_vertices(const std::filesystem::path& path);

}  // namespace vandvagt::grids::detail
