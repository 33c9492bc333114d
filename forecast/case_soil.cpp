#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "forecast/detail/case_parts.hpp"
#include "grids/raster.hpp"

namespace vandvagt::forecast {
namespace {

using model::InfiltrationLaw;

/// Where no water table is declared it is too deep to matter: 1 km of soil takes any rain.
constexpr double deep_water_table = 1000.0;
/// Of a map of mean water tables as an estimate of today's [m], where none is declared.
constexpr double usual_prior_error = 0.5;
/// Sandy loam (Rawls et al. 1983): how fast what a curve number retains drains on, where nobody
/// asks.
constexpr double common_conductivity = 3e-6;

/// Index of each cell's class; -1 where the raster has no value.
using ClassMap = Field<int>;

void tell_unknown(CaseDraft& draft, const std::map<long, long>& unknown) {
  for (const auto& [code, cells] : unknown)
    draft.fault(draft.scenario.infiltration.place,
                "soil_raster has code " + std::to_string(code) + " in " + std::to_string(cells) +
                    " cells, and no class has it",
                "add [[infiltration.class]] with code = " + std::to_string(code));
}

ClassMap read_classes(CaseDraft& draft) {
  const InfiltrationInput& soil = draft.scenario.infiltration;
  const auto& geometry = draft.built.geometry;
  ClassMap map(geometry.nx, geometry.ny, -1);
  if (soil.classes.empty()) return map;
  draft.note_input(soil.soil_raster);
  grids::ReadOptions options;
  if (!soil.soil_raster_crs.empty()) options.crs = soil.soil_raster_crs;
  const auto raster =
      grids::read_onto(soil.soil_raster, geometry, grids::Resampling::mode, options);
  if (!raster) {
    draft.fault(soil.place, "soil_raster: " + raster.error().message, "");
    return map;
  }
  std::map<long, int> index;
  for (std::size_t c = 0; c < soil.classes.size(); ++c)
    index.emplace(soil.classes[c].code, static_cast<int>(c));
  std::map<long, long> unknown;
  for (int j = 0; j < geometry.ny; ++j) {
    for (int i = 0; i < geometry.nx; ++i) {
      const auto value = static_cast<double>((*raster)(i, j));
      if (!draft.active(i, j) || std::isnan(value)) continue;
      const long code = std::lround(value);
      const auto found = index.find(code);
      if (found == index.end()) {
        ++unknown[code];
      } else {
        map(i, j) = found->second;
      }
    }
  }
  tell_unknown(draft, unknown);
  return map;
}

/// One property of the soil: where a cell's class has it, that, elsewhere the field.
class SoilFields {
 public:
  explicit SoilFields(CaseDraft& draft) : draft_(draft), map_(read_classes(draft)) {}

  bool given(const FieldInput& input, const char* key) const {
    return input.set() || std::any_of(soil().classes.begin(), soil().classes.end(),
                                      [&](const auto& c) { return c.values.contains(key); });
  }

  Field<double> build(const FieldInput& input, const char* key, const std::string& what,
                      FieldLimits limits) const {
    if (soil().classes.empty()) return build_field(draft_, input, what, limits);
    limits.gaps_allowed = true;
    if (!input.set() && !limits.elsewhere) limits.elsewhere = nothing;
    Field<double> field = build_field(draft_, input, what, limits);
    long long missing = 0;
    for (int j = 0; j < field.ny(); ++j) {
      for (int i = 0; i < field.nx(); ++i) {
        if (!draft_.active(i, j)) continue;
        if (map_(i, j) >= 0) {
          const auto& values = soil().classes[static_cast<std::size_t>(map_(i, j))].values;
          if (const auto own = values.find(key); own != values.end()) field(i, j) = own->second;
        }
        if (std::isnan(field(i, j))) ++missing;
      }
    }
    if (missing > 0)
      draft_.fault(soil().place,
                   what + " has no value in " + std::to_string(missing) +
                       " cells: soil_raster has none there, or their class does not say it",
                   std::string("give `") + key + "` in [infiltration] for these");
    return field;
  }

