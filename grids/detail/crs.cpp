#include "grids/detail/crs.hpp"

#include <array>
#include <cmath>

#include "grids/detail/gdal.hpp"

namespace vandvagt::grids::detail {
namespace {

constexpr auto wkt_options =
    std::array{"FORMAT=WKT2_2019", "MULTILINE=NO", static_cast<const char*>(nullptr)};

/// x first, horizontal part only: a vertical part would make GDAL shift elevations unasked.
OGRSpatialReference horizontal(OGRSpatialReference reference) {
  if (reference.IsCompound()) reference.StripVertical();
  if (reference.GetAxesCount() == 3) reference.DemoteTo2D(nullptr);
  reference.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  return reference;
}

}  // namespace

Result<Crs> parse_crs(const std::string& definition) {
  const GdalMessages messages;
  if (definition.empty() || definition == "local") return Crs{};
  constexpr auto options = std::array{"ALLOW_NETWORK_ACCESS=NO", "ALLOW_FILE_ACCESS=NO",
                                      static_cast<const char*>(nullptr)};
  OGRSpatialReference reference;
  const auto status =
      reference.SetFromUserInput(definition.c_str(), const_cast<char**>(options.data()));
  if (status != OGRERR_NONE)
    return fail(ErrorCode::invalid_input,
                "\"" + definition + "\" is not a coordinate reference system that PROJ knows (" +
                    messages.text() + "); give it like EPSG:25832, or \"local\"");
  if (reference.IsVertical() && !reference.IsProjected() && !reference.IsGeographic())
    return fail(ErrorCode::invalid_input,
                "\"" + definition + "\" is a vertical system only; name a horizontal one");
  return Crs{horizontal(std::move(reference))};
}

Crs crs_of_file(const OGRSpatialReference* reference) {
  if (reference == nullptr || reference->IsEmpty() || reference->IsLocal()) return {};
  return horizontal(*reference);
}

Result<Crs> resolve_crs(const Crs& of_file, const std::optional<std::string>& declared,
                        const std::string& place) {
  if (!declared) {
    if (of_file) return of_file;
    return fail(ErrorCode::invalid_input,
                place +
                    ": names no coordinate reference system; declare it (crs = \"EPSG:...\"), or "
                    "crs = \"local\" for plain metres");
  }
  auto wanted = parse_crs(*declared);
  if (!wanted) return fail(ErrorCode::invalid_input, place + ": " + wanted.error().message);
  if (of_file && !same(of_file, *wanted))
    return fail(ErrorCode::invalid_input, place + ": says its coordinates are " + name_of(of_file) +
                                              ", but " + name_of(*wanted) +
                                              " is declared; remove the declaration, or mend the "
                                              "file (gdal_edit.py -a_srs)");
  return wanted;
}

bool same(const Crs& a, const Crs& b) {
  if (!a || !b) return !a && !b;
  const GdalMessages messages;
  constexpr auto options = std::array{
      "CRITERION=EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS", "IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES",
      "IGNORE_COORDINATE_EPOCH=YES", static_cast<const char*>(nullptr)};
  return a->IsSame(&*b, options.data()) != 0;
}

std::string to_wkt(const Crs& crs) {
  if (!crs) return {};
  char* text = nullptr;
  const bool written = crs->exportToWkt(&text, wkt_options.data()) == OGRERR_NONE;
  std::string wkt = written && text != nullptr ? text : "";
  CPLFree(text);
  return wkt;
}

std::string name_of(const Crs& crs) {
  if (!crs) return "local";
  const GdalMessages messages;
  const char* authority = crs->GetAuthorityName(nullptr);
  const char* code = crs->GetAuthorityCode(nullptr);
  if (authority != nullptr && code != nullptr) return std::string(authority) + ":" + code;
  const char* name = crs->GetName();
  return name != nullptr ? name : "unnamed";
}

std::string vertical_part(const OGRSpatialReference* reference) {
  if (reference == nullptr || !reference->IsCompound()) return {};
  const char* authority = reference->GetAuthorityName("COMPD_CS|VERT_CS");
  const char* code = reference->GetAuthorityCode("COMPD_CS|VERT_CS");
  return authority != nullptr && code != nullptr ? std::string(authority) + ":" + code : "";
}

Result<void> require_metric(const Crs& crs, const std::string& place) {
  if (!crs) return {};
  if (!crs->IsProjected())
    return fail(ErrorCode::invalid_input,
                place + ": its coordinates (" + name_of(crs) +
                    ") are degrees; name a projected system in metres for the grid (crs = "
                    "\"EPSG:25832\" or the like)");
  if (std::abs(crs->GetLinearUnits() - 1.0) > 1e-9)
    return fail(ErrorCode::invalid_input,
                place + ": its coordinates (" + name_of(crs) +
                    ") are not in metres; name a projected system in metres for the grid");
  return {};
}

Result<Transformation> transformation(const OGRSpatialReference& from,
                                      const OGRSpatialReference& to) {
  const GdalMessages messages;
  Transformation found(OGRCreateCoordinateTransformation(&from, &to));
  if (!found)
    return fail(ErrorCode::invalid_input, "no transformation from " + name_of(Crs{from}) + " to " +
                                              name_of(Crs{to}) + ": " + messages.text());
  return found;
}

}  // namespace vandvagt::grids::detail
