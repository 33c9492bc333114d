#include "config/detail/parts.hpp"
#include "config/detail/values.hpp"

namespace vandvagt::config {
namespace {

using forecast::EdgeInput;
using forecast::RainInput;
using forecast::SourceInput;
using model::EdgeKind;
using model::Side;
using sensors::Parameter;

const Kind rain_kind{
    .dimension = Dimension::speed, .range = not_negative, .parameters = {Parameter::rain}};

/// The key that gives the values of a kind of edge, or nothing.
std::string key_of(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::stage:
      return "stage";
    case EdgeKind::discharge:
      return "discharge";
    case EdgeKind::normal_depth:
      return "slope";
    case EdgeKind::wall:
    case EdgeKind::open:
      break;
  }
  return "";
}

void check_edge_values(Section& section, EdgeKind kind) {
  const std::string needed = key_of(kind);
  if (!needed.empty()) section.require(needed, "this kind of edge needs it");
  for (const char* key : {"stage", "discharge", "slope"})
    if (section.has(key) && key != needed)
      section.fault(key, "does not belong to this kind of edge", "remove it or change `kind`");
}

void read_edge(Section& section, EdgeInput& edge) {
  edge.place = section.place();
  section.require("name", "give the edge a name");
  section.text("name", edge.name);
  section.require("kind", "choose one of wall, open, normal_depth, stage, discharge");
  section.choice<EdgeKind>("kind", edge.kind,
                           {{"wall", EdgeKind::wall},
                            {"open", EdgeKind::open},
                            {"normal_depth", EdgeKind::normal_depth},
                            {"stage", EdgeKind::stage},
                            {"discharge", EdgeKind::discharge}});
  std::optional<Side> side;
  section.choice<std::optional<Side>>(
      "side", side,
      {{"west", Side::west}, {"east", Side::east}, {"south", Side::south}, {"north", Side::north}});
  edge.side = side;
  std::vector<double> along;
  section.numbers("along", along);
  if (!along.empty() && (along.size() != 2 || along[0] >= along[1] || !side)) {
    section.fault("along", "is no range on a side", "write side and along = [from, to]");
  } else if (!along.empty()) {
    edge.along = {along[0], along[1]};
  }
  const auto shape = read_shape(section, edge.polygon);
  section.quantity("below", Dimension::length, edge.below);
  if (section.present() && !section.has("side") && shape == ShapeKind::none)
    section.fault("side", "is missing", "say where: side, polygon or rectangle");
  section.number("slope", edge.slope, positive);
  forecast::SeriesInput discharge;
  read_series(section, "stage", edge.series, stage_kind);
  read_series(section, "discharge", discharge, discharge_kind);
  if (edge.kind == EdgeKind::discharge) edge.series = std::move(discharge);
  if (section.present()) check_edge_values(section, edge.kind);
}

void read_source(Section& section, SourceInput& source) {
  source.place = section.place();
  section.require("name", "give the source a name");
  section.text("name", source.name);
  section.point("point", source.point);
  section.quantity("radius", Dimension::length, source.radius, positive);
  if (section.has("radius") && !section.has("point"))
    section.fault("radius", "has no point", "give `point`");
  const bool drawn = read_shape(section, source.polygon) != ShapeKind::none;
  if (drawn && section.has("point"))
    section.fault("point", "stands beside a polygon", "keep one of them");
  if (section.present() && !drawn && !section.has("point"))
    section.fault("point", "is missing", "say where: point (with a radius), polygon or rectangle");
  section.require("discharge", "give the water in m3/s; negative takes it away");
  read_series(section, "discharge", source.series, discharge_kind);
}

void read_rain_grids(Section& section, RainInput& rain) {
  section.inputs("raster", rain.raster_files);
  section.input("folder", rain.raster_folder, true);
  section.text("file_times", rain.file_time_pattern);
  section.text("variable", rain.variable);
  enum class Total { none, rate, interval, running };
  Total total = Total::none;
  section.choice<Total>("kind", total,
                        {{"rate", Total::rate},
                         {"accumulation", Total::interval},
                         {"accumulation_since_start", Total::running}});
  rain.kind_declared = total != Total::none;
  rain.accumulation = total == Total::interval || total == Total::running;
  rain.since_start = total == Total::running;
  section.text("unit", rain.unit);
  section.duration("interval", rain.interval);
  rain.stamp_declared = section.has("stamp");
  section.choice<bool>("stamp", rain.stamp_at_end, {{"end", true}, {"start", false}});
  section.text("crs", rain.crs);
  section.quantity("extend", Dimension::length, rain.extend, not_negative);
}

void check_rain_grids(Section& section, const RainInput& rain) {
  if (!rain.kind_declared && !section.has("kind"))
    section.fault(
        "kind", "is missing",
        "say whether a grid holds a rate, an accumulation or an accumulation_since_start");
  if (!rain.unit.empty()) {
    const auto dimension = rain.accumulation ? Dimension::length : Dimension::speed;
    const bool mass = rain.unit.find("kg") != std::string::npos;  // kg m-2 of water: 1 mm
    const auto known = to_si(1.0, rain.unit, dimension);
    if (!known && !mass) section.fault("unit", known.error().message, "");
  }
  if (!rain.raster_folder.empty() && rain.file_time_pattern.empty())
    section.fault("file_times", "is missing",
                  "say how a file's name tells its time, e.g. \"rain_%Y%m%d%H%M.tif\" (UTC)");
  if (!rain.file_time_pattern.empty()) {
    section.require("interval", "say for how long one grid holds");
    section.require("stamp", "say whether a file's time is the start or the end of its interval");
  }
}

void read_rain_section(Section& section, RainInput& rain) {
  rain.place = section.place();
  const auto from = section.one_of({"rate", "raster", "folder", "stations"});
  read_series(section, "rate", rain.series, rain_kind);
  read_rain_grids(section, rain);
  section.texts("stations", rain.stations);
  for (const auto& station : rain.stations)
    section.check_station("stations", station, {Parameter::rain});
  if (!section.present()) return;
  const bool only_forecast = section.name() == "rain" && section.has("forecast");
  if (!from && !only_forecast)
    section.fault("", "gives no rain", "give rate, raster, folder or stations");
  if (from == "rate") rain.from = RainInput::From::series;
  if (from == "rate" && !rain.series.forecast_file.empty())
    section.fault("rate", "names a forecast_file, which rain does not use",
                  "give [rain.forecast] rate = { file = ... } for the time after the reference");
  if (from == "stations") rain.from = RainInput::From::stations;
  if (from == "raster" || from == "folder") {
    rain.from = RainInput::From::rasters;
    return check_rain_grids(section, rain);
  }
  for (const char* key :
       {"file_times", "variable", "kind", "unit", "interval", "stamp", "crs", "extend"})
    if (section.has(key))
      section.fault(key, "belongs to rain grids", "remove it, or name raster or folder");
}

}  // namespace

void read_edges(Section& top, forecast::Scenario& scenario) {
  std::set<std::string> names;
  top.each("edge", [&](Section& section) {
    read_edge(section, scenario.edges.emplace_back());
    section.check_unique("name", scenario.edges.back().name, names);
  });
}

void read_sources(Section& top, forecast::Scenario& scenario) {
  std::set<std::string> names;
  top.each("source", [&](Section& section) {
    read_source(section, scenario.sources.emplace_back());
    section.check_unique("name", scenario.sources.back().name, names);
  });
}

void read_rain(Section& top, forecast::Scenario& scenario) {
  top.table("rain", [&](Section& section) {
    read_rain_section(section, scenario.rain);
    section.table("forecast",
                  [&](Section& inner) { read_rain_section(inner, scenario.rain_forecast); });
  });
}

}  // namespace vandvagt::config
