#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "grids/detail/grid_mapping.hpp"
#include "grids/detail/nc_file.hpp"
#include "grids/detail/partial_file.hpp"
#include "grids/netcdf.hpp"
#include "grids/transform.hpp"

namespace vandvagt::grids {
namespace {

using detail::NcFile;
constexpr signed char missing_flag = -127;

std::string name_of(const GaugeVariable& v) {
  return v.name.empty() ? std::string(v.variable->name) : v.name;
}

std::size_t member_count(const GaugeProduct& product) {
  return std::max(product.realizations.size(), product.quantiles.size());
}

Result<void> check(const GaugeProduct& product, const std::string& place) {
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorCode::invalid_input, place + ": " + what);
  };
  if (auto times = detail::check_times(product.times, place); !times) return times;
  if (!product.realizations.empty() && !product.quantiles.empty())
    return wrong("a product has members or quantiles, not both");
  if (product.stations.empty() || product.times.empty())
    return wrong("a file of series needs a station and a time");
  std::set<std::string> names{"x",        "y",          "lon",          "lat",
                              "alt",      "time",       "crs",          "realization",
                              "quantile", "station_id", "station_name", "forecast_reference_time"};
  for (const auto& v : product.variables) {
    if (!names.insert(name_of(v)).second)
      return wrong("variable \"" + name_of(v) + "\" comes twice");
    const std::size_t members = v.over_members ? member_count(product) : 1;
    const std::size_t size = members * product.stations.size() * product.times.size();
    if (v.values.size() != size || size == 0)
      return wrong("variable \"" + name_of(v) + "\" has " + std::to_string(v.values.size()) +
                   " values instead of " + std::to_string(size));
  }
  return {};
}

/// Dimensions of the file.
struct Dimensions {
  int station = -1, time = -1, member = -1;
};

/// What is known of each station, one variable each.
class StationTable {
 public:
  StationTable(NcFile& nc, const GaugeProduct& product, int station_dimension)
      : nc_(nc), product_(product) {
    define_text("station_id", &GaugeStation::id, station_dimension);
    nc_.attribute(texts_.back().variable, "cf_role", "timeseries_id");
    define_text("station_name", &GaugeStation::name, station_dimension);
    x_ = define("x", "projection_x_coordinate", "m", station_dimension);
    y_ = define("y", "projection_y_coordinate", "m", station_dimension);
    alt_ = define("alt", "altitude", "m", station_dimension);
    nc_.fill_nan(alt_);
    nc_.attribute(alt_, "positive", "up");
    nc_.attribute(alt_, "axis", "Z");
    nc_.attribute_if(alt_, "vertical_datum", product.geometry.vertical_datum);
    if (product.geometry.local()) return;
    lon_ = define("lon", "longitude", "degrees_east", station_dimension);
    lat_ = define("lat", "latitude", "degrees_north", station_dimension);
  }

  /// For the attribute `coordinates` of data variables.
  std::string coordinates() const {
    return product_.geometry.local() ? "alt station_name" : "lat lon alt station_name";
  }

