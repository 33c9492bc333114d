#include "forecast/products.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>

#include "core/variables.hpp"
#include "forecast/detail/member_maps.hpp"
#include "forecast/detail/product_files.hpp"
#include "forecast/detail/writer_thread.hpp"
#include "grids/files.hpp"
#include "grids/netcdf.hpp"

namespace vandvagt::forecast {
namespace {

namespace fs = std::filesystem;

constexpr std::array<double, 3> shown_quantiles{0.1, 0.5, 0.9};
/// Maps that may wait for the writer: one being made while one is written, and one to even out.
constexpr std::size_t waiting_maps = 2;

fs::path beside(const fs::path& output, const char* suffix) {
  fs::path path = output;
  path += suffix;
  return path;
}

/// A run's folder, or nothing at all: anything else is not ours to replace.
Result<void> check_replaceable(const fs::path& output) {
  std::error_code error;
  if (!fs::exists(output, error)) return {};
  if (!fs::is_directory(output, error)) {
    return fail(ErrorCode::io, output.string() + ": is a file; name a folder for the run");
  }
  if (fs::is_empty(output, error) || fs::exists(output / "run.json", error)) return {};
  return fail(
      ErrorCode::refused,
      output.string() +
          ": exists and is no run's folder (it has no run.json); name another, or empty it");
}

grids::GridProduct describe_maps(const Scenario& scenario, const BuiltCase& built,
                                 const RunPlan& plan) {
  grids::GridProduct product;
  product.provenance = detail::provenance_of(scenario, plan.run);
  product.geometry = built.geometry;
  if (plan.forecast) product.reference_time = plan.reference_time;
  product.times = plan.map_times;
  const auto add = [&](const char* name, bool over_time) {
    grids::GridVariable made;
    made.variable = &variable(name);
    made.over_time = over_time;
    product.variables.push_back(std::move(made));
  };
  add("bed_elevation", false);
  add("depth", true);
  add("stage", true);
  add("speed", true);
  if (has_groundwater(scenario, built)) add("water_table_depth", true);
  if (plan.members > 1) {
    product.quantiles.assign(shown_quantiles.begin(), shown_quantiles.end());
    grids::GridVariable made;
    made.variable = &variable("depth");
    made.name = "depth_quantile";
    made.over_time = made.over_members = true;
    made.attributes["long_name"] =
        fmt::format("quantile of the water depth over {} members", plan.members);
    product.variables.push_back(std::move(made));
    for (grids::GridVariable& one : product.variables) {
      if (one.over_members || !one.over_time) continue;
      one.attributes["comment"] = std::string("member 0, the best guess");
    }
  }
  return product;
}

Field<float> to_single(FieldView<const double> values) {
  Field<float> made(values.nx(), values.ny());
  std::ranges::transform(values.values(), made.values().begin(),
                         [](double v) { return static_cast<float>(v); });
  return made;
}

}  // namespace

struct Products::Folder {
  Folder(const Scenario& s, const BuiltCase& b, RunPlan p, fs::path o)
      : scenario(s), built(b), plan(std::move(p)), output(std::move(o)) {
    partial = beside(output, ".partial");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    writer.reset();
    grid.reset();
    members.reset();
    std::error_code ignored;
    if (!published) fs::remove_all(partial, ignored);
  }

  Result<void> open();
  Result<void> take(const MapFrame& frame);
  Result<void> finish_grid();
  Result<void> text(const std::string& name, const std::string& content);
  std::map<std::string, double> timings(const RunOutcome& outcome,
                                        std::chrono::duration<double> products) const;

