#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/simulation.hpp"

// The speed cases A (rain on a valley), B (dam break, mostly dry) and C (all wet), 1000 × 1000
// cells of 10 m. A and B are rasters (../shared/cases/speed); C is a formula.

namespace vandvagt::bench {

inline constexpr int speed_cells = 1000;  // along each axis

struct Point {
  double x, y;
  double least, most;  // [m] plausible depth at the end
};

struct SpeedCase {
  std::string name;
  model::Case model;
  Field<double> depth;
  double rain = 0.0;  // [m/s] in the first hour
  int seconds = 0;    // simulated
  std::vector<Point> points;
};

/// Case A, B or C; nothing where its rasters are absent.
std::optional<SpeedCase> speed_case(const std::string& name);

/// The same on cells `factor` times as wide: means of beds and depths. `factor` divides the cells.
SpeedCase coarser(const SpeedCase& fine, int factor);

/// The same on cells of half the width: beds and depths between the centres (bilinear).
SpeedCase finer(const SpeedCase& given);

/// From the start to the case's end, with its rain.
Result<void> advance(model::Simulation& s, const SpeedCase& c);

}  // namespace vandvagt::bench
