#pragma once

#include <netcdf.h>

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "grids/netcdf.hpp"

namespace vandvagt::grids::detail {

inline constexpr int global = NC_GLOBAL;

/// A netCDF-4 file being written. The first failure is kept and later calls do nothing, so that a
/// file is described line by line and asked once at the end. Each call holds the netCDF lock.
class NcFile {
 public:
  /// Replaces what is there.
  explicit NcFile(const std::filesystem::path& path);
  ~NcFile();
  NcFile(const NcFile&) = delete;
  NcFile& operator=(const NcFile&) = delete;
  NcFile(NcFile&&) = delete;
  NcFile& operator=(NcFile&&) = delete;

  int dimension(const std::string& name, std::size_t length);
  /// A variable; several dimensions make it compressed (`level` 1..9) in chunks of at most 512.
  int variable(const std::string& name, nc_type type, const std::vector<int>& dimensions,
               int level = 0);
  void fill_nan(int variable);
  void fill_byte(int variable, signed char value);
  /// Whole numbers become the variable's own type where CF wants that (flag_values, valid_range).
  void attribute(int variable, const std::string& name, const AttributeValue& value);
  void attribute_if(int variable, const std::string& name, std::string_view text);
  /// Ends the description; values may follow.
  void end_definition();

  void write(int variable, std::span<const double> values);
  void write(int variable, std::span<const float> values);
  void write(int variable, std::span<const signed char> values);
  void write_text(int variable, const std::vector<std::string>& texts, std::size_t length);
  void write_slab(int variable, const std::vector<std::size_t>& start,
                  const std::vector<std::size_t>& count, std::span<const float> values);
  void close();

  bool ok() const { return status_ == NC_NOERR; }
  /// Error{io} `place: cannot be written: ...`
  Error error(const std::string& place) const;

 private:
  template <class Call>
  void run(const std::string& what, Call call);

  std::filesystem::path path_;
  int id_ = -1;
  std::vector<int> kept_;  // descriptors of a file that failed
  int status_ = NC_NOERR;
  std::string what_;
};

/// Title, institution and the like, and `Conventions`.
void write_provenance(NcFile& file, const NetcdfProvenance& provenance);

/// Units, names and own attributes of a data variable.
void describe_variable(NcFile& file, int id, const Variable& variable,
                       const NetcdfAttributes& attributes);

/// The coordinate variable `time` (dimension given) and the scalar `forecast_reference_time`.
int define_time(NcFile& file, const std::string& name, const std::vector<int>& dimensions);
double since_1970(Time time);

/// Error{invalid_input} where times do not increase.
Result<void> check_times(const std::vector<Time>& times, const std::string& place);

}  // namespace vandvagt::grids::detail
