#include "grids/transform.hpp"

#include <cmath>

#include "grids/detail/crs.hpp"
#include "grids/detail/gdal.hpp"

namespace vandvagt::grids {

Result<std::string> crs_wkt(const std::string& definition) {
  auto crs = detail::parse_crs(definition);
  if (!crs) return fail(crs.error());
  return detail::to_wkt(*crs);
}

bool same_crs(const std::string& a, const std::string& b) {
  const auto first = detail::parse_crs(a);
  const auto second = detail::parse_crs(b);
  return first && second && detail::same(*first, *second);
}

std::string crs_name(const std::string& definition) {
  const auto crs = detail::parse_crs(definition);
  return crs ? detail::name_of(*crs) : definition;
}

Result<std::vector<Point>> transform(std::vector<Point> points, const std::string& from_crs,
                                     const std::string& to_crs) {
  const auto from = detail::parse_crs(from_crs);
  if (!from) return fail(from.error());
  const auto to = detail::parse_crs(to_crs);
  if (!to) return fail(to.error());
  if (detail::same(*from, *to)) return points;
  if (!*from || !*to)
    return fail(ErrorCode::invalid_input,
                "local coordinates cannot be transformed: from " + detail::name_of(*from) + " to " +
                    detail::name_of(*to) + "; declare the coordinate reference system of both");
  const detail::GdalMessages messages;
  const auto steps = detail::transformation(**from, **to);
  if (!steps) return fail(steps.error());
  for (std::size_t k = 0; k < points.size(); ++k) {
    Point& p = points[k];
    const Point given = p;
    int success = 0;
    (*steps)->Transform(1, &p.x, &p.y, nullptr, &success);
    if (success == 0 || !std::isfinite(p.x) || !std::isfinite(p.y))
      return fail(ErrorCode::invalid_input,
                  "point " + std::to_string(k + 1) + " (" + std::to_string(given.x) + ", " +
                      std::to_string(given.y) + ") in " + detail::name_of(*from) +
                      " lies outside the reach of " + detail::name_of(*to));
  }
  return points;
}

}  // namespace vandvagt::grids