 private:
  const InfiltrationInput& soil() const { return draft_.scenario.infiltration; }
  CaseDraft& draft_;
  ClassMap map_;
};

/// S = 25.4 mm (1000/CN - 10) and Ia, a share of it.
void build_curve_number(const SoilFields& fields, const InfiltrationInput& soil,
                        model::Infiltration& made) {
  Field<double> retention = fields.build(soil.curve_number, "curve_number", "curve number",
                                         {.least_excluded = true, .greatest = 100.0});
  for (double& s : retention.values()) s = 0.0254 * (1000.0 / s - 10.0);
  Field<double> abstraction = retention;
  for (double& a : abstraction.values()) a *= soil.initial_abstraction_ratio;
  made.retention = to_single(retention);
  made.initial_loss = to_single(abstraction);
  if (fields.given(soil.conductivity, "conductivity")) {
    made.conductivity =
        to_single(fields.build(soil.conductivity, "conductivity", "conductivity", {}));
  } else {
    for (double& s : retention.values()) s = s > 0.0 ? common_conductivity : 0.0;
    made.conductivity = to_single(retention);
  }
}

void build_law(const SoilFields& fields, const InfiltrationInput& soil, model::Infiltration& made) {
  made.law = soil.law;
  switch (soil.law) {
    case InfiltrationLaw::green_ampt:
      made.conductivity =
          to_single(fields.build(soil.conductivity, "conductivity", "conductivity", {}));
      made.suction_head =
          to_single(fields.build(soil.suction_head, "suction_head", "suction head", {}));
      return;
    case InfiltrationLaw::curve_number:
      return build_curve_number(fields, soil, made);
    case InfiltrationLaw::constant_loss:
      made.initial_loss =
          to_single(fields.build(soil.initial_loss, "initial_loss", "initial loss", {}));
      made.conductivity = to_single(fields.build(soil.loss_rate, "loss_rate", "loss rate", {}));
      return;
  }
}

}  // namespace

void build_infiltration(CaseDraft& draft) {
  const InfiltrationInput& soil = draft.scenario.infiltration;
  if (!soil.enabled) return;
  const SoilFields fields(draft);
  auto& made = draft.built.model.infiltration;
  build_law(fields, soil, made);
  // A law that knows no pores has room for all that it takes, over a table that nobody gave.
  const bool pores = soil.law == InfiltrationLaw::green_ampt ||
                     fields.given(soil.moisture_deficit, "moisture_deficit");
  FieldLimits share{.greatest = 1.0};
  if (!pores) share.elsewhere = 1.0;
  made.moisture_deficit =
      to_single(fields.build(soil.moisture_deficit, "moisture_deficit", "moisture deficit", share));
  if (fields.given(soil.pore_size_index, "pore_size_index")) {
    FieldLimits index{.least_excluded = true, .greatest = 100.0};
    if (!soil.pore_size_index.set())  // classes without one
      index.elsewhere = static_cast<double>(model::common_pore_size_index);
    made.pore_size_index =
        to_single(fields.build(soil.pore_size_index, "pore_size_index", "pore size index", index));
  }
  const FieldInput& table = draft.scenario.groundwater.water_table_depth;
  // A water table above the ground (an artesian head in the raster) leaves no store: depth 0.
  auto depth =
      build_field(draft, table, "water table depth",
                  {.least = below_all_ground,
                   .elsewhere = table.set() ? std::nullopt : std::optional(deep_water_table)});
  for (double& value : depth.values())
    if (value < 0.0) value = 0.0;
  made.water_table_depth = to_single(depth);
  const FieldInput& error = draft.scenario.groundwater.prior_error;
  draft.built.water_table_error = to_single(
      build_field(draft, error, "the prior water table's standard error",
                  {.least = 0.0,
                   .least_excluded = true,
                   .elsewhere = error.set() ? std::nullopt : std::optional(usual_prior_error)}));
}

}  // namespace vandvagt::forecast
