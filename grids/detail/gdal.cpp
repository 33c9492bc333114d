#include "grids/detail/gdal.hpp"

#include <H5Epublic.h>
#include <cpl_conv.h>

#include <fstream>
#include <limits>
#include <string_view>
#include <system_error>

namespace vandvagt::grids::detail {
namespace {

namespace fs = std::filesystem;

/// Whether netCDF-C or HDF5 would read the file, told by its first bytes.
bool needs_netcdf_lock(const std::string& name) {
  if (name.starts_with("NETCDF:") || name.starts_with("HDF5:")) return true;
  std::array<char, 4> magic{};
  std::ifstream(name, std::ios::binary).read(magic.data(), magic.size());
  const std::string_view start(magic.data(), magic.size());
  return start.starts_with("CDF") || start == "\x89HDF";
}

}  // namespace

NetcdfLock lock_netcdf() {
  static std::recursive_mutex mutex;
  NetcdfLock lock(mutex);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  return lock;
}

void prepare_gdal() {
  static std::once_flag once;
  std::call_once(once, [] {
    CPLSetErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
  });
}

GdalMessages::GdalMessages() {
  prepare_gdal();
  CPLErrorReset();
  CPLPushErrorHandlerEx(&GdalMessages::collect, this);
}

GdalMessages::~GdalMessages() {
  CPLPopErrorHandler();
}

void GdalMessages::collect(CPLErr level, CPLErrorNum, const char* text) {
  auto* messages = static_cast<GdalMessages*>(CPLGetErrorHandlerUserData());
  if (level < CE_Warning || messages == nullptr || messages->failed_) return;
  messages->failed_ = level >= CE_Failure;
  messages->text_ = text;
}

std::string GdalMessages::text(const std::string& otherwise) const {
  return text_.empty() ? otherwise : text_;
}

Result<OpenDataset> open_dataset(const std::string& name, unsigned kind) {
  const GdalMessages messages;
  OpenDataset opened;
  std::error_code error;
  const bool plain_path = name.find(':') == std::string::npos;
  if (plain_path && !fs::exists(name, error)) return fail(ErrorCode::io, name + ": no such file");
  if (needs_netcdf_lock(name)) opened.lock = lock_netcdf();
  opened.dataset.reset(
      GDALDataset::Open(name.c_str(), kind | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR));
  if (!opened.dataset) return fail(ErrorCode::io, name + ": cannot be read: " + messages.text());
  return opened;
}

Dataset memory_dataset(double* values, int nx, int ny, const std::array<double, 6>& transform) {
  const GdalMessages messages;
  auto* driver = GetGDALDriverManager()->GetDriverByName("MEM");
  Dataset dataset(driver->Create("", nx, ny, 0, GDT_Float64, nullptr));
  std::array<char, 64> pointer{};
  const int length = CPLPrintPointer(pointer.data(), values, static_cast<int>(pointer.size()) - 1);
  const std::string option =
      "DATAPOINTER=" + std::string(pointer.data(), static_cast<std::size_t>(length));
  CPLStringList options;
  options.AddString(option.c_str());
  dataset->AddBand(GDT_Float64, options.List());
  auto copy = transform;
  dataset->SetGeoTransform(copy.data());
  dataset->GetRasterBand(1)->SetNoDataValue(std::numeric_limits<double>::quiet_NaN());
  return dataset;
}

}  // namespace vandvagt::grids::detail
