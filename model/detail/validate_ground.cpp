#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "model/detail/validate_parts.hpp"

namespace vandvagt::model::detail {
namespace {

constexpr double large = std::numeric_limits<float>::max();

Result<void> validate_step(const char* whose, Duration step, const Options& options) {
  if (step > Duration::zero() && step % options.sync_interval == Duration::zero()) return {};
  return invalid("the step of {} is {} s; give a multiple of the sync interval of {} s", whose,
                 to_seconds(step), to_seconds(options.sync_interval));
}

Result<void> validate_base(const Case& c) {
  if (auto r = validate_values(c, "aquifer base", c.aquifer.base, -large, large); !r) return r;
  for (int j = 0; j < c.ny; ++j) {
    for (int i = 0; i < c.nx; ++i) {
      const auto base = static_cast<double>(c.aquifer.base(i, j));
      if (!active(c, {i, j}) || base < c.bed_elevation(i, j)) continue;
      return invalid(
          "the aquifer's base of {} m in cell ({}, {}) does not lie below the ground at "
          "{} m; give a lower base",
          base, i, j, c.bed_elevation(i, j));
    }
  }
  return {};
}

/// A depth, and a conductance where there is one; NaN and an empty field: no drain.
Result<void> validate_drains(const Case& c) {
  const Field<float>& depth = c.aquifer.drain_depth;
  const Field<float>& conductance = c.aquifer.drain_conductance;
  if (depth.empty() && conductance.empty()) return {};
  for (const Field<float>* field : {&depth, &conductance}) {
    if (field->nx() == c.nx && field->ny() == c.ny) continue;
    return invalid("drains have {} × {} cells, the case {} × {}; give depth and conductance",
                   field->nx(), field->ny(), c.nx, c.ny);
  }
  for (int j = 0; j < c.ny; ++j) {
    for (int i = 0; i < c.nx; ++i) {
      if (!active(c, {i, j}) || std::isnan(depth(i, j))) continue;
      const auto rate = static_cast<double>(conductance(i, j));
      if (depth(i, j) >= 0.0F && std::isfinite(depth(i, j)) && rate >= 0.0 && std::isfinite(rate))
        continue;
      return invalid(
          "the drain in cell ({}, {}) lies {} m deep with a conductance of {} 1/s; give "
          "numbers of at least 0",
          i, j, depth(i, j), rate);
    }
  }
  return {};
}

Result<void> validate_boundaries(const Case& c) {
  for (const HeadBoundary& boundary : c.aquifer.boundaries) {
    const std::string& name = boundary.name;
    if (boundary.cells.empty()) return invalid("groundwater boundary \"{}\" has no cell", name);
    if (!(boundary.conductance > 0.0 && std::isfinite(boundary.conductance))) {
      return invalid("groundwater boundary \"{}\": the conductance is {} m²/s; give one above 0",
                     name, boundary.conductance);
    }
    if (!std::isfinite(boundary.bottom)) {
      return invalid("groundwater boundary \"{}\": the bottom is not finite", name);
    }
    for (const CellIndex cell : boundary.cells) {
      if (active(c, cell)) continue;
      return invalid("groundwater boundary \"{}\": cell ({}, {}) lies outside the computed area",
                     name, cell.i, cell.j);
    }
    if (auto r = validate_series("groundwater boundary", name, boundary.stage); !r) return r;
  }
  return {};
}

Result<void> validate_wells(const Case& c) {
  for (const GroundwaterWell& well : c.aquifer.wells) {
    if (!active(c, well.cell)) {
      return invalid("groundwater well \"{}\": cell ({}, {}) lies outside the computed area",
                     well.name, well.cell.i, well.cell.j);
    }
    if (auto r = validate_series("groundwater well", well.name, well.rate); !r) return r;
  }
  return {};
}

Result<void> validate_aquifer(const Case& c, const Options& options) {
  const Aquifer& aquifer = c.aquifer;
  if (c.infiltration.empty()) {
    return invalid("the aquifer has no soil over it; give infiltration (sealed where it is 0)");
  }
  const double smallest = std::numeric_limits<float>::min();
  const double below_one = static_cast<double>(std::nextafter(1.0F, 0.0F));
  if (auto r = validate_step("the aquifer", aquifer.step, options); !r) return r;
  if (aquifer.spin_up < Duration::zero()) return invalid("the aquifer's spin-up is negative");
  if (!(aquifer.spin_up_recharge >= 0.0 && std::isfinite(aquifer.spin_up_recharge))) {
    return invalid("the aquifer's recharge in its spin-up is {} m/s; give one of 0 or more",
                   aquifer.spin_up_recharge);
  }
  if (auto r = validate_values(c, "aquifer conductivity", aquifer.conductivity, 0.0, large); !r)
    return r;
  if (auto r = validate_base(c); !r) return r;
  if (auto r = validate_values(c, "specific yield", aquifer.specific_yield, smallest, below_one);
      !r)
    return r;
  if (auto r = validate_drains(c); !r) return r;
  if (auto r = validate_boundaries(c); !r) return r;
  return validate_wells(c);
}

Result<void> validate_evapotranspiration(const Case& c, const Options& options) {
  const Evapotranspiration& given = c.evapotranspiration;
  if (auto r = validate_series("evapotranspiration", "rate", given.rate, 0.0); !r) return r;
  if (!(given.extinction_depth > 0.0 && std::isfinite(given.extinction_depth))) {
    return invalid("the extinction depth of evapotranspiration is {} m; give one above 0",
                   given.extinction_depth);
  }
  if (!c.aquifer.empty()) return {};
  return validate_step("evapotranspiration", given.step, options);
}

}  // namespace

Result<void> validate_ground(const Case& c, const Options& options) {
  if (!c.aquifer.empty()) {
    if (auto r = validate_aquifer(c, options); !r) return r;
  }
  return c.evapotranspiration.empty() ? Result<void>{} : validate_evapotranspiration(c, options);
}

Result<void> validate_ground_state(const Case& c, const State& state) {
  const std::size_t cells = c.aquifer.empty() ? 0 : c.bed_elevation.size();
  if (state.head.size() != cells) return refused("head", state.head.size(), cells);
  if (state.seepage_rate.size() != cells) {
    return refused("seepage rate", state.seepage_rate.size(), cells);
  }
  if (state.seepage_rest.size() != cells) {
    return refused("seepage that waits", state.seepage_rest.size(), cells);
  }
  for (std::size_t k = 0; k < cells; ++k) {
    if (std::isnan(c.bed_elevation.values()[k])) continue;
    const bool sound = std::isfinite(state.head[k]) && std::isfinite(state.seepage_rest[k]) &&
                       state.seepage_rate[k] >= 0.0 && std::isfinite(state.seepage_rate[k]);
    if (sound) continue;
    return fail(
        ErrorCode::refused,
        fmt::format("the state's head or seepage in cell ({}, {}) is negative or not finite",
                    k % static_cast<std::size_t>(c.nx), k / static_cast<std::size_t>(c.nx)));
  }
  return {};
}

}  // namespace vandvagt::model::detail
