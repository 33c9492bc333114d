#include <algorithm>
#include <cmath>

#include "forecast/built_case.hpp"
#include "forecast/detail/case_parts.hpp"
#include "grids/files.hpp"

namespace vandvagt::forecast {

namespace fs = std::filesystem;

void CaseDraft::note_input(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    std::vector<fs::path> members;
    for (const auto& entry : fs::directory_iterator(path, error))
      if (entry.path().extension() == ".csv") members.push_back(entry.path());
    std::sort(members.begin(), members.end());
    for (const auto& member : members) note_input(member);
    return;
  }
  const auto known = std::any_of(built.inputs.begin(), built.inputs.end(),
                                 [&](const auto& input) { return input.path == path.string(); });
  if (known) return;
  // A file that cannot be read has a fault of its own from who reads its content.
  if (const auto digest = grids::file_digest(path))
    built.inputs.push_back({path.string(), *digest});
}

bool CaseDraft::active(int i, int j) const {
  const auto& bed = built.model.bed_elevation;
  return i >= 0 && j >= 0 && i < bed.nx() && j < bed.ny() && !std::isnan(bed(i, j));
}

std::vector<grids::Polygon> polygons_of(CaseDraft& draft, const Shape& shape) {
  std::vector<grids::Polygon> polygons;
  const auto add = [&](Result<std::vector<grids::Polygon>> made) {
    if (!made) return draft.fault(shape.place, made.error().message, "");
    for (auto& polygon : *made) polygons.push_back(std::move(polygon));
  };
  if (!shape.file.empty()) {
    draft.note_input(shape.file);
    add(grids::read_polygons(shape.file, draft.built.geometry.crs));
  }
  for (const auto& ring : shape.inline_) {
    const auto made = grids::make_polygon(ring, "polygon");
    if (made) {
      polygons.push_back(*made);
    } else {
      draft.fault(shape.place, made.error().message, "");
    }
  }
  return polygons;
}

std::vector<grids::Line> lines_of(CaseDraft& draft, const Shape& shape) {
  std::vector<grids::Line> lines;
  if (!shape.file.empty()) {
    draft.note_input(shape.file);
    auto read = grids::read_lines(shape.file, draft.built.geometry.crs);
    if (read) {
      lines = std::move(*read);
    } else {
      draft.fault(shape.place, read.error().message, "");
    }
  }
  for (const auto& points : shape.inline_) {
    const auto made = grids::make_line(points, "line");
    if (made) {
      lines.push_back(*made);
    } else {
      draft.fault(shape.place, made.error().message, "");
    }
  }
  return lines;
}

bool has_groundwater(const Scenario& scenario, const BuiltCase& built) {
  return scenario.groundwater.water_table_depth.set() &&
         !built.model.infiltration.water_table_depth.empty();
}

std::optional<BuiltCase> build_case(const Scenario& scenario, Faults& faults) {
  const auto before = faults.size();
  CaseDraft draft{.scenario = scenario, .faults = faults};
  if (!build_terrain(draft)) return std::nullopt;
  build_manning(draft);
  build_initial_depth(draft);
  build_infiltration(draft);
  build_aquifer(draft);
  build_evapotranspiration(draft);
  build_edges(draft);
  build_sources(draft);
  build_structures(draft);
  build_levees(draft);
  build_gauges(draft);
  build_wells(draft);
  build_forcing(draft);
  if (faults.size() != before) return std::nullopt;
  return std::move(draft.built);
}

}  // namespace vandvagt::forecast
