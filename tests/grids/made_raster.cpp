#include "tests/grids/made_raster.hpp"

#include <gdal_priv.h>
#include <ogr_spatialref.h>

#include <memory>
#include <stdexcept>
#include <utility>

#include "grids/transform.hpp"

/// Asked by the leak sanitizer: HDF5 1.10 forgets some bytes of a file that it could not write.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libhdf5";
}

namespace vandvagt::test {

void write_geotiff(const std::filesystem::path& path, const MadeRaster& raster) {
  GDALAllRegister();
  auto* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  const std::unique_ptr<GDALDataset> file(
      driver->Create(path.c_str(), raster.nx, raster.ny, 1, GDT_Float64, nullptr));
  if (!file) throw std::runtime_error("cannot make " + path.string());
  auto transform = raster.transform;
  file->SetGeoTransform(transform.data());
  if (!raster.crs.empty()) {
    OGRSpatialReference crs;
    crs.SetFromUserInput(raster.crs.c_str());
    file->SetSpatialRef(&crs);
  }
  auto* band = file->GetRasterBand(1);
  if (raster.nodata) band->SetNoDataValue(*raster.nodata);
  if (!raster.unit.empty()) band->SetUnitType(raster.unit.c_str());
  if (raster.scale != 1.0) band->SetScale(raster.scale);
  if (raster.offset != 0.0) band->SetOffset(raster.offset);
  auto values = raster.values;
  if (band->RasterIO(GF_Write, 0, 0, raster.nx, raster.ny, values.data(), raster.nx, raster.ny,
                     GDT_Float64, 0, 0, nullptr) != CE_None)
    throw std::runtime_error("cannot write " + path.string());
}

MadeRaster drawn(int nx, int ny, double x0, double y0, double dx, std::vector<double> values,
                 std::string crs) {
  MadeRaster raster;
  raster.nx = nx;
  raster.ny = ny;
  raster.transform = {x0, dx, 0.0, y0 + ny * dx, 0.0, -dx};
  raster.crs = std::move(crs);
  raster.values = std::move(values);
  return raster;
}

grids::Geometry grid(int nx, int ny, double x0, double y0, double dx, const std::string& crs) {
  return {.nx = nx,
          .ny = ny,
          .x0 = x0,
          .y0 = y0,
          .dx = dx,
          .crs = grids::crs_wkt(crs).value(),
          .vertical_datum = {}};
}

}  // namespace vandvagt::test
