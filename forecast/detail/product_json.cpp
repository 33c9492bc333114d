#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>

#include "forecast/detail/product_files.hpp"
#include "forecast/detail/well_json.hpp"
#include "grids/transform.hpp"

namespace vandvagt::forecast::detail {
namespace {

using nlohmann::ordered_json;

/// JSON text; what is not UTF-8 is replaced, never thrown over.
std::string text_of(const ordered_json& json) {
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

/// The greatest value of a series at or after `from`, and when.
struct Peak {
  double value = 0.0;
  Time time;
};
std::optional<Peak> peak_of(const std::vector<double>& values, const std::vector<Time>& times,
                            Time from) {
  std::optional<Peak> peak;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (times[k] < from || std::isnan(values[k])) continue;
    if (!peak || values[k] > peak->value) peak = Peak{values[k], times[k]};
  }
  return peak;
}

/// Peaks of all members in rising order.
std::vector<float> peaks_of(const std::vector<std::vector<double>>& members,
                            const RunOutcome& outcome) {
  std::vector<float> peaks;
  for (const auto& values : members) {
    if (const auto peak = peak_of(values, outcome.times, outcome.reference_time)) {
      peaks.push_back(static_cast<float>(peak->value));
    }
  }
  std::ranges::sort(peaks);
  return peaks;
}

void add_peak(ordered_json& json, const std::string& name,
              const std::vector<std::vector<double>>& members, const RunOutcome& outcome) {
  const auto peak = peak_of(members.at(0), outcome.times, outcome.reference_time);
  json["peak_" + name] = peak ? number(peak->value) : ordered_json(nullptr);
  json["time_of_peak_" + name] =
      peak && peak->value > 0.0 ? ordered_json(format_time(peak->time)) : ordered_json(nullptr);
  const auto peaks = peaks_of(members, outcome);
  if (outcome.members > 1 && !peaks.empty()) {
    json["peak_" + name + "_median"] = quantile(peaks, 0.5);
    json["peak_" + name + "_90_percent"] = quantile(peaks, 0.9);
  }
}

ordered_json area_peaks(const AreaOutcome& area, const RunOutcome& outcome) {
  ordered_json json;
  json["query"] = area.id;
  json["cells"] = area.cells;
  json["depth_threshold"] = area.depth_threshold;
  add_peak(json, "share", area.share, outcome);
  json["share_threshold"] = area.share_threshold;
  add_peak(json, "depth", area.depth, outcome);
  if (!area.shallow_share.empty()) {
    json["shallower_than"] = area.shallower_than;
    add_peak(json, "shallow_groundwater_share", area.shallow_share, outcome);
  }
  return json;
}

double signed_area(const std::vector<grids::Point>& ring) {
  double twice = 0.0;
  for (std::size_t k = 0; k < ring.size(); ++k) {
    const grids::Point& a = ring[k];
    const grids::Point& b = ring[(k + 1) % ring.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return twice / 2.0;
}

/// Closed, counter-clockwise (RFC 7946), seven decimals (about 1 cm).
ordered_json ring_json(std::vector<grids::Point> ring) {
  if (signed_area(ring) < 0.0) std::ranges::reverse(ring);
  ordered_json json = ordered_json::array();
  const auto put = [&json](grids::Point p) {
    json.push_back({std::round(p.x * 1e7) / 1e7, std::round(p.y * 1e7) / 1e7});
  };
  for (const grids::Point& p : ring) put(p);
  const bool closed =
      ring.size() > 1 && ring.front().x == ring.back().x && ring.front().y == ring.back().y;
  if (!closed && !ring.empty()) put(ring.front());
  return json;
}

ordered_json geometry_json(const MapArea& area) {
  ordered_json json;
  if (area.rings.size() == 1) {
    json["type"] = "Polygon";
    json["coordinates"] = ordered_json::array({ring_json(area.rings[0])});
    return json;
  }
  json["type"] = "MultiPolygon";
  json["coordinates"] = ordered_json::array();
  for (const auto& ring : area.rings) {
    json["coordinates"].push_back(ordered_json::array({ring_json(ring)}));
  }
  return json;
}

ordered_json feature_json(const MapArea& area, const RunOutcome& outcome) {
  ordered_json properties;
  properties["id"] = area.id;
  properties["name"] = area.name;
  properties["level"] = area.level;
  for (const std::string& query : area.queries) {
    const auto found = std::ranges::find(outcome.areas, query, &AreaOutcome::id);
    if (found == outcome.areas.end()) continue;
    const ordered_json peaks = area_peaks(*found, outcome);
    // The first query's peaks stand flat, where a GIS finds them; all of them stand in a list.
    if (!properties.contains("peaks")) {
      for (const auto& [key, value] : peaks.items()) properties[key] = value;
    }
    properties["peaks"].push_back(peaks);
  }
  for (const auto& [key, value] : area.properties) properties[key] = value;
  ordered_json feature;
  feature["type"] = "Feature";
  feature["id"] = area.id;
  feature["geometry"] = geometry_json(area);
  feature["properties"] = std::move(properties);
  return feature;
}

ordered_json state_json(const StateUse& state) {
  ordered_json json;
  json["used"] = state.used;
  json["coldness"] = state.coldness();
  json["cold"] = state.cold;
  json["file"] = state.file.string();
  json["age_seconds"] = state.cold ? ordered_json(nullptr) : ordered_json(to_seconds(state.age));
  json["seconds_since_cold_start"] = to_seconds(state.spun_up);
  json["refused"] = ordered_json::array();
  for (const RefusedState& refused : state.refused) {
    json["refused"].push_back({{"file", refused.file.string()}, {"why", refused.why}});
  }
  json["saved"] = state.saved ? ordered_json(format_time(*state.saved)) : ordered_json(nullptr);
  json["saved_file"] = state.saved_file.string();
  return json;
}

ordered_json ground_volume_json(const VolumeBalance& volume) {
  const model::GroundLedger& ground = volume.ground;
  ordered_json json;
  json["in"] = number(ground.in());
  json["out"] = number(ground.out());
  json["initial"] = number(ground.initial);
  json["stored"] = number(ground.stored());
  json["stored_soil"] = number(ground.soil);
  json["stored_aquifer"] = number(ground.aquifer);
  json["emerging"] = number(ground.emerging);
  json["infiltration"] = number(ground.infiltration);
  json["recharge"] = number(ground.recharge);
  json["seepage"] = number(ground.seepage);
  json["drained"] = number(ground.drained);
  json["boundary_in"] = number(ground.boundary_in);
  json["boundary_out"] = number(ground.boundary_out);
  json["well_in"] = number(ground.well_in);
  json["well_out"] = number(ground.well_out);
  json["evaporation"] = number(ground.evaporation);
  json["analysis"] = number(ground.analysis);
  json["error"] = number(ground.error());
  json["worst_relative_error_with_surface"] = number(volume.worst_whole_relative_error);
  json["unit"] = "m3";
  return json;
}

ordered_json volume_json(const VolumeBalance& volume) {
  ordered_json json;
  json["in"] = number(volume.in());
  json["out"] = number(volume.out());
  json["stored"] = number(volume.stored);
  json["relative_error"] = number(volume.relative_error);
  json["initial"] = number(volume.initial);
  json["rain"] = number(volume.rain);
  json["edge_in"] = number(volume.edge_in);
  json["edge_out"] = number(volume.edge_out);
  json["source_in"] = number(volume.source_in);
  json["source_out"] = number(volume.source_out);
  json["infiltration"] = number(volume.infiltration);
  json["ground_in"] = number(volume.ground_in);
  json["evaporation"] = number(volume.evaporation);
  json["worst_relative_error"] = number(volume.worst_relative_error);
  json["unit"] = "m3";
  if (volume.has_ground()) json["ground"] = ground_volume_json(volume);
  return json;
}

ordered_json forcing_json(const std::vector<ForcingReport>& reports) {
  ordered_json list = ordered_json::array();
  for (const ForcingReport& report : reports) {
    ordered_json json;
    json["what"] = report.what;
    json["driven_by"] = report.driven_by;
    json["stations_used"] = report.stations_used;
    json["newest"] =
        report.newest ? ordered_json(format_time(*report.newest)) : ordered_json(nullptr);
    json["age_seconds"] =
        report.age ? ordered_json(to_seconds(*report.age)) : ordered_json(nullptr);
    json["after"] = report.after;
    json["degraded"] = report.degraded;
    list.push_back(std::move(json));
  }
  return list;
}

ordered_json variogram_json(const VariogramUsed& used) {
  constexpr std::array models{"exponential", "spherical", "gaussian"};
  const Variogram& variogram = used.variogram;
  ordered_json json;
  json["model"] = models.at(static_cast<std::size_t>(variogram.model));
  json["fitted"] = used.fitted;
  if (!used.why_not.empty()) json["why_not_fitted"] = used.why_not;
  json["correlation_length"] = number(variogram.correlation_length);
  json["sill_factor"] = number(variogram.sill_factor);
  json["nugget"] = number(variogram.nugget);
  json["anisotropy"] = number(variogram.anisotropy);
  json["direction_degrees"] = number(variogram.direction * 180.0 / std::numbers::pi);
  if (used.fitted) {
    json["deviance_gained"] = number(used.gain);
    json["outliers_left_out_of_fit"] = used.outliers;
  }
  return json;
}

ordered_json drift_json(const DriftUsed& used) {
  constexpr std::array names{"none", "constant", "terrain"};
  ordered_json json;
  json["kind"] = names.at(static_cast<std::size_t>(used.drift));
  if (!used.why_not.empty()) json["why_not"] = used.why_not;
  if (used.drift == WaterTableDrift::none) return json;
  json["bias"] = number(used.bias);
  json["bias_standard_error"] = number(used.bias_standard_error);
  if (used.drift == WaterTableDrift::constant) return json;
  json["slope"] = number(used.slope);
  json["slope_standard_error"] = number(used.slope_standard_error);
  json["ground_mean"] = number(used.ground_mean);
  return json;
}

ordered_json groundwater_json(const WaterTable& table) {
  ordered_json json;
  json["time"] = format_time(table.time);
  json["wells_used"] = table.wells_used;
  json["leave_one_out_rmse"] = number(table.leave_one_out_rmse);
  json["share_within_one_standard_error"] = number(table.share_within_one);
  json["share_within_two_standard_errors"] = number(table.share_within_two);
  json["mean_squared_ratio"] = number(table.mean_squared_ratio);
  json["neighbours"] = table.neighbours;
  json["variogram"] = variogram_json(table.variogram);
  json["drift"] = drift_json(table.drift);
  json["wells"] = ordered_json::array();
  for (const WellResult& well : table.wells) {
    ordered_json one;
    one["station"] = well.station;
    one["used"] = well.used;
    if (!well.used) one["why_not"] = well.why_not;
    if (well.time) one["time"] = format_time(*well.time);
    if (well.used) {
      one["observed"] = number(well.observed);
      one["observed_standard_error"] = number(well.observed_standard_error);
      one["prior"] = number(well.prior);
      one["analysed"] = number(well.analysed);
      one["leave_one_out"] = number(well.leave_one_out);
      one["leave_one_out_error"] = number(well.leave_one_out_error);
      one["leave_one_out_standard_error"] = number(well.leave_one_out_standard_error);
    }
    json["wells"].push_back(std::move(one));
  }
  return json;
}

ordered_json grid_json(const grids::Geometry& geometry) {
  ordered_json json;
  json["nx"] = geometry.nx;
  json["ny"] = geometry.ny;
  json["cell_size"] = geometry.dx;
  json["x_min"] = geometry.x0;
  json["y_min"] = geometry.y0;
  json["crs"] = geometry.local() ? "local" : grids::crs_name(geometry.crs);
  json["vertical_datum"] = geometry.vertical_datum;
  return json;
}

ordered_json gauge_json(const GaugeOutcome& gauge, const RunOutcome& outcome) {
  ordered_json json;
  json["id"] = gauge.gauge.id;
  json["name"] = gauge.gauge.name;
  json["station"] = gauge.gauge.station;
  json["bed_elevation"] = gauge.bed_elevation;
  std::vector<std::vector<double>> stages;
  std::vector<std::vector<double>> depths;
  for (const PlaceSeries& member : gauge.members) {
    stages.push_back(member.stage);
    depths.push_back(member.depth);
  }
  add_peak(json, "stage", stages, outcome);
  add_peak(json, "depth", depths, outcome);
  return json;
}

void add_head(ordered_json& json, const ProductInput& input) {
  const RunOutcome& outcome = input.outcome;
  json["run"] = outcome.run;
  json["kind"] = outcome.forecast ? "forecast" : "simulation";
  json["status"] = outcome.usable() ? "ok" : "failed";
  if (!outcome.usable()) json["why_failed"] = outcome.why_failed;
  json["software"] = "vandvagt";
  json["version"] = program_version();
  json["title"] = input.scenario.title;
  json["configuration_digest"] = input.scenario.configuration_digest;
  json["start"] = format_time(outcome.start);
  json["reference_time"] = format_time(outcome.reference_time);
  json["end"] = format_time(outcome.end);
  json["members"] = outcome.members;
  json["state"] = state_json(outcome.state);
  json["volume"] = volume_json(outcome.volume);
  json["wall_seconds"] = number(outcome.wall_seconds);
  json["simulated_seconds"] = number(outcome.simulated_seconds);
  json["steps"] = outcome.counters.steps;
  json["cell_updates"] = outcome.counters.cell_updates;
  json["smallest_dt"] = number(outcome.counters.smallest_dt);
  json["threads"] = outcome.threads;
  json["precision"] = outcome.precision;
}

}  // namespace

std::string areas_geojson(const ProductInput& input) {
  ordered_json json;
  json["type"] = "FeatureCollection";
  json["features"] = ordered_json::array();
  for (const MapArea& area : input.presentation.areas) {
    json["features"].push_back(feature_json(area, input.outcome));
  }
  return text_of(json);
}

std::string run_json(const ProductInput& input, const std::vector<std::string>& files,
                     const std::map<std::string, double>& timings) {
  const RunOutcome& outcome = input.outcome;
  ordered_json json;
  add_head(json, input);
  json["grid"] = grid_json(input.built.geometry);
  json["inputs"] = ordered_json::array();
  for (const InputFile& file : outcome.inputs) {
    json["inputs"].push_back({{"path", file.path}, {"digest", file.digest}});
  }
  json["inputs_digest"] = digest_of_inputs(outcome.inputs);
  json["warnings"] = ordered_json::array();
  for (const IssuedWarning& warning : input.presentation.warnings) {
    ordered_json one = ordered_json::object();
    one["file"] = "warnings/" + warning.file_name;
    for (const auto& [key, value] : warning.properties) one[key] = value;
    json["warnings"].push_back(std::move(one));
  }
  json["notices"] = outcome.notices;
  json["forcing"] = forcing_json(outcome.forcing);
  if (outcome.water_table) json["groundwater"] = groundwater_json(*outcome.water_table);
  if (!outcome.wells.empty()) json["wells"] = ordered_json::array();
  for (const WellForecastOutcome& well : outcome.wells) json["wells"].push_back(well_json(well));
  json["gauges"] = ordered_json::array();
  for (const GaugeOutcome& gauge : outcome.gauges) {
    json["gauges"].push_back(gauge_json(gauge, outcome));
  }
  json["areas"] = ordered_json::array();
  for (const AreaOutcome& area : outcome.areas) {
    json["areas"].push_back(area_peaks(area, outcome));
  }
  json["timings"] = timings;
  json["files"] = files;
  return text_of(json);
}

}  // namespace vandvagt::forecast::detail
