#pragma once

#include <cpl_error.h>
#include <gdal_priv.h>

#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "core/result.hpp"

namespace vandvagt::grids::detail {

/// One lock for all of netCDF-C and HDF5, which are not thread-safe: our own writers and GDAL's
/// drivers share it. Recursive, since a reader of one file may open a second. Taking it silences
/// HDF5's own printing, which is set for each thread.
using NetcdfLock = std::unique_lock<std::recursive_mutex>;
NetcdfLock lock_netcdf();

/// Registers GDAL's drivers and silences its own printing, once for the whole program.
void prepare_gdal();

/// Collects what GDAL and PROJ say on this thread while it lives.
class GdalMessages {
 public:
  GdalMessages();
  ~GdalMessages();
  GdalMessages(const GdalMessages&) = delete;
  GdalMessages& operator=(const GdalMessages&) = delete;
  GdalMessages(GdalMessages&&) = delete;
  GdalMessages& operator=(GdalMessages&&) = delete;

  bool failed() const { return failed_; }
  /// The first failure's text, else the last warning's, else `otherwise`.
  std::string text(const std::string& otherwise = "no reason given") const;

 private:
  static void CPL_STDCALL collect(CPLErr level, CPLErrorNum number, const char* text);
  bool failed_ = false;
  std::string text_;
};

struct CloseDataset {
  void operator()(GDALDataset* dataset) const noexcept { GDALClose(dataset); }
};
using Dataset = std::unique_ptr<GDALDataset, CloseDataset>;

/// A dataset, and the netCDF lock for as long as it is open where its driver needs it. Used by the
/// thread that opened it only.
struct OpenDataset {
  NetcdfLock lock;
  Dataset dataset;
};

/// Opens for reading; `kind` is GDAL_OF_RASTER or GDAL_OF_VECTOR. `name` is a path or a GDAL name
/// like `NETCDF:"file.nc":rain`. Error{io} with GDAL's reason.
Result<OpenDataset> open_dataset(const std::string& name, unsigned kind);

/// A dataset in memory with one Float64 band over `values` (north-up rows), which must outlive it.
Dataset memory_dataset(double* values, int nx, int ny, const std::array<double, 6>& transform);

}  // namespace vandvagt::grids::detail
