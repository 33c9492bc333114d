#include "grids/cog.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <optional>
#include <vector>

#include "grids/detail/crs.hpp"
#include "grids/detail/gdal.hpp"
#include "grids/detail/partial_file.hpp"

namespace vandvagt::grids {
namespace {

/// Side of a tile: small rasters get small tiles, so that they too have an overview.
int block_size(const Geometry& g) {
  int side = 256;
  while (side > 16 && side >= std::max(g.nx, g.ny)) side /= 2;
  return side;
}

const char* overview_method(Resampling resampling) {
  switch (resampling) {
    case Resampling::average:
      return "AVERAGE";
    case Resampling::bilinear:
      return "BILINEAR";
    case Resampling::nearest:
      return "NEAREST";
    case Resampling::mode:
      return "MODE";
  }
  return "AVERAGE";
}

/// The raster in memory as the file is to be: north up, described, with statistics.
Result<detail::Dataset> in_memory(const Geometry& g, const void* north_up, GDALDataType type,
                                  const CogOptions& options) {
  const auto crs = detail::parse_crs(g.crs);
  if (!crs) return fail(crs.error());
  auto* driver = GetGDALDriverManager()->GetDriverByName("MEM");
  detail::Dataset dataset(driver->Create("", g.nx, g.ny, 1, type, nullptr));
  if (!dataset) return fail(ErrorCode::io, "not enough memory");
  std::array<double, 6> transform{g.x0, g.dx, 0.0, g.y0 + g.ny * g.dx, 0.0, -g.dx};
  dataset->SetGeoTransform(transform.data());
  if (*crs) dataset->SetSpatialRef(&**crs);
  for (const auto& [key, value] : options.metadata)
    dataset->SetMetadataItem(key.c_str(), value.c_str());
  if (!g.vertical_datum.empty())
    dataset->SetMetadataItem("vertical_datum", g.vertical_datum.c_str());
  auto* band = dataset->GetRasterBand(1);
  if (!options.description.empty()) band->SetDescription(options.description.c_str());
  if (!options.units.empty()) band->SetUnitType(options.units.c_str());
  if (type == GDT_Float32 || (options.nodata >= 0.0 && options.nodata <= 255.0))
    band->SetNoDataValue(options.nodata);
  // RasterIO takes a pointer to non-const even for writing.
  if (band->RasterIO(GF_Write, 0, 0, g.nx, g.ny, const_cast<void*>(north_up), g.nx, g.ny, type, 0,
                     0, nullptr) != CE_None)
    return fail(ErrorCode::io, "cannot be put together");
  // Fails where all is nodata; then there are no statistics to store.
  double low = 0.0, high = 0.0, mean = 0.0, deviation = 0.0;
  const CPLErrorHandlerPusher quiet(CPLQuietErrorHandler);
  if (band->ComputeStatistics(0, &low, &high, &mean, &deviation, nullptr, nullptr) == CE_None)
    band->SetStatistics(low, high, mean, deviation);
  return dataset;
}

Result<void> write(const std::filesystem::path& path, const Geometry& g, const void* north_up,
                   GDALDataType type, const CogOptions& options) {
  const detail::GdalMessages messages;
  const auto memory = in_memory(g, north_up, type, options);
  if (!memory) return fail(memory.error().code, path.string() + ": " + memory.error().message);
  detail::PartialFile file(path);
  CPLStringList creation;
  creation.SetNameValue("COMPRESS", "DEFLATE");
  creation.SetNameValue("PREDICTOR", "YES");
  creation.SetNameValue("BLOCKSIZE", std::to_string(block_size(g)).c_str());
  creation.SetNameValue("OVERVIEWS", "IGNORE_EXISTING");
  creation.SetNameValue("OVERVIEW_RESAMPLING", overview_method(options.overviews));
  creation.SetNameValue("BIGTIFF", "IF_SAFER");
  auto* driver = GetGDALDriverManager()->GetDriverByName("COG");
  detail::Dataset written(driver->CreateCopy(file.partial().c_str(), memory->get(), 0,
                                             creation.List(), nullptr, nullptr));
  const bool made = written != nullptr;
  if (made) written->FlushCache(true);
  written.reset();  // what is still buffered fails here, if the disk is full
  if (!made || messages.failed())
    return fail(ErrorCode::io, path.string() + ": cannot be written: " + messages.text());
  return file.publish();
}

/// Rows from the north, as files have them.
template <class T>
std::vector<T> north_up(FieldView<const T> field) {
  std::vector<T> out;
  out.reserve(field.size());
  const auto nx = static_cast<std::ptrdiff_t>(field.nx());
  for (int j = field.ny() - 1; j >= 0; --j) {
    const auto row = field.values().begin() + j * nx;
    out.insert(out.end(), row, row + nx);
  }
  return out;
}

}  // namespace

Result<void> write_cog(const std::filesystem::path& path, const Geometry& geometry,
                       FieldView<const float> values, const CogOptions& options) {
  assert(values.nx() == geometry.nx && values.ny() == geometry.ny);
  auto rows = north_up(values);
  for (float& value : rows)
    if (std::isnan(value)) value = static_cast<float>(options.nodata);
  return write(path, geometry, rows.data(), GDT_Float32, options);
}

Result<void> write_cog(const std::filesystem::path& path, const Geometry& geometry,
                       FieldView<const std::uint8_t> values, const CogOptions& options) {
  assert(values.nx() == geometry.nx && values.ny() == geometry.ny);
  const auto rows = north_up(values);
  return write(path, geometry, rows.data(), GDT_Byte, options);
}

}  // namespace vandvagt::grids