  const Scenario& scenario;
  const BuiltCase& built;
  RunPlan plan;
  fs::path output, partial;
  std::optional<grids::NetcdfGridWriter> grid;
  std::optional<detail::MemberMaps> members;
  std::vector<std::string> files;
  bool published = false;
  std::unique_ptr<detail::WriterThread> writer;  // alone uses `grid` and `members` until drained
};

Result<void> Products::Folder::open() {
  if (auto ok = check_replaceable(output); !ok) return ok;
  std::error_code error;
  fs::remove_all(partial, error);
  if (error) return fail(ErrorCode::io, partial.string() + ": " + error.message());
  if (auto made = grids::make_output_folder(partial); !made) return made;
  auto file = grids::NetcdfGridWriter::create(partial / "forecast.nc",
                                              describe_maps(scenario, built, plan));
  if (!file) return fail(file.error());
  grid.emplace(std::move(*file));
  const Field<float> bed = to_single(built.model.bed_elevation.view());
  if (auto done = grid->write("bed_elevation", 0, 0, bed.view()); !done) return done;
  if (plan.members > 1) {
    auto maps = detail::MemberMaps::create(partial / ".members", plan.members, bed.size());
    if (!maps) return fail(maps.error());
    members.emplace(std::move(*maps));
  }
  writer = std::make_unique<detail::WriterThread>(waiting_maps);
  return {};
}

Result<void> Products::Folder::take(const MapFrame& frame) {
  if (members) {
    if (auto kept = members->add(frame.member, frame.depth.values()); !kept) return kept;
  }
  if (frame.member != 0) return {};
  const auto& bed = built.model.bed_elevation;
  const auto depth = frame.depth.view();
  Field<float> stage(bed.nx(), bed.ny(), std::numeric_limits<float>::quiet_NaN());
  for (std::size_t c = 0; c < stage.size(); ++c) {
    const float h = depth.values()[c];
    if (static_cast<double>(h) <= scenario.solver.wet_depth || std::isnan(h)) continue;
    stage.values()[c] = static_cast<float>(bed.values()[c] + static_cast<double>(h));
  }
  const std::size_t k = frame.time_index;
  if (auto done = grid->write("depth", k, 0, depth); !done) return done;
  if (auto done = grid->write("stage", k, 0, std::as_const(stage).view()); !done) return done;
  if (!frame.water_table_depth.empty()) {
    if (auto done = grid->write("water_table_depth", k, 0, frame.water_table_depth.view()); !done)
      return done;
  }
  return grid->write("speed", k, 0, frame.speed.view());
}

Result<void> Products::Folder::finish_grid() {
  if (members) {
    if (auto ready = members->rewind(); !ready) return ready;
    const auto bed = built.model.bed_elevation.values();
    for (std::size_t k = 0; k < plan.map_times.size() && members->more(); ++k) {
      auto fields = members->next(shown_quantiles);
      if (!fields) return fail(fields.error());
      for (std::size_t q = 0; q < fields->size(); ++q) {
        std::vector<float>& values = (*fields)[q];
        for (std::size_t c = 0; c < values.size(); ++c) {
          if (std::isnan(bed[c])) values[c] = std::numeric_limits<float>::quiet_NaN();
        }
        const FieldView<const float> view(values, built.geometry.nx, built.geometry.ny);
        if (auto done = grid->write("depth_quantile", k, q, view); !done) return done;
      }
    }
    members.reset();
    std::error_code ignored;
    fs::remove_all(partial / ".members", ignored);
  }
  if (auto closed = grid->close(); !closed) return closed;
  grid.reset();
  files.push_back("forecast.nc");
  return {};
}

Result<void> Products::Folder::text(const std::string& name, const std::string& content) {
  if (auto done = grids::write_text_atomically(partial / name, content); !done) return done;
  files.push_back(name);
  return {};
}

std::map<std::string, double> Products::Folder::timings(
    const RunOutcome& outcome, std::chrono::duration<double> products) const {
  std::map<std::string, double> timings = outcome.timings;
  double computing = -timings["maps"];  // is contained in the phases
  for (const char* phase : {"hindcast", "forecast", "simulation"}) {
    const auto found = timings.find(phase);
    if (found != timings.end()) computing += found->second;
  }
  timings["computing"] = computing;
  timings["waiting for the writer"] = writer->waiting_seconds();
  timings["writing maps"] = writer->working_seconds();
  timings["products"] = products.count();
  return timings;
}

Result<Products> Products::begin(const Scenario& scenario, const BuiltCase& built,
                                 const RunPlan& plan, const fs::path& output) {
  fs::path folder = fs::absolute(output).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  auto made = std::make_unique<Folder>(scenario, built, plan, folder);
  if (auto opened = made->open(); !opened) return fail(opened.error());
  return Products(std::move(made));
}

MapSink Products::map_sink() {
  return [folder = folder_.get()](MapFrame frame) {
    return folder->writer->give([folder, frame = std::move(frame)] { return folder->take(frame); });
  };
}

Result<void> Products::write(const RunOutcome& outcome, const Presentation& presentation) {
  const auto began = std::chrono::steady_clock::now();
  Folder& f = *folder_;
  const detail::ProductInput input{f.scenario, f.built, outcome, presentation};
  if (auto done = f.writer->drain(); !done) return done;
  if (auto done = f.finish_grid(); !done) return done;
  if (auto done = detail::write_maps(f.partial, input, f.files); !done) return done;
  if (!outcome.gauges.empty() || !outcome.passages.empty()) {
    if (auto done = detail::write_gauge_series(f.partial / "gauges.nc", input); !done) return done;
    f.files.push_back("gauges.nc");
  }
  if (!outcome.wells.empty()) {
    if (auto done = detail::write_well_forecasts(f.partial / "wells.nc", input); !done) return done;
    f.files.push_back("wells.nc");
  }
  if (auto done = f.text("areas.geojson", detail::areas_geojson(input)); !done) return done;
  if (auto done = detail::write_warnings(f.partial, input, f.files); !done) return done;
  if (f.scenario.output.picture && outcome.maxima && outcome.usable()) {
    if (auto done = detail::write_overview(f.partial / "overview.png", input); !done) return done;
    f.files.push_back("overview.png");
  }
  f.files.push_back("run.json");
  std::ranges::sort(f.files);
  const auto timings = f.timings(outcome, std::chrono::steady_clock::now() - began);
  return grids::write_text_atomically(f.partial / "run.json",
                                      detail::run_json(input, f.files, timings));
}

Result<fs::path> Products::publish() {
  Folder& f = *folder_;
  std::error_code error;
  if (!fs::exists(f.output, error)) {
    fs::rename(f.partial, f.output, error);
    if (error) return fail(ErrorCode::io, f.output.string() + ": " + error.message());
    f.published = true;
    return f.output;
  }
  // The two change places at once: a reader sees the old run or the new one, never none.
  if (::renameat2(AT_FDCWD, f.partial.c_str(), AT_FDCWD, f.output.c_str(), RENAME_EXCHANGE) == 0) {
    f.published = true;
    fs::remove_all(f.partial, error);
    return f.output;
  }
  // A file system that cannot do that: put the old one aside first, and back if the new one fails.
  const fs::path old = beside(f.output, ".old");
  fs::remove_all(old, error);
  fs::rename(f.output, old, error);
  if (error) return fail(ErrorCode::io, f.output.string() + ": " + error.message());
  fs::rename(f.partial, f.output, error);
  if (error) {
    const std::string why = error.message();
    fs::rename(old, f.output, error);
    return fail(ErrorCode::io, f.output.string() + ": " + why);
  }
  f.published = true;
  fs::remove_all(old, error);
  return f.output;
}

std::vector<std::string> Products::files() const {
  std::vector<std::string> files = folder_->files;
  std::ranges::sort(files);
  return files;
}

Products::Products(std::unique_ptr<Folder> folder) : folder_(std::move(folder)) {}
Products::Products(Products&&) noexcept = default;
Products& Products::operator=(Products&&) noexcept = default;
Products::~Products() = default;

}  // namespace vandvagt::forecast