  void write(const std::vector<Point>& lonlat) {
    for (const auto& text : texts_) nc_.write_text(text.variable, text.values, text.length);
    std::vector<double> x, y, alt, lon, lat;
    for (const auto& station : product_.stations) {
      x.push_back(station.position.x);
      y.push_back(station.position.y);
      alt.push_back(station.altitude.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    for (const Point p : lonlat) {
      lon.push_back(p.x);
      lat.push_back(p.y);
    }
    nc_.write(x_, x);
    nc_.write(y_, y);
    nc_.write(alt_, alt);
    if (lon_ >= 0) nc_.write(lon_, lon);
    if (lat_ >= 0) nc_.write(lat_, lat);
  }

 private:
  struct Text {
    int variable = -1;
    std::vector<std::string> values;
    std::size_t length = 1;
  };

  void define_text(const std::string& name, std::string GaugeStation::*member, int dimension) {
    Text text;
    for (const auto& station : product_.stations) {
      text.values.push_back(station.*member);
      text.length = std::max(text.length, text.values.back().size());
    }
    const int length = nc_.dimension(name + "_length", text.length);
    text.variable = nc_.variable(name, NC_CHAR, {dimension, length});
    nc_.attribute(text.variable, "long_name", name == "station_id" ? "station" : "name of station");
    nc_.attribute(text.variable, "_Encoding", "utf-8");
    texts_.push_back(std::move(text));
  }

  int define(const std::string& name, const std::string& standard_name, const std::string& units,
             int dimension) {
    const int id = nc_.variable(name, NC_DOUBLE, {dimension});
    const bool local_axis = product_.geometry.local() && (name == "x" || name == "y");
    nc_.attribute_if(id, "standard_name", local_axis ? "" : standard_name);
    nc_.attribute(id, "long_name", name == "alt" ? "altitude of station" : name + " of station");
    nc_.attribute(id, "units", units);
    return id;
  }

  NcFile& nc_;
  const GaugeProduct& product_;
  std::vector<Text> texts_;
  int x_ = -1, y_ = -1, alt_ = -1, lon_ = -1, lat_ = -1;
};

int define_variable(NcFile& nc, const GaugeVariable& v, const Dimensions& d) {
  std::vector<int> dimensions;
  if (v.over_members) dimensions.push_back(d.member);
  dimensions.push_back(d.station);
  dimensions.push_back(d.time);
  const int id = nc.variable(name_of(v), v.flag ? NC_BYTE : NC_DOUBLE, dimensions, 4);
  if (v.flag)
    nc.fill_byte(id, missing_flag);
  else
    nc.fill_nan(id);
  // A flag has no unit, and says itself what it flags.
  const Variable flag{{}, {}, {}, "quality_flag", "quality flag"};
  detail::describe_variable(nc, id, v.flag ? flag : *v.variable, v.attributes);
  return id;
}

void write_variable(NcFile& nc, const GaugeVariable& v, int id) {
  if (!v.flag) return nc.write(id, v.values);
  std::vector<signed char> flags;
  for (const double value : v.values)
    flags.push_back(std::isnan(value) ? missing_flag : static_cast<signed char>(value));
  nc.write(id, flags);
}

Result<std::vector<Point>> longitudes_latitudes(const GaugeProduct& product) {
  if (product.geometry.local()) return std::vector<Point>{};
  std::vector<Point> points;
  for (const auto& station : product.stations) points.push_back(station.position);
  return transform(std::move(points), product.geometry.crs, lon_lat_crs);
}

/// The ensemble's dimension and its variable; -1 where there is none.
int define_members(NcFile& nc, const GaugeProduct& product, Dimensions& dimensions) {
  if (member_count(product) == 0) return -1;
  const bool realizations = !product.realizations.empty();
  const std::string name = realizations ? "realization" : "quantile";
  dimensions.member = nc.dimension(name, member_count(product));
  const int id = nc.variable(name, NC_DOUBLE, {dimensions.member});
  if (realizations)
    nc.attribute(id, "standard_name", "realization");
  else
    nc.attribute(id, "long_name", "quantile of the ensemble");
  nc.attribute(id, "units", "1");
  return id;
}

/// Everything but the variables' values; returns their ids.
std::vector<int> describe(NcFile& nc, const GaugeProduct& product, const Dimensions& dimensions,
                          const std::string& coordinates, bool has_crs) {
  std::vector<int> ids;
  for (const auto& v : product.variables) {
    const int id = define_variable(nc, v, dimensions);
    nc.attribute(id, "coordinates",
                 coordinates + (product.reference_time ? " forecast_reference_time" : ""));
    if (has_crs) nc.attribute(id, "grid_mapping", "crs");
    ids.push_back(id);
  }
  return ids;
}

}  // namespace

Result<void> write_gauges(const std::filesystem::path& path, const GaugeProduct& product) {
  const std::string place = path.string();
  if (auto sound = check(product, place); !sound) return sound;
  const auto lonlat = longitudes_latitudes(product);
  if (!lonlat) return fail(lonlat.error().code, place + ": " + lonlat.error().message);
  detail::PartialFile beside(path);
  NcFile nc(beside.partial());
  detail::write_provenance(nc, product.provenance);
  nc.attribute(detail::global, "featureType", "timeSeries");
  nc.attribute_if(detail::global, "vertical_datum", product.geometry.vertical_datum);
  Dimensions dimensions{nc.dimension("station", product.stations.size()),
                        nc.dimension("time", product.times.size()), -1};
  const int time = detail::define_time(nc, "time", {dimensions.time});
  const int members = define_members(nc, product, dimensions);
  const int reference =
      product.reference_time ? detail::define_time(nc, "forecast_reference_time", {}) : -1;
  const auto has_crs = detail::define_crs(nc, product.geometry);
  if (!has_crs) return fail(has_crs.error().code, place + ": " + has_crs.error().message);
  StationTable table(nc, product, dimensions.station);
  const auto ids = describe(nc, product, dimensions, table.coordinates(), *has_crs);
  nc.end_definition();

  std::vector<double> seconds;
  for (const Time t : product.times) seconds.push_back(detail::since_1970(t));
  nc.write(time, seconds);
  if (members >= 0)
    nc.write(members, product.quantiles.empty() ? std::vector<double>(product.realizations.begin(),
                                                                      product.realizations.end())
                                                : product.quantiles);
  if (product.reference_time)
    nc.write(reference, std::vector{detail::since_1970(*product.reference_time)});
  table.write(*lonlat);
  for (std::size_t k = 0; k < ids.size(); ++k) write_variable(nc, product.variables[k], ids[k]);
  nc.close();
  if (!nc.ok()) return fail(nc.error(place));
  return beside.publish();
}

}  // namespace vandvagt::grids
