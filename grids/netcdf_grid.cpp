#include <algorithm>
#include <cassert>
#include <map>
#include <set>
#include <utility>

#include "grids/detail/grid_mapping.hpp"
#include "grids/detail/nc_file.hpp"
#include "grids/detail/partial_file.hpp"
#include "grids/netcdf.hpp"

namespace vandvagt::grids {
namespace {

using detail::NcFile;

std::string name_of(const GridVariable& v) {
  return v.name.empty() ? std::string(v.variable->name) : v.name;
}

Result<void> check(const GridProduct& product, const std::string& place) {
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorCode::invalid_input, place + ": " + what);
  };
  if (auto times = detail::check_times(product.times, place); !times) return times;
  if (!product.realizations.empty() && !product.quantiles.empty())
    return wrong("a product has members or quantiles, not both");
  std::set<std::string> names{
      "x", "y", "time", "crs", "realization", "quantile", "forecast_reference_time"};
  for (const auto& v : product.variables) {
    const auto name = name_of(v);
    if (!names.insert(name).second) return wrong("variable \"" + name + "\" comes twice");
    if (v.over_time && product.times.empty())
      return wrong("variable \"" + name + "\" varies with time, but no time is given");
    if (v.over_members && product.realizations.empty() && product.quantiles.empty())
      return wrong("variable \"" + name + "\" has members, but none are given");
  }
  return {};
}

}  // namespace

struct NetcdfGridWriter::File {
  struct Slot {
    int id = -1;
    bool over_time = false;
    bool over_members = false;
  };

  explicit File(const std::filesystem::path& path) : beside(path), nc(beside.partial()) {}

  void describe_members(const GridProduct& product);
  void describe_variables(const GridProduct& product, bool has_crs);
  void write_coordinates(const GridProduct& product);

  detail::PartialFile beside;  // outlives nc: removed after the file is closed
  NcFile nc;
  std::map<std::string, Slot> slots;
  std::size_t nx = 0, ny = 0, times = 0, member_count = 0;
  int dim_x = -1, dim_y = -1, dim_time = -1, dim_member = -1;
  int var_time = -1, var_member = -1, var_reference = -1;
};

void NetcdfGridWriter::File::describe_members(const GridProduct& product) {
  member_count = std::max(product.realizations.size(), product.quantiles.size());
  if (member_count == 0) return;
  const bool realizations = !product.realizations.empty();
  const std::string name = realizations ? "realization" : "quantile";
  dim_member = nc.dimension(name, member_count);
  var_member = nc.variable(name, NC_DOUBLE, {dim_member});
  if (realizations) nc.attribute(var_member, "standard_name", "realization");
  nc.attribute(var_member, "long_name",
               realizations ? "member of the ensemble" : "quantile of the ensemble");
  nc.attribute(var_member, "units", "1");
}

void NetcdfGridWriter::File::describe_variables(const GridProduct& product, bool has_crs) {
  for (const auto& v : product.variables) {
    std::vector<int> dimensions;
    if (v.over_members) dimensions.push_back(dim_member);
    if (v.over_time) dimensions.push_back(dim_time);
    dimensions.push_back(dim_y);
    dimensions.push_back(dim_x);
    const int id = nc.variable(name_of(v), NC_FLOAT, dimensions, product.compression);
    nc.fill_nan(id);
    detail::describe_variable(nc, id, *v.variable, v.attributes);
    if (has_crs) nc.attribute(id, "grid_mapping", "crs");
    if (product.reference_time) nc.attribute(id, "coordinates", "forecast_reference_time");
    slots[name_of(v)] = {id, v.over_time, v.over_members};
  }
}

void NetcdfGridWriter::File::write_coordinates(const GridProduct& product) {
  if (product.reference_time)
    nc.write(var_reference, std::vector{detail::since_1970(*product.reference_time)});
  std::vector<double> values;
  for (const Time t : product.times) values.push_back(detail::since_1970(t));
  if (!values.empty()) nc.write(var_time, values);
  values = product.quantiles;
  values.insert(values.end(), product.realizations.begin(), product.realizations.end());
  if (!values.empty()) nc.write(var_member, values);
}

NetcdfGridWriter::NetcdfGridWriter(std::unique_ptr<File> file) : file_(std::move(file)) {}
NetcdfGridWriter::NetcdfGridWriter(NetcdfGridWriter&&) noexcept = default;
NetcdfGridWriter& NetcdfGridWriter::operator=(NetcdfGridWriter&&) noexcept = default;
NetcdfGridWriter::~NetcdfGridWriter() = default;

Result<NetcdfGridWriter> NetcdfGridWriter::create(const std::filesystem::path& path,
                                                  const GridProduct& product) {
  if (const auto sound = check(product, path.string()); !sound) return fail(sound.error());
  auto file = std::make_unique<File>(path);
  NcFile& nc = file->nc;
  const Geometry& g = product.geometry;
  file->nx = static_cast<std::size_t>(g.nx);
  file->ny = static_cast<std::size_t>(g.ny);
  file->times = product.times.size();
  detail::write_provenance(nc, product.provenance);
  nc.attribute_if(detail::global, "vertical_datum", g.vertical_datum);
  if (file->times > 0) {
    file->dim_time = nc.dimension("time", file->times);
    file->var_time = detail::define_time(nc, "time", {file->dim_time});
  }
  file->describe_members(product);
  file->dim_y = nc.dimension("y", file->ny);
  file->dim_x = nc.dimension("x", file->nx);
  const auto axes = detail::define_axes(nc, g, file->dim_x, file->dim_y);
  if (product.reference_time)
    file->var_reference = detail::define_time(nc, "forecast_reference_time", {});
  const auto has_crs = detail::define_crs(nc, g);
  if (!has_crs)
    return fail(ErrorCode::invalid_input, path.string() + ": " + has_crs.error().message);
  file->describe_variables(product, *has_crs);
  nc.end_definition();
  detail::write_axes(nc, g, axes);
  file->write_coordinates(product);
  if (!nc.ok()) return fail(nc.error(path.string()));
  return NetcdfGridWriter(std::move(file));
}

Result<void> NetcdfGridWriter::write(const std::string& variable, std::size_t time,
                                     std::size_t member, FieldView<const float> values) {
  const std::string place = file_->beside.path().string();
  const auto slot = file_->slots.find(variable);
  if (slot == file_->slots.end())
    return fail(ErrorCode::invalid_input, place + ": no variable \"" + variable + "\"");
  assert(static_cast<std::size_t>(values.nx()) == file_->nx);
  assert(static_cast<std::size_t>(values.ny()) == file_->ny);
  const auto& [id, over_time, over_members] = slot->second;
  if ((over_time && time >= file_->times) || (over_members && member >= file_->member_count))
    return fail(ErrorCode::invalid_input, place + ": " + variable + ": time " +
                                              std::to_string(time) + " or member " +
                                              std::to_string(member) + " is not in the file");
  std::vector<std::size_t> start, count;
  const auto index = [&](std::size_t at, std::size_t n) {
    start.push_back(at);
    count.push_back(n);
  };
  if (over_members) index(member, 1);
  if (over_time) index(time, 1);
  index(0, file_->ny);
  index(0, file_->nx);
  file_->nc.write_slab(id, start, count, values.values());
  if (!file_->nc.ok()) return fail(file_->nc.error(place));
  return {};
}

Result<void> NetcdfGridWriter::close() {
  const std::string place = file_->beside.path().string();
  file_->nc.close();
  if (!file_->nc.ok()) return fail(file_->nc.error(place));
  return file_->beside.publish();
}

}  // namespace vandvagt::grids
