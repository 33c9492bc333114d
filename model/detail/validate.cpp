#include "model/detail/validate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <tuple>

#include "model/detail/layout.hpp"
#include "model/detail/validate_parts.hpp"

namespace vandvagt::model::detail {
namespace {

Result<void> validate_options(const Options& o) {
  if (!(o.cfl > 0.0 && o.cfl <= 0.5)) {
    return invalid("cfl is {}; give a share in (0, 0.5], the limit of the scheme", o.cfl);
  }
  if (!(o.dry_depth > 0.0 && std::isfinite(o.dry_depth))) {
    return invalid("dry_depth is {} m; give a depth above 0, such as 1e-6", o.dry_depth);
  }
  if (!(o.wet_depth >= o.dry_depth && std::isfinite(o.wet_depth))) {
    return invalid("wet_depth is {} m; give a depth not under dry_depth ({} m)", o.wet_depth,
                   o.dry_depth);
  }
  if (!(o.min_dt > 0.0)) return invalid("min_dt is {} s; give a time above 0", o.min_dt);
  if (o.time_levels < 0 || o.time_levels > 4) {
    return invalid("time_levels is {}; give 0 (one step for all) to 4", o.time_levels);
  }
  if (o.threads < 0) return invalid("threads is {}; give 0 (all) or more", o.threads);
  if (o.sync_interval <= Duration::zero()) {
    return invalid("sync_interval is {} s; give a time above 0", to_seconds(o.sync_interval));
  }
  return {};
}

template <class T>
Result<void> validate_shape(const Case& c, const char* name, const Field<T>& field) {
  if (field.nx() == c.nx && field.ny() == c.ny) return {};
  return invalid("{} has {} × {} cells, the case {} × {}", name, field.nx(), field.ny(), c.nx,
                 c.ny);
}

Result<void> validate_grid(const Case& c) {
  if (c.nx < 1 || c.ny < 1) return invalid("the case has {} × {} cells; it needs one", c.nx, c.ny);
  if (!(c.dx > 0.0 && std::isfinite(c.dx))) {
    return invalid("the cell size is {} m; give one above 0", c.dx);
  }
  if (auto shape = validate_shape(c, "bed elevation", c.bed_elevation); !shape) return shape;
  std::size_t computed = 0;
  for (int j = 0; j < c.ny; ++j) {
    for (int i = 0; i < c.nx; ++i) {
      const double z = c.bed_elevation(i, j);
      if (std::isinf(z)) {
        return invalid("bed elevation is infinite in cell ({}, {}); give a number, or NaN outside",
                       i, j);
      }
      if (!std::isnan(z)) ++computed;
    }
  }
  if (computed == 0) return invalid("every cell lies outside: the bed elevation is NaN everywhere");
  return {};
}

Result<void> validate_edges(const Case& c) {
  std::set<std::tuple<int, int, Side>> taken;
  for (const EdgeSegment& edge : c.edges) {
    if (edge.faces.empty()) return invalid("edge \"{}\" has no face", edge.name);
    if (edge.kind == EdgeKind::normal_depth && !(edge.slope > 0.0 && std::isfinite(edge.slope))) {
      return invalid("edge \"{}\": the slope for normal depth is {}; give one above 0", edge.name,
                     edge.slope);
    }
    if (edge.kind == EdgeKind::stage || edge.kind == EdgeKind::discharge) {
      if (auto series = validate_series("edge", edge.name, edge.series); !series) return series;
    }
    for (const EdgeFace& face : edge.faces) {
      const CellIndex cell = face.cell;
      if (!active(c, cell) || active(c, neighbour(cell, face.side))) {
        return invalid(
            "edge \"{}\": a side of cell ({}, {}) is not on the border of the computed "
            "area",
            edge.name, cell.i, cell.j);
      }
      if (!taken.emplace(cell.i, cell.j, face.side).second) {
        return invalid("edge \"{}\": a side of cell ({}, {}) is named twice", edge.name, cell.i,
                       cell.j);
      }
    }
  }
  return {};
}

Result<void> validate_sources(const Case& c) {
  for (const Source& source : c.sources) {
    if (source.cells.empty() || source.cells.size() != source.weights.size()) {
      return invalid("source \"{}\" has {} cells and {} weights; give one weight for each cell",
                     source.name, source.cells.size(), source.weights.size());
    }
    double sum = 0.0;
    for (std::size_t k = 0; k < source.cells.size(); ++k) {
      if (!active(c, source.cells[k])) {
        return invalid("source \"{}\": cell ({}, {}) lies outside the computed area", source.name,
                       source.cells[k].i, source.cells[k].j);
      }
      if (!(source.weights[k] >= 0.0)) {
        return invalid("source \"{}\": weight {} is negative or not a number", source.name,
                       source.weights[k]);
      }
      sum += source.weights[k];
    }
    if (!(std::abs(sum - 1.0) <= 1e-6)) {
      return invalid("source \"{}\": the weights sum to {}; they must sum to 1", source.name, sum);
    }
    if (auto series = validate_series("source", source.name, source.series); !series) return series;
  }
  return {};
}

Result<void> validate_infiltration(const Case& c) {
  if (c.infiltration.empty()) return {};
  const Infiltration& soil = c.infiltration;
  const double large = std::numeric_limits<float>::max();
  if (auto r = validate_values(c, "conductivity", soil.conductivity, 0.0, large); !r) return r;
  if (soil.law == InfiltrationLaw::green_ampt) {
    if (auto r = validate_values(c, "suction head", soil.suction_head, 0.0, large); !r) return r;
  } else {
    if (auto r = validate_values(c, "initial loss", soil.initial_loss, 0.0, large); !r) return r;
  }
  if (soil.law == InfiltrationLaw::curve_number) {
    if (auto r = validate_values(c, "retention", soil.retention, 0.0, large); !r) return r;
  }
  if (auto r = validate_values(c, "moisture deficit", soil.moisture_deficit, 0.0, 1.0); !r)
    return r;
  if (!soil.pore_size_index.empty()) {
    const double smallest = std::numeric_limits<float>::min();
    if (auto r = validate_values(c, "pore size index", soil.pore_size_index, smallest, 100.0); !r)
      return r;
  }
  return validate_values(c, "water table depth", soil.water_table_depth, 0.0, large);
}

}  // namespace

Result<void> validate_values(const Case& c, const char* name, const Field<float>& field,
                             double lowest, double highest) {
  if (auto shape = validate_shape(c, name, field); !shape) return shape;
  for (int j = 0; j < c.ny; ++j) {
    for (int i = 0; i < c.nx; ++i) {
      const auto value = static_cast<double>(field(i, j));
      if (!active(c, {i, j}) || (value >= lowest && value <= highest && std::isfinite(value))) {
        continue;
      }
      return invalid("{} is {} in cell ({}, {}); it must lie between {} and {}", name, value, i, j,
                     lowest, highest);
    }
  }
  return {};
}

Result<void> refused(const char* field, std::size_t has, std::size_t needs) {
  return fail(
      ErrorCode::refused,
      fmt::format("the state's {} has {} values, the case needs {}; it is a state of another "
                  "case or precision",
                  field, has, needs));
}

Result<void> validate_series(const char* kind, const std::string& name, const Series& series,
                             double lowest) {
  if (series.empty() || series.times.size() != series.values.size()) {
    return invalid("{} \"{}\": the series has {} times and {} values; give one or more of both",
                   kind, name, series.times.size(), series.values.size());
  }
  for (std::size_t k = 0; k < series.times.size(); ++k) {
    if (!std::isfinite(series.values[k])) {
      return invalid("{} \"{}\": the value at {} is not finite", kind, name,
                     format_time(series.times[k]));
    }
    if (series.values[k] < lowest) {
      return invalid("{} \"{}\": the value at {} is {}; it must not be under {}", kind, name,
                     format_time(series.times[k]), series.values[k], lowest);
    }
    if (k > 0 && series.times[k] <= series.times[k - 1]) {
      return invalid("{} \"{}\": times must increase, but {} follows {}", kind, name,
                     format_time(series.times[k]), format_time(series.times[k - 1]));
    }
  }
  return {};
}

Result<void> validate(const Case& given, const Options& options) {
  if (auto r = validate_options(options); !r) return r;
  if (auto r = validate_grid(given); !r) return r;
  const double smallest = std::numeric_limits<float>::min();
  if (auto r = validate_values(given, "Manning's n", given.manning, smallest, 10.0); !r) return r;
  if (auto r = validate_edges(given); !r) return r;
  if (auto r = validate_sources(given); !r) return r;
  if (auto r = validate_structures(given); !r) return r;
  if (auto r = validate_levees(given); !r) return r;
  if (auto r = validate_infiltration(given); !r) return r;
  return validate_ground(given, options);
}

Result<void> validate_time(const char* what, Time t, const Options& options) {
  if (t.time_since_epoch() % options.sync_interval == Duration::zero()) return {};
  return invalid("{} {} is not a multiple of the sync interval of {} s", what, format_time(t),
                 to_seconds(options.sync_interval));
}

Result<void> validate_depth(const Case& given, FieldView<const double> depth) {
  if (depth.nx() != given.nx || depth.ny() != given.ny) {
    return invalid("the initial depth has {} × {} cells, the case {} × {}", depth.nx(), depth.ny(),
                   given.nx, given.ny);
  }
  for (int j = 0; j < given.ny; ++j) {
    for (int i = 0; i < given.nx; ++i) {
      const double h = depth(i, j);
      if (active(given, {i, j}) && !(h >= 0.0 && h < 1e6)) {
        return invalid("the initial depth is {} m in cell ({}, {}); give 0 or more", h, i, j);
      }
    }
  }
  return {};
}

Result<void> validate_state(const Case& given, const Options& options, const State& state) {
  if (state.precision != options.precision) {
    return fail(ErrorCode::refused,
                "the state was saved in another precision; run in that one, or start cold");
  }
  const std::size_t cells = given.bed_elevation.size();
  const std::size_t soils = given.infiltration.empty() ? 0 : cells;
  if (state.depth.size() != cells) return refused("depth", state.depth.size(), cells);
  if (!state.depth_residual.empty() && state.depth_residual.size() != cells) {
    return refused("depth residual", state.depth_residual.size(), cells);
  }
  if (state.unit_discharge_x.size() != cells) {
    return refused("unit discharge", state.unit_discharge_x.size(), cells);
  }
  if (state.unit_discharge_y.size() != cells) {
    return refused("unit discharge", state.unit_discharge_y.size(), cells);
  }
  if (state.infiltrated.size() != soils) {
    return refused("infiltrated depth", state.infiltrated.size(), soils);
  }
  if (state.water_table_depth.size() != soils) {
    return refused("water table depth", state.water_table_depth.size(), soils);
  }
  if (auto r = validate_ground_state(given, state); !r) return r;
  const std::size_t structures = given.structures.size();
  if (state.pump_running.size() != structures) {
    return refused("pumps", state.pump_running.size(), structures);
  }
  const std::size_t passages = structures + given.levees.size();
  if (state.passage_discharge.size() != passages) {
    return refused("discharge of structures", state.passage_discharge.size(), passages);
  }
  for (std::size_t k = 0; k < cells; ++k) {
    const bool sound = state.depth[k] >= 0.0 && std::isfinite(state.depth[k]) &&
                       std::isfinite(state.unit_discharge_x[k]) &&
                       std::isfinite(state.unit_discharge_y[k]);
    if (!sound) {
      return fail(ErrorCode::refused,
                  fmt::format("the state's depth or discharge in cell ({}, {}) is negative or not "
                              "finite",
                              k % static_cast<std::size_t>(given.nx),
                              k / static_cast<std::size_t>(given.nx)));
    }
  }
  return {};
}

}  // namespace vandvagt::model::detail
