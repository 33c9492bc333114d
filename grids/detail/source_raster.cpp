#include "grids/detail/source_raster.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vandvagt::grids::detail {
namespace {

std::string metadata(GDALMajorObject* object, const char* key) {
  const char* value = object->GetMetadataItem(key);
  return value != nullptr ? value : "";
}

/// Names of a container's subdatasets, `NETCDF:"file.nc":rain`.
std::vector<std::string> subdatasets(GDALDataset& dataset) {
  std::vector<std::string> names;
  char** entries = dataset.GetMetadata("SUBDATASETS");
  for (int k = 1; entries != nullptr; ++k) {
    const std::string key = "SUBDATASET_" + std::to_string(k) + "_NAME";
    const char* name = CSLFetchNameValue(entries, key.c_str());
    if (name == nullptr) break;
    names.emplace_back(name);
  }
  return names;
}

/// The last part of `NETCDF:"file.nc":rain` or `HDF5:"file.h5"://group/rain`.
std::string variable_of(const std::string& subdataset) {
  return subdataset.substr(subdataset.find_last_of(":/") + 1);
}

std::string variable_of(GDALRasterBand& band) {
  for (const char* key : {"NETCDF_VARNAME", "GRIB_ELEMENT"})
    if (auto name = metadata(&band, key); !name.empty()) return name;
  return band.GetDescription();
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Replaces a container without bands by the subdataset that holds the variable.
Result<void> enter_subdataset(OpenDataset& opened, const std::string& place,
                              const std::string& variable) {
  const auto names = subdatasets(*opened.dataset);
  if (names.empty()) return {};
  if (opened.dataset->GetRasterCount() > 0 && variable.empty()) return {};
  std::vector<std::string> variables;
  std::string chosen;
  for (const auto& name : names) {
    variables.push_back(variable_of(name));
    if (variables.back() == variable || (variable.empty() && names.size() == 1)) chosen = name;
  }
  if (chosen.empty())
    return fail(ErrorCode::invalid_input,
                place +
                    (variable.empty() ? ": holds several variables; name one of "
                                      : ": has no variable \"" + variable + "\"; it has ") +
                    join(variables));
  auto inner = open_dataset(chosen, GDAL_OF_RASTER);
  if (!inner) return fail(inner.error());
  opened = std::move(*inner);
  return {};
}

/// Bands that hold the variable (all where none is named).
Result<std::vector<int>> bands_of(GDALDataset& dataset, const std::string& place,
                                  const std::string& variable) {
  std::vector<int> bands;
  std::vector<std::string> seen;
  for (int k = 1; k <= dataset.GetRasterCount(); ++k) {
    const std::string name = variable_of(*dataset.GetRasterBand(k));
    if (std::find(seen.begin(), seen.end(), name) == seen.end()) seen.push_back(name);
    if (variable.empty() || name == variable) bands.push_back(k);
  }
  if (bands.empty())
    return fail(ErrorCode::invalid_input,
                place + ": " +
                    (seen.empty() ? "holds no raster band"
                                  : "has no variable \"" + variable + "\"; it has " + join(seen)));
  return bands;
}

/// Sign and size of values do not matter here: only which ones are no plain numbers.
void note_oddity(Oddities& found, double value, const Window& window, std::size_t k) {
  (std::isnan(value) ? found.undeclared_nan : found.infinite) += 1;
  if (found.first_row >= 0) return;
  found.first_column = window.column + static_cast<int>(k % static_cast<std::size_t>(window.nx));
  found.first_row = window.row + static_cast<int>(k / static_cast<std::size_t>(window.nx));
}

}  // namespace

bool SourceRaster::square() const {
  if (rotated()) return false;
  const double misfit = std::abs(std::abs(transform[1]) - std::abs(transform[5]));
  return misfit * std::max(nx, ny) < 0.01 * std::abs(transform[1]);
}

Result<SourceRaster> open_source(const std::filesystem::path& path, const ReadOptions& options) {
  const GdalMessages messages;
  const std::string place = path.string();
  auto opened = open_dataset(place, GDAL_OF_RASTER);
  if (!opened) return fail(opened.error());
  if (const auto entered = enter_subdataset(*opened, place, options.variable); !entered)
    return fail(entered.error());
  auto bands = bands_of(*opened->dataset, place, options.variable);
  if (!bands) return fail(bands.error());

  SourceRaster source{std::move(*opened), place, std::move(*bands), 0, 0, {}, {}, {}};
  if (!options.variable.empty()) source.place += " (" + options.variable + ")";
  source.nx = source.opened.dataset->GetRasterXSize();
  source.ny = source.opened.dataset->GetRasterYSize();
  if (source.opened.dataset->GetGeoTransform(source.transform.data()) != CE_None)
    return fail(ErrorCode::invalid_input,
                source.place +
                    ": does not say where its pixels lie (no geotransform); georeference "
                    "it, e.g. with gdal_edit.py or gdalwarp");
  const double area =
      source.transform[1] * source.transform[5] - source.transform[2] * source.transform[4];
  if (!(std::abs(area) > 0.0))
    return fail(ErrorCode::invalid_input, source.place + ": its pixels have no size");
  auto crs =
      resolve_crs(crs_of_file(source.opened.dataset->GetSpatialRef()), options.crs, source.place);
  if (!crs) return fail(crs.error());
  source.crs = std::move(*crs);
  source.vertical_datum = vertical_part(source.opened.dataset->GetSpatialRef());
  return source;
}

Result<Oddities> read_window(const SourceRaster& source, int band_number, const Window& window,
                             std::vector<double>& values) {
  const GdalMessages messages;
  GDALRasterBand* band = source.band(band_number);
  const std::size_t size =
      static_cast<std::size_t>(window.nx) * static_cast<std::size_t>(window.ny);
  values.resize(size);
  std::vector<unsigned char> mask;
  auto status = band->RasterIO(GF_Read, window.column, window.row, window.nx, window.ny,
                               values.data(), window.nx, window.ny, GDT_Float64, 0, 0, nullptr);
  if (status == CE_None && (band->GetMaskFlags() & GMF_ALL_VALID) == 0) {
    mask.resize(size);
    status =
        band->GetMaskBand()->RasterIO(GF_Read, window.column, window.row, window.nx, window.ny,
                                      mask.data(), window.nx, window.ny, GDT_Byte, 0, 0, nullptr);
  }
  if (status != CE_None)
    return fail(ErrorCode::io, source.place + ": cannot be read: " + messages.text());

  int has_nodata = 0;
  const bool nan_declared = std::isnan(band->GetNoDataValue(&has_nodata)) && has_nodata != 0;
  const double scale = band->GetScale();
  const double offset = band->GetOffset();
  Oddities found;
  for (std::size_t k = 0; k < size; ++k) {
    double& value = values[k];
    if ((!mask.empty() && mask[k] == 0) || (nan_declared && std::isnan(value))) {
      value = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    if (!std::isfinite(value)) note_oddity(found, value, window, k);
    // Only where there is one: x * 1 + 0 keeps the value, but not the sign of -0.
    if (scale != 1.0 || offset != 0.0) value = value * scale + offset;
  }
  return found;
}

Error odd_values(const SourceRaster& source, int band, bool nan_too) {
  Oddities total;
  std::vector<double> row;
  for (int r = 0; r < source.ny; ++r) {
    const auto found = read_window(source, band, {0, r, source.nx, 1}, row);
    if (!found) return found.error();
    if (total.first_row < 0 && (nan_too ? found->any() : found->infinite > 0)) {
      total.first_column = found->first_column;
      total.first_row = found->first_row;
    }
    total.undeclared_nan += found->undeclared_nan;
    total.infinite += found->infinite;
  }
  const Affine& t = source.transform;
  const double x = t[0] + (total.first_column + 0.5) * t[1] + (total.first_row + 0.5) * t[2];
  const double y = t[3] + (total.first_column + 0.5) * t[4] + (total.first_row + 0.5) * t[5];
  std::string what = std::to_string(total.infinite) + " infinite";
  if (nan_too) what = std::to_string(total.undeclared_nan) + " NaN and " + what;
  return {ErrorCode::invalid_input,
          source.place + ": holds " + what +
              " values that it does not declare as nodata, the first at (" + std::to_string(x) +
              ", " + std::to_string(y) +
              "); declare them (gdal_edit.py -a_nodata nan) or fill them"};
}

}  // namespace vandvagt::grids::detail
