#pragma once

#include <ogr_spatialref.h>

#include <memory>
#include <optional>
#include <string>

#include "core/result.hpp"

namespace vandvagt::grids::detail {

struct DestroyTransformation {
  void operator()(OGRCoordinateTransformation* t) const noexcept {
    OGRCoordinateTransformation::DestroyCT(t);
  }
};
using Transformation = std::unique_ptr<OGRCoordinateTransformation, DestroyTransformation>;

/// A coordinate reference system, x first, without its vertical part; nothing for a local one.
using Crs = std::optional<OGRSpatialReference>;

/// From "EPSG:n", WKT, PROJ, "local" or "". No file and no network is asked.
Result<Crs> parse_crs(const std::string& definition);

/// What a file says of itself: nothing where it names no CRS or an engineering (local) one.
Crs crs_of_file(const OGRSpatialReference* reference);

/// The CRS to read a file by: its own, or the declared one where it names none. `place` starts the
/// message. Error{invalid_input} for neither, or for both and different.
Result<Crs> resolve_crs(const Crs& of_file, const std::optional<std::string>& declared,
                        const std::string& place);

bool same(const Crs& a, const Crs& b);
std::string to_wkt(const Crs& crs);
std::string name_of(const Crs& crs);

/// "EPSG:5799" for the vertical part of a compound system, empty where there is none.
std::string vertical_part(const OGRSpatialReference* reference);

/// Error{invalid_input} where lengths are not metres (degrees, feet); local ones are metres.
Result<void> require_metric(const Crs& crs, const std::string& place);

/// Transformation between two systems that are not local. Error{invalid_input} where there is none.
Result<Transformation> transformation(const OGRSpatialReference& from,
                                      const OGRSpatialReference& to);

}  // namespace vandvagt::grids::detail
