#include "tests/forecast/made_case.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "grids/transform.hpp"

namespace vandvagt::forecast::test {
namespace {

using sensors::Parameter;

constexpr int nx = 40, ny = 24;
constexpr double dx = 20.0;

double bed_at(int i, int j) {
  if (i < 4) return -2.0;                                     // the sea
  const double along = 0.02 * (i - 4) * dx / 10.0;            // falls westwards
  const double across = 0.15 * std::abs(j - ny / 2.0 + 0.5);  // a valley
  const double rough = 0.2 * std::sin(1.7 * i) * std::cos(2.3 * j);
  return 0.2 + along + across + rough;
}

/// Sand on clay, in touch with the sea, drained, with a well; steps of 20 minutes.
void add_aquifer(model::Case& made) {
  model::Aquifer& aquifer = made.aquifer;
  aquifer.conductivity = Field<float>(nx, ny, 1e-4F);
  aquifer.specific_yield = made.infiltration.moisture_deficit;
  aquifer.base = Field<float>(nx, ny, -12.0F);
  aquifer.drain_depth = Field<float>(nx, ny, 0.6F);
  aquifer.drain_conductance = Field<float>(nx, ny, 1e-7F);
  aquifer.step = std::chrono::minutes{20};
  model::HeadBoundary sea{"sea", {}, 1e-2, -3.0, model::Series::constant(0.0)};
  for (int j = 0; j < ny; ++j) sea.cells.push_back({2, j});
  aquifer.boundaries = {sea};
  aquifer.wells = {{"waterworks", {20, 12}, model::Series::constant(0.0)}};
  made.evapotranspiration.rate = model::Series::constant(2e-8);
  made.evapotranspiration.step = aquifer.step;
}

model::Case make_model(const MadeOptions& options) {
  model::Case made;
  made.nx = nx;
  made.ny = ny;
  made.dx = dx;
  made.bed_elevation = Field<double>(nx, ny);
  made.manning = Field<float>(nx, ny, 0.035F);
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) made.bed_elevation(i, j) = bed_at(i, j);
  }
  // A corner without data, so that "outside" is in every test.
  for (int j = ny - 3; j < ny; ++j) {
    for (int i = nx - 5; i < nx; ++i) made.bed_elevation(i, j) = std::nan("");
  }
  model::EdgeSegment sea{.name = "sea",
                         .kind = model::EdgeKind::stage,
                         .faces = {},
                         .slope = 0,
                         .series = model::Series::constant(0.0)};
  for (int j = 0; j < ny; ++j) sea.faces.push_back({{0, j}, model::Side::west});
  made.edges.push_back(sea);
  made.sources.push_back({.name = "stream",
                          .cells = {{nx - 8, ny / 2}},
                          .weights = {1.0},
                          .series = model::Series::constant(0.0)});
  if (options.infiltration) {
    made.infiltration.conductivity = Field<float>(nx, ny, 2e-6F);
    made.infiltration.suction_head = Field<float>(nx, ny, 0.1F);
    made.infiltration.moisture_deficit = Field<float>(nx, ny, 0.2F);
    made.infiltration.water_table_depth = Field<float>(nx, ny, 0.8F);
    for (int j = 0; j < ny; ++j) {
      for (int i = 0; i < nx; ++i) {
        if (!std::isnan(made.bed_elevation(i, j))) continue;
        made.infiltration.water_table_depth(i, j) = std::nanf("");
      }
    }
  }
  if (options.aquifer) add_aquifer(made);
  return made;
}

void add_aquifer_inputs(Scenario& scenario, const MadeOptions& options) {
  AquiferInput& aquifer = scenario.groundwater.aquifer;
  aquifer.enabled = true;
  HeadBoundaryInput sea;
  sea.name = "sea";
  sea.stage.constant = 0.4;
  if (options.stations) {
    sea.stage.from = SeriesInput::From::station;
    sea.stage.station = "sea-gauge";
  }
  aquifer.boundaries = {sea};
  PumpingInput waterworks;
  waterworks.name = "waterworks";
  waterworks.rate.constant = -0.01;
  aquifer.pumping = {waterworks};
}

void add_inputs(Scenario& scenario, const MadeOptions& options) {
  EdgeInput sea;
  sea.name = "sea";
  sea.kind = model::EdgeKind::stage;
  sea.series.place = "edges.sea";
  sea.series.constant = 0.4;
  SourceInput stream;
  stream.name = "stream";
  stream.series.constant = 2.0;
  scenario.rain.from = RainInput::From::series;
  scenario.rain.series.constant = 2e-6;
  if (options.stations) {
    sea.series.from = SeriesInput::From::station;
    sea.series.station = "sea-gauge";
    scenario.rain.from = RainInput::From::stations;
    scenario.rain.stations = {"rain-east", "rain-west"};
    scenario.rain_forecast.from = RainInput::From::series;
    scenario.rain_forecast.series.constant = 3e-6;
  }
  scenario.edges.push_back(sea);
  scenario.sources.push_back(stream);
  if (options.infiltration) {
    scenario.infiltration.enabled = true;
    scenario.groundwater.water_table_depth.value = 0.8;
    if (options.stations) scenario.groundwater.wells = {"well-a", "well-b"};
    scenario.groundwater.variogram.correlation_length = 300.0;
    scenario.groundwater.analysis_interval = std::chrono::hours{6};
  }
  if (options.aquifer) add_aquifer_inputs(scenario, options);
}

}  // namespace

