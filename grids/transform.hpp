#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::grids {

/// WGS 84 longitude and latitude in degrees, x = longitude: what GeoJSON and CAP areas need.
inline constexpr const char* lon_lat_crs = "EPSG:4326";

/// WKT2 of a coordinate reference system given as "EPSG:n", WKT, or a PROJ string; empty for
/// "local" and for the empty string. Error{invalid_input} where PROJ does not know it.
Result<std::string> crs_wkt(const std::string& definition);

/// Whether two definitions mean the same horizontal system (axis order and names aside).
/// Two local ones are the same; a definition that PROJ does not know equals nothing.
bool same_crs(const std::string& a, const std::string& b);

/// "EPSG:25832" where the definition has an authority code, otherwise its name; "local" for empty.
std::string crs_name(const std::string& definition);

/// Points in another system; x is always easting or longitude, y northing or latitude, whatever
/// axis order the authority gives. Error{invalid_input} for an unknown system, no transformation
/// between the two (local and not local), or a point outside its reach (named by its number).
Result<std::vector<Point>> transform(std::vector<Point> points, const std::string& from_crs,
                                     const std::string& to_crs);

}  // namespace vandvagt::grids
