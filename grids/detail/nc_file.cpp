#include "grids/detail/nc_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <system_error>

#include "grids/detail/gdal.hpp"

namespace vandvagt::grids::detail {
namespace {

/// Attributes whose type CF ties to the type of their variable.
bool has_variable_type(const std::string& name) {
  return name == "flag_values" || name == "flag_masks" || name == "valid_range" ||
         name == "valid_min" || name == "valid_max";
}

/// Lets later writes to the file go nowhere. HDF5 1.10 keeps a file open whose last bytes it could
/// not write, tries again when the program ends, and then crashes; without errors it closes in
/// order. Returns descriptors of the file itself, to be closed once HDF5 has let go of it.
std::vector<int> divert_writes(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const auto real = fs::weakly_canonical(path, ignored);
  std::vector<int> found;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd", ignored))
    if (fs::read_symlink(entry.path(), ignored) == real)
      found.push_back(std::stoi(entry.path().filename().string()));
  std::vector<int> kept;
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int descriptor : found) {
    kept.push_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
    if (nowhere >= 0) ::dup2(nowhere, descriptor);
  }
  if (nowhere >= 0) ::close(nowhere);
  return kept;
}

}  // namespace

template <class Call>
void NcFile::run(const std::string& what, Call call) {
  if (status_ != NC_NOERR) return;
  const auto lock = lock_netcdf();
  status_ = call();
  if (status_ == NC_NOERR) return;
  what_ = what;
  kept_ = divert_writes(path_);
}

NcFile::NcFile(const std::filesystem::path& path) : path_(path) {
  run("created", [&] { return nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &id_); });
}

NcFile::~NcFile() {
  const auto lock = lock_netcdf();
  const bool let_go = id_ < 0 ? ok() : nc_close(id_) == NC_NOERR;
  for (const int descriptor : kept_) {
    if (let_go) {
      ::close(descriptor);
      continue;
    }
    // HDF5 still holds the file by its inode: a new file that got the same one could not be made.
    // So the inode, emptied, is kept until the program ends.
    if (::ftruncate(descriptor, 0) != 0) continue;
  }
}

int NcFile::dimension(const std::string& name, std::size_t length) {
  int dimension = -1;
  run("dimension " + name, [&] { return nc_def_dim(id_, name.c_str(), length, &dimension); });
  return dimension;
}

int NcFile::variable(const std::string& name, nc_type type, const std::vector<int>& dimensions,
                     int level) {
  int variable = -1;
  run("variable " + name, [&] {
    return nc_def_var(id_, name.c_str(), type, static_cast<int>(dimensions.size()),
                      dimensions.data(), &variable);
  });
  if (level <= 0 || dimensions.empty()) return variable;
  // One time step and one member to a chunk: a map is read whole, a step at a time.
  std::vector<std::size_t> chunks;
  for (std::size_t k = 0; k < dimensions.size(); ++k) {
    std::size_t length = 1;
    run("variable " + name, [&] { return nc_inq_dimlen(id_, dimensions[k], &length); });
    const bool map_axis = k + 2 >= dimensions.size();
    chunks.push_back(map_axis ? std::clamp<std::size_t>(length, 1, 512) : 1);
  }
  run("variable " + name,
      [&] { return nc_def_var_chunking(id_, variable, NC_CHUNKED, chunks.data()); });
  run("variable " + name, [&] { return nc_def_var_deflate(id_, variable, 1, 1, level); });
  return variable;
}

void NcFile::fill_nan(int variable) {
  nc_type type = NC_FLOAT;
  run("fill value", [&] { return nc_inq_vartype(id_, variable, &type); });
  const float nan_float = std::numeric_limits<float>::quiet_NaN();
  const double nan_double = std::numeric_limits<double>::quiet_NaN();
  const void* value = &nan_double;
  if (type == NC_FLOAT) value = &nan_float;
  run("fill value", [&] { return nc_def_var_fill(id_, variable, NC_FILL, value); });
}

void NcFile::fill_byte(int variable, signed char value) {
  run("fill value", [&] { return nc_def_var_fill(id_, variable, NC_FILL, &value); });
}