Time first_night() {
  return *parse_time("2026-01-10T00:00:00Z");
}

sensors::Station station(const std::string& id, Parameter parameter) {
  sensors::Station made;
  made.id = id;
  made.op = "test";
  made.name = id;
  made.parameter = parameter;
  made.unit = parameter == Parameter::discharge ? "m3/s"
              : parameter == Parameter::rain    ? "m/s"
                                                : "m";
  made.datum = "EPSG:5799";
  made.datum_offset_declared = true;
  return made;
}

MadeCase make_case(const MadeOptions& options) {
  MadeCase made;
  Scenario& scenario = made.scenario;
  scenario.name = "made";
  scenario.title = "A made valley by the sea";
  scenario.institution = "Vandvagt tests";
  scenario.configuration_digest = std::string(64, 'c');
  scenario.solver.threads = 1;
  scenario.output.interval = std::chrono::minutes{10};
  scenario.output.map_interval = std::chrono::minutes{30};
  scenario.time.start = first_night();
  scenario.time.duration = std::chrono::hours{2};
  scenario.time.spin_up = std::chrono::hours{2};
  scenario.time.horizon = std::chrono::hours{2};
  scenario.ensemble = {.members = options.members,
                       .seed = 7,
                       .rain_factor_sigma = 0.5,
                       .stage_offset_sigma = 0.1,
                       .discharge_factor_sigma = 0.2};
  add_inputs(scenario, options);

  made.built.model = make_model(options);
  made.built.geometry = {nx,         ny, 445000.0, 6238000.0, dx, *grids::crs_wkt("EPSG:25832"),
                         "EPSG:5799"};
  made.built.initial_depth = Field<double>(nx, ny, 0.0);
  made.built.water_table_error = Field<float>(nx, ny, 0.5F);
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      const double z = made.built.model.bed_elevation(i, j);
      made.built.initial_depth(i, j) = i < 4 ? -z : 0.0;
    }
  }
  const auto gauge = [&](const std::string& id, const std::string& at, int i, int j) {
    made.built.gauges.push_back({id, id, at, made.built.geometry.centre(i, j), {i, j}});
  };
  gauge("beach", "sea-gauge", 2, 12);
  gauge("town", "", 14, 12);

  made.stations = {station("sea-gauge", Parameter::stage),
                   station("sea-spare", Parameter::stage),
                   station("rain-east", Parameter::rain),
                   station("rain-west", Parameter::rain),
                   station("well-a", Parameter::groundwater_depth),
                   station("well-b", Parameter::groundwater_head)};
  made.stations[0].fallback = {"sea-spare"};
  const auto place = [&](std::size_t k, int i, int j) {
    const grids::Point p = made.built.geometry.centre(i, j);
    made.stations[k].x = p.x;
    made.stations[k].y = p.y;
  };
  place(2, 35, 6);
  place(3, 8, 18);
  place(4, 12, 8);
  place(5, 30, 15);
  return made;
}

MadeStore::MadeStore(const std::filesystem::path& folder) {
  auto store = sensors::Store::open(folder / "readings.sqlite");
  if (!store) throw std::runtime_error(store.error().message);
  store_ = std::make_unique<sensors::Store>(std::move(*store));
}

void MadeStore::queue(const sensors::Station& station, Time time, double value) {
  sensors::Reading reading;
  reading.station = station.id;
  reading.parameter = station.parameter;
  reading.time = time;
  reading.value = value;
  reading.quality.overall = sensors::Flag::pass;
  reading.received = time;
  queued_.push_back(reading);
}

void MadeStore::flush() {
  const auto stored = store_->add(queued_);
  ASSERT_TRUE(stored) << stored.error().message;
  queued_.clear();
}

void MadeStore::add(const sensors::Station& station, Time time, double value, sensors::Flag flag) {
  queue(station, time, value);
  queued_.back().quality.overall = flag;
  flush();
}

void MadeStore::add_pumped(const sensors::Station& station, Time time, double value) {
  queue(station, time, value);
  queued_.back().quality.overall = sensors::Flag::suspect;
  queued_.back().quality[sensors::QcTest::multi_variate] = sensors::Flag::suspect;
  flush();
}

void fill_weather(MadeStore& store, const MadeCase& made, Time from, Time to) {
  using std::chrono::minutes;
  const double day = 86400.0;
  store.fill(made.stations[0], from, to, minutes{10},
             [&](double t) { return 0.3 + 0.5 * std::sin(2 * std::numbers::pi * t / (day / 2)); });
  store.fill(made.stations[2], from, to, minutes{10},
             [&](double t) { return 2e-6 * (1.0 + std::sin(t / 3600.0)); });
  store.fill(made.stations[3], from, to, minutes{10},
             [&](double t) { return 1e-6 * (1.0 + std::cos(t / 5000.0)); });
  store.fill(made.stations[4], from, to, minutes{60}, [&](double t) { return 0.4 + 1e-6 * t; });
  const double ground = made.built.model.bed_elevation(30, 15);
  store.fill(made.stations[5], from, to, minutes{60},
             [&](double t) { return ground - 1.1 + 2e-6 * t; });
}

}  // namespace vandvagt::forecast::test
