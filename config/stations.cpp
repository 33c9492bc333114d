#include "config/detail/parts.hpp"
#include "grids/transform.hpp"
#include "sensors/catalogue.hpp"

namespace vandvagt::config {
namespace {

using sensors::Station;

/// Which intake of which borehole.
void read_well(Section& section, Station& station) {
  section.table("well", [&](Section& inner) {
    sensors::Well well;
    inner.require("borehole", "give it as its owner numbers it");
    inner.text("borehole", well.borehole);
    inner.whole("intake", well.intake, {.at_least = 1.0});
    inner.quantity("screen_depth", Dimension::length, well.screen_depth, not_negative);
    inner.flag("phreatic", well.phreatic);
    inner.flag("pumped", well.pumped);
    const bool groundwater = station.parameter == sensors::Parameter::groundwater_head ||
                             station.parameter == sensors::Parameter::groundwater_depth;
    if (!inner.present()) return;
    if (!groundwater)
      inner.fault("borehole", "is given and the station measures no groundwater", "remove it");
    station.well = std::move(well);
  });
}

/// Its position where its messages' positions are comparable; needed by the location test alone.
void place_station(const Section& section, Station& station,
                   const forecast::TerrainInput& terrain) {
  if (!station.limits.location_radius || station.mapping.x.empty()) return;
  std::string crs = station.crs;
  if (crs.empty()) {
    const auto own = terrain_crs(terrain);
    if (!own) return;  // the terrain has a fault of its own that says it
    crs = *own;
  }
  const auto moved = grids::transform({{station.x, station.y}}, crs, station.mapping.position_crs);
  if (!moved) return section.fault("mapping", moved.error().message, "mend position_crs or crs");
  station.position_sent = {moved->front().x, moved->front().y};
}

/// A stage means nothing without its datum. Where that is the grid's own, nothing is to be added;
/// anything else must be declared.
void read_datum(Section& section, Station& station, const std::string& grid_datum) {
  section.text("datum", station.datum);
  section.quantity("datum_offset", Dimension::length, station.datum_offset);
  const bool same = !station.datum.empty() && station.datum == grid_datum;
  station.datum_offset_declared = section.has("datum_offset") || same;
  if (same && station.datum_offset != 0.0)
    section.fault("datum_offset", "is not zero although the datum is the terrain's own",
                  "remove it, or name the gauge's own zero as datum: \"local:<name>\"");
}

/// A well's ground turns its heads into depths of the water table.
void read_ground_level(Section& section, Station& station) {
  section.quantity("ground", Dimension::length, station.ground);
  if (section.has("ground") && station.parameter != sensors::Parameter::groundwater_head &&
      station.parameter != sensors::Parameter::groundwater_depth)
    section.fault("ground", "is given and the station measures no groundwater", "remove it");
}

void read_station(Section& section, Station& station, const forecast::TerrainInput& terrain) {
  section.require("id", "give the station an id");
  section.identifier("id", station.id);
  section.require("operator", "name who runs it, as in the topic");
  section.identifier("operator", station.op);
  station.name = station.id;
  section.text("name", station.name);
  section.require("parameter", "say what it measures");
  using sensors::Parameter;
  section.choice<Parameter>("parameter", station.parameter,
                            {{"stage", Parameter::stage},
                             {"depth", Parameter::depth},
                             {"discharge", Parameter::discharge},
                             {"rain", Parameter::rain},
                             {"groundwater-head", Parameter::groundwater_head},
                             {"groundwater-depth", Parameter::groundwater_depth},
                             {"evaporation", Parameter::evaporation}});
  section.require("unit", "name the unit that its readings come in");
  section.text("unit", station.unit);
  read_datum(section, station, terrain.vertical_datum);
  read_ground_level(section, station);
  std::optional<grids::Point> position;
  section.require("position", "write [easting, northing]");
  section.point("position", position);
  if (position) {
    station.x = position->x;
    station.y = position->y;
  }
  section.text("crs", station.crs);
  section.texts("fallback", station.fallback);
  read_well(section, station);
  read_quality(section, station);
  read_mapping(section, station);
  read_station_file(section, station);
  place_station(section, station, terrain);
}

}  // namespace

void read_stations(Section& top, Configuration& configuration) {
  PlaceMap places;
  top.each("station", [&](Section& section) {
    Station station;
    const auto before = top.context().faults.size();
    read_station(section, station, configuration.scenario.terrain);
    top.context().stations[station.id] = station;
    if (top.context().faults.size() == before)
      places["station \"" + station.id + "\""] = section.place();
    configuration.stations.push_back(std::move(station));
  });
  // sensors/ knows what a sound station is; here its words get a line of the file.
  if (!top.context().probing)
    add_with_places(sensors::check_stations(configuration.stations), places, top.context());
}

namespace {

void read_retention(Section& section, Configuration& configuration) {
  sensors::Retention retention;
  Duration keep_thinned{0};
  section.duration("keep_all", retention.keep_all);
  section.duration("thin_to", retention.thin_to);
  section.duration("keep_thinned", keep_thinned);
  if (keep_thinned > Duration{0}) retention.keep_thinned = keep_thinned;
  if (!section.has("keep_all")) {
    for (const char* key : {"thin_to", "keep_thinned"})
      if (section.has(key)) section.fault(key, "stands without keep_all", "declare keep_all");
    return;
  }
  if (retention.keep_thinned && *retention.keep_thinned < retention.keep_all)
    section.fault("keep_thinned", "is shorter than keep_all", "exchange them or mend one");
  configuration.retention = retention;
}

}  // namespace

void read_broker(Section& top, Configuration& configuration) {
  top.table("broker", [&](Section& section) {
    messaging::Options options;
    section.text("url", options.url);
    section.text("client_id", options.client_id);
    section.text("user", options.user);
    section.text("prefix", options.prefix);
    for (auto [key, file] : {std::pair{"password_file", &options.password_file},
                             {"ca_file", &options.ca_file},
                             {"certificate_file", &options.certificate_file},
                             {"key_file", &options.key_file}}) {
      std::filesystem::path path;
      section.input(key, path);
      *file = path.string();
    }
    const auto seconds = [&](const char* key, std::chrono::seconds& value) {
      Duration given = value;
      section.duration(key, given);
      value = std::chrono::ceil<std::chrono::seconds>(given);
    };
    seconds("keep_alive", options.keep_alive);
    seconds("connect_timeout", options.connect_timeout);
    Duration listen = configuration.listen;
    section.duration("listen", listen, true);
    configuration.listen = listen;
    const bool scheme = options.url.rfind("tcp://", 0) == 0 || options.url.rfind("ssl://", 0) == 0;
    if (!scheme)
      section.fault("url", "\"" + options.url + "\" is no broker",
                    "write tcp://host:port or ssl://");
    configuration.alerts.topic_prefix = options.prefix;
    if (section.has("url")) configuration.broker = options;
  });
  top.table("store", [&](Section& section) {
    section.output_folder("folder", configuration.store_folder);
    section.text("postgresql", configuration.store_postgresql);
    if (section.has("postgresql"))
      if (const auto usable = sensors::check_connection_string(configuration.store_postgresql);
          !usable)
        section.fault("postgresql", usable.error().message, "");
    read_retention(section, configuration);
  });
}

void read_watch(Section& top, Configuration& configuration) {
  top.table("watch", [&](Section& section) {
    auto& watch = configuration.watch;
    section.duration("heartbeat", watch.heartbeat);
    section.duration("watchdog", watch.watchdog);
    section.duration("takeover_after", watch.takeover_after);
    section.duration("status_interval", watch.status_interval);
    section.duration("evaluation_interval", watch.evaluation_interval);
    section.number("station_rate", watch.station_rate, positive);
    section.whole("station_burst", watch.station_burst, {.at_least = 1.0});
    section.whole("group", watch.group, {.at_least = 1.0, .at_most = 10'000.0});
    if (watch.watchdog <= watch.heartbeat)
      section.fault("watchdog", "is not longer than the heartbeat",
                    "give the heartbeat time to come back");
    if (watch.takeover_after <= watch.heartbeat)
      section.fault("takeover_after", "is not longer than the heartbeat",
                    "give the active instance time to be heard");
  });
}

void read_replay(Section& top, Configuration& configuration) {
  top.table("replay", [&](Section& section) {
    auto& replay = configuration.replay;
    section.inputs("file", replay.files);
    section.each("from_raster", [&](Section& inner) {
      auto& made = replay.from_raster.emplace_back();
      made.place = inner.place();
      inner.require("stations", "name the stations to make readings for");
      inner.texts("stations", made.stations);
      for (const auto& station : made.stations) inner.check_station("stations", station, {});
      inner.require("raster", "name the raster to take values from");
      inner.input("raster", made.raster);
      inner.text("raster_crs", made.raster_crs);
      inner.number("scale", made.scale);
      inner.number("offset", made.offset);
      inner.number("noise_sigma", made.noise_sigma, not_negative);
      inner.whole("seed", made.seed);
      inner.duration("before", made.before, true);
    });
  });
}

}  // namespace vandvagt::config