void NcFile::attribute(int variable, const std::string& name, const AttributeValue& value) {
  nc_type whole = NC_INT64;
  if (variable != global && has_variable_type(name))
    run("attribute " + name, [&] { return nc_inq_vartype(id_, variable, &whole); });
  const nc_type real = whole == NC_INT64 ? NC_DOUBLE : whole;
  run("attribute " + name, [&] {
    const char* key = name.c_str();
    return std::visit(
        [&](const auto& v) {
          using T = std::decay_t<decltype(v)>;
          if constexpr (std::is_same_v<T, std::string>)
            return nc_put_att_text(id_, variable, key, v.size(), v.data());
          else if constexpr (std::is_same_v<T, double>)
            return nc_put_att_double(id_, variable, key, real, 1, &v);
          else if constexpr (std::is_same_v<T, std::int64_t>) {
            const long long number = v;
            return nc_put_att_longlong(id_, variable, key, whole, 1, &number);
          } else if constexpr (std::is_same_v<T, std::vector<double>>)
            return nc_put_att_double(id_, variable, key, real, v.size(), v.data());
          else {
            const std::vector<long long> numbers(v.begin(), v.end());
            return nc_put_att_longlong(id_, variable, key, whole, numbers.size(), numbers.data());
          }
        },
        value);
  });
}

void NcFile::attribute_if(int variable, const std::string& name, std::string_view text) {
  if (!text.empty()) attribute(variable, name, std::string(text));
}

void NcFile::end_definition() {
  run("description", [&] { return nc_enddef(id_); });
}

void NcFile::write(int variable, std::span<const double> values) {
  run("values", [&] { return nc_put_var_double(id_, variable, values.data()); });
}
void NcFile::write(int variable, std::span<const float> values) {
  run("values", [&] { return nc_put_var_float(id_, variable, values.data()); });
}
void NcFile::write(int variable, std::span<const signed char> values) {
  run("values", [&] { return nc_put_var_schar(id_, variable, values.data()); });
}

void NcFile::write_text(int variable, const std::vector<std::string>& texts, std::size_t length) {
  std::string all;
  for (auto text : texts) {
    text.resize(length, '\0');
    all += text;
  }
  run("text", [&] { return nc_put_var_text(id_, variable, all.data()); });
}

void NcFile::write_slab(int variable, const std::vector<std::size_t>& start,
                        const std::vector<std::size_t>& count, std::span<const float> values) {
  run("values",
      [&] { return nc_put_vara_float(id_, variable, start.data(), count.data(), values.data()); });
}

void NcFile::close() {
  // Flushed first: a disk that is full shows here, while the file can still be closed in order.
  run("end of the file", [&] { return nc_sync(id_); });
  run("end of the file", [&] {
    const int id = id_;
    id_ = -1;
    return nc_close(id);
  });
}

Error NcFile::error(const std::string& place) const {
  return {ErrorCode::io, place + ": cannot be written (" + what_ + "): " + nc_strerror(status_)};
}

void write_provenance(NcFile& file, const NetcdfProvenance& provenance) {
  file.attribute(global, "Conventions", "CF-1.10");
  file.attribute_if(global, "title", provenance.title);
  file.attribute_if(global, "institution", provenance.institution);
  file.attribute_if(global, "source", provenance.source);
  file.attribute_if(global, "history", provenance.history);
  file.attribute_if(global, "references", provenance.references);
  file.attribute_if(global, "comment", provenance.comment);
  for (const auto& [name, value] : provenance.attributes) file.attribute(global, name, value);
}

void describe_variable(NcFile& file, int id, const Variable& variable,
                       const NetcdfAttributes& attributes) {
  const auto unless_given = [&](const char* name, std::string_view text) {
    if (!attributes.contains(name)) file.attribute_if(id, name, text);
  };
  unless_given("standard_name", variable.standard_name);
  unless_given("long_name", variable.long_name);
  unless_given("units", variable.units);
  for (const auto& [name, value] : attributes) file.attribute(id, name, value);
}

int define_time(NcFile& file, const std::string& name, const std::vector<int>& dimensions) {
  const int id = file.variable(name, NC_DOUBLE, dimensions);
  file.attribute(id, "standard_name", name);
  file.attribute(id, "long_name", name == "time" ? "time" : "issue time of the forecast");
  file.attribute(id, "units", "seconds since 1970-01-01 00:00:00");
  file.attribute(id, "calendar", "standard");
  if (name == "time") file.attribute(id, "axis", "T");
  return id;
}

double since_1970(Time time) {
  return to_seconds(time.time_since_epoch());
}

Result<void> check_times(const std::vector<Time>& times, const std::string& place) {
  for (std::size_t k = 1; k < times.size(); ++k)
    if (times[k] <= times[k - 1])
      return fail(ErrorCode::invalid_input,
                  place + ": times do not increase at " + format_time(times[k]));
  return {};
}

}  // namespace vandvagt::grids::detail
