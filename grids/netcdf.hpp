#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/field.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "core/variables.hpp"
#include "grids/geometry.hpp"

namespace vandvagt::grids {

using AttributeValue =
    std::variant<std::string, double, std::int64_t, std::vector<double>, std::vector<std::int64_t>>;
using NetcdfAttributes = std::map<std::string, AttributeValue>;

/// Where a file comes from; CF-1.10 section 2.6.2 and what else the run has to say (run id, ...).
struct NetcdfProvenance {
  std::string title, institution, source, history, references, comment;
  NetcdfAttributes attributes;
};

/// A gridded variable. Dimensions are those set, in CF order: (member, time, y, x).
struct GridVariable {
  const Variable* variable = nullptr;  // from core/variables: units, standard and long name
  std::string name;                    // in the file; empty: variable->name
  bool over_time = false;
  bool over_members = false;    // over realization, or over quantile where those are given
  NetcdfAttributes attributes;  // added to or instead of the table's
};

/// Everything a gridded product says before its first value.
struct GridProduct {
  NetcdfProvenance provenance;
  Geometry geometry;
  std::optional<Time> reference_time;  // forecast_reference_time
  std::vector<Time> times;             // increasing; may be empty
  std::vector<int> realizations;       // members, or ...
  std::vector<double> quantiles;       // ... quantiles in [0, 1]; not both
  std::vector<GridVariable> variables;
  int compression = 4;  // DEFLATE 0..9
};

/// Writes a CF-1.10 NetCDF-4 file slab by slab, float with NaN as fill value, y ascending. Written
/// beside as `.partial`; `close` makes it durable and renames it. Destroyed without `close`, it
/// leaves nothing. netCDF-C is not thread-safe: all writers share one lock inside.
class NetcdfGridWriter {
 public:
  /// Error{io} where the file cannot be made; Error{invalid_input} for a product that contradicts
  /// itself (times not increasing, over_members without members, two variables of one name).
  static Result<NetcdfGridWriter> create(const std::filesystem::path& path,
                                         const GridProduct& product);
  NetcdfGridWriter(NetcdfGridWriter&&) noexcept;
  NetcdfGridWriter& operator=(NetcdfGridWriter&&) noexcept;
  NetcdfGridWriter(const NetcdfGridWriter&) = delete;
  NetcdfGridWriter& operator=(const NetcdfGridWriter&) = delete;
  ~NetcdfGridWriter();

  /// One nx × ny slab (row 0 = south) of the variable of that name in the file. The indices count
  /// from 0 and are ignored where the variable lacks the dimension. Error{io} on a full disk.
  Result<void> write(const std::string& variable, std::size_t time, std::size_t member,
                     FieldView<const float> values);
  Result<void> close();

 private:
  struct File;
  explicit NetcdfGridWriter(std::unique_ptr<File> file);
  std::unique_ptr<File> file_;
};

/// A place with series, in the geometry's coordinates. Longitude and latitude are computed.
struct GaugeStation {
  std::string id;
  std::string name;
  Point position;
  std::optional<double> altitude;  // [m above the vertical datum], e.g. of the bed or gauge zero
};

/// A variable over (station, time), or (realization, station, time) or (quantile, station, time)
/// for an ensemble; NaN = missing.
struct GaugeVariable {
  const Variable* variable = nullptr;
  std::string name;            // empty: variable->name
  bool over_members = false;   // over realization, or over quantile where those are given
  std::vector<double> values;  // [member][station][time], the last index fastest
  NetcdfAttributes attributes;
  bool flag = false;  // whole numbers (quality flags), stored as bytes, fill -127
};

struct GaugeProduct {
  NetcdfProvenance provenance;
  Geometry geometry;  // CRS and vertical datum of positions and stages
  std::optional<Time> reference_time;
  std::vector<GaugeStation> stations;
  std::vector<Time> times;        // increasing
  std::vector<int> realizations;  // members, or ...
  std::vector<double> quantiles;  // ... quantiles in [0, 1]; not both
  std::vector<GaugeVariable> variables;
};

/// CF discrete sampling geometry, featureType timeSeries (CF-1.10 chapter 9, appendix H.2), written
/// beside and renamed. Errors as NetcdfGridWriter.
Result<void> write_gauges(const std::filesystem::path& path, const GaugeProduct& product);

/// One array of a state: row-major, `shape` of one or two lengths whose product is the size.
struct StateArray {
  std::string name;
  std::vector<std::size_t> shape;
  std::variant<std::vector<double>, std::vector<float>> values;
};

/// A saved state of anything: named arrays, kept to the bit (NaN payloads and -0 too), and text.
struct StateContent {
  std::map<std::string, std::string> attributes;
  std::vector<StateArray> arrays;  // names differ
};

/// SHA-256 over all names, shapes, values and attributes, whatever the arrays' order.
std::string state_digest(const StateContent& content);

/// Writes a NetCDF-4 file with the digest in its attribute `content_sha256`, beside, durable, then
/// renamed. Error{io}; then no partial file stays and the old file is untouched.
Result<void> write_state(const std::filesystem::path& path, const StateContent& content);

/// Reads what `write_state` wrote. Error{refused} where the digest does not match the content or is
/// missing; Error{io} where the file cannot be read.
Result<StateContent> read_state(const std::filesystem::path& path);

}  // namespace vandvagt::grids
