#include "forecast/detail/sampling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "grids/transform.hpp"
#include "grids/vector.hpp"

namespace vandvagt::forecast::detail {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Result<AreaCells> cells_of(const AreaQuery& query, const BuiltCase& built) {
  if (!(query.share >= 0.0 && query.share <= 1.0) || !(query.depth >= 0.0) ||
      !(query.shallower_than >= 0.0)) {
    return fail(ErrorCode::invalid_input,
                "area \"" + query.id + "\": the share must lie in 0..1 and depths not below 0");
  }
  grids::Polygon polygon;
  for (const auto& ring : query.rings) {
    auto points = grids::transform(ring, grids::lon_lat_crs, built.geometry.crs);
    if (!points) {
      return fail(points.error().code, "area \"" + query.id + "\": " + points.error().message);
    }
    const bool closed = points->size() > 1 && points->front().x == points->back().x &&
                        points->front().y == points->back().y;
    if (closed) points->pop_back();
    polygon.rings.push_back(std::move(*points));
  }
  AreaCells area;
  const auto& bed = built.model.bed_elevation;
  for (const grids::Cell cell : grids::cells_in(built.geometry, polygon)) {
    if (std::isnan(bed(cell.i, cell.j))) continue;
    area.cells.push_back(static_cast<std::size_t>(cell.j) * static_cast<std::size_t>(bed.nx()) +
                         static_cast<std::size_t>(cell.i));
  }
  return area;
}

}  // namespace

Result<std::vector<AreaCells>> find_area_cells(const std::vector<AreaQuery>& queries,
                                               const BuiltCase& built) {
  std::vector<AreaCells> all;
  for (const AreaQuery& query : queries) {
    auto area = cells_of(query, built);
    if (!area) return fail(area.error());
    all.push_back(std::move(*area));
  }
  return all;
}

double depth_on_share(std::vector<float>& depths, double share) {
  const auto count = static_cast<double>(depths.size());
  const auto wanted = static_cast<std::size_t>(std::max(1.0, std::ceil(share * count)));
  const auto place = depths.begin() + static_cast<std::ptrdiff_t>(wanted - 1);
  std::nth_element(depths.begin(), place, depths.end(), std::greater{});
  return static_cast<double>(*place);
}

void prepare_series(RunOutcome& outcome, const std::vector<AreaQuery>& queries,
                    const std::vector<AreaCells>& cells, bool groundwater) {
  const std::vector<double> nothing(outcome.times.size(), unknown);
  const std::vector<double> none;
  const auto members = static_cast<std::size_t>(outcome.members);
  for (GaugeOutcome& gauge : outcome.gauges) {
    gauge.members.assign(members, {nothing, nothing, nothing, groundwater ? nothing : none});
  }
  for (std::size_t k = 0; k < queries.size(); ++k) {
    AreaOutcome area;
    area.id = queries[k].id;
    area.depth_threshold = queries[k].depth;
    area.share_threshold = queries[k].share;
    area.shallower_than = queries[k].shallower_than;
    area.cells = cells[k].cells.size();
    area.share.assign(members, nothing);
    area.depth.assign(members, nothing);
    if (groundwater) area.shallow_share.assign(members, nothing);
    outcome.areas.push_back(std::move(area));
  }
}

void prepare_passages(RunOutcome& outcome, const BuiltCase& built) {
  const std::vector<double> nothing(outcome.times.size(), unknown);
  const auto members = static_cast<std::size_t>(outcome.members);
  const auto middle = [&](const auto& cells) {
    grids::Point sum;
    for (const model::CellIndex cell : cells) {
      const grids::Point centre = built.geometry.centre(cell.i, cell.j);
      sum.x += centre.x / static_cast<double>(cells.size());
      sum.y += centre.y / static_cast<double>(cells.size());
    }
    return sum;
  };
  const auto add = [&](const std::string& name, bool levee, grids::Point position) {
    outcome.passages.push_back(
        {name, levee, position, std::vector<std::vector<double>>(members, nothing)});
  };
  for (const model::Structure& structure : built.model.structures) {
    const grids::Point a = middle(structure.from);
    const grids::Point b = middle(structure.to);
    add(structure.name, false, {0.5 * (a.x + b.x), 0.5 * (a.y + b.y)});
  }
  for (const model::Levee& levee : built.model.levees) {
    const model::CellIndex cell = levee.faces[levee.faces.size() / 2].face.cell;
    add(levee.name, true, built.geometry.centre(cell.i, cell.j));
  }
}

