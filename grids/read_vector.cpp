#include <ogr_geometry.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include "grids/detail/crs.hpp"
#include "grids/detail/gdal.hpp"
#include "grids/detail/vertices.hpp"
#include "grids/transform.hpp"
#include "grids/vector.hpp"

namespace vandvagt::grids {
namespace {

namespace fs = std::filesystem;
using Vertices = std::vector<Point>;

/// A feature as the file holds it: several chains of points, and its attributes.
struct Feature {
  std::vector<Vertices> chains;
  std::string name, id;
  Attributes attributes;
  std::string place;  // file and feature, for messages
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Vertices vertices_of(const OGRSimpleCurve& curve) {
  Vertices points;
  for (int k = 0; k < curve.getNumPoints(); ++k) points.push_back({curve.getX(k), curve.getY(k)});
  return points;
}

/// Appends the chains of a geometry of the wanted kind; false for another kind.
bool append_chains(const OGRGeometry& geometry, bool polygons, std::vector<Vertices>& chains) {
  const auto type = wkbFlatten(geometry.getGeometryType());
  if (type == wkbPolygon && polygons) {
    for (const auto* ring : *geometry.toPolygon()) chains.push_back(vertices_of(*ring));
    return true;
  }
  if (type == wkbLineString && !polygons) {
    chains.push_back(vertices_of(*geometry.toLineString()));
    return true;
  }
  if (type != wkbMultiPolygon && type != wkbMultiLineString && type != wkbGeometryCollection)
    return false;
  const auto& parts = *geometry.toGeometryCollection();
  return std::ranges::all_of(
      parts, [&](const OGRGeometry* part) { return append_chains(*part, polygons, chains); });
}

Feature describe(const OGRFeature& from, const std::string& file, int number, bool fid_is_id) {
  Feature feature;
  // GeoPackage keeps an integer column `id` as the feature's own number, not as an attribute.
  if (fid_is_id && from.GetFID() != OGRNullFID) feature.id = std::to_string(from.GetFID());
  for (int k = 0; k < from.GetFieldCount(); ++k) {
    if (!from.IsFieldSetAndNotNull(k)) continue;
    const std::string key = from.GetFieldDefnRef(k)->GetNameRef();
    const std::string value = from.GetFieldAsString(k);
    feature.attributes[key] = value;
    if (lower(key) == "name") feature.name = value;
    if (lower(key) == "id") feature.id = value;
  }
  if (feature.id.empty()) feature.id = std::to_string(number);
  if (feature.name.empty()) feature.name = feature.id;
  feature.place = file + ": feature " + std::to_string(number) +
                  (feature.name == feature.id ? "" : " \"" + feature.name + "\"");
  return feature;
}

/// Moves every chain from the file's system into the target's.
Result<void> move_to(Feature& feature, const std::string& from, const std::string& to) {
  for (auto& chain : feature.chains) {
    auto moved = transform(std::move(chain), from, to);
    if (!moved) return fail(moved.error().code, feature.place + ": " + moved.error().message);
    chain = std::move(*moved);
  }
  return {};
}

Result<OGRLayer*> chosen_layer(GDALDataset& dataset, const std::string& file,
                               const std::string& wanted) {
  OGRLayer* layer = wanted.empty() ? dataset.GetLayer(0) : dataset.GetLayerByName(wanted.c_str());
  std::string names;
  for (auto* one : dataset.GetLayers())
    names += std::string(names.empty() ? "" : ", ") + one->GetName();
  if (layer == nullptr)
    return fail(ErrorCode::invalid_input,
                file + ": has no layer \"" + wanted + "\"; it has " + names);
  if (wanted.empty() && dataset.GetLayerCount() > 1)
    return fail(ErrorCode::invalid_input, file + ": holds several layers; name one of " + names);
  return layer;
}

Result<std::vector<Feature>> read_features(const fs::path& path, bool polygons,
                                           const std::string& target_crs,
                                           const VectorOptions& options) {
  const detail::GdalMessages messages;
  const std::string file = path.string();
  const auto opened = detail::open_dataset(file, GDAL_OF_VECTOR);
  if (!opened) return fail(opened.error());
  const auto layer = chosen_layer(*opened->dataset, file, options.layer);
  if (!layer) return fail(layer.error());
  const auto crs =
      detail::resolve_crs(detail::crs_of_file((*layer)->GetSpatialRef()), options.crs, file);
  if (!crs) return fail(crs.error());
  const std::string from = detail::to_wkt(*crs);

  std::vector<Feature> features;
  const bool fid_is_id =
      lower((*layer)->GetFIDColumn()) == "id" && (*layer)->GetLayerDefn()->GetFieldIndex("id") < 0;
  int number = 0;
  while (const std::unique_ptr<OGRFeature> next{(*layer)->GetNextFeature()}) {
    Feature feature = describe(*next, file, ++number, fid_is_id);
    const std::unique_ptr<OGRGeometry> geometry(
        next->GetGeometryRef() != nullptr ? next->GetGeometryRef()->getLinearGeometry() : nullptr);
    if (!geometry || geometry->IsEmpty() || !append_chains(*geometry, polygons, feature.chains))
      return fail(ErrorCode::invalid_input,
                  feature.place + ": is " +
                      (geometry ? geometry->getGeometryName() : std::string("without geometry")) +
                      ", not a " + (polygons ? "polygon" : "line"));
    if (const auto moved = move_to(feature, from, target_crs); !moved) return fail(moved.error());
    features.push_back(std::move(feature));
  }
  if (messages.failed()) return fail(ErrorCode::io, file + ": cannot be read: " + messages.text());
  if (features.empty()) return fail(ErrorCode::invalid_input, file + ": holds no feature");
  return features;
}

Result<std::vector<Feature>> read_csv(const fs::path& path, const std::string& target_crs,
                                      const VectorOptions& options) {
  auto points = detail::read_csv_vertices(path);
  if (!points) return fail(points.error());
  Feature feature;
  feature.chains.push_back(std::move(*points));
  feature.name = path.stem().string();
  feature.id = feature.name;
  feature.place = path.string();
  const auto moved = move_to(feature, options.crs.value_or(target_crs), target_crs);
  if (!moved) return fail(moved.error());
  return std::vector{std::move(feature)};
}

bool is_csv(const fs::path& path) {
  return lower(path.extension().string()) == ".csv";
}

Result<std::vector<Feature>> read_folder(const fs::path& folder, const std::string& target_crs,
                                         const VectorOptions& options) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (is_csv(entry.path())) files.push_back(entry.path());
  if (error) return fail(ErrorCode::io, folder.string() + ": " + error.message());
  if (files.empty())
    return fail(ErrorCode::invalid_input, folder.string() + ": the folder holds no *.csv");
  std::ranges::sort(files);
  std::vector<Feature> features;
  for (const auto& file : files) {
    auto one = read_csv(file, target_crs, options);
    if (!one) return fail(one.error());
    features.push_back(std::move(one->front()));
  }
  return features;
}

Result<std::vector<Feature>> read_any(const fs::path& path, bool polygons,
                                      const std::string& target_crs, const VectorOptions& options) {
  std::error_code error;
  // A File Geodatabase is a folder too; only folders of CSV are meant here.
  if (fs::is_directory(path, error) && lower(path.extension().string()) != ".gdb")
    return read_folder(path, target_crs, options);
  if (!fs::exists(path, error)) return fail(ErrorCode::io, path.string() + ": no such file");
  if (is_csv(path)) return read_csv(path, target_crs, options);
  return read_features(path, polygons, target_crs, options);
}

}  // namespace

Result<std::vector<Polygon>> read_polygons(const fs::path& path, const std::string& target_crs,
                                           const VectorOptions& options) {
  auto features = read_any(path, true, target_crs, options);
  if (!features) return fail(features.error());
  std::vector<Polygon> polygons;
  for (auto& feature : *features) {
    Polygon polygon{{}, feature.name, feature.id, std::move(feature.attributes)};
    for (auto& chain : feature.chains) {
      auto ring = detail::checked_ring(std::move(chain), feature.place);
      if (!ring) return fail(ring.error());
      polygon.rings.push_back(std::move(*ring));
    }
    polygons.push_back(std::move(polygon));
  }
  return polygons;
}

Result<std::vector<Line>> read_lines(const fs::path& path, const std::string& target_crs,
                                     const VectorOptions& options) {
  auto features = read_any(path, false, target_crs, options);
  if (!features) return fail(features.error());
  std::vector<Line> lines;
  for (auto& feature : *features)
    for (auto& chain : feature.chains) {
      auto points = detail::checked_line(std::move(chain), feature.place);
      if (!points) return fail(points.error());
      lines.push_back({std::move(*points), feature.name, feature.id, feature.attributes});
    }
  return lines;
}

}  // namespace vandvagt::grids
