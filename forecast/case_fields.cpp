#include <algorithm>
#include <cmath>
#include <limits>

#include "forecast/detail/case_parts.hpp"
#include "grids/raster.hpp"

namespace vandvagt::forecast {
namespace {

void lay_raster(CaseDraft& draft, const FieldInput& input, const std::string& what,
                Field<double>& field) {
  draft.note_input(input.raster);
  grids::ReadOptions options;
  if (!input.raster_crs.empty()) options.crs = input.raster_crs;
  const auto raster =
      grids::read_onto(input.raster, draft.built.geometry, grids::Resampling::average, options);
  if (!raster) return draft.fault(input.place, what + ": " + raster.error().message, "");
  for (std::size_t k = 0; k < field.size(); ++k) {
    const double value = raster->values()[k];
    if (!std::isnan(value)) field.values()[k] = input.raster_scale * value + input.raster_offset;
  }
}

/// Cells that are wrong in one way: how many, and where the first one is.
struct WrongCells {
  long long count = 0;
  grids::Point first;
  double value = nothing;

  void add(grids::Point at, double found) {
    if (count++ == 0) {
      first = at;
      value = found;
    }
  }
  std::string told(const std::string& how) const {
    return how + " in " + std::to_string(count) + " cells, first at (" + std::to_string(first.x) +
           ", " + std::to_string(first.y) + ")";
  }
};

void check_values(CaseDraft& draft, const FieldInput& input, const std::string& what,
                  const FieldLimits& limits, const Field<double>& field) {
  WrongCells missing;
  WrongCells outside;
  for (int j = 0; j < field.ny(); ++j) {
    for (int i = 0; i < field.nx(); ++i) {
      if (!draft.active(i, j)) continue;
      const double value = field(i, j);
      const auto centre = draft.built.geometry.centre(i, j);
      if (std::isnan(value) && !limits.gaps_allowed) missing.add(centre, value);
      const bool low = limits.least_excluded ? value <= limits.least : value < limits.least;
      const bool high =
          limits.greatest_excluded ? value >= limits.greatest : value > limits.greatest;
      if (low || high) outside.add(centre, value);
    }
  }
  if (missing.count > 0)
    draft.fault(input.place, missing.told(what + " has no value"),
                "give `value` for where the raster and patches say nothing");
  if (outside.count > 0)
    draft.fault(
        input.place,
        outside.told(what + " is " + std::to_string(outside.value) + ", out of range,"),
        std::string("give values ") + (limits.least_excluded ? "above " : "of at least ") +
            std::to_string(limits.least) +
            (limits.greatest_excluded ? " and below " + std::to_string(limits.greatest) : ""));
}

}  // namespace

Field<float> to_single(const Field<double>& field) {
  Field<float> single(field.nx(), field.ny());
  std::transform(field.values().begin(), field.values().end(), single.values().begin(),
                 [](double value) { return static_cast<float>(value); });
  return single;
}

Field<double> build_field(CaseDraft& draft, const FieldInput& input, const std::string& what,
                          const FieldLimits& limits) {
  const auto& geometry = draft.built.geometry;
  const auto before = draft.faults.size();
  Field<double> field(geometry.nx, geometry.ny,
                      input.value.value_or(limits.elsewhere.value_or(nothing)));
  if (!input.raster.empty()) lay_raster(draft, input, what, field);
  for (const auto& [shape, value] : input.polygons)
    for (const auto& polygon : polygons_of(draft, shape))
      for (const auto cell : grids::cells_in(geometry, polygon)) field(cell.i, cell.j) = value;
  for (int j = 0; j < geometry.ny; ++j)
    for (int i = 0; i < geometry.nx; ++i)
      if (!draft.active(i, j)) field(i, j) = nothing;
  if (draft.faults.size() == before) check_values(draft, input, what, limits, field);
  return field;
}

void build_manning(CaseDraft& draft) {
  const auto field = build_field(draft, draft.scenario.manning, "Manning's roughness",
                                 {.least = 0.0, .least_excluded = true});
  draft.built.model.manning = to_single(field);
}

void build_initial_depth(CaseDraft& draft) {
  const InitialInput& initial = draft.scenario.initial;
  const auto& bed = draft.built.model.bed_elevation;
  if (!initial.stage.set() || initial.depth.set()) {
    draft.built.initial_depth =
        build_field(draft, initial.depth, "initial depth", {.elsewhere = 0.0});
    return;
  }
  const auto stage = build_field(draft, initial.stage, "initial stage",
                                 {.least = below_all_ground, .elsewhere = below_all_ground});
  Field<double> depth(bed.nx(), bed.ny(), nothing);
  for (std::size_t k = 0; k < bed.size(); ++k)
    if (!std::isnan(bed.values()[k]))
      depth.values()[k] = std::max(0.0, stage.values()[k] - bed.values()[k]);
  draft.built.initial_depth = std::move(depth);
}

}  // namespace vandvagt::forecast