namespace {

double share_shallower(const AreaCells& area, const Field<float>& water_table, double than) {
  const auto shallow = std::ranges::count_if(area.cells, [&](std::size_t cell) {
    return static_cast<double>(water_table.values()[cell]) < than;
  });
  return static_cast<double>(shallow) / static_cast<double>(area.cells.size());
}

}  // namespace

void sample(RunOutcome& outcome, const std::vector<AreaCells>& cells,
            const model::Simulation& simulation, FieldView<const float> depth, int member,
            std::size_t index) {
  const auto m = static_cast<std::size_t>(member);
  const Field<float> table = simulation.water_table_depth();
  for (GaugeOutcome& gauge : outcome.gauges) {
    PlaceSeries& series = gauge.members[m];
    const model::CellIndex cell = gauge.gauge.cell;
    const double h = simulation.depth_at(cell);
    series.depth[index] = h;
    series.speed[index] = simulation.speed_at(cell);
    series.stage[index] = h > 0.0 ? simulation.bed_elevation_at(cell) + h : unknown;
    if (!series.water_table_depth.empty()) {
      series.water_table_depth[index] = static_cast<double>(table(cell.i, cell.j));
    }
  }
  const std::vector<model::Passage> passages = simulation.passages();
  for (std::size_t p = 0; p < passages.size(); ++p) {
    outcome.passages[p].discharge[m][index] = passages[p].discharge;
  }
  for (std::size_t k = 0; k < cells.size(); ++k) {
    if (cells[k].cells.empty()) continue;
    AreaOutcome& area = outcome.areas[k];
    std::vector<float> depths;
    depths.reserve(cells[k].cells.size());
    std::size_t deeper = 0;
    for (const std::size_t cell : cells[k].cells) {
      depths.push_back(depth.values()[cell]);
      deeper += static_cast<double>(depths.back()) > area.depth_threshold ? 1 : 0;
    }
    area.share[m][index] = static_cast<double>(deeper) / static_cast<double>(depths.size());
    area.depth[m][index] = depth_on_share(depths, area.share_threshold);
    if (!area.shallow_share.empty()) {
      area.shallow_share[m][index] = share_shallower(cells[k], table, area.shallower_than);
    }
  }
}

void share_hindcast(RunOutcome& outcome, std::size_t index) {
  const auto count = static_cast<std::ptrdiff_t>(index);
  const auto copy = [count](const std::vector<double>& from, std::vector<double>& to) {
    if (!from.empty()) std::copy_n(from.begin(), count, to.begin());
  };
  for (std::size_t m = 1; m < static_cast<std::size_t>(outcome.members); ++m) {
    for (GaugeOutcome& gauge : outcome.gauges) {
      copy(gauge.members[0].depth, gauge.members[m].depth);
      copy(gauge.members[0].stage, gauge.members[m].stage);
      copy(gauge.members[0].speed, gauge.members[m].speed);
      copy(gauge.members[0].water_table_depth, gauge.members[m].water_table_depth);
    }
    for (PassageOutcome& passage : outcome.passages) {
      copy(passage.discharge[0], passage.discharge[m]);
    }
    for (AreaOutcome& area : outcome.areas) {
      copy(area.share[0], area.share[m]);
      copy(area.depth[0], area.depth[m]);
      if (!area.shallow_share.empty()) copy(area.shallow_share[0], area.shallow_share[m]);
    }
  }
}

}  // namespace vandvagt::forecast::detail
