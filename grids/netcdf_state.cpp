#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "core/digest.hpp"
#include "grids/detail/gdal.hpp"
#include "grids/detail/nc_file.hpp"
#include "grids/detail/partial_file.hpp"
#include "grids/netcdf.hpp"

namespace vandvagt::grids {
namespace {

constexpr const char* digest_name = "content_sha256";
// An array without values: NetCDF would take a dimension of length 0 for an unlimited one.
constexpr const char* empty_mark = "empty_shape";

// The digest is taken over values as they lie in memory, and files move between machines.
static_assert(std::endian::native == std::endian::little);

std::size_t product_of(const std::vector<std::size_t>& shape) {
  std::size_t size = 1;
  for (const auto n : shape) size *= n;
  return size;
}

std::string text_of(const std::vector<std::size_t>& shape) {
  std::string text;
  for (const auto n : shape) text += (text.empty() ? "" : " ") + std::to_string(n);
  return text;
}

std::size_t size_of(const StateArray& array) {
  return std::visit([](const auto& v) { return v.size(); }, array.values);
}

/// A piece of text with its length before it, so that no two contents have the same bytes.
void add_framed(Sha256& digest, std::string_view text) {
  digest.add(std::to_string(text.size()) + ":").add(text);
}

Result<void> check(const StateContent& content, const std::string& place) {
  std::set<std::string> names;
  for (const auto& array : content.arrays) {
    const bool shaped = array.shape.size() == 1 || array.shape.size() == 2;
    if (!names.insert(array.name).second || !shaped || product_of(array.shape) != size_of(array))
      return fail(ErrorCode::invalid_input,
                  place + ": array \"" + array.name + "\" comes twice or has not its shape's size");
  }
  if (content.attributes.contains(digest_name))
    return fail(ErrorCode::invalid_input, place + ": " + digest_name + " is not for the caller");
  return {};
}

/// One dimension for each length, shared by arrays.
int dimension_of(detail::NcFile& nc, std::map<std::size_t, int>& known, std::size_t length) {
  const auto [at, fresh] = known.try_emplace(length, -1);
  if (fresh) at->second = nc.dimension("n" + std::to_string(length), length);
  return at->second;
}

int define_array(detail::NcFile& nc, std::map<std::size_t, int>& known, const StateArray& array) {
  const nc_type type =
      std::holds_alternative<std::vector<double>>(array.values) ? NC_DOUBLE : NC_FLOAT;
  if (size_of(array) == 0) {
    const int id = nc.variable(array.name, type, {});
    nc.attribute(id, empty_mark, text_of(array.shape));
    return id;
  }
  std::vector<int> dimensions;
  for (const auto n : array.shape) dimensions.push_back(dimension_of(nc, known, n));
  return nc.variable(array.name, type, dimensions, 1);
}

/// A file open for reading; holds the netCDF lock as long.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : lock_(detail::lock_netcdf()) {
    status_ = nc_open(path.c_str(), NC_NOWRITE, &id_);
    open_ = status_ == NC_NOERR;
  }
  ~Reader() {
    if (open_) nc_close(id_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader(Reader&&) = delete;
  Reader& operator=(Reader&&) = delete;

  bool ok() const { return status_ == NC_NOERR; }
  std::string reason() const { return nc_strerror(status_); }

  std::map<std::string, std::string> texts(int variable) {
    int count = 0;
    if (variable == NC_GLOBAL)
      keep(nc_inq_natts(id_, &count));
    else
      keep(nc_inq_varnatts(id_, variable, &count));
    std::map<std::string, std::string> found;
    for (int k = 0; k < count && ok(); ++k) {
      std::string name(NC_MAX_NAME + 1, '\0');
      std::size_t length = 0;
      nc_type type = NC_CHAR;
      keep(nc_inq_attname(id_, variable, k, name.data()));
      name.resize(name.find('\0'));
      keep(nc_inq_att(id_, variable, name.c_str(), &type, &length));
      if (!ok() || type != NC_CHAR) continue;
      std::string value(length, '\0');
      if (length > 0) keep(nc_get_att_text(id_, variable, name.c_str(), value.data()));
      found[name] = value;
    }
    return found;
  }

  std::vector<StateArray> arrays() {
    int count = 0;
    keep(nc_inq_nvars(id_, &count));
    std::vector<StateArray> found;
    for (int k = 0; k < count && ok(); ++k) found.push_back(array(k));
    return found;
  }

 private:
  void keep(int status) {
    if (status_ == NC_NOERR) status_ = status;
  }

  StateArray array(int variable) {
    std::string name(NC_MAX_NAME + 1, '\0');
    nc_type type = NC_DOUBLE;
    int rank = 0;
    std::vector<int> dimensions(NC_MAX_VAR_DIMS);
    keep(nc_inq_var(id_, variable, name.data(), &type, &rank, dimensions.data(), nullptr));
    name.resize(name.find('\0'));
    StateArray array{name, {}, {}};
    for (int k = 0; k < rank && ok(); ++k) {
      std::size_t length = 0;
      keep(nc_inq_dimlen(id_, dimensions[static_cast<std::size_t>(k)], &length));
      array.shape.push_back(length);
    }
    const auto marks = texts(variable);
    const bool empty = marks.contains(empty_mark);
    if (empty) array.shape = parse_shape(marks.at(empty_mark));
    const std::size_t size = empty ? 0 : product_of(array.shape);
    if (type == NC_FLOAT) {
      std::vector<float> values(ok() ? size : 0);
      if (!values.empty()) keep(nc_get_var_float(id_, variable, values.data()));
      array.values = std::move(values);
    } else {
      std::vector<double> values(ok() ? size : 0);
      if (!values.empty()) keep(nc_get_var_double(id_, variable, values.data()));
      array.values = std::move(values);
    }
    return array;
  }

  static std::vector<std::size_t> parse_shape(const std::string& text) {
    std::vector<std::size_t> shape;
    const char* at = text.data();
    const char* end = at + text.size();
    while (at < end) {
      std::size_t n = 0;
      const auto [rest, error] = std::from_chars(at, end, n);
      if (error != std::errc{}) break;
      shape.push_back(n);
      at = rest + (rest < end ? 1 : 0);
    }
    return shape;
  }

  detail::NetcdfLock lock_;
  int id_ = -1;
  int status_ = NC_NOERR;
  bool open_ = false;
};

}  // namespace

std::string state_digest(const StateContent& content) {
  Sha256 digest;
  for (const auto& [name, text] : content.attributes) {
    add_framed(digest, name);
    add_framed(digest, text);
  }
  std::vector<const StateArray*> sorted;
  for (const auto& array : content.arrays) sorted.push_back(&array);
  std::ranges::sort(sorted, {}, [](const StateArray* a) { return a->name; });
  for (const StateArray* array : sorted) {
    const bool doubles = std::holds_alternative<std::vector<double>>(array->values);
    add_framed(digest, array->name);
    add_framed(digest, (doubles ? "double " : "float ") + text_of(array->shape));
    std::visit([&](const auto& v) { digest.add_values(std::span(v)); }, array->values);
  }
  return digest.hex();
}

Result<void> write_state(const std::filesystem::path& path, const StateContent& content) {
  const std::string place = path.string();
  if (auto sound = check(content, place); !sound) return sound;
  detail::PartialFile beside(path);
  detail::NcFile nc(beside.partial());
  for (const auto& [name, text] : content.attributes) nc.attribute(detail::global, name, text);
  nc.attribute(detail::global, digest_name, state_digest(content));
  std::map<std::size_t, int> dimensions;
  std::vector<int> ids;
  for (const auto& array : content.arrays) ids.push_back(define_array(nc, dimensions, array));
  nc.end_definition();
  for (std::size_t k = 0; k < ids.size(); ++k)
    if (size_of(content.arrays[k]) > 0)
      std::visit([&](const auto& v) { nc.write(ids[k], std::span(v)); }, content.arrays[k].values);
  nc.close();
  if (!nc.ok()) return fail(nc.error(place));
  return beside.publish();
}

Result<StateContent> read_state(const std::filesystem::path& path) {
  Reader file(path);
  StateContent content;
  if (file.ok()) content.attributes = file.texts(NC_GLOBAL);
  if (file.ok()) content.arrays = file.arrays();
  if (!file.ok())
    return fail(ErrorCode::io, path.string() + ": state cannot be read: " + file.reason());
  const auto stored = content.attributes.extract(digest_name);
  if (stored.empty())
    return fail(ErrorCode::refused, path.string() + ": is no saved state: it carries no digest");
  if (stored.mapped() != state_digest(content))
    return fail(ErrorCode::refused,
                path.string() +
                    ": its content does not match its digest: damaged or altered since "
                    "it was saved; use an older state or start cold");
  return content;
}

}  // namespace vandvagt::grids
