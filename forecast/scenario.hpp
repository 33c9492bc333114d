#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/time.hpp"
#include "forecast/variogram.hpp"
#include "forecast/well_input.hpp"
#include "grids/geometry.hpp"
#include "model/case.hpp"
#include "model/options.hpp"

/// What a run is made of, as plain data. `config/` fills it from one TOML file; the folder
/// `forecast/` turns it into a model case, forcing and products. Paths are already resolved against
/// the data folder; numbers are SI; every optional that is empty means "not set".
namespace vandvagt::forecast {

/// A shape given in the configuration: a file of features, or vertices written inline.
struct Shape {
  std::filesystem::path file;                      // GeoJSON, GeoPackage, CSV of x,y, folder of CSV
  std::vector<std::vector<grids::Point>> inline_;  // rings or lines in the grid's own system
  std::string place;                               // key in the configuration, for messages
};

struct TerrainInput {
  std::vector<std::filesystem::path> rasters;  // the first that has a value wins
  std::string crs;             // overrides or supplies the rasters' own; "local" for plain metres
  std::string vertical_datum;  // "EPSG:5799"; empty where not declared
  std::optional<double> cell_size;              // [m]; else the first raster's own
  std::optional<std::array<double, 4>> extent;  // xmin, ymin, xmax, ymax
  std::optional<double> flat;  // no raster: bed everywhere [m above datum]; needs cell_size, extent
  std::string place;           // key in the configuration, for messages
};

/// A change of the ground before the run, in the order given.
struct TerrainChange {
  enum class Kind {
    raise_by,  // add `value` inside polygons or along lines (buildings, walls)
    raise_to,  // not lower than `value` (levees)
    lower_to,  // not higher than `value` (culverts through embankments)
    set_to,
  };
  Kind kind = Kind::raise_by;
  bool along_lines = false;  // shape holds lines, else polygons
  Shape shape;
  double value = 0.0;  // [m] or [m above datum]
  /// Lines: linear from `value` at the first vertex to this at the last. Polygons: linear from
  /// `value` at the ramp's first point to this at its second, held beyond both.
  std::optional<double> end_value;
  std::optional<std::pair<grids::Point, grids::Point>> ramp;  // polygons with an end_value
  std::string place;
};

/// A field given as one number, a raster over it, polygons over that; the last that applies wins.
struct FieldInput {
  std::optional<double> value;
  std::filesystem::path raster;
  double raster_scale = 1.0, raster_offset = 0.0;  // value = scale × raster + offset
  std::string raster_crs;                          // where the raster has none
  std::vector<std::pair<Shape, double>> polygons;
  std::string place;  // key in the configuration, for messages
  bool set() const { return value || !raster.empty() || !polygons.empty(); }
};

struct InitialInput {
  FieldInput depth;  // h [m]
  FieldInput stage;  // eta [m above datum]; h = max(0, eta - z); used where depth is not set
};

/// Values against time, from one of four places.
struct SeriesInput {
  enum class From { constant, points, file, station };
  From from = From::constant;
  double constant = 0.0;
  std::vector<std::pair<double, double>> points;  // s after the start, value
  std::filesystem::path file;                // CSV: time (s after the start, or RFC 3339), value
  std::string file_unit;                     // of the value column
  std::string station;                       // readings from the store, with its fallback stations
  std::filesystem::path forecast_file;       // station only: values after the reference time (CSV)
  Duration max_age = std::chrono::hours{3};  // station: an older newest reading is no reading
  std::string place;                         // key in the configuration, for messages
};

/// A stretch of the computed area's border.
struct EdgeInput {
  std::string name;
  model::EdgeKind kind = model::EdgeKind::wall;
  std::optional<model::Side> side;                 // of the raster's rectangle
  std::optional<std::pair<double, double>> along;  // [x or y range] on that side
  Shape polygon;                                   // border faces whose middle lies inside
  std::optional<double> below;                     // only cells whose bed is lower [m above datum]
  double slope = 0.0;
  SeriesInput series;
  std::string place;
};

struct SourceInput {
  std::string name;
  std::optional<grids::Point> point;
  double radius = 0.0;  // [m]; 0: the one cell
  Shape polygon;
  SeriesInput series;  // [m³/s]; negative takes water away
  std::string place;
};

/// A structure between two places; what its series say fills model::Gate and model::Pump.
struct StructureInput {
  std::string name;
  std::optional<grids::Point> from, to;
  double radius = 0.0;  // [m]; 0: the one cell at each end
  bool one_way = false;
  std::variant<model::Weir, model::Culvert, model::Gate, model::Pump> kind;
  SeriesInput series;  // gate: opening [m]; pump: capacity [m³/s]
  std::string place;
};

struct BreachInput {
  std::string name;
  std::optional<grids::Point> point;  // on the levee
  SeriesInput width;                  // [m]
  SeriesInput invert;                 // [m above datum]
  std::string place;
};

struct LeveeInput {
  std::string name;
  Shape line;
  std::vector<double> crests;  // [m above datum] one everywhere, or one for each vertex
  double coefficient = model::broad_crest;  // [m^½/s]
  std::vector<BreachInput> breaches;
  std::string place;
};

struct RainInput {
  enum class From { none, series, rasters, stations };
  From from = From::none;
  SeriesInput series;                               // [m/s], the same everywhere
  std::vector<std::filesystem::path> raster_files;  // one NetCDF or GRIB, or time-stamped rasters
  std::filesystem::path raster_folder;
  std::string file_time_pattern;  // "NSL_%Y%m%d%H%M.ASC"
  bool accumulation = false;      // else a rate; must be declared
  bool since_start = false;       // accumulation: a running total since the first interval's start
  bool kind_declared = false;
  std::string unit;          // "mm", "mm/h"; empty: from the file's metadata
  Duration interval{0};      // of accumulations and of file stamps
  bool stamp_at_end = true;  // the stamp names the end of its interval
  bool stamp_declared = false;
  std::string variable;  // NetCDF, GRIB: the variable; empty: the only one
  double extend = 0.0;   // [m] the border's values are carried outwards this far
  std::string crs;
  std::vector<std::string> stations;  // interpolated by inverse distance squared
  std::string place;
};

/// Soil where a raster of classes has a code; what it does not say the fields say.
struct SoilClassInput {
  int code = 0;
  std::map<std::string, double> values;  // by the names of InfiltrationInput's fields, SI
  std::string place;
};

/// The fields that the law asks for; see model::Infiltration.
struct InfiltrationInput {
  bool enabled = false;
  model::InfiltrationLaw law = model::InfiltrationLaw::green_ampt;
  FieldInput conductivity;      // [m/s]
  FieldInput suction_head;      // [m]
  FieldInput moisture_deficit;  // [1]
  FieldInput pore_size_index;   // [1]; not set: model::common_pore_size_index
  FieldInput curve_number;      // (0, 100]
  double initial_abstraction_ratio = 0.2;
  FieldInput initial_loss;  // [m]
  FieldInput loss_rate;     // [m/s]
  std::filesystem::path soil_raster;
  std::string soil_raster_crs;
  std::vector<SoilClassInput> classes;
  std::string place;
};

/// What the air takes where water is at hand.
struct EvapotranspirationInput {
  bool enabled = false;
  SeriesInput rate;               // potential [m/s], the same everywhere; no station
  double extinction_depth = 1.0;  // [m below ground]
  Duration step = std::chrono::hours{1};
  std::string place;
};

/// Water that an aquifer meets through a bed.
struct HeadBoundaryInput {
  std::string name;
  Shape shape;
  bool along_lines = false;      // shape holds lines, else polygons
  SeriesInput stage;             // [m above datum]
  double conductance = 0.0;      // [m²/s] of each cell
  std::optional<double> bottom;  // [m above datum] of the bed
  std::string place;
};

struct PumpingInput {
  std::string name;
  std::optional<grids::Point> point;
  SeriesInput rate;  // [m³/s]; negative takes water out
  std::string place;
};

/// Flow of the groundwater; the water table before the run is its first head.
struct AquiferInput {
  bool enabled = false;
  FieldInput conductivity;       // [m/s]
  FieldInput base;               // [m above datum]; this or the thickness
  FieldInput thickness;          // [m] from the ground down
  FieldInput specific_yield;     // [1]; not set: the moisture deficit
  FieldInput drain_depth;        // [m below ground]; NaN, or not set: none
  FieldInput drain_conductance;  // [1/s]
  std::vector<HeadBoundaryInput> boundaries;
  std::vector<PumpingInput> pumping;
  Duration step = std::chrono::hours{1};
  Duration spin_up{0};            // of the aquifer alone before a cold start
  double spin_up_recharge = 0.0;  // [m/s] meanwhile
  std::string place;
};

/// A place whose hydrograph is written.
struct GaugeInput {
  std::string id, name;
  grids::Point position;
  std::string crs;      // of the position; empty: the grid's own
  std::string station;  // readings to draw beside it; may be empty
  std::string place;
};

/// Mean of the water table's departures from its prior.
enum class WaterTableDrift {
  none,      // zero: the prior is right on the average
  constant,  // an unknown bias everywhere
  terrain,   // a bias and a slope with the ground's elevation
};

/// The water table before the run and how readings correct it.
struct GroundwaterInput {
  FieldInput water_table_depth;  // prior [m below ground]
  FieldInput prior_error;        // standard error of the prior [m]; 0.5 where not set
  double reading_error = 0.05;   // standard error of a reading [m]
  double error_growth = 0.04;    // [m] in a day: reading_error² + error_growth² × age in days
  Variogram variogram;           // of the departures from the prior
  bool fit_variogram = false;    // to the run's own wells, from the above as first guess
  WaterTableDrift drift = WaterTableDrift::none;
  int neighbours = 96;                  // wells that correct a place; with more: neighbourhoods
  std::vector<std::string> wells;       // stations with groundwater_head or groundwater_depth
  std::vector<GaugeInput> well_places;  // where they stand: must be on computed cells
  Duration window = std::chrono::hours{72};  // readings older than this are left out
  Duration pump_recovery{0};  // readings within this after a pump ran are left out too
  Duration analysis_interval = std::chrono::hours{24};  // corrected at its multiples in a hindcast
  AquiferInput aquifer;
};

struct EnsembleInput {
  int members = 1;
  std::uint64_t seed = 1;
  double rain_factor_sigma = 0.0;       // lognormal factor on forecast rain, mean 1
  double stage_offset_sigma = 0.0;      // [m] normal, on forecast stage edges
  double discharge_factor_sigma = 0.0;  // lognormal factor on forecast discharge edges, mean 1
};

struct OutputInput {
  Duration interval = std::chrono::minutes{15};      // hydrographs
  Duration map_interval = std::chrono::hours{1};     // fields in forecast.nc
  std::vector<double> probability_depths{0.1, 0.5};  // [m]
  bool picture = true;
};

/// When. `simulate` runs from start for `duration`; `forecast` from a state or cold start to the
/// reference time and on to the horizon.
struct TimeInput {
  Time start{};
  Duration duration{0};                // simulate
  std::optional<Time> reference_time;  // forecast, unless --at says otherwise
  Duration spin_up{0};                 // cold start: this long before the reference time
  Duration horizon{0};                 // forecast
  std::filesystem::path state_folder;  // where states are kept; empty: <output>/../states
  Duration state_max_age = std::chrono::hours{48};  // an older state is not used
};

struct Scenario {
  std::string name, title, institution, source, licence;
  TerrainInput terrain;
  std::vector<TerrainChange> changes;
  FieldInput manning;
  InitialInput initial;
  std::vector<EdgeInput> edges;
  std::vector<SourceInput> sources;
  std::vector<StructureInput> structures;
  std::vector<LeveeInput> levees;
  RainInput rain;           // observed; also the forecast where none is given
  RainInput rain_forecast;  // after the reference time
  InfiltrationInput infiltration;
  EvapotranspirationInput evapotranspiration;
  GroundwaterInput groundwater;
  std::vector<WellForecastInput> well_forecasts;
  std::vector<GaugeInput> gauges;
  EnsembleInput ensemble;
  OutputInput output;
  TimeInput time;
  model::Options solver;
  std::string configuration_digest;  // SHA-256 of the configuration as read
};

}  // namespace vandvagt::forecast
