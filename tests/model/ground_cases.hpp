#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "model/detail/saturated_flow.hpp"
#include "tests/model/model_cases.hpp"

// Small aquifers that the tests of saturated flow build theirs from.
namespace vandvagt::model::test {

using detail::GroundVolumes;
using detail::SaturatedFlow;

/// An aquifer, its ground and its first heads.
struct GroundCase {
  double dx = 1.0;
  Aquifer aquifer;
  Field<double> ground, head;

  SaturatedFlow flow(int threads = 1) const {
    return {aquifer, dx, ground.view(), head.view(), threads};
  }
};

/// One conductivity, base and yield; ground and first head everywhere the same.
inline GroundCase uniform_ground(int nx, int ny, double dx, double conductivity, double yield) {
  GroundCase c;
  c.dx = dx;
  c.aquifer.conductivity = Field<float>(nx, ny, static_cast<float>(conductivity));
  c.aquifer.specific_yield = Field<float>(nx, ny, static_cast<float>(yield));
  c.aquifer.base = Field<float>(nx, ny, 0.0F);
  c.ground = Field<double>(nx, ny, 1000.0);
  c.head = Field<double>(nx, ny, 10.0);
  return c;
}

/// A ditch or sea that holds the head of its cells at the stage.
inline HeadBoundary held_at(std::vector<CellIndex> cells, Series stage) {
  HeadBoundary b;
  b.name = "ditch";
  b.cells = std::move(cells);
  b.conductance = 1e6;
  b.stage = std::move(stage);
  return b;
}

/// All that moved, each way counted as positive.
inline double throughput(const GroundVolumes& v) {
  return std::abs(v.recharge) + v.boundary_in + v.boundary_out + v.well_in + v.well_out +
         v.drained + v.seepage;
}
/// What should now be stored more than before.
inline double gained(const GroundVolumes& v) {
  return v.recharge + (v.boundary_in - v.boundary_out) + (v.well_in - v.well_out) - v.drained -
         v.seepage;
}

/// `steps` steps under one recharge [m/s] everywhere; what moved in all of them.
inline GroundVolumes march(SaturatedFlow& flow, const Field<double>& rate, double seconds,
                           int steps, double first = 0.0) {
  GroundVolumes sum;
  Field<double> recharge = rate;
  for (double& r : recharge.values()) r *= seconds;
  Field<double> seepage;
  for (int k = 0; k < steps; ++k) {
    const auto moved = flow.step(seconds_after_start(first + k * seconds), seconds,
                                 std::as_const(recharge).view(), seepage);
    EXPECT_TRUE(moved) << moved.error().message;
    if (!moved) return sum;
    sum.recharge += moved->recharge;
    sum.boundary_in += moved->boundary_in;
    sum.boundary_out += moved->boundary_out;
    sum.well_in += moved->well_in;
    sum.well_out += moved->well_out;
    sum.drained += moved->drained;
    sum.seepage += moved->seepage;
  }
  return sum;
}

}  // namespace vandvagt::model::test
