#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "forecast/detail/case_parts.hpp"

namespace vandvagt::forecast {
namespace {

bool is_multiple(const CaseDraft& draft, Duration step) {
  return step > Duration{0} && step % draft.scenario.solver.sync_interval == Duration{0};
}

void check_step(CaseDraft& draft, const std::string& place, Duration step) {
  if (is_multiple(draft, step)) return;
  draft.fault(place,
              "the step of " + format_duration(step) + " is no multiple of solver.sync_interval (" +
                  format_duration(draft.scenario.solver.sync_interval) + ")",
              "choose a multiple, or a smaller sync_interval");
}

/// The impermeable bottom, given as such or by the thickness over it; below the ground.
Field<double> base_of(CaseDraft& draft, const AquiferInput& input) {
  const auto& bed = draft.built.model.bed_elevation;
  if (input.thickness.set()) {
    auto base = build_field(draft, input.thickness, "aquifer thickness", {.least_excluded = true});
    for (std::size_t k = 0; k < base.size(); ++k)
      base.values()[k] = bed.values()[k] - base.values()[k];
    return base;
  }
  auto base = build_field(draft, input.base, "aquifer base", {.least = below_all_ground});
  long long above = 0;
  grids::Point first;
  for (int j = 0; j < bed.ny(); ++j)
    for (int i = 0; i < bed.nx(); ++i)
      if (draft.active(i, j) && base(i, j) >= bed(i, j) && above++ == 0)
        first = draft.built.geometry.centre(i, j);
  if (above > 0)
    draft.fault(input.base.place,
                fmt::format("the aquifer's base does not lie below the ground in {} cells, first "
                            "at {}",
                            above, text_of(first)),
                "lower it there, or give `thickness`");
  return base;
}

/// Of its own, or the pore space that infiltration fills: the same pores, filled from below.
Field<float> specific_yield_of(CaseDraft& draft, const AquiferInput& input) {
  const FieldLimits limits{.least_excluded = true, .greatest = 1.0, .greatest_excluded = true};
  if (input.specific_yield.set())
    return to_single(build_field(draft, input.specific_yield, "specific yield", limits));
  const auto& deficit = draft.built.model.infiltration.moisture_deficit;
  const auto none = std::ranges::count_if(deficit.values(), [](float d) { return d <= 0.0F; });
  if (none > 0)
    draft.fault(
        input.place,
        fmt::format("the specific yield is the moisture deficit, which is 0 in {} cells", none),
        "give `specific_yield`");
  return deficit;
}

void build_drains(CaseDraft& draft, const AquiferInput& input, model::Aquifer& made) {
  if (!input.drain_depth.set() || !input.drain_conductance.set()) return;
  made.drain_depth =
      to_single(build_field(draft, input.drain_depth, "drain depth", {.gaps_allowed = true}));
  made.drain_conductance = to_single(
      build_field(draft, input.drain_conductance, "drain conductance", {.gaps_allowed = true}));
  for (std::size_t k = 0; k < made.drain_depth.size(); ++k)
    if (std::isnan(made.drain_conductance.values()[k]))
      made.drain_depth.values()[k] = std::numeric_limits<float>::quiet_NaN();
}

std::vector<model::CellIndex> cells_of(CaseDraft& draft, const HeadBoundaryInput& input) {
  const auto& geometry = draft.built.geometry;
  std::vector<grids::Cell> cells;
  const auto add = [&](const std::vector<grids::Cell>& more) {
    std::ranges::copy_if(more, std::back_inserter(cells),
                         [&](grids::Cell cell) { return draft.active(cell.i, cell.j); });
  };
  if (input.along_lines)
    for (const auto& line : lines_of(draft, input.shape)) add(grids::cells_along(geometry, line));
  else
    for (const auto& polygon : polygons_of(draft, input.shape))
      add(grids::cells_in(geometry, polygon));
  // Shapes may overlap: each cell once, row by row.
  std::ranges::sort(cells, {}, [](const grids::Cell& cell) { return std::pair(cell.j, cell.i); });
  cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
  std::vector<model::CellIndex> made;
  made.reserve(cells.size());
  for (const auto cell : cells) made.push_back({cell.i, cell.j});
  return made;
}

void build_boundary(CaseDraft& draft, const HeadBoundaryInput& input) {
  const auto before = draft.faults.size();
  model::HeadBoundary made{.name = input.name,
                           .cells = cells_of(draft, input),
                           .conductance = input.conductance,
                           .bottom = input.bottom.value_or(below_all_ground),
                           .stage = model::Series::constant(0.0)};
  if (made.cells.empty() && draft.faults.size() == before)
    draft.fault(input.place, "groundwater boundary \"" + input.name + "\" touches no computed cell",
                "place it on the terrain");
  draft.built.model.aquifer.boundaries.push_back(std::move(made));
}

void build_pumping(CaseDraft& draft, const PumpingInput& input) {
  if (!input.point) return;  // a fault of the configuration already
  const std::string what = "pumping \"" + input.name + "\" at " + text_of(*input.point);
  const auto cell = grids::cell_at(draft.built.geometry, *input.point);
  if (!cell) return draft.fault(input.place, what + " lies outside the grid", "move it inside");
  if (!draft.active(cell->i, cell->j))
    return draft.fault(input.place, what + " lies on nodata", "move it onto a cell with ground");
  draft.built.model.aquifer.wells.push_back(
      {input.name, {cell->i, cell->j}, model::Series::constant(0.0)});
}

}  // namespace

void build_aquifer(CaseDraft& draft) {
  const AquiferInput& input = draft.scenario.groundwater.aquifer;
  if (!input.enabled) return;
  auto& made = draft.built.model.aquifer;
  check_step(draft, input.place, input.step);
  made.step = input.step;
  made.spin_up = input.spin_up;
  made.spin_up_recharge = input.spin_up_recharge;
  made.conductivity = to_single(build_field(draft, input.conductivity, "aquifer conductivity", {}));
  made.base = to_single(base_of(draft, input));
  made.specific_yield = specific_yield_of(draft, input);
  build_drains(draft, input, made);
  for (const auto& boundary : input.boundaries) build_boundary(draft, boundary);
  for (const auto& pumping : input.pumping) build_pumping(draft, pumping);
}

void build_evapotranspiration(CaseDraft& draft) {
  const EvapotranspirationInput& input = draft.scenario.evapotranspiration;
  if (!input.enabled) return;
  auto& made = draft.built.model.evapotranspiration;
  if (draft.scenario.groundwater.aquifer.enabled) {
    made.step = draft.scenario.groundwater.aquifer.step;
  } else {
    check_step(draft, input.place, input.step);
    made.step = input.step;
  }
  made.extinction_depth = input.extinction_depth;
  made.rate = model::Series::constant(0.0);
  if (auto series = series_of(draft, input.rate, Dimension::speed, 0.0))
    made.rate = std::move(*series);
}

}  // namespace vandvagt::forecast
