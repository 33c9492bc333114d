#pragma once

#include "tests/model/model_cases.hpp"

// Cases with an aquifer, for the tests of the ground.
namespace vandvagt::model::test {

/// Soil and aquifer of one kind everywhere, the table `depth` [m] below the ground, steps of
/// `seconds`. Pores: what infiltration fills is what a rising table fills.
inline void add_ground(Case& c, double depth, double seconds, float pores = 0.2F) {
  const auto everywhere = [&](float value) { return Field<float>(c.nx, c.ny, value); };
  c.infiltration.conductivity = everywhere(1e-5F);
  c.infiltration.suction_head = everywhere(0.1F);
  c.infiltration.moisture_deficit = everywhere(pores);
  c.infiltration.water_table_depth = everywhere(static_cast<float>(depth));
  c.aquifer.conductivity = everywhere(1e-4F);
  c.aquifer.specific_yield = everywhere(pores);
  c.aquifer.base = everywhere(0.0F);
  for (int j = 0; j < c.ny; ++j) {
    for (int i = 0; i < c.nx; ++i) {
      const double z = c.bed_elevation(i, j);
      if (!std::isnan(z)) c.aquifer.base(i, j) = static_cast<float>(z - 20.0);
    }
  }
  c.aquifer.step = from_seconds(seconds);
}

/// `nx` cells of 10 m in a row, flat, between walls.
inline Case ground_row(int nx, double depth, double seconds) {
  Case c = case_over(Field<double>(nx, 1, 5.0), 10.0, 0.03F);
  add_ground(c, depth, seconds);
  return c;
}

inline GroundwaterWell well_in(CellIndex cell, double rate) {
  return {"well", cell, Series::constant(rate)};
}

/// What closes in double precision: 1e-9 of what moved, the bar of the issue.
inline constexpr double ground_bound = 1e-9;

}  // namespace vandvagt::model::test
