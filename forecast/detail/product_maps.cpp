#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "forecast/detail/product_files.hpp"
#include "grids/cog.hpp"
#include "grids/files.hpp"

namespace vandvagt::forecast::detail {
namespace {

struct MapFile {
  std::string name;
  std::string description;
  std::string units;
  FieldView<const float> values;
  grids::Resampling overviews = grids::Resampling::average;
};

std::map<std::string, std::string> tags(const ProductInput& input) {
  const RunOutcome& outcome = input.outcome;
  return {{"run", outcome.run},
          {"reference_time", format_time(outcome.reference_time)},
          {"period", format_time(outcome.reference_time) + "/" + format_time(outcome.end)},
          {"wet_depth_m", fmt::format("{:g}", input.scenario.solver.wet_depth)},
          {"state_used", outcome.state.used},
          {"vertical_datum", input.built.geometry.vertical_datum},
          {"title", input.scenario.title},
          {"source", input.scenario.source},
          {"licence", input.scenario.licence},
          {"software", "vandvagt " + program_version()}};
}

std::vector<MapFile> maps_of(const RunOutcome& outcome) {
  std::vector<MapFile> maps;
  if (outcome.maxima && outcome.usable()) {
    const model::Maxima& m = *outcome.maxima;
    maps.push_back({"max_depth.tif", "greatest water depth", "m", m.max_depth.view()});
    maps.push_back({"arrival_time.tif",
                    "first time deeper than wet_depth_m after the reference time", "s",
                    m.arrival_time.view(), grids::Resampling::nearest});
    maps.push_back({"max_speed.tif", "greatest speed where deeper than wet_depth_m", "m s-1",
                    m.max_speed.view()});
    maps.push_back(
        {"max_hazard.tif", "greatest hazard h (|u| + 0.5 m/s)", "m2 s-1", m.max_hazard.view()});
    maps.push_back({"duration.tif", "time deeper than wet_depth_m", "s", m.duration.view(),
                    grids::Resampling::nearest});
  }
  for (const ProbabilityMap& map : outcome.probabilities) {
    maps.push_back({fmt::format("probability_{:g}.tif", map.depth),
                    fmt::format("share of {} members whose greatest depth exceeds {:g} m",
                                outcome.members, map.depth),
                    "1", map.share.view()});
  }
  if (outcome.water_table) {
    maps.push_back(
        {"water_table_depth.tif",
         "depth of the water table below ground at " + format_time(outcome.water_table->time), "m",
         outcome.water_table->depth.view()});
    maps.push_back({"groundwater_standard_error.tif", "standard error of the water table's depth",
                    "m", outcome.water_table->standard_error.view()});
  }
  return maps;
}

/// `2016-06-01 00:00 to 2016-06-04 00:00 UTC`; a laboratory case, which starts in 1970, lasts.
std::string period_text(const RunOutcome& outcome) {
  if (outcome.reference_time < Time{} + std::chrono::years{1}) {
    return "first " + format_duration(outcome.end - outcome.reference_time);
  }
  const auto text = [](Time t) {
    const std::string stamp = format_time(t);
    return stamp.substr(0, 10) + " " + stamp.substr(11, 5);
  };
  return text(outcome.reference_time) + " to " + text(outcome.end) + " UTC";
}

}  // namespace

Result<void> write_maps(const std::filesystem::path& folder, const ProductInput& input,
                        std::vector<std::string>& files) {
  for (const MapFile& map : maps_of(input.outcome)) {
    grids::CogOptions options;
    options.description = map.description;
    options.units = map.units;
    options.metadata = tags(input);
    options.overviews = map.overviews;
    if (auto done = grids::write_cog(folder / map.name, input.built.geometry, map.values, options);
        !done) {
      return done;
    }
    files.push_back(map.name);
  }
  return {};
}

Result<void> write_warnings(const std::filesystem::path& folder, const ProductInput& input,
                            std::vector<std::string>& files) {
  if (input.presentation.warnings.empty()) return {};
  if (auto made = grids::make_output_folder(folder / "warnings"); !made) return made;
  for (const IssuedWarning& warning : input.presentation.warnings) {
    const std::filesystem::path name = std::filesystem::path(warning.file_name).filename();
    if (name.empty()) continue;
    if (auto done = grids::write_text_atomically(folder / "warnings" / name, warning.xml); !done) {
      return done;
    }
    files.push_back("warnings/" + name.string());
  }
  return {};
}

Result<void> write_overview(const std::filesystem::path& file, const ProductInput& input) {
  const RunOutcome& outcome = input.outcome;
  Picture picture;
  picture.title =
      input.presentation.title.empty() ? input.scenario.title : input.presentation.title;
  if (picture.title.empty()) picture.title = input.scenario.name;
  picture.subtitle = "Greatest water depth, " + period_text(outcome);
  if (outcome.members > 1) {
    picture.subtitle += fmt::format(", best guess of {} members", outcome.members);
  }
  picture.credit =
      fmt::format("Run {}, vandvagt {}. {}{}", outcome.run, program_version(),
                  input.scenario.source.empty() ? "" : "Source: " + input.scenario.source,
                  input.scenario.licence.empty() ? "" : " (" + input.scenario.licence + ")");
  picture.geometry = input.built.geometry;
  picture.bed_elevation = input.built.model.bed_elevation.view();
  picture.depth = std::as_const(outcome.maxima->max_depth).view();
  picture.areas = input.presentation.areas;
  for (const GaugeOutcome& gauge : outcome.gauges) {
    if (gauge.well) continue;
    MapGauge shown{
        gauge.gauge.name.empty() ? gauge.gauge.id : gauge.gauge.name, gauge.gauge.position, {}};
    for (std::size_t k = 0; k < outcome.times.size(); ++k) {
      const double stage = gauge.members[0].stage[k];
      if (outcome.times[k] < outcome.reference_time || std::isnan(stage)) continue;
      shown.peak_stage = std::max(shown.peak_stage.value_or(stage), stage);
    }
    picture.gauges.push_back(std::move(shown));
  }
  return draw_picture(file, picture);
}

}  // namespace vandvagt::forecast::detail
