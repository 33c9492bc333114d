#include "grids/detail/grid_mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "grids/detail/crs.hpp"
#include "grids/detail/gdal.hpp"

namespace vandvagt::grids::detail {
namespace {

/// A WKT1 parameter and its CF name.
struct Parameter {
  const char* wkt;
  const char* cf;
};

struct Projection {
  std::string_view wkt;
  const char* cf;
  std::array<Parameter, 5> parameters;
};

constexpr Parameter false_easting{"false_easting", "false_easting"};
constexpr Parameter false_northing{"false_northing", "false_northing"};

constexpr std::array<Projection, 5> projections{{
    {"Transverse_Mercator",
     "transverse_mercator",
     {{{"scale_factor", "scale_factor_at_central_meridian"},
       {"central_meridian", "longitude_of_central_meridian"},
       {"latitude_of_origin", "latitude_of_projection_origin"},
       false_easting,
       false_northing}}},
    {"Lambert_Azimuthal_Equal_Area",
     "lambert_azimuthal_equal_area",
     {{{"longitude_of_center", "longitude_of_projection_origin"},
       {"latitude_of_center", "latitude_of_projection_origin"},
       false_easting,
       false_northing,
       {nullptr, nullptr}}}},
    {"Lambert_Conformal_Conic_2SP",
     "lambert_conformal_conic",
     {{{"central_meridian", "longitude_of_central_meridian"},
       {"latitude_of_origin", "latitude_of_projection_origin"},
       false_easting,
       false_northing,
       {nullptr, nullptr}}}},
    {"Mercator_1SP",
     "mercator",
     {{{"central_meridian", "longitude_of_projection_origin"},
       {"scale_factor", "scale_factor_at_projection_origin"},
       false_easting,
       false_northing,
       {nullptr, nullptr}}}},
    {"Polar_Stereographic",
     "polar_stereographic",
     {{{"central_meridian", "straight_vertical_longitude_from_pole"},
       {"latitude_of_origin", "standard_parallel"},
       false_easting,
       false_northing,
       {nullptr, nullptr}}}},
}};

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// Name and parameters of the projection as CF writes them.
void describe_projection(NcFile& file, int id, const OGRSpatialReference& crs) {
  const char* projection_name = crs.GetAttrValue("PROJECTION");
  const std::string_view wkt = projection_name != nullptr ? projection_name : "";
  const auto* found = std::ranges::find(projections, wkt, &Projection::wkt);
  if (found == projections.end()) {
    // E.g. the double stereographic projection of the Netherlands: CF's `stereographic` is another
    // one, and to name it so would place cells wrongly. The WKT beside it is exact.
    file.attribute_if(id, "grid_mapping_name", lower_case(std::string(wkt)));
    return;
  }
  file.attribute(id, "grid_mapping_name", found->cf);
  for (const auto& parameter : found->parameters)
    if (parameter.wkt != nullptr)
      file.attribute(id, parameter.cf, crs.GetNormProjParm(parameter.wkt, 0.0));
  if (wkt == "Lambert_Conformal_Conic_2SP")
    file.attribute(id, "standard_parallel",
                   std::vector{crs.GetNormProjParm("standard_parallel_1", 0.0),
                               crs.GetNormProjParm("standard_parallel_2", 0.0)});
}

void describe_datum(NcFile& file, int id, const OGRSpatialReference& crs) {
  file.attribute(id, "semi_major_axis", crs.GetSemiMajor());
  file.attribute(id, "inverse_flattening", crs.GetInvFlattening());
  file.attribute(id, "longitude_of_prime_meridian", crs.GetPrimeMeridian());
  for (const auto& [cf, node] :
       {std::pair{"reference_ellipsoid_name", "SPHEROID"},
        std::pair{"horizontal_datum_name", "DATUM"}, std::pair{"geographic_crs_name", "GEOGCS"},
        std::pair{"projected_crs_name", "PROJCS"}})
    if (const char* value = crs.GetAttrValue(node); value != nullptr)
      file.attribute_if(id, cf, value);
}

/// The name of the vertical datum where PROJ knows it, e.g. of EPSG:5799; else as configured.
std::string datum_name(const std::string& configured) {
  OGRSpatialReference vertical;
  constexpr auto options = std::array{"ALLOW_NETWORK_ACCESS=NO", "ALLOW_FILE_ACCESS=NO",
                                      static_cast<const char*>(nullptr)};
  const GdalMessages quiet;
  if (vertical.SetFromUserInput(configured.c_str(), options.data()) != OGRERR_NONE)
    return configured;
  const char* name = vertical.GetAttrValue("VERT_DATUM");
  return name != nullptr ? name : configured;
}

}  // namespace

Result<bool> define_crs(NcFile& file, const Geometry& g) {
  const auto crs = parse_crs(g.crs);
  if (!crs) return fail(crs.error());
  if (!*crs) return false;
  const int id = file.variable("crs", NC_INT, {});
  file.attribute(id, "long_name", "coordinate reference system");
  describe_projection(file, id, **crs);
  describe_datum(file, id, **crs);
  const std::string wkt = to_wkt(*crs);
  file.attribute(id, "crs_wkt", wkt);
  file.attribute(id, "spatial_ref", wkt);
  file.attribute(
      id, "GeoTransform",
      fmt::format("{:.17g} {:.17g} 0 {:.17g} 0 {:.17g}", g.x0, g.dx, g.y0 + g.ny * g.dx, -g.dx));
  if (!g.vertical_datum.empty())
    file.attribute(id, "geopotential_datum_name", datum_name(g.vertical_datum));
  return true;
}

Axes define_axes(NcFile& file, const Geometry& g, int x_dimension, int y_dimension) {
  const Axes axes{file.variable("x", NC_DOUBLE, {x_dimension}),
                  file.variable("y", NC_DOUBLE, {y_dimension})};
  for (const bool east : {true, false}) {
    const int id = east ? axes.x : axes.y;
    if (!g.local())
      file.attribute(id, "standard_name",
                     east ? "projection_x_coordinate" : "projection_y_coordinate");
    file.attribute(id, "long_name", east ? "easting of cell centres" : "northing of cell centres");
    file.attribute(id, "units", "m");
    file.attribute(id, "axis", east ? "X" : "Y");
  }
  return axes;
}

void write_axes(NcFile& file, const Geometry& g, const Axes& axes) {
  std::vector<double> x, y;
  for (int i = 0; i < g.nx; ++i) x.push_back(g.centre(i, 0).x);
  for (int j = 0; j < g.ny; ++j) y.push_back(g.centre(0, j).y);
  file.write(axes.x, x);
  file.write(axes.y, y);
}

}  // namespace vandvagt::grids::detail
